// Forward by cursors and back the same way.
import { expect, test } from 'vitest'
import { back, FIRST_PAGE, forward, pageNumber } from './paging'

test('the way back is the way forward', () => {
  const second = forward(FIRST_PAGE, 'a')
  const third = forward(second, 'b')
  expect(pageNumber(third)).toBe(3)
  expect(third.cursor).toBe('b')
  expect(back(third)).toEqual(second)
  expect(back(back(third))).toEqual(FIRST_PAGE)
})

test('there is nothing before the first page', () => {
  expect(back(FIRST_PAGE)).toEqual(FIRST_PAGE)
  expect(pageNumber(FIRST_PAGE)).toBe(1)
})

// Moments as people type them, and as the service wants them.
import { expect, test } from 'vitest'
import { isAfter, momentText, momentValue, usualMoments } from './moments'

const ZONE = 'Asia/Shanghai'

test.each([
  ['1204', '1204'],
  [' 2026-11-01 ', '2026-11-01T00:00:00+08:00'],
  ['2026-11-01 09:30', '2026-11-01T09:30:00+08:00'],
  ['2026-11-01T09:30:15', '2026-11-01T09:30:15+08:00'],
  ['yesterday', undefined],
  ['', undefined],
])('%s is %s', (typed, value) => expect(momentValue(typed, ZONE)).toBe(value))

test('a moment comes back as it was typed', () => {
  for (const typed of ['1204', '2026-11-01 09:30:15']) {
    expect(momentText(momentValue(typed, ZONE), ZONE)).toBe(typed)
  }
  expect(momentText(undefined, ZONE)).toBe('')
})

test('usual moments are of the ledger’s zone', () => {
  expect(usualMoments(ZONE, new Date('2026-11-30T16:30:00Z'))).toEqual({
    hour: '2026-11-30 23:30:00',
    today: '2026-12-01 00:00:00',
    yesterday: '2026-11-30 00:00:00',
    week: '2026-11-24 00:00:00',
    month: '2026-12-01 00:00:00',
  })
})

test('moments are compared where they are of one kind', () => {
  expect(isAfter('12', '9')).toBe(true)
  expect(isAfter('9', '12')).toBe(false)
  expect(isAfter('2026-11-02T00:00:00+08:00', '2026-11-01T23:00:00+08:00')).toBe(true)
  expect(isAfter('9', '2026-11-01T23:00:00+08:00')).toBe(false)
})

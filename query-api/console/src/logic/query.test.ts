// Queries of addresses keep what a page needs and nothing else.
import { expect, test } from 'vitest'
import { changed, text, toSearch } from './query'

test('a change leaves the rest, and what became empty is gone', () => {
  const query = { range: 'today', q: 'abc', status: 'paid' }
  expect(changed(query, { q: '', status: undefined, size: '100' })).toEqual({ range: 'today', size: '100' })
  expect(query).toEqual({ range: 'today', q: 'abc', status: 'paid' })
})

test('of a repeated value the first counts', () => {
  expect(text({ q: ['a', 'b'] }, 'q')).toBe('a')
  expect(text({ q: null }, 'q')).toBeUndefined()
})

test('parameters are escaped, a plus above all', () => {
  expect(toSearch({ from: '2026-11-01T00:00:00+08:00', q: null, limit: 0, flag: false, none: '' })).toBe(
    '?from=2026-11-01T00%3A00%3A00%2B08%3A00&limit=0&flag=false',
  )
  expect(toSearch({})).toBe('')
})

// Lines of entries, and what charts of accounts may say.
import { expect, test } from 'vitest'
import { isAccountName, isAccountNumber, linesOf, side, toSet } from './journal'
import type { JournalEntry } from '../api/types'

test('an entry is told before its first line only', () => {
  const line = {
    account: 'revenue',
    number: '6001',
    name: '主营业务收入',
    debit: '0.00',
    credit: '1.00',
  } as const
  const entry = { position: 7, lines: [line, line] } as unknown as JournalEntry
  expect(linesOf([entry, { ...entry, position: 8 }]).map(({ key, entry }) => [key, entry?.position])).toEqual(
    [
      ['7.0', 7],
      ['7.1', undefined],
      ['8.0', 8],
      ['8.1', undefined],
    ],
  )
})

test('a side without an amount is blank', () => {
  expect(side('0.00')).toBeNull()
  expect(side('0.01')).toBe('0.01')
})

test('numbers of accounts', () => {
  for (const right of ['1', '2205', '1122.01', '6401.01.003', '1'.repeat(32)]) {
    expect(isAccountNumber(right), right).toBe(true)
  }
  for (const wrong of ['', '.', '1.', '.1', '1..2', '1122-01', '１', ' 1', '1'.repeat(33)]) {
    expect(isAccountNumber(wrong), wrong).toBe(false)
  }
})

test('names of accounts', () => {
  expect(isAccountName('科'.repeat(64))).toBe(true)
  for (const wrong of ['', 'a\tb', '科'.repeat(65)]) expect(isAccountName(wrong), wrong).toBe(false)
})

test('only what differs from the built-in is set', () => {
  const builtIn = {
    revenue: { number: '6001', name: '主营业务收入' },
    'cash:pos': { number: '1012', name: 'POS' },
  }
  const chart = {
    ...builtIn,
    revenue: { number: '6001.01', name: '主营业务收入' },
    other: { number: '1', name: 'x' },
  }
  expect(Object.keys(toSet(chart, builtIn))).toEqual(['revenue', 'other'])
})

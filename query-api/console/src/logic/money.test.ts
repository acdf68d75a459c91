// Amounts are strings to the last digit, however large.
import { describe, expect, test } from 'vitest'
import {
  addMoney,
  formatCount,
  formatMoney,
  formatRatio,
  fromMinor,
  parseAmount,
  shortMoney,
  toMinor,
} from './money'

describe('amounts', () => {
  test.each([
    ['0.00', '0.00'],
    ['999.99', '999.99'],
    ['1000.00', '1,000.00'],
    ['-1234567.80', '−1,234,567.80'],
    // More than a float can hold.
    ['90071992547409931234.57', '90,071,992,547,409,931,234.57'],
  ])('%s is read as %s', (money, text) => expect(formatMoney(money)).toBe(text))

  test('are added without rounding', () => {
    expect(addMoney(['0.10', '0.20'])).toBe('0.30')
    expect(addMoney(['9007199254740993.01', '0.01', '-0.03'])).toBe('9007199254740992.99')
    expect(addMoney([])).toBe('0.00')
  })

  test.each(['0.00', '0.05', '-0.05', '-12.30', '123456789012345678901.99'])(
    '%s survives minor units',
    (money) => expect(fromMinor(toMinor(money))).toBe(money),
  )

  test('what is no amount is refused', () => {
    for (const text of ['', '1e3', '1.234', 'abc', '--1']) expect(() => toMinor(text)).toThrow()
  })

  test.each([
    ['1,234.5', '1234.50'],
    ['￥100', '100.00'],
    [' 0.01 ', '0.01'],
    ['-1', null],
    ['1.234', null],
    ['', null],
    ['1234567890123', null],
  ])('%s as it is typed is %s', (typed, amount) => expect(parseAmount(typed)).toBe(amount))
})

test('counts are grouped', () => {
  expect(formatCount(1234567)).toBe('1,234,567')
  expect(formatCount(-1000)).toBe('−1,000')
})

test.each([
  ['0.1234', '12.34%'],
  ['1.0000', '100.00%'],
  ['-0.0506', '−5.06%'],
  ['0.0000', '0.00%'],
  ['12.3456', '1,234.56%'],
])('the ratio %s is read as %s', (ratio, text) => expect(formatRatio(ratio)).toBe(text))

test('on a wall, large amounts are shortened and rounded half away from zero', () => {
  expect(shortMoney('9999999.99', true, 10_000_000n)).toBe('9,999,999.99')
  expect(shortMoney('12345678.90', true, 10_000_000n)).toBe('1,234.57万')
  expect(shortMoney('10000050.00', true, 10_000_000n)).toBe('1,000.01万')
  expect(shortMoney('-12345678.90', false, 10_000_000n)).toBe('−12.35M')
})

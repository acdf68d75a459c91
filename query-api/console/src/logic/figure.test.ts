// Figures without a kind, and changes.
import { expect, test } from 'vitest'
import { formatChange, kindOf } from './figure'

test.each([
  [3, 'count'],
  ['3.00', 'money'],
  ['-0.1234', 'ratio'],
  [null, 'money'],
] as const)('%s is a %s', (value, kind) => expect(kindOf(value)).toBe(kind))

test.each([
  [1200, '+1,200'],
  [-3, '−3'],
  [0, '0'],
  ['128.00', '+128.00'],
  ['-0.05', '−0.05'],
  ['0.00', '0.00'],
  ['0.0520', '+5.20 pp'],
  ['-0.1001', '−10.01 pp'],
  ['0.0000', '0.00 pp'],
  [null, '—'],
])('a change of %s', (value, text) => expect(formatChange(value, ' pp')).toBe(text))

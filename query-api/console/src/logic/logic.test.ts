// The smaller rules: settings, moments, timelines, lines of the journal.
import { expect, test } from 'vitest'
import { formatFigure, NOTHING } from './figure'
import { momentText, momentValue } from './moments'
import { duplicated, isDays, isWhole } from './rules'
import { stepsOf } from './timeline'
import type { Order } from '../api/types'

test('figures are written by their kind, and nothing as a dash', () => {
  expect(formatFigure('money', '1000.00')).toBe('1,000.00')
  expect(formatFigure('count', 1000)).toBe('1,000')
  expect(formatFigure('ratio', '0.5000')).toBe('50.00%')
  expect(formatFigure('ratio', null)).toBe(NOTHING)
})

test('days of settlement are 0 to 36500', () => {
  for (const good of ['0', '1', ' 36500 ']) expect(isDays(good)).toBe(true)
  for (const bad of ['', '-1', '1.5', '36501', 'T+1']) expect(isDays(bad)).toBe(false)
  expect(isWhole('366', 1, 366)).toBe(true)
  expect(isWhole('0', 1, 366)).toBe(false)
})

test('a supplier stands in the rules once', () => {
  const rows = [{ id: 'S1' }, { id: ' S1 ' }, { id: 'S2' }]
  expect(rows.map((_, index) => duplicated(rows, index))).toEqual([true, true, false])
})

test('a moment is a position or a time in the ledger’s zone', () => {
  expect(momentValue(' 1204 ', 'Asia/Shanghai')).toBe('1204')
  expect(momentValue('2026-11-01', 'Asia/Shanghai')).toBe('2026-11-01T00:00:00+08:00')
  expect(momentValue('2026-11-01 09:30', 'Asia/Shanghai')).toBe('2026-11-01T09:30:00+08:00')
  expect(momentValue('yesterday', 'Asia/Shanghai')).toBeUndefined()
  expect(momentText('2026-11-01T01:30:00Z', 'Asia/Shanghai')).toBe('2026-11-01 09:30:00')
  expect(momentText(undefined, 'Asia/Shanghai')).toBe('')
})

test('a life is told in the order in which it happened', () => {
  const order = {
    placed_at: '2026-11-01T10:00:00+08:00',
    paid_at: '2026-11-01T10:05:00+08:00',
    completed_at: null,
    payable: '10.00',
    paid: '10.00',
    refunds: [
      {
        refund_id: 'R',
        requested_at: '2026-11-02T00:00:00+08:00',
        decided_at: '2026-11-03T00:00:00+08:00',
        amount: '4.00',
        state: 'completed',
      },
    ],
    settlement: { settled_at: '2026-11-02T12:00:00+08:00', amount: '5.00' },
  } as unknown as Order
  expect(stepsOf(order).map(({ type }) => type)).toEqual([
    'order.placed',
    'order.paid',
    'refund.requested',
    'settlement.settled',
    'refund.completed',
  ])
})

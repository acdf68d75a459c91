// Every kind of path that reports have.
import { expect, test } from 'vitest'
import { figurePath } from './figurePath'

test.each([
  ['sales', 'total.profit', null, null, 'profit', null],
  ['sales', 'total.by_status.completed.orders', null, null, 'by_status.completed.orders', null],
  ['sales', 'total.profit_margin.numerator', null, null, 'profit_margin', 'numerator'],
  ['sales', 'by_product_type.ticket.profit', null, ['by_product_type', 'ticket'], 'profit', null],
  ['sales', 'by_product_type.a.b.profit', null, ['by_product_type', 'a.b'], 'profit', null],
  [
    'sales',
    'by_product_type.a.b.by_status.closed.amount',
    null,
    ['by_product_type', 'a.b'],
    'by_status.closed.amount',
    null,
  ],
  [
    'suppliers',
    'by_product_type.a.b.settled.orders',
    null,
    ['by_product_type', 'a.b'],
    'settled.orders',
    null,
  ],
  ['withdrawals', 'by_method.alipay.paid.count', null, ['by_method', 'alipay'], 'paid.count', null],
  ['cash', 'closing_balance', null, null, 'closing_balance', null],
  ['cash', 'income.amount', null, null, 'income.amount', null],
  ['cash', 'by_method.alipay.income.count', null, ['by_method', 'alipay'], 'income.count', null],
  ['cash', 'by_kind.recharge.amount', null, ['by_kind', 'recharge'], 'amount', null],
  ['balances', 'by_kind.gift.count', null, ['by_kind', 'gift'], 'count', null],
  ['overview', 'sales.by_status.completed.amount', 'sales', null, 'by_status.completed.amount', null],
  ['overview', 'distributor_withdrawals.paid.count', 'distributor_withdrawals', null, 'paid.count', null],
  [
    'sales/trend',
    'points.2026-11-01T00:00:00+08:00.orders',
    null,
    ['points', '2026-11-01T00:00:00+08:00'],
    'orders',
    null,
  ],
  ['screen', 'paid.orders', null, null, 'paid.orders', null],
  ['screen', 'by_source.pc.share.denominator', null, ['by_source', 'pc'], 'share', 'denominator'],
] as const)('%s: %s', (report, path, section, split, figure, part) => {
  const [list, key] = split ?? []
  expect(figurePath(report, path)).toEqual({ section, split: split ? { list, key } : null, figure, part })
})

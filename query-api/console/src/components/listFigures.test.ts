// Which totals of lists are figures of a report.
import { expect, test } from 'vitest'
import { listFigure } from './listFigures'

const RANGE = { from: '2026-11-01', to: '2026-12-01' }

test.each([
  ['/v1/cash-entries', { direction: 'income' }, 'cash', 'income.amount', {}],
  ['/v1/cash-entries', { direction: 'income', kind: 'recharge' }, 'cash', 'by_kind.recharge.amount', {}],
  ['/v1/cash-entries', { direction: 'expense', method: 'pos' }, 'cash', 'by_method.pos.expense.amount', {}],
  ['/v1/cash-entries', { direction: 'expense', mode: 'online' }, 'cash', 'by_mode.online.expense.amount', {}],
  [
    '/v1/orders',
    { status: 'completed', product_type: 'ticket', q: undefined },
    'sales',
    'total.by_status.completed.amount',
    { product_type: 'ticket' },
  ],
  [
    '/v1/settlements',
    { state: 'settled', supplier_id: 'S1' },
    'suppliers',
    'total.settled.amount',
    { supplier_id: 'S1' },
  ],
  [
    '/v1/withdrawals',
    { payee_kind: 'supplier', state: 'paid', method: 'alipay' },
    'withdrawals',
    'by_method.alipay.paid.amount',
    { payee_kind: 'supplier' },
  ],
  ['/v1/commissions', { state: 'cancelled' }, 'commissions', 'total.cancelled.amount', {}],
  ['/v1/refunds', {}, 'refunds', 'total.requested_amount', {}],
  ['/v1/balance-entries', {}, 'balances', 'net', {}],
])('%s of %o', (path, chosen, report, figure, params) =>
  expect(listFigure(path, { ...RANGE, ...chosen })).toEqual({
    report,
    path: figure,
    params: { ...RANGE, ...params },
  }),
)

test.each([
  ['/v1/orders', {}],
  ['/v1/orders', { status: 'completed', q: 'N1' }],
  ['/v1/cash-entries', { direction: 'income', kind: 'recharge', method: 'pos' }],
  ['/v1/settlements', {}],
  ['/v1/refunds', { state: 'completed' }],
  ['/v1/parked-events', {}],
])('%s of %o is no figure', (path, chosen) => expect(listFigure(path, { ...RANGE, ...chosen })).toBeNull())

test('a list without a range is no figure', () =>
  expect(listFigure('/v1/cash-entries', { direction: 'income', from: '2026-11-01' })).toBeNull())

// Groups of tie-outs, and words for every figure that the service names.
import { expect, test } from 'vitest'
import { figureKey, grouped } from './tieOuts'
import type { TieOut } from '../api/types'
import zh from '../i18n/zh'

const check = (account: string, figure: string, holds = true) => ({ account, figure, holds }) as TieOut

test('checks stand in groups, those that fail first', () => {
  const groups = grouped([
    check('*', 'journal.credits'),
    check('prepayments', 'sales.total.prepaid_amount'),
    check('revenue', 'sales.total.realised_amount', false),
    check('revenue', 'entries.balance'),
    check('result', 'sales.total.profit'),
  ])
  expect(
    groups.map(({ group, checks, failed }) => [group, checks.map(({ account }) => account), failed]),
  ).toEqual([
    ['all', ['*', 'result'], 0],
    ['business', ['revenue', 'prepayments'], 1],
    ['entries', ['revenue'], 0],
  ])
})

test.each([
  'journal.credits',
  'cash.closing_balance',
  'cash.by_method.wechat_pay.net',
  'sales.total.prepaid_amount',
  'balances.closing_balance',
  'orders.accrued_purchase_cost',
  'suppliers.funds',
  'orders.own_purchase_cost',
  'distributors.funds',
  'orders.freight_expense',
  'withdrawals.in_transit',
  'cash.surplus_payments.net',
  'sales.total.realised_amount',
  'cash.scan_payments.net',
  'refunds.total.refund_fee_amount',
  'balances.by_kind.deduct.amount',
  'orders.consumed_purchase_cost',
  'orders.consumed_commission_cost',
  'balances.by_kind.gift.amount',
  'entries.balance',
  'entries.unbalanced',
  'sales.total.profit',
])('%s has words', (figure) => expect(Object.keys(zh.tie_figures)).toContain(figureKey(figure).key))

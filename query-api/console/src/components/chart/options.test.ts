// Which figure a click on a chart means.
import { expect, test } from 'vitest'
import { pickBar, pickPart, pickPoint } from './options'

test('a bar is the figure of its series, and beside bars the first one is meant', () => {
  const bars = [
    {
      name: '支付宝',
      values: ['1.00', '2.00'],
      paths: ['by_method.alipay.income.amount', 'by_method.alipay.expense.amount'],
    },
    { name: '—', values: ['0.00', '0.00'] },
  ]
  const pick = pickBar(bars, ['收入', '支出'])
  expect(pick(0, 1)).toEqual({
    path: 'by_method.alipay.expense.amount',
    value: '2.00',
    kind: 'money',
    title: '支付宝 · 支出',
  })
  expect(pick(0, null)?.path).toBe('by_method.alipay.income.amount')
  expect(pick(1, 0)).toBeNull()
  expect(pick(2, 0)).toBeNull()
})

test('a part of a ring is counted among those that are drawn', () => {
  const parts = [
    { name: '门票', value: '0.00', path: 'by_product_type.ticket.sales_amount' },
    { name: '酒店', value: '5.00', path: 'by_product_type.hotel.sales_amount' },
  ]
  expect(pickPart(parts, '总销售额')(0)).toMatchObject({ path: parts[1]!.path, title: '酒店 · 总销售额' })
})

test('a point of the trend names its step', () => {
  const at = '2026-11-01T00:00:00+08:00'
  const point = { at, orders: 3, paid_orders: 2, paid_amount: '4.00', unpaid_amount: '1.00' }
  const pick = pickPoint([point], 'day', { orders: '订单数', paid: '支付金额', unpaid: '未付金额' })
  expect(pick(0, null)).toEqual({
    path: `points.${at}.orders`,
    value: 3,
    kind: 'count',
    title: '2026-11-01 · 订单数',
    report: 'sales/trend',
    params: { step: 'day' },
  })
  expect(pick(0, 0)?.path).toBe(`points.${at}.paid_amount`)
  expect(pick(1, 0)).toBeNull()
})

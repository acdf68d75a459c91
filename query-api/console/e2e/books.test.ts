// Audit and books: what changed and which event did it, whether everything ties out, and how accounts are called.
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, context, launch, logIn, publish, tokenOf, violations, visit, watched } from './browser'
import { addMoney, formatMoney } from '../src/logic/money'

let browser: Browser
let page: Page
let problems: string[]

beforeAll(async () => {
  browser = await launch()
  const of = await context(browser)
  await logIn(of)
  page = await of.newPage()
  problems = watched(page)
})
afterAll(() => browser.close())

interface Change {
  figure: string
  before: string
  after: string
  change: string
}

const place = (id: string, amount: string) =>
  publish('order.placed', id, {
    order_no: id,
    member_id: 'M-DIFF',
    source: 'pc',
    packages: 1,
    amount,
    product: { id: 'P-1', name: '对比门票', type: 'ticket' },
    confirmation: 'none',
  })

/** An order that is placed and paid; the position after it was paid. */
async function pay(id: string, amount: string): Promise<number> {
  await place(id, amount)
  return publish('order.paid', id, { payment_id: `P-${id}`, method: 'alipay', amount })
}

test('a figure that an event changed is told with both sides, and leads to the event', async () => {
  const { position: before } = (await api('GET', '/v1/reports/refunds')) as { position: number }
  const id = `DIFF-${Date.now()}`
  const after = await pay(id, '321.45')
  await visit(page, `/audit/diff?report=sales&range=today&a=${before}&b=${after}`)
  const diff = (await api('GET', `/v1/reports/sales/diff?as_of=${before}&to_as_of=${after}`)) as {
    figures: Change[]
  }
  const of = diff.figures.find(({ figure }) => figure === 'total.sales_amount')!
  const row = page.getByRole('row', { name: /合计 总销售额/ })
  const shown = await row.innerText()
  expect(shown).toContain(formatMoney(of.before))
  expect(shown).toContain(formatMoney(of.after))
  expect(shown).toContain(`+${formatMoney(of.change)}`)
  expect(await violations(page)).toEqual([])
  await row.getByRole('button').click()
  const drawer = page.getByRole('dialog', { name: '合计 · 总销售额 的变化' })
  await drawer.getByText('与变化一致').waitFor()
  const event = drawer.getByRole('row', { name: new RegExp(id) })
  expect(await event.innerText()).toContain('+321.45')
  expect(await event.getByRole('link', { name: id }).getAttribute('href')).toBe(`/orders/${id}`)
  expect(await violations(page)).toEqual([])
  await event.getByRole('link', { name: String(after) }).click()
  await page.waitForURL(`**/audit/events?after=${after - 1}`)
  await page.getByRole('row', { name: new RegExp(`^${after} .*订单支付`) }).waitFor()
  expect(problems).toEqual([])
})

test('of a ratio both parts are told, each with its events', async () => {
  const before = await pay(`PAID-${Date.now()}`, '10.00')
  const id = `UNPAID-${Date.now()}`
  const after = await place(id, '10.00')
  await visit(page, `/audit/diff?report=sales&range=today&a=${before}&b=${after}`)
  const row = page.getByRole('row', { name: /合计 支付转化率/ })
  expect(await row.innerText()).toMatch(/−\d+\.\d\d个百分点/)
  await row.getByRole('button').click()
  await page.getByRole('button', { name: /支付转化率 · 分母/ }).click()
  const drawer = page.getByRole('dialog', { name: '合计 · 支付转化率 · 分母 的变化' })
  await drawer.getByText('与变化一致').waitFor()
  await drawer.getByRole('row', { name: new RegExp(id) }).waitFor()
})

test('moments that make no sense are told before they are asked', async () => {
  await visit(page, '/audit/diff?a=100&b=200')
  await page.getByLabel('时点 A').fill('昨天')
  await page.getByText('请填写日志位置，或时间').waitFor()
  await page.getByLabel('时点 A').fill('300')
  await page.getByText('时点 A 不能晚于时点 B').waitFor()
  expect(await page.getByRole('button', { name: '对比', exact: true }).isDisabled()).toBe(true)
  await page.getByLabel('时点 A').fill('150')
  await page.getByRole('button', { name: '对比', exact: true }).click()
  await page.waitForURL(/a=150&b=200|b=200&a=150/)
  // A position within a decision is told as its end.
  const { as_of: from, to_as_of: to } = (await api(
    'GET',
    '/v1/reports/sales/diff?as_of=150&to_as_of=200',
  )) as { as_of: number; to_as_of: number }
  await page.getByText(`日志位置 ${from} → ${to}`).waitFor()
})

interface TieOuts {
  checks: unknown[]
  bridges: {
    money_not_booked: { by_method: { amount: string }[]; total: { amount: string } }
    journal_to_sales_profit: { journal_result: string; lines: { amount: string }[]; sales_profit: string }
  }
}

test('everything ties out, and both bridges add up', async () => {
  const position = await publish(
    'order.paid',
    `NOWHERE-${Date.now()}`,
    { payment_id: `N-${Date.now()}`, method: 'pos', amount: '77.70' },
    'parked',
  )
  await visit(page, `/audit/tie-outs?as_of=${position}`)
  const answer = (await api('GET', `/v1/audit/tie-outs?as_of=${position}`)) as TieOuts
  await page.getByText(`全部 ${answer.checks.length} 项勾稽一致`).waitFor()
  const { money_not_booked: money, journal_to_sales_profit: profit } = answer.bridges
  expect(addMoney(money.by_method.map(({ amount }) => amount))).toBe(money.total.amount)
  expect(addMoney([profit.journal_result, ...profit.lines.map(({ amount }) => amount)])).toBe(
    profit.sales_profit,
  )
  const table = (name: string) => page.getByRole('region', { name })
  expect(await table('未入账资金').getByRole('row', { name: /POS机/ }).innerText()).toContain('77.70')
  expect(await table('未入账资金').getByRole('row', { name: /合计/ }).innerText()).toContain(
    formatMoney(money.total.amount),
  )
  const bridge = await table('分录利润与销售利润的差异').innerText()
  for (const amount of [profit.journal_result, profit.sales_profit]) {
    expect(bridge).toContain(formatMoney(amount))
  }
  expect(await violations(page)).toEqual([])
  expect(problems).toEqual([])
})

test('accounts are called as finance sets it, in the books and in vouchers', async () => {
  await visit(page, '/account-settings')
  const number = page.getByRole('textbox', { name: '预收账款（合同负债） 科目编号' })
  await number.fill('2203-9')
  await page.getByText('编号为数字，可用点分级').waitFor()
  expect(await page.getByRole('button', { name: '保存' }).isDisabled()).toBe(true)
  await number.fill('2205.09')
  await page.getByRole('textbox', { name: '预收账款（合同负债） 名称' }).fill('合同负债')
  await page.getByRole('button', { name: '保存' }).click()
  const dialog = page.getByRole('dialog', { name: '确认修改' })
  await dialog.getByText('原为 2203 预收账款，改为 2205.09 合同负债').waitFor()
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存').waitFor()
  await visit(page, '/accounts')
  await page.getByRole('row', { name: /2205\.09 合同负债/ }).waitFor()

  await visit(page, '/journal?account=prepayments')
  await page
    .getByRole('row', { name: /2205\.09 合同负债/ })
    .first()
    .waitFor()
  await page.getByRole('button', { name: /导出凭证/ }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'CSV 文件' }).click(),
  ])
  const vouchers = readFileSync(await download.path()).toString('utf8')
  expect(vouchers).toContain('2205.09')
  expect(vouchers).not.toContain('预收账款')

  await visit(page, '/account-settings')
  await page.getByRole('button', { name: '恢复默认' }).click()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('dialog', { name: '确认修改' }).getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存').waitFor()
  expect(await api('GET', '/v1/settings/accounts')).toMatchObject({
    prepayments: { number: '2203', name: '预收账款' },
  })
  expect(problems).toEqual([])
})

test('an auditor sees how accounts are called, and cannot change it', async () => {
  const of = await context(browser)
  await logIn(of, await tokenOf('auditor'))
  const page = await of.newPage()
  await visit(page, '/account-settings')
  await page.getByText('当前角色只能查看').waitFor()
  expect(await page.getByRole('textbox').first().isDisabled()).toBe(true)
  expect(await page.getByRole('button', { name: '保存' }).count()).toBe(0)
  await of.close()
})

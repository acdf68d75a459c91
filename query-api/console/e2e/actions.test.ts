// Decisions: said in words, made once, seen at once in the list and in the statistics.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, context, launch, logIn, publish, violations, visit } from './browser'
import { formatMoney } from '../src/logic/money'

interface Withdrawal {
  withdrawal_id: string
  payee_name: string
  amount: string
  state: string
}

let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await launch()
  const of = await context(browser, 1440, 900)
  await logIn(of)
  page = await of.newPage()
})
afterAll(() => browser.close())

/** A member who has money and asks for some of it. */
async function request(amount: string): Promise<string> {
  const member = `M-E2E-${Date.now()}`
  const id = `W-${member}`
  await publish('member.registered', member, { phone: '13900000000' })
  await publish('balance.recharged', member, {
    payment_id: `P-${member}`,
    method: 'alipay',
    amount: '500.00',
  })
  const payee = { kind: 'member', id: member, name: '测试会员', phone: '13900000000' }
  await publish('withdrawal.requested', id, { payee, amount, method: 'alipay', account: 'a@example.com' })
  return id
}

const withdrawal = async (id: string) =>
  ((await api('GET', `/v1/withdrawals?withdrawal_id=${id}`)) as { items: Withdrawal[] }).items[0]!

test('an approval moves the withdrawal and the statistics', async () => {
  const id = await request('123.45')
  await visit(page, '/members/withdrawal-review?state=pending&range=today')
  const row = page.getByRole('row', { name: new RegExp(`123\\.45`) }).first()
  await row.getByRole('button', { name: '通过', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: '确认提现' })
  await dialog.getByText('确认已向“测试会员”支付 ¥123.45（支付宝 a@example.com）').waitFor()
  expect(await violations(page)).toEqual([])
  await dialog.getByLabel(/转账流水号/).fill('TT-1')
  await dialog.getByRole('button', { name: '确认提现' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('提现已确认').waitFor()
  await row.waitFor({ state: 'detached' })
  expect(await withdrawal(id)).toMatchObject({ state: 'paid', reference: 'TT-1' })
  const { total } = (await api('GET', '/v1/reports/withdrawals?payee_kind=member')) as {
    total: { paid: { amount: string } }
  }
  await visit(page, '/members/withdrawals?range=today')
  expect(await page.locator('main').innerText()).toContain(formatMoney(total.paid.amount))
})

test('a rejection wants a reason, and gives the money back', async () => {
  const id = await request('77.00')
  await visit(page, '/members/withdrawal-review?state=pending&range=today')
  await page
    .getByRole('row', { name: /77\.00/ })
    .first()
    .getByRole('button', { name: '不通过' })
    .click()
  const dialog = page.getByRole('dialog', { name: '审核不通过' })
  await dialog.getByRole('button', { name: '确认不通过' }).click()
  await dialog.getByText('请填写原因').waitFor()
  await dialog.getByLabel('原因').fill('账号有误')
  await dialog.getByRole('button', { name: '确认不通过' }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await withdrawal(id)).toMatchObject({ state: 'rejected', reason: '账号有误' })
})

test('what somebody else decided meanwhile is told in words', async () => {
  const id = await request('55.00')
  await visit(page, '/members/withdrawal-review?state=pending&range=today')
  await page
    .getByRole('row', { name: /55\.00/ })
    .first()
    .getByRole('button', { name: '通过', exact: true })
    .click()
  await api('POST', `/v1/withdrawals/${id}/reject`, { reason: '重复' })
  const dialog = page.getByRole('dialog', { name: '确认提现' })
  await dialog.getByRole('button', { name: '确认提现' }).click()
  await dialog.getByText('该申请已被处理').waitFor()
  await dialog.getByRole('button', { name: '取消' }).click()
})

test('an order paid offline is settled by hand', async () => {
  const id = `O-E2E-${Date.now()}`
  await publish('order.placed', id, {
    order_no: id,
    member_id: 'M-1',
    source: 'pc',
    packages: 1,
    amount: '90.00',
    product: { id: 'P-1', name: '线下门票', type: 'ticket' },
    supplier: { id: 'S01', name: '京华文旅发展有限公司', cost: '60.00' },
    confirmation: 'none',
  })
  await publish('order.paid', id, { payment_id: `P-${id}`, method: 'cash', amount: '90.00' })
  await publish('order.completed', id, {})
  await visit(page, `/settlements?q=${id}`)
  await page.getByRole('button', { name: '结算', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: '确认结算' })
  await dialog
    .getByText(`订单 ${id} 将标记为已结算，¥60.00 计入供应商“京华文旅发展有限公司”的可提现金额`)
    .waitFor()
  await dialog.getByRole('button', { name: '结算' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('row', { name: /已结算/ }).waitFor()
})

test('a parked event is shown, and given up with a reason', async () => {
  const id = `O-PARKED-${Date.now()}`
  await publish('order.closed', id, {}, 'parked')
  await visit(page, '/parked?state=waiting')
  const row = page.getByRole('row', { name: new RegExp(id) })
  await row.getByRole('button', { name: '放弃' }).click()
  const dialog = page.getByRole('dialog', { name: '放弃事件' })
  await dialog.getByLabel('原因').fill('测试')
  await dialog.getByRole('button', { name: '确认放弃' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await row.waitFor({ state: 'detached' })
})

test('settings say what changes before they are saved', async () => {
  await visit(page, '/withdrawal-rules')
  await page.getByLabel('最低金额').check()
  await page.getByLabel('最低金额（¥）').fill('10.005')
  await page.getByText('请输入大于 0 的金额').waitFor()
  await page.getByLabel('最低金额（¥）').fill('10')
  await page.getByRole('button', { name: '保存' }).click()
  const dialog = page.getByRole('dialog', { name: '确认修改' })
  await dialog.getByText('每次提现金额 原为 无要求，改为 ¥10.00').waitFor()
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存').waitFor()
  expect(await api('GET', '/v1/settings/withdrawals')).toMatchObject({ minimum_amount: '10.00' })
})

test('a token is made, shown once, and revoked', async () => {
  await visit(page, '/tokens')
  await page.getByLabel('名称').fill('e2e 查看者')
  await page.getByLabel('角色').selectOption('viewer')
  await page.getByRole('button', { name: '新建令牌' }).click()
  const made = await page.locator('code').innerText()
  expect(made).toMatch(/^ledger_/)
  await page
    .getByRole('row', { name: /e2e 查看者/ })
    .getByRole('button', { name: '撤销' })
    .click()
  await page.getByRole('dialog', { name: '撤销令牌' }).getByRole('button', { name: '撤销' }).click()
  await page.getByRole('row', { name: /e2e 查看者/ }).waitFor({ state: 'detached' })
})

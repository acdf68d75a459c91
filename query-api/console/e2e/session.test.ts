// Coming in, being thrown out where one stands, going; what each role is offered; both languages.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { context, launch, logIn, token, tokenOf, url, visit } from './browser'

let browser: Browser

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

async function fresh(): Promise<Page> {
  return (await context(browser)).newPage()
}

test('a token logs in, a wrong one is told so, and logging out ends it', async () => {
  const page = await fresh()
  await page.goto('/sales?range=today')
  await page.getByLabel('访问令牌').fill('wrong')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('令牌无效或已过期').waitFor()
  await page.getByLabel('访问令牌').fill(token)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('heading', { name: '销售统计', level: 1 }).waitFor()
  expect(page.url()).toBe(`${url}/sales?range=today`)
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByLabel('访问令牌').waitFor()
  await page.reload()
  await page.getByLabel('访问令牌').waitFor()
})

test('one click opens the demo', async () => {
  const page = await fresh()
  await page.goto('/')
  await page.getByRole('button', { name: '进入演示' }).click()
  await page.getByRole('heading', { name: '财务总览', level: 1 }).waitFor()
})

test('a session that ends is renewed where one stands', async () => {
  const page = await fresh()
  await logIn(page.context())
  await visit(page, '/settlement-rules')
  await page.getByLabel('默认结算周期').fill('7')
  // Over at the service; the page does not know yet.
  await page.context().clearCookies()
  await page.getByRole('button', { name: '保存' }).click()
  const confirm = page.getByRole('dialog', { name: '确认修改' })
  await confirm.getByRole('button', { name: '保存' }).click()
  const again = page.getByRole('dialog', { name: '登录已过期' })
  await again.getByLabel('访问令牌').fill(token)
  await again.getByRole('button', { name: '登录', exact: true }).click()
  await again.waitFor({ state: 'detached' })
  expect(await page.getByLabel('默认结算周期').inputValue()).toBe('7')
})

test('the language is switched and remembered', async () => {
  const page = await fresh()
  await logIn(page.context())
  await visit(page, '/cash')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Cash', level: 1 }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'Cash', level: 1 }).waitFor()
  expect(await page.getAttribute('html', 'lang')).toBe('en')
  await page.getByRole('button', { name: '中文' }).click()
  await page.getByRole('heading', { name: '收支统计', level: 1 }).waitFor()
})

test.each([
  ['viewer', ['财务总览', '销售统计'], ['订单', '令牌', '结算审核', '事件日志']],
  ['auditor', ['订单', '事件日志', '科目余额表'], ['令牌', '消息通知']],
  ['finance', ['订单', '结算审核', '科目余额表'], ['令牌', '事件日志']],
])('%s is offered what it may do', async (role, offered, withheld) => {
  const page = await fresh()
  await logIn(page.context(), await tokenOf(role))
  await visit(page, '/')
  const menu = page.getByRole('navigation', { name: '主导航' })
  for (const name of offered)
    expect(await menu.getByRole('link', { name, exact: true }).count(), name).toBeGreaterThan(0)
  for (const name of withheld)
    expect(await menu.getByRole('link', { name, exact: true }).count(), name).toBe(0)
  await page.goto('/tokens')
  await page.getByText('无权查看此页面').waitFor()
})

test('an auditor sees requests, but is not offered to decide them', async () => {
  const page = await fresh()
  await logIn(page.context(), await tokenOf('auditor'))
  await visit(page, '/suppliers/withdrawal-review?state=pending')
  await page.getByRole('table').waitFor()
  expect(await page.getByRole('button', { name: '通过' }).count()).toBe(0)
})

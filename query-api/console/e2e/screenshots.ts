// Pictures of every page at three widths, of the login and of both designs of the big screen, in screenshots/.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { api, context, launch, logIn, PAGES, visit } from './browser'

const TARGET = join(import.meta.dirname, '../screenshots')
const only = process.env.ONLY?.split(',')
const widths = (process.env.WIDTHS ?? '1280,1920,390').split(',').map(Number)
/** Pages on which something is opened first. */
const OPENED: readonly [name: string, path: string, open: (page: Page) => Promise<unknown>][] = [
  ['account', '/accounts/prepayments', async () => {}],
  ['sales-past', '/sales?as_of=5000&range=year', async () => {}],
  [
    'sales-figure',
    '/sales',
    (page) =>
      page
        .getByRole('button', { name: /^总销售额 / })
        .first()
        .click(),
  ],
  ['sales-trend', '/sales', (page) => page.getByText('数据表').click()],
  [
    'diff-events',
    '/audit/diff?report=cash&range=year&a=20000',
    (page) =>
      page
        .getByRole('button', { name: /收入 金额 .*查看引起变化的事件/ })
        .first()
        .click(),
  ],
]
let browser: Browser

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

test.each(widths)('pages at %i pixels', { timeout: 300_000 }, async (width) => {
  const of = await context(browser, width, width < 500 ? 844 : width === 1920 ? 1080 : 800)
  const page = await of.newPage()
  const directory = join(TARGET, String(width))
  mkdirSync(directory, { recursive: true })
  const shoot = async (name: string) => {
    await page.locator('.spinner').first().waitFor({ state: 'detached' })
    await page.waitForTimeout(450)
    await page.screenshot({ path: join(directory, `${name}.png`), fullPage: width < 1900 })
  }
  await visit(page, '/')
  await shoot('login')
  await logIn(of)
  for (const [name, path] of PAGES.filter(([name]) => !only || only.includes(name))) {
    await visit(page, path)
    await shoot(name)
  }
  for (const [name, path, open] of OPENED.filter(([name]) => !only || only.includes(name))) {
    await visit(page, path)
    await open(page)
    await shoot(name)
  }
  const orders = (await api('GET', '/v1/orders?status=refunded&limit=1')) as { items: { order_id: string }[] }
  if (!only || only.includes('order')) {
    await visit(page, `/orders/${orders.items[0]!.order_id}`)
    await shoot('order')
  }
  await of.close()
})

test('the big screen', { timeout: 60_000 }, async () => {
  if (only && !only.includes('screen')) return
  mkdirSync(TARGET, { recursive: true })
  const of = await context(browser, 1920, 1080)
  await logIn(of)
  const page = await of.newPage()
  for (const template of ['focus', 'default']) {
    await api('PUT', '/v1/settings/screen', {
      title: '文旅平台经营大屏',
      range: { days: 30 },
      template,
      refresh_seconds: 1,
    })
    await page.goto('/screen')
    await page.locator('.template').waitFor()
    await page.waitForTimeout(800)
    await page.screenshot({ path: join(TARGET, `screen-${template}.png`) })
  }
  await of.close()
})

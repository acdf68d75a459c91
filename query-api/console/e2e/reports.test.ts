// Reports show their figures, to the digit, for the range in the address; and give them as files.
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, context, launch, logIn, visit } from './browser'
import { formatCount, formatMoney, formatRatio } from '../src/logic/money'

/** A range that is over: demo events go on, but not in it. */
const RANGE = 'from=2026-01-01&to=2026-11-20T12:00:00%2B08:00'
let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await launch()
  const of = await context(browser)
  await logIn(of)
  page = await of.newPage()
})
afterAll(() => browser.close())

type Json = { [name: string]: Json | string | number | null }

/** Every plain figure of a row, written as the page writes it; ratios are those with four decimals. */
function written(row: Json): string[] {
  return Object.entries(row).flatMap(([name, value]) => {
    if (
      value === null ||
      name === 'product_type' ||
      name === 'method' ||
      name === 'status' ||
      name === 'mode'
    )
      return []
    if (typeof value === 'number') return [formatCount(value)]
    if (typeof value === 'string') return [/\.\d{4}$/.test(value) ? formatRatio(value) : formatMoney(value)]
    return Array.isArray(value) ? (value as Json[]).flatMap(written) : written(value)
  })
}

test.each([
  ['/sales', 'sales', ['total', 'by_status']],
  ['/verifications', 'verifications', ['total', 'by_product_type']],
  ['/refunds', 'refunds', ['total', 'by_product_type']],
  ['/suppliers', 'suppliers', ['total', 'by_product_type']],
  ['/commissions', 'commissions', ['total', 'by_product_type']],
  ['/suppliers/withdrawals', 'withdrawals?payee_kind=supplier', ['total', 'by_method']],
  ['/distributors/withdrawals', 'withdrawals?payee_kind=distributor', ['total', 'by_method']],
  ['/members/withdrawals', 'withdrawals?payee_kind=member', ['total', 'by_method']],
  ['/cash', 'cash', ['income', 'expense', 'by_method']],
])('%s shows the figures of its report', async (path, report, parts) => {
  await visit(page, `${path}?${RANGE}`)
  const answer = (await api(
    'GET',
    `/v1/reports/${report}${report.includes('?') ? '&' : '?'}${RANGE}`,
  )) as Json
  const shown = await page.locator('main').innerText()
  const expected = parts.flatMap((part) => (answer[part] ? written({ part: answer[part] } as Json) : []))
  expect(expected.length).toBeGreaterThan(3)
  const missing = expected.filter((text) => !shown.includes(text))
  expect(missing).toEqual([])
})

test('a preset, a filter and a search stand in the address, and come back from it', async () => {
  await visit(page, '/sales')
  await page.getByRole('button', { name: '近7天' }).click()
  await page.getByRole('combobox', { name: '产品类型' }).selectOption('ticket')
  await page.waitForURL(/range=last7/)
  await page.waitForURL(/product_type=ticket/)
  const other = await page.context().newPage()
  await visit(other, page.url())
  expect(await other.getByRole('button', { name: '近7天' }).getAttribute('aria-pressed')).toBe('true')
  expect(await other.getByRole('combobox', { name: '产品类型' }).inputValue()).toBe('ticket')
  await other.close()
})

test('a range to the second is of the ledger’s time zone, whatever the browser’s', async () => {
  await visit(page, '/cash')
  await page.getByRole('button', { name: '自定义' }).click()
  await page.getByLabel('开始（含）').fill('2026-11-01T09:30:15')
  await page.getByLabel('结束（不含）').fill('2026-11-02T00:00:00')
  await page.getByRole('button', { name: '应用' }).click()
  await page.waitForURL((url) => url.searchParams.get('from') === '2026-11-01T09:30:15+08:00')
  expect(new URL(page.url()).searchParams.get('to')).toBe('2026-11-02')
  await page.getByText('2026-11-01 09:30:15 至 2026-11-02 00:00:00').waitFor()
})

test('figures move within a second or two of an event', async () => {
  await visit(page, '/sales?range=today')
  await page.getByText('实时', { exact: true }).waitFor()
  const before = (await api('GET', '/v1/reports/sales')) as { total: { orders: number } }
  await api('POST', '/v1/events', placed(`LIVE-${Date.now()}`), 'application/cloudevents+json')
  await page.waitForFunction(
    (least) =>
      Number(
        /订单数\s*([\d,]+)/.exec(document.querySelector('main')?.textContent ?? '')?.[1]?.replace(/,/g, ''),
      ) >= least,
    before.total.orders + 1,
    { timeout: 5_000 },
  )
})

function placed(id: string) {
  return {
    specversion: '1.0',
    id,
    source: '/e2e',
    type: 'order.placed',
    subject: id,
    time: new Date().toISOString(),
    data: {
      order_no: id,
      member_id: 'M-E2E',
      source: 'pc',
      packages: 1,
      amount: '128.00',
      product: { id: 'P-1', name: '<b>故宫门票</b>', type: 'ticket' },
      confirmation: 'none',
    },
  }
}

test('a list pages forward and back, and finds by number', async () => {
  await visit(page, '/orders?size=20')
  await page.getByText('第 1 页').waitFor()
  await page.getByRole('button', { name: '下一页' }).click()
  await page.getByText('第 2 页').waitFor()
  await page.getByRole('button', { name: '上一页' }).click()
  await page.getByText('第 1 页').waitFor()
  const { items } = (await api('GET', '/v1/orders?status=refunded&limit=1')) as {
    items: { order_no: string; order_id: string }[]
  }
  await page.getByRole('searchbox').fill(items[0]!.order_no)
  await page.getByText('共 1 条').waitFor()
  await page.getByRole('link', { name: items[0]!.order_no }).click()
  await page.getByRole('heading', { name: `订单详情 ${items[0]!.order_no}` }).waitFor()
  await page.getByText('退款完成').first().waitFor()
})

test('files hold the whole selection', async () => {
  await visit(page, `/income?${RANGE}`)
  const { total } = (await api(
    'GET',
    `/v1/cash-entries?direction=income&${RANGE}&limit=1&with_total=true`,
  )) as { total: { count: number } }
  for (const [item, check] of [
    [
      'CSV 文件',
      (file: Buffer) => {
        const rows = file
          .toString('utf8')
          .split('\n')
          .filter((line) => /^\d{4}-\d{2}-\d{2}T/.test(line))
        expect(rows.length).toBe(total.count)
      },
    ],
    ['Excel 文件（XLSX）', (file: Buffer) => expect(file.subarray(0, 2).toString()).toBe('PK')],
  ] as const) {
    await page.getByRole('button', { name: '导出' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: item }).click(),
    ])
    check(readFileSync(await download.path()))
  }
})

test('the past is shown as the past, and left again', async () => {
  await visit(page, '/sales?range=year&as_of=100')
  await page.getByText('您正在查看历史数据').waitFor()
  const then = (await api('GET', '/v1/reports/sales?from=2026-01-01&as_of=100')) as {
    total: { sales_amount: string }
  }
  expect(await page.locator('main').innerText()).toContain(formatMoney(then.total.sales_amount))
  await page.getByRole('button', { name: '回到当前' }).click()
  await page.getByText('您正在查看历史数据').waitFor({ state: 'detached' })
})

test('a figure is taken apart into what adds up to it', async () => {
  await visit(page, `/sales?${RANGE}`)
  await page
    .getByRole('button', { name: /^总销售额 / })
    .first()
    .click()
  await page.getByText('与报表一致').waitFor()
})

test('a point of a chart is taken apart, and so is its row in the table beside it', async () => {
  await visit(page, `/sales?${RANGE}`)
  const canvas = page.locator('.chart canvas').first()
  await canvas.waitFor()
  const box = (await canvas.boundingBox())!
  await canvas.click({ position: { x: box.width / 2, y: box.height / 2 } })
  await page.getByText('与报表一致').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByText('数据表').click()
  const month = page.getByRole('button', { name: /^2026-10 · 订单数 / })
  await month.focus()
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('dialog', { name: '2026-10 · 订单数 的构成' })
  await drawer.getByText('与报表一致').waitFor()
})

test.each([
  ['/income', ''],
  ['/orders', '&status=completed'],
  ['/settlements', '&state=settled'],
])('the total of %s is the figure of its report', async (path, chosen) => {
  await visit(page, `${path}?${RANGE}${chosen}`)
  await page.getByRole('button', { name: /^合计 / }).click()
  await page.getByRole('dialog').getByText('与报表一致').waitFor()
})

// Every page by itself: it opens without an error, loads from nowhere else, and axe finds nothing serious.
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { context, launch, logIn, PAGES, violations, visit, watched } from './browser'
import { firstView, leaf } from './speed'

let browser: Browser
let of: BrowserContext

beforeAll(async () => {
  browser = await launch()
  of = await context(browser)
  await logIn(of)
})
afterAll(() => browser.close())

test.each(PAGES)('%s', async (_, path) => {
  const page = await of.newPage()
  const problems = watched(page)
  await visit(page, path)
  await page.waitForTimeout(200)
  expect(await violations(page)).toEqual([])
  expect(problems).toEqual([])
  await page.close()
})

test('nothing is wider than a phone but what scrolls by itself', async () => {
  const phone = await context(browser, 390, 844)
  await logIn(phone)
  const page = await phone.newPage()
  for (const path of ['/', '/sales', '/orders', '/suppliers/withdrawal-review', '/settlement-rules']) {
    await visit(page, path)
    expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390)
  }
  await phone.close()
})

test('the overview is small, quick and has no charts', async () => {
  const first = await context(browser)
  await logIn(first)
  const { milliseconds, bytes, urls } = await firstView(first)
  console.log(`overview: ${urls.length} requests, ${Math.round(bytes / 1000)} kB, ${milliseconds} ms`)
  expect(bytes).toBeLessThan(500_000)
  // On a machine that does nothing else it is under a second.
  expect(milliseconds).toBeLessThan(3_000)
  expect(urls.filter((url) => url.includes('EChart'))).toEqual([])
  await first.close()
})

test('a list scrolls and pages without a freeze', async () => {
  const page = await of.newPage()
  const { longest, milliseconds, pages } = await leaf(page, '/orders?size=500', 4)
  console.log(`orders: ${pages} pages of 500 in ${milliseconds} ms, the longest task ${longest} ms`)
  expect(longest).toBeLessThan(1_500)
  await page.close()
})

// Every page by itself: it opens without an error, loads from nowhere else, and axe finds nothing serious.
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { context, launch, logIn, PAGES, violations, visit, watched } from './browser'

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

test('the overview is small, and has no charts', async () => {
  const first = await context(browser)
  await logIn(first)
  const page = await first.newPage()
  const sizes: Record<string, number> = {}
  const pending: Promise<void>[] = []
  page.on('requestfinished', (request) => {
    const measure = async () => {
      const { responseBodySize, responseHeadersSize } = await request.sizes()
      sizes[request.url()] = responseBodySize + responseHeadersSize
    }
    pending.push(measure())
  })
  await visit(page, '/')
  await page.waitForTimeout(500)
  await Promise.all(pending)
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0)
  console.log(`overview: ${Object.keys(sizes).length} requests, ${Math.round(total / 1000)} kB`)
  expect(total).toBeLessThan(500_000)
  expect(Object.keys(sizes).filter((url) => url.includes('EChart'))).toEqual([])
  await first.close()
})

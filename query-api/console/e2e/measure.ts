// Measures what tests can only bound: the first view, a long list (ORDERS=100000), and the memory of the big screen
// while RATE events a second come in for MINUTES. For a quiet machine, and by hand: `npm run measure`.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, context, launch, logIn, tokenOf, url, token } from './browser'
import { firstView, leaf } from './speed'

const RATE = Number(process.env.RATE ?? 1_000)
const MINUTES = Number(process.env.MINUTES ?? 4)
/** Seconds between two looks at the memory. */
const EVERY = Number(process.env.EVERY ?? 20)
let browser: Browser

beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

test('the first view', async () => {
  for (let round = 0; round < 5; round += 1) {
    const of = await context(browser)
    await logIn(of)
    const { milliseconds, bytes, urls } = await firstView(of)
    console.log(`overview: ${urls.length} requests, ${Math.round(bytes / 1000)} kB, ${milliseconds} ms`)
    await of.close()
  }
})

test('a long list', { timeout: 300_000 }, async () => {
  const { total } = (await api('GET', '/v1/orders?limit=1&with_total=true')) as { total: { count: number } }
  const of = await context(browser)
  await logIn(of)
  const page = await of.newPage()
  const { longest, milliseconds, pages } = await leaf(
    page,
    '/orders?size=500',
    Math.min(50, Math.floor(total.count / 500) - 1),
  )
  console.log(
    `orders: ${total.count} rows, ${pages} pages of 500 in ${milliseconds} ms, longest task ${longest} ms`,
  )
  expect(longest).toBeLessThan(1_000)
  await of.close()
})

/** Sends events until it is told to stop: orders that are placed, a batch every 100 ms. Tells how many there were. */
function publishing(): { stop: () => Promise<number> } {
  let [sent, stopped] = [0, false]
  const batch = Math.round(RATE / 10)
  const run = async () => {
    const start = performance.now()
    for (let number = 0; !stopped; number += 1) {
      const lines = Array.from({ length: batch }, (_, index) => placed(`MEASURE-${start}-${number}-${index}`))
      const answer = await fetch(`${url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
        body: lines.map((line) => JSON.stringify(line)).join('\n'),
      })
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
      await answer.arrayBuffer()
      sent += batch
      const ahead = (number + 1) * 100 - (performance.now() - start)
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead))
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopped = true
      await running
      return sent
    },
  }
}

function placed(id: string) {
  return {
    specversion: '1.0',
    id,
    source: '/measure',
    type: 'order.placed',
    subject: id,
    time: new Date().toISOString(),
    data: {
      order_no: id,
      member_id: 'M-1',
      source: 'pc',
      packages: 1,
      amount: '1.00',
      product: { id: 'P', name: '压力测试', type: 'ticket' },
      confirmation: 'none',
    },
  }
}

test('the memory of the big screen under load', { timeout: (MINUTES + 2) * 60_000 }, async () => {
  await api('PUT', '/v1/settings/screen', {
    title: '大屏',
    range: { days: 7 },
    template: 'default',
    refresh_seconds: 1,
  })
  const page = await (await context(browser, 1920, 1080)).newPage()
  await page.goto(`/screen?token=${await tokenOf('screen')}`)
  await page.locator('.template').waitFor()
  const tools = await page.context().newCDPSession(page)
  await tools.send('Performance.enable')
  const heap = async () => {
    // The browser keeps the times of the last 250 requests for whoever may ask: they are not the page's.
    await page.evaluate(() => performance.clearResourceTimings())
    await tools.send('HeapProfiler.collectGarbage')
    const { metrics } = await tools.send('Performance.getMetrics')
    const of = (name: string) => metrics.find((metric) => metric.name === name)!.value
    return { megabytes: of('JSHeapUsedSize') / 1e6, nodes: of('Nodes'), listeners: of('JSEventListeners') }
  }
  const load = publishing()
  const start = performance.now()
  const seen: number[] = []
  while (performance.now() - start < MINUTES * 60_000) {
    const { megabytes, nodes, listeners } = await heap()
    seen.push(megabytes)
    const at = Math.round((performance.now() - start) / 1000)
    console.log(`${at} s: ${megabytes.toFixed(2)} MB, ${nodes} nodes, ${listeners} listeners`)
    await page.waitForTimeout(EVERY * 1_000)
  }
  const sent = await load.stop()
  console.log(`${Math.round((sent * 1000) / (performance.now() - start))} events/s`)
  // What grows without end would have grown by more than this.
  expect(Math.max(...seen.slice(-3))).toBeLessThan(Math.max(...seen.slice(0, 3)) + 10)
})

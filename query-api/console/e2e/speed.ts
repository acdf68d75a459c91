// How fast pages are: the first view with nothing in the cache, and lists that are scrolled and leafed through.
import { gzipSync } from 'node:zlib'
import type { BrowserContext, Page, Response } from 'playwright-core'

/** What a response weighs on the wire. Before a preview, which does not compress, what it would weigh compressed. */
async function weight(response: Response): Promise<number> {
  const sizes = await response.request().sizes()
  const headers = await response.allHeaders()
  const plain = !headers['content-encoding'] && process.env.CONSOLE_PREVIEW && sizes.responseBodySize > 1_000
  const body = plain ? gzipSync(await response.body()).length : sizes.responseBodySize
  return body + sizes.responseHeadersSize
}

/** The overview in a browser that has never been there: until its figures stand there, and all that was loaded. */
export async function firstView(
  of: BrowserContext,
): Promise<{ milliseconds: number; bytes: number; urls: string[] }> {
  const page = await of.newPage()
  const weights: Promise<number>[] = []
  const urls: string[] = []
  page.on('response', (response) => {
    if (response.url().includes('/v1/stream')) return
    urls.push(response.url())
    weights.push(response.finished().then(() => weight(response)))
  })
  await page.goto('/', { waitUntil: 'commit' })
  // Looked for with every frame, and counted by the page, from where it began to be opened.
  const shown = await page.waitForFunction(
    () => document.querySelector('.card .value') && performance.now(),
    undefined,
    { polling: 'raf' },
  )
  const milliseconds = Math.round((await shown.jsonValue())!)
  await page.waitForTimeout(500)
  const bytes = (await Promise.all(weights)).reduce((sum, size) => sum + size, 0)
  return { milliseconds, bytes, urls }
}

/** Scrolls a list to its end and goes to the next page, `pages` times; the longest time in which the page was busy. */
export async function leaf(
  page: Page,
  path: string,
  pages: number,
): Promise<{ longest: number; milliseconds: number; pages: number }> {
  await page.addInitScript(() => {
    const tasks: number[] = []
    Object.assign(window, { tasks })
    new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      type: 'longtask',
      buffered: true,
    })
  })
  await page.goto(path)
  await page.getByText('第 1 页').waitFor()
  await page.locator('tbody tr').nth(400).waitFor()
  await page.evaluate(() => ((window as unknown as { tasks: number[] }).tasks.length = 0))
  const start = performance.now()
  for (let number = 2; number <= pages + 1; number += 1) {
    await page.evaluate(async () => {
      const rows = document.querySelector('.table-scroll')!
      for (let step = 1; step <= 30; step += 1) {
        rows.scrollTo(0, (rows.scrollHeight * step) / 30)
        await new Promise(requestAnimationFrame)
      }
    })
    const first = await page.locator('tbody tr').first().innerText()
    await page.getByRole('button', { name: '下一页' }).click()
    await page.getByText(`第 ${number} 页`).waitFor()
    await page.waitForFunction(
      (before) => document.querySelector<HTMLElement>('tbody tr')?.innerText !== before,
      first,
    )
  }
  const milliseconds = Math.round(performance.now() - start)
  const longest = await page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks))
  return { longest: Math.round(longest), milliseconds, pages }
}

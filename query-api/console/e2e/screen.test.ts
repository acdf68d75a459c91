// The big screen: its address works with a token that can see nothing else; it moves, and says when it does not.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, context, launch, publish, tokenOf, url, violations, watched } from './browser'
import { formatCount } from '../src/logic/money'

let browser: Browser
let token: string

beforeAll(async () => {
  browser = await launch()
  token = await tokenOf('screen')
  await api('PUT', '/v1/settings/screen', {
    title: '测试大屏',
    range: { days: 7 },
    template: 'default',
    refresh_seconds: 1,
  })
})
afterAll(() => browser.close())

/** Orders on the screen, as of this position at least. */
const orders = async (position = 0) => {
  const day = 86_400_000
  const local = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)
  const range = `from=${local(Date.now() - 6 * day)}&to=${local(Date.now() + day)}`
  return ((await api('GET', `/v1/reports/screen?${range}&min_position=${position}`)) as { orders: number })
    .orders
}

test.each(['default', 'focus'])(
  'the design %s shows the figures, and moves with an event',
  async (template) => {
    await api('PUT', '/v1/settings/screen', {
      title: '测试大屏',
      range: { days: 7 },
      template,
      refresh_seconds: 1,
    })
    const page = await (await context(browser, 1920, 1080)).newPage()
    const problems = watched(page)
    await page.goto(`/screen?token=${token}`)
    await page.getByRole('heading', { name: '测试大屏' }).waitFor()
    const before = await orders()
    await page.getByText(formatCount(before), { exact: true }).first().waitFor()
    const id = `SCREEN-${template}-${Date.now()}`
    const position = await publish('order.placed', id, {
      order_no: id,
      member_id: 'M-1',
      source: 'pc',
      packages: 1,
      amount: '1.00',
      product: { id: 'P', name: 'x', type: 'ticket' },
      confirmation: 'none',
    })
    const after = await orders(position)
    expect(after).toBeGreaterThan(before)
    await page.getByText(formatCount(after), { exact: true }).first().waitFor({ timeout: 5_000 })
    expect(await violations(page)).toEqual([])
    expect(problems).toEqual([])
    await page.context().close()
  },
)

test('the token in its address sees the screen and nothing else', async () => {
  const ask = (path: string) =>
    fetch(url + path, { headers: { authorization: `Bearer ${token}` } }).then(({ status }) => status)
  expect(await ask('/v1/reports/screen')).toBe(200)
  expect(await ask('/v1/reports/sales')).toBe(403)
  expect(await ask('/v1/orders')).toBe(403)
  const page = await (await context(browser)).newPage()
  await page.goto('/screen?token=wrong')
  await page.getByText('此地址的令牌无效或已过期').waitFor()
})

test('it fits displays of other shapes', async () => {
  const page = await (await context(browser, 1280, 1024)).newPage()
  await page.goto(`/screen?token=${token}`)
  const box = (await page.locator('.stage').boundingBox())!
  expect(Math.round(box.width)).toBe(1280)
  expect(Math.round(box.height)).toBe(720)
  expect(Math.round(box.y)).toBe(152)
})

test(
  'with the network cut it says that figures are old, and comes back by itself',
  { timeout: 90_000 },
  async () => {
    const of = await context(browser, 1920, 1080)
    const page = await of.newPage()
    await page.goto(`/screen?token=${token}`)
    await page.locator('.template').waitFor()
    await of.route('**/v1/**', (route) => route.abort())
    await page.evaluate('window.dispatchEvent(new Event("offline"))')
    await of.setOffline(true)
    await page.getByText(/数据截至 .*正在重连/).waitFor({ timeout: 60_000 })
    await of.setOffline(false)
    await of.unroute('**/v1/**')
    await page.getByText(/数据截至/).waitFor({ state: 'detached', timeout: 30_000 })
  },
)

// @vitest-environment happy-dom
// What customers and shops call their products is text on the wall, never markup.
import { createApp, nextTick } from 'vue'
import { expect, test } from 'vitest'
import ScrollList from './ScrollList.vue'
import { i18n } from '../i18n/i18n'

function mounted(deals: object[]) {
  const root = document.createElement('div')
  const app = createApp(ScrollList, { deals }).use(i18n)
  app.mount(root)
  return { root, unmount: () => app.unmount() }
}

const deal = (product_name: string) => ({
  product_name,
  product_type: 'ticket',
  amount: '1234.50',
  paid_at: '2026-11-24T23:06:34.929000+08:00',
})

test('a name with markup in it is shown as it is written', async () => {
  const name = '<img src=x onerror="alert(1)">'
  const { root, unmount } = mounted([deal(name)])
  await nextTick()
  expect(root.querySelector('img')).toBeNull()
  expect(root.querySelector('.name')?.textContent).toBe(name)
  expect(root.textContent).toContain('1,234.50')
  expect(root.textContent).toContain('11-24 23:06')
  unmount()
})

test('without deals it says so', () => {
  const { root, unmount } = mounted([])
  expect(root.textContent).toBe('暂无成交')
  unmount()
})

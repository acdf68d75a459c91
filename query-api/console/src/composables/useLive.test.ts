// @vitest-environment happy-dom
// Following the figures: one request at a time, none that is not needed, none while the past is shown.
import { effectScope, nextTick } from 'vue'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useLive } from './useLive'

const stream = vi.hoisted(() => ({ position: null as unknown as { value: number } }))
vi.mock('../api/stream', async () => {
  const { ref } = await import('vue')
  stream.position = ref(0)
  return { livePosition: stream.position }
})

let shown = 0
let wanted = true
let finish: () => void = () => {}
const read = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
const scope = () => {
  const made = effectScope()
  made.run(() => useLive({ shown: () => shown, wanted: () => wanted, read, pause: 400 }))
  return made
}

async function moved(position: number) {
  stream.position.value = position
  await nextTick()
}

beforeEach(() => {
  vi.useFakeTimers()
  shown = 0
  wanted = true
  stream.position.value = 0
  read.mockClear()
})
afterEach(() => vi.useRealTimers())

test('it reads when figures moved, and what came meanwhile once more after the pause', async () => {
  const made = scope()
  await moved(1)
  await moved(2)
  await moved(3)
  expect(read).toHaveBeenCalledTimes(1)
  shown = 1
  finish()
  await vi.advanceTimersByTimeAsync(399)
  expect(read).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(read).toHaveBeenCalledTimes(2)
  shown = 3
  finish()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(read).toHaveBeenCalledTimes(2)
  made.stop()
})

test('what is shown already, and the past, is not read again', async () => {
  const made = scope()
  shown = 10
  await moved(10)
  wanted = false
  await moved(11)
  expect(read).not.toHaveBeenCalled()
  made.stop()
})

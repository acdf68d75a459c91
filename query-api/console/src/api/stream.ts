// The service's event stream: one connection that says how far the figures are. It reconnects by itself.
import { readonly, ref } from 'vue'

const position = ref(0)
const state = ref<'connecting' | 'live' | 'broken'>('connecting')
let source: EventSource | null = null
let retry: ReturnType<typeof setTimeout> | undefined
/** How long to wait before the next try, in milliseconds. */
let pause = 1_000

export const livePosition = readonly(position)
export const liveState = readonly(state)

export function connect(token: string | null = null): void {
  disconnect()
  source = new EventSource(token ? `/v1/stream?token=${encodeURIComponent(token)}` : '/v1/stream')
  source.addEventListener('open', () => {
    state.value = 'live'
    pause = 1_000
  })
  source.addEventListener('position', (event) => {
    const said = JSON.parse((event as MessageEvent<string>).data) as { position: number }
    state.value = 'live'
    position.value = said.position
  })
  source.addEventListener('error', () => {
    state.value = 'broken'
    // A browser tries again by itself unless it was refused; then we do, more and more seldom.
    if (source?.readyState === EventSource.CLOSED) {
      retry = setTimeout(() => connect(token), pause)
      pause = Math.min(pause * 2, 30_000)
    }
  })
}

export function disconnect(): void {
  clearTimeout(retry)
  source?.close()
  source = null
  state.value = 'connecting'
}

// Reading again when the figures moved: at once, but one request at a time, and never faster than a pause allows.
import { onScopeDispose, watch } from 'vue'
import { livePosition } from '../api/stream'

export interface Live {
  /** The position that what is shown reflects. */
  shown: () => number
  /** Whether to follow at all: not while the past is shown. */
  wanted: () => boolean
  read: () => Promise<void>
  /** Milliseconds between the end of a read and the next. */
  pause: number
}

export function useLive({ shown, wanted, read, pause }: Live): void {
  let busy = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function follow(): Promise<void> {
    if (busy || timer || document.hidden || !wanted() || livePosition.value <= shown()) return
    busy = true
    await read()
    busy = false
    timer = setTimeout(() => {
      timer = undefined
      void follow()
    }, pause)
  }

  const onVisible = () => void follow()
  watch(livePosition, onVisible)
  document.addEventListener('visibilitychange', onVisible)
  onScopeDispose(() => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', onVisible)
  })
}

// Something read from the service: what it was last, whether it is on its way, and what went wrong.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { get, type ApiError, type Params } from '../api/client'
import { logins } from '../session/session'

export interface Read<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<ApiError | null>
  /** There is nothing of this selection to show yet. */
  loading: Ref<boolean>
  /** Reads again and leaves what is shown until the answer is there. */
  refresh: () => Promise<void>
}

/** Reads `path()` with `params()`, again whenever either changes or somebody logs in; null reads nothing. */
export function useRead<T>(path: () => string | null, params: () => Params = () => ({})): Read<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = ref(false)
  let running: AbortController | null = null

  async function read(): Promise<void> {
    running?.abort()
    const address = path()
    if (address === null) return
    const mine = new AbortController()
    running = mine
    try {
      const answer = await get<T>(address, params(), mine.signal)
      if (mine.signal.aborted) return
      data.value = answer
      error.value = null
    } catch (caught) {
      if (mine.signal.aborted) return
      error.value = caught as ApiError
    }
    loading.value = false
  }

  watch(
    () => [path(), JSON.stringify(params()), logins.value],
    () => {
      loading.value = path() !== null
      error.value = null
      void read()
    },
    { immediate: true },
  )
  onScopeDispose(() => running?.abort())
  return { data, error, loading, refresh: read }
}

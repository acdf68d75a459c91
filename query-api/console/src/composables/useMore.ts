// A list that grows: its first page, and more of it when that is asked for. Another question begins again.
import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { get, type ApiError, type Params } from '../api/client'

export interface More<Answer, Item> {
  items: ShallowRef<Item[]>
  /** The last page. */
  answer: ShallowRef<Answer | null>
  error: ShallowRef<ApiError | null>
  loading: Ref<boolean>
  load: (cursor?: string | null) => Promise<void>
}

/** Reads `path()` with `params()`; null reads nothing. */
export function useMore<Answer, Item>(
  path: () => string | null,
  params: () => Params,
  itemsOf: (answer: Answer) => Item[],
): More<Answer, Item> {
  const items = shallowRef<Item[]>([])
  const answer = shallowRef<Answer | null>(null)
  const error = shallowRef<ApiError | null>(null)
  const loading = ref(false)
  const question = () => JSON.stringify([path(), params()])

  async function load(cursor: string | null = null): Promise<void> {
    const address = path()
    if (address === null) return
    const asked = question()
    loading.value = true
    error.value = null
    try {
      const page = await get<Answer>(address, { ...params(), cursor, limit: 100 })
      if (asked !== question()) return
      items.value = cursor ? [...items.value, ...itemsOf(page)] : itemsOf(page)
      answer.value = page
    } catch (caught) {
      if (asked !== question()) return
      error.value = caught as ApiError
    }
    loading.value = false
  }

  watch(
    question,
    () => {
      items.value = []
      answer.value = null
      error.value = null
      void load()
    },
    { immediate: true },
  )
  return { items, answer, error, loading, load }
}

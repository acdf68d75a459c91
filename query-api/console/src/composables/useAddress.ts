// What the address says: range, moment of the past, filters. Changing one changes the address, and the address the page.
import { computed, reactive, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { changed, text } from '../logic/query'
import { queryOf, rangeOf, type Preset, type Range } from '../logic/range'
import { zone } from '../session/session'
import { minute } from './clock'

export interface Address {
  range: Range
  asOf: string | undefined
  /** The filters that are set, by their names. */
  filters: Record<string, string | undefined>
  setRange: (range: Range) => void
  set: (changes: Record<string, string | undefined>) => void
}

/** `names` are the page's filters; `fallback` its range where the address says none. */
export function useAddress(names: readonly string[], fallback: Preset | 'all'): Address {
  const route = useRoute()
  const router = useRouter()
  const set = (changes: Record<string, string | undefined>) =>
    void router.replace({ query: changed(route.query, changes), hash: route.hash })
  const range: ComputedRef<Range> = computed(() => rangeOf(route.query, zone.value, fallback, minute.value))
  const filters = computed(() => Object.fromEntries(names.map((name) => [name, text(route.query, name)])))
  const asOf = computed(() => text(route.query, 'as_of'))
  return reactive({ range, asOf, filters, set, setRange: (next: Range) => set(queryOf(next)) })
}

// Queries of addresses: what stands in the browser's address is all that a page needs to be shown again.
import type { LocationQuery, LocationQueryRaw } from 'vue-router'

/** A query with changes; what became empty is left out, so that addresses stay short. */
export function changed(query: LocationQuery, changes: Record<string, string | undefined>): LocationQueryRaw {
  const next: LocationQueryRaw = { ...query }
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === '') delete next[key]
    else next[key] = value
  }
  return next
}

/** One value of a query as text; of a repeated one the first. */
export function text(query: LocationQuery, key: string): string | undefined {
  const value = query[key]
  const one = Array.isArray(value) ? value[0] : value
  return one ?? undefined
}

/** Parameters as the service reads them, in an address. Nothing is sent for what is absent. */
export function toSearch(params: Record<string, string | number | boolean | null | undefined>): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value))
  }
  const encoded = search.toString()
  return encoded ? `?${encoded}` : ''
}

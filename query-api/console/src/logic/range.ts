// The range of a report or list: a preset that moves with the calendar, or two ends to the second.
import { addDays, instantOf, monthStart, today } from './zone'

export const PRESETS = ['today', 'yesterday', 'last7', 'last30', 'month', 'last_month', 'year'] as const
export type Preset = (typeof PRESETS)[number]

/** `all` is no range at all: what lists begin with. Ends are dates, or instants with an offset. */
export interface Range {
  kind: Preset | 'custom' | 'all'
  from: string | null
  to: string | null
}

export function isPreset(text: unknown): text is Preset {
  return typeof text === 'string' && (PRESETS as readonly string[]).includes(text)
}

/** The first day of a preset, and the day after its last. */
export function presetDays(
  preset: Preset,
  zone: string,
  now: Date = new Date(),
): { from: string; to: string } {
  const day = today(zone, now)
  const tomorrow = addDays(day, 1)
  switch (preset) {
    case 'today':
      return { from: day, to: tomorrow }
    case 'yesterday':
      return { from: addDays(day, -1), to: day }
    case 'last7':
      return { from: addDays(day, -6), to: tomorrow }
    case 'last30':
      return { from: addDays(day, -29), to: tomorrow }
    case 'month':
      return { from: monthStart(day), to: monthStart(day, 1) }
    case 'last_month':
      return { from: monthStart(day, -1), to: monthStart(day) }
    case 'year':
      return { from: `${day.slice(0, 4)}-01-01`, to: `${Number(day.slice(0, 4)) + 1}-01-01` }
  }
}

/** A range from its query (`range`, or `from` and `to`); what is not understood is `fallback`. */
export function rangeOf(
  query: Record<string, unknown>,
  zone: string,
  fallback: Preset | 'all',
  now: Date = new Date(),
): Range {
  const end = (value: unknown) => (typeof value === 'string' && isMoment(value) ? value : null)
  const [from, to] = [end(query.from), end(query.to)]
  if (from || to) return { kind: 'custom', from, to }
  const kind = isPreset(query.range) || query.range === 'all' ? query.range : fallback
  return kind === 'all' ? { kind, from: null, to: null } : { kind, ...presetDays(kind, zone, now) }
}

/** A range as its query. */
export function queryOf(range: Range): Record<string, string | undefined> {
  if (range.kind === 'custom') {
    return { range: undefined, from: range.from ?? undefined, to: range.to ?? undefined }
  }
  return { range: range.kind, from: undefined, to: undefined }
}

export function isMoment(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
}

/** The end of a custom range as it is typed (wall clock, to the second) as the service wants it. */
export function momentOf(wall: string, zone: string): string {
  return /T00:00(:00)?$/.test(wall) ? wall.slice(0, 10) : instantOf(wall, zone)
}

/** The length of a range in days, roughly: what decides whether a trend goes by the hour, day or month. */
export function spanDays(range: Range): number {
  if (!range.from || !range.to) return Infinity
  return (Date.parse(range.to) - Date.parse(range.from)) / 86_400_000
}

export function trendStep(range: Range): 'hour' | 'day' | 'month' {
  const days = spanDays(range)
  return days <= 2 ? 'hour' : days <= 92 ? 'day' : 'month'
}

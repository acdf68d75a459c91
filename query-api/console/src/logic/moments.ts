// Moments of the past as they are typed: a position of the log, or a time in the ledger's zone.
import { addDays, formatTime, instantOf, monthStart, today, wallClock } from './zone'

/** As the service wants it; undefined when it is neither. */
export function momentValue(typed: string, zone: string): string | undefined {
  const text = typed.trim()
  if (/^\d+$/.test(text)) return text
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?)?$/.exec(text)
  if (!match) return undefined
  return instantOf(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? ':00'}`, zone)
}

export function momentText(value: string | undefined, zone: string): string {
  if (value === undefined || /^\d+$/.test(value)) return value ?? ''
  return formatTime(value, zone)
}

/** Moments that are often meant, as the clocks of the zone show them. */
export function usualMoments(
  zone: string,
  now: Date,
): Record<'hour' | 'today' | 'yesterday' | 'week' | 'month', string> {
  const day = today(zone, now)
  const midnight = (of: string) => `${of} 00:00:00`
  return {
    hour: wallClock(new Date(now.getTime() - 3_600_000), zone).replace('T', ' '),
    today: midnight(day),
    yesterday: midnight(addDays(day, -1)),
    week: midnight(addDays(day, -7)),
    month: midnight(monthStart(day)),
  }
}

/** Whether one moment is after the other, where that can be told without the log. */
export function isAfter(one: string, other: string): boolean {
  const positions = [one, other].map((moment) => /^\d+$/.test(moment))
  if (positions[0] !== positions[1]) return false
  return positions[0] ? Number(one) > Number(other) : Date.parse(one) > Date.parse(other)
}

// Moments of the past as they are typed: a position of the log, or a time in the ledger's zone.
import { formatTime, instantOf } from './zone'

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

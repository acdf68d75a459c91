// Wall-clock times in the ledger's time zone, whatever zone the browser is in.

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string): Intl.DateTimeFormat {
  let known = formats.get(zone)
  if (!known) {
    known = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, known)
  }
  return known
}

/** `2026-11-24T23:15:15`: what clocks in the zone show at an instant. */
export function wallClock(instant: Date, zone: string): string {
  const parts = new Map(
    format(zone)
      .formatToParts(instant)
      .map((part) => [part.type, part.value]),
  )
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}`
}

/** The zone's offset from UTC at an instant, in minutes. */
function offsetMinutes(instant: Date, zone: string): number {
  const wall = Date.parse(`${wallClock(instant, zone)}Z`)
  return Math.round((wall - Math.floor(instant.getTime() / 1000) * 1000) / 60_000)
}

/**
 * The instant at which clocks in the zone show `wall` (`2026-11-24T23:15:15`), with the zone's offset. Of a time
 * that the clocks show twice the first one; of one that they skip, the instant after the gap.
 */
export function instantOf(wall: string, zone: string): string {
  const full = wall.length === 16 ? `${wall}:00` : wall
  const asUtc = Date.parse(`${full}Z`)
  const before = offsetMinutes(new Date(asUtc - 86_400_000), zone)
  const after = offsetMinutes(new Date(asUtc + 86_400_000), zone)
  const fits = [before, after].filter((offset) => wallClock(new Date(asUtc - offset * 60_000), zone) === full)
  const offset = fits[0] ?? before
  const shown = wallClock(new Date(asUtc - offset * 60_000), zone)
  return shown + offsetText(fits.length > 0 ? offset : offsetMinutes(new Date(asUtc - offset * 60_000), zone))
}

export function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (value: number) => value.toString().padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** `UTC+08:00`, now. */
export function zoneOffset(zone: string, at: Date = new Date()): string {
  return `UTC${offsetText(offsetMinutes(at, zone))}`
}

/** The calendar day in the zone: `2026-11-24`. */
export function today(zone: string, now: Date = new Date()): string {
  return wallClock(now, zone).slice(0, 10)
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** The first day of the month that is `months` away from that of `day`. */
export function monthStart(day: string, months = 0): string {
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))]
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10)
}

/**
 * A time as the service writes it (`2026-11-24T23:15:15.696000+08:00`, local already) as it is read:
 * `2026-11-24 23:15:15`. One in UTC is brought to the zone.
 */
export function formatTime(time: string, zone: string): string {
  const local = time.endsWith('Z') ? wallClock(new Date(time), zone) : time
  return local.slice(0, 19).replace('T', ' ')
}

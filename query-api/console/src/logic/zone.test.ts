// Clocks of the ledger's zone, whatever the browser's is.
import { expect, test } from 'vitest'
import { addDays, formatTime, instantOf, monthStart, today, wallClock, zoneOffset } from './zone'

test('a day begins at midnight of the ledger', () => {
  const at = new Date('2026-11-24T16:30:00Z')
  expect(today('Asia/Shanghai', at)).toBe('2026-11-25')
  expect(today('UTC', at)).toBe('2026-11-24')
  expect(wallClock(at, 'America/New_York')).toBe('2026-11-24T11:30:00')
})

test.each([
  ['2026-11-24T23:15:15', 'Asia/Shanghai', '2026-11-24T23:15:15+08:00'],
  ['2026-11-24T23:15', 'Asia/Shanghai', '2026-11-24T23:15:00+08:00'],
  ['2026-07-01T00:00:00', 'Europe/Berlin', '2026-07-01T00:00:00+02:00'],
  ['2026-01-01T00:00:00', 'America/St_Johns', '2026-01-01T00:00:00-03:30'],
  // Clocks show this twice: the first one, still summer time.
  ['2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T02:30:00+02:00'],
  // Clocks skip this: they show an hour more.
  ['2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T03:30:00+02:00'],
])('%s in %s is %s', (wall, zone, instant) => expect(instantOf(wall, zone)).toBe(instant))

test('an instant survives its wall clock', () => {
  for (const zone of ['Asia/Shanghai', 'America/New_York', 'Asia/Kathmandu']) {
    for (let hour = 0; hour < 24 * 366; hour += 7) {
      const at = new Date(Date.UTC(2026, 0, 1, hour))
      const back = instantOf(wallClock(at, zone), zone)
      // The hour that is shown twice is taken as its first.
      expect([0, 3_600_000]).toContain(at.getTime() - Date.parse(back))
    }
  }
})

test('offsets are named', () => {
  expect(zoneOffset('Asia/Shanghai')).toBe('UTC+08:00')
  expect(zoneOffset('UTC')).toBe('UTC+00:00')
})

test('days and months are counted by the calendar', () => {
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
  expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
  expect(monthStart('2026-01-31', -1)).toBe('2025-12-01')
  expect(monthStart('2026-12-31', 1)).toBe('2027-01-01')
})

test('times of the service are shown as they stand, those in UTC in the zone', () => {
  expect(formatTime('2026-11-24T23:15:15.696000+08:00', 'Asia/Shanghai')).toBe('2026-11-24 23:15:15')
  expect(formatTime('2026-11-24T16:00:00Z', 'Asia/Shanghai')).toBe('2026-11-25 00:00:00')
})

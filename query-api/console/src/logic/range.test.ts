// Presets by the ledger's calendar, and ranges in addresses.
import { describe, expect, test } from 'vitest'
import { momentOf, presetDays, PRESETS, queryOf, rangeOf, trendStep, type Preset } from './range'

const ZONE = 'Asia/Shanghai'
/** Past midnight in Shanghai, the day before in UTC. */
const NOW = new Date('2026-03-31T16:30:00Z')

test.each<[Preset, string, string]>([
  ['today', '2026-04-01', '2026-04-02'],
  ['yesterday', '2026-03-31', '2026-04-01'],
  ['last7', '2026-03-26', '2026-04-02'],
  ['last30', '2026-03-03', '2026-04-02'],
  ['month', '2026-04-01', '2026-05-01'],
  ['last_month', '2026-03-01', '2026-04-01'],
  ['year', '2026-01-01', '2027-01-01'],
])('%s is from %s to before %s', (preset, from, to) =>
  expect(presetDays(preset, ZONE, NOW)).toEqual({ from, to }),
)

describe('in an address', () => {
  test('a preset comes back as itself', () => {
    for (const preset of PRESETS) {
      const range = rangeOf({ range: preset }, ZONE, 'last30', NOW)
      expect(rangeOf(queryOf(range), ZONE, 'today', NOW)).toEqual(range)
    }
  })

  test('a custom range comes back as itself, also with one end', () => {
    const query = { from: '2026-03-01T09:30:15+08:00', to: '2026-04-01' }
    expect(rangeOf(query, ZONE, 'today', NOW)).toEqual({ kind: 'custom', ...query })
    expect(queryOf(rangeOf(query, ZONE, 'today', NOW))).toEqual({ range: undefined, ...query })
    expect(rangeOf({ from: '2026-03-01' }, ZONE, 'today', NOW).to).toBeNull()
  })

  test('what is not understood is the fallback', () => {
    for (const query of [
      {},
      { range: 'never' },
      { from: 'yesterday' },
      { to: '2026-13-45' },
      { from: ['2026-01-01'] },
    ]) {
      expect(rangeOf(query, ZONE, 'last7', NOW).kind).toBe('last7')
    }
    expect(rangeOf({}, ZONE, 'all', NOW)).toEqual({ kind: 'all', from: null, to: null })
  })
})

test('an end that is typed is a date at midnight, else an instant', () => {
  expect(momentOf('2026-04-01T00:00:00', ZONE)).toBe('2026-04-01')
  expect(momentOf('2026-04-01T00:00', ZONE)).toBe('2026-04-01')
  expect(momentOf('2026-04-01T00:00:01', ZONE)).toBe('2026-04-01T00:00:01+08:00')
})

test('a trend goes by steps that its range can show', () => {
  const step = (query: object) => trendStep(rangeOf({ ...query }, ZONE, 'today', NOW))
  expect(step({ range: 'today' })).toBe('hour')
  expect(step({ range: 'last30' })).toBe('day')
  expect(step({ range: 'year' })).toBe('month')
  expect(step({ from: '2020-01-01' })).toBe('month')
})

// How values of an answer are written when only their names tell what they are.
import type { TermSet } from '../i18n/words'
import { formatCount, formatMoney } from '../logic/money'
import { formatTime } from '../logic/zone'

const SETS: Record<string, TermSet> = {
  account: 'account',
  code: 'account',
  type: 'event',
  product_type: 'product_type',
  method: 'method',
  direction: 'direction',
}
/** Positions and other names that happen to be digits are not grouped. */
const NAMES = /(^|_)(position|id|no|number|code|after|birth|voucher)$/

/** The columns of rows: those whose values are plain. */
export function openColumns(rows: readonly Record<string, unknown>[]): string[] {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return keys.filter((key) => rows.some((row) => row[key] !== null && typeof row[key] !== 'object'))
}

export function isAmount(key: string, value: unknown): boolean {
  if (NAMES.test(key)) return false
  return typeof value === 'number' || (typeof value === 'string' && /^-?\d+\.\d{2}$/.test(value))
}

export function openText(
  key: string,
  value: unknown,
  term: (set: TermSet, name: string) => string,
  zone: string,
): string {
  if (value === null || value === undefined || typeof value === 'object') return ''
  if (typeof value === 'boolean') return value ? '✓' : '✗'
  if (typeof value === 'number') return isAmount(key, value) ? formatCount(value) : String(value)
  const text = String(value)
  if (isAmount(key, text)) return formatMoney(text)
  if (/^\d{4}-\d{2}-\d{2}T/.test(text)) return formatTime(text, zone)
  const set = SETS[key]
  return set ? term(set, text) : text
}

// How a figure is written, by what it is: an amount, a number, a ratio.
import { formatCount, formatMoney, formatRatio } from './money'

export type FigureKind = 'money' | 'count' | 'ratio'
export type FigureValue = string | number | null | undefined

/** What stands for a ratio whose denominator is 0, and for what there is not. */
export const NOTHING = '—'

export function formatFigure(kind: FigureKind, value: FigureValue): string {
  if (value === null || value === undefined) return NOTHING
  if (kind === 'count') return formatCount(Number(value))
  return kind === 'ratio' ? formatRatio(String(value)) : formatMoney(String(value))
}

/** What a number of the service is, by how it is written: counts are numbers, ratios have four decimals. */
export function kindOf(value: FigureValue): FigureKind {
  if (typeof value === 'number') return 'count'
  return /\.\d{4}$/.test(value ?? '') ? 'ratio' : 'money'
}

/** A change with its sign; of a ratio in percentage points. */
export function formatChange(value: FigureValue, points: string): string {
  if (value === null || value === undefined) return NOTHING
  const kind = kindOf(value)
  const text = formatFigure(kind, value)
  const sign = /[1-9]/.test(text) && !text.startsWith('−') ? '+' : ''
  return sign + (kind === 'ratio' ? text.replace('%', points) : text)
}

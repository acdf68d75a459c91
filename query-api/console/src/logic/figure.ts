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

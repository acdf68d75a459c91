// The items of a figure as rows of a table.
import type { FigureItem } from '../api/types'
import { formatFigure, type FigureKind } from '../logic/figure'
import type { TermSet } from '../i18n/words'

/** A number of things, or an amount. */
export type Share = FigureItem['share']

/** What adds to a figure, or changed it by as much. */
export type ItemRow = FigureItem

export const shareKind = (share: Share): FigureKind => (typeof share === 'string' ? 'money' : 'count')

export const formatShare = (share: Share): string => formatFigure(shareKind(share), share)

/** The set of an item's name, where that is a word and no name. */
export function nameSet(item: FigureItem): TermSet | null {
  if (item.entity === 'cash_entry') return 'cash_kind'
  return item.entity === 'balance_entry' ? 'balance_kind' : null
}

/** Whether the report's figure and the sum of its items are the same: amounts and counts are, to the digit. */
export function agrees(figure: string | number | null | undefined, sum: Share): boolean {
  return String(figure) === String(sum)
}

// Columns of tables: how a value is got from a row, and how it is written.
import type { FigureKind, FigureValue } from '../logic/figure'
import type { TermSet } from '../i18n/words'

interface Base<Row> {
  key: string
  title: string
  /** Left out on a narrow screen. */
  wide?: boolean
  /** The address that the cell leads to. */
  link?: (row: Row) => string | null
}

export type Column<Row> = Base<Row> &
  (
    | { kind: 'text'; value: (row: Row) => string | number | null | undefined }
    | { kind: 'time'; value: (row: Row) => string | null | undefined }
    | { kind: 'term'; set: TermSet; value: (row: Row) => string | null | undefined }
    /** A state: a word with a colour of its own. */
    | { kind: 'state'; set: TermSet; value: (row: Row) => string | null | undefined }
    | {
        kind: FigureKind
        value: (row: Row) => FigureValue
        /** Where the figure is in its report, so that it can be taken apart. */
        path?: (row: Row) => string
        /** What its row is called, before the column's title. */
        of?: (row: Row) => string
      }
  )

export function isFigure<Row>(column: Column<Row>): boolean {
  return column.kind === 'money' || column.kind === 'count' || column.kind === 'ratio'
}

/** Which states are good, waiting or bad, over all sets. */
export const TONES: Record<string, 'good' | 'wait' | 'bad' | 'off'> = {
  completed: 'good',
  settled: 'good',
  paid: 'good',
  released: 'good',
  pending: 'wait',
  in_review: 'wait',
  unsettled: 'wait',
  waiting: 'wait',
  refund_review: 'wait',
  approved: 'wait',
  awaiting_confirmation: 'wait',
  awaiting_payment: 'wait',
  paid_awaiting_confirmation: 'wait',
  rejected: 'bad',
  failed: 'bad',
  refunded: 'bad',
  closed: 'off',
  cancelled: 'off',
  discarded: 'off',
  non_settleable: 'off',
}

// Tables of reports that split by product type: a row for each, the total under them, every figure to be taken apart.
import type { Column } from './table'
import type { FigureKind, FigureValue } from '../logic/figure'

/** A row of a table: a split's own, or the total, whose `path` is another. */
export interface SplitRow {
  path: string
  name: string
  row: object
}

export function splitRows<Row extends object>(
  rows: readonly Row[],
  list: string,
  key: keyof Row & string,
  word: (name: string) => string,
): SplitRow[] {
  return rows.map((row) => {
    const name = String(row[key])
    return { path: `${list}.${name}.`, name: word(name), row }
  })
}

export function nameColumn(title: string): Column<SplitRow> {
  return { key: 'name', title, kind: 'text', value: (row) => row.name }
}

/** A figure at `name`, or deeper: `settled.amount`. */
export function figureColumn(name: string, title: string, kind: FigureKind): Column<SplitRow> {
  const value = (row: SplitRow) =>
    name
      .split('.')
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], row.row) as FigureValue
  return { key: name, title, kind, value, path: (row) => row.path + name, of: (row) => row.name }
}

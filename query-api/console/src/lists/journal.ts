// The columns of the journal and of the entries of an account.
import type { Column } from '../components/table'
import type { AccountEntry } from '../api/types'
import { side, type Line } from '../logic/journal'
import { may } from '../session/session'

/** Titles come from the page, in its language: `columns.…`, `books.…`. */
type Title = (key: string) => string
type Entry = Pick<AccountEntry, 'position' | 'order_id' | 'order_no' | 'source_id'>

const toOrder = (entry: Entry | null) => (entry?.order_id ? `/orders/${entry.order_id}` : null)
const toEvent = (entry: Entry | null) =>
  entry && may('audit') ? `/audit/events?after=${entry.position - 1}` : null

export const lines = (t: Title): Column<Line>[] => [
  { key: 'date', title: t('books.date'), kind: 'time', value: ({ entry }) => entry?.date },
  {
    key: 'kind',
    title: t('books.kind'),
    kind: 'term',
    set: 'journal_kind',
    value: ({ entry }) => entry?.kind,
  },
  {
    key: 'source',
    title: t('books.source'),
    kind: 'text',
    value: ({ entry }) => entry?.order_no ?? entry?.source_id,
    link: ({ entry }) => toOrder(entry),
  },
  { key: 'number', title: t('books.number'), kind: 'text', value: ({ line }) => line.number },
  {
    key: 'name',
    title: t('books.name'),
    kind: 'text',
    value: ({ line }) => line.name,
    link: ({ line }) => (line.account.endsWith('_receivable') ? null : `/accounts/${line.account}`),
  },
  { key: 'debit', title: t('books.debit'), kind: 'money', value: ({ line }) => side(line.debit) },
  { key: 'credit', title: t('books.credit'), kind: 'money', value: ({ line }) => side(line.credit) },
  {
    key: 'position',
    title: t('columns.position'),
    kind: 'text',
    value: ({ entry }) => entry?.position,
    link: ({ entry }) => toEvent(entry),
    wide: true,
  },
]

export const accountEntries = (t: Title): Column<AccountEntry>[] => [
  { key: 'date', title: t('books.date'), kind: 'time', value: (row) => row.date },
  { key: 'kind', title: t('books.kind'), kind: 'term', set: 'journal_kind', value: (row) => row.kind },
  {
    key: 'source',
    title: t('books.source'),
    kind: 'text',
    value: (row) => row.order_no ?? row.source_id,
    link: toOrder,
  },
  { key: 'debit', title: t('books.debit'), kind: 'money', value: (row) => side(row.debit) },
  { key: 'credit', title: t('books.credit'), kind: 'money', value: (row) => side(row.credit) },
  { key: 'balance', title: t('books.running'), kind: 'money', value: (row) => row.balance },
  {
    key: 'position',
    title: t('columns.position'),
    kind: 'text',
    value: (row) => row.position,
    link: toEvent,
    wide: true,
  },
]

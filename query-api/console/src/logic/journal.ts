// Entries of the journal as lines, and accounts as they are set.
import type { Chart, JournalEntry, JournalLine } from '../api/types'

/** A line of an entry; what the entry says stands before its first line only. */
export interface Line {
  key: string
  entry: JournalEntry | null
  line: JournalLine
}

export function linesOf(entries: readonly JournalEntry[]): Line[] {
  return entries.flatMap((entry) =>
    entry.lines.map((line, index) => ({
      key: `${entry.position}.${index}`,
      entry: index === 0 ? entry : null,
      line,
    })),
  )
}

/** A side of a line as books are kept: nothing where there is nothing. */
export const side = (amount: string): string | null => (/[1-9]/.test(amount) ? amount : null)

/** A number of a chart of accounts as the service takes it: digits, in groups with dots between them. */
export const isAccountNumber = (text: string): boolean =>
  text.length <= 32 && /^[0-9]+(\.[0-9]+)*$/.test(text)

/** A name of an account: 1 to 64 characters, none of them a control character. */
export const isAccountName = (text: string): boolean => {
  const { length } = [...text]
  return length >= 1 && length <= 64 && !/\p{Cc}/u.test(text)
}

/** What is to be set: accounts that are called as they were built are left out, so that they keep both languages. */
export function toSet(chart: Chart, builtIn: Chart): Chart {
  return Object.fromEntries(
    Object.entries(chart).filter(
      ([code, { number, name }]) => builtIn[code]?.number !== number || builtIn[code].name !== name,
    ),
  )
}

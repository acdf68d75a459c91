// Entries of the journal as lines: what an entry says stands before its first line only.

type Row = Record<string, unknown>

export function linesOf(entries: readonly Row[]): Row[] {
  return entries.flatMap((entry) => {
    const { lines, ...head } = entry
    if (!Array.isArray(lines)) return [entry]
    return (lines as Row[]).map((line, index) => (index === 0 ? { ...head, ...line } : line))
  })
}

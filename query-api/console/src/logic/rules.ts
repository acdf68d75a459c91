// What settings may say.

/** A number of days between completion and settlement. */
export function isDays(text: string): boolean {
  return /^\d{1,5}$/.test(text.trim()) && Number(text) <= 36_500
}

/** A whole number within bounds. */
export function isWhole(text: string, min: number, max: number): boolean {
  return /^\d{1,9}$/.test(text.trim()) && Number(text) >= min && Number(text) <= max
}

/** Whether another row has the same id. */
export function duplicated(rows: readonly { id: string }[], index: number): boolean {
  const id = rows[index]?.id.trim()
  return rows.some((row, other) => other !== index && row.id.trim() === id)
}

// Money as the service writes it: decimal strings with two decimals. Never a float; sums are made in BigInt.

/** `-1234567.80` as minor units. */
export function toMinor(money: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(money.trim())
  if (!match) throw new Error(`not an amount: ${money}`)
  const minor = BigInt(match[2]! + (match[3] ?? '').padEnd(2, '0'))
  return match[1] ? -minor : minor
}

/** Minor units as `-1234567.80`. */
export function fromMinor(minor: bigint): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(3, '0')
  return `${minor < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

export function addMoney(amounts: readonly string[]): string {
  return fromMinor(amounts.reduce((sum, amount) => sum + toMinor(amount), 0n))
}

/** `-1,234,567.80`, with a true minus sign. */
export function formatMoney(money: string): string {
  const [, sign, whole, cents] = /^(-?)(\d+)(\.\d+)?$/.exec(money) ?? []
  if (whole === undefined) return money
  return `${sign ? '−' : ''}${grouped(whole)}${cents ?? ''}`
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return `${count < 0 ? '−' : ''}${grouped(Math.abs(count).toString())}`
}

/** A ratio with four decimals, `0.1234`, as `12.34%`; moved by digits, so that nothing is rounded. */
export function formatRatio(ratio: string): string {
  const match = /^(-?)(\d+)\.(\d{2})(\d{2})$/.exec(ratio)
  if (!match) return ratio
  const whole = (match[2]! + match[3]!).replace(/^0+(?=\d)/, '')
  return `${match[1] ? '−' : ''}${grouped(whole)}.${match[4]}%`
}

/**
 * Money for a wall, where digits have little room: from `limit` on in 万 (Chinese) or M (English), with two decimals,
 * rounded half away from zero.
 */
export function shortMoney(money: string, zh: boolean, limit: bigint): string {
  const minor = toMinor(money)
  const size = minor < 0n ? -minor : minor
  if (size < limit * 100n) return formatMoney(money)
  const unit = zh ? 10_000n : 1_000_000n
  return `${minor < 0n ? '−' : ''}${formatMoney(fromMinor((size + unit / 2n) / unit))}${zh ? '万' : 'M'}`
}

/** An amount as a person types it, as the service wants it; null when it is none. */
export function parseAmount(text: string): string | null {
  const plain = text.replace(/[,，\s¥￥]/g, '')
  return /^\d{1,12}(\.\d{1,2})?$/.test(plain) ? fromMinor(toMinor(plain)) : null
}

/** Only for the length of a bar or the height of a point: a chart draws with floats, what it says stays the string. */
export function toChartNumber(money: string): number {
  return Number(money)
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

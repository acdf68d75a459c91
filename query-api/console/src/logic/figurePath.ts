// Paths of figures as in the JSON of their report (`by_product_type.ticket.profit`), cut into what each part says.

export interface FigurePath {
  /** The part of the overview that it stands in. */
  section: string | null
  /** The list and the item of it; null in the total. */
  split: { list: string; key: string } | null
  /** The figure in its row: `profit`, `income.amount`, `by_status.completed.orders`. */
  figure: string
  /** One of the two sums of a ratio. */
  part: 'numerator' | 'denominator' | null
}

const LISTS = [
  'by_product_type',
  'by_method',
  'by_mode',
  'by_kind',
  'by_source',
  'points',
  'trend',
  'members',
]
/** What in the JSON holds the figures of everything together. */
const TOTAL = 'total.'

export function figurePath(report: string, path: string): FigurePath {
  const part = /\.(numerator|denominator)$/.exec(path)?.[1] as FigurePath['part']
  let rest = part ? path.slice(0, -part.length - 1) : path
  let section: string | null = null
  if (report === 'overview') [section, rest] = cut(rest)
  if (rest.startsWith(TOTAL)) rest = rest.slice(TOTAL.length)
  const [list, inside] = cut(rest)
  if (!LISTS.includes(list) || !inside.includes('.'))
    return { section, split: null, figure: rest, part: part ?? null }
  const figure = figureAtEnd(report, inside)
  const key = inside.slice(0, -figure.length - 1)
  return { section, split: { list, key }, figure, part: part ?? null }
}

/** The figure at the end of what stands behind a list. What stands before it may have dots in it: a product type. */
function figureAtEnd(report: string, inside: string): string {
  const status = /\.(by_status\.[^.]+\.[^.]+)$/.exec(inside)
  if (status) return status[1]!
  const names = inside.split('.')
  const deep =
    /(^|\.)(income|expense)\.[^.]+$/.test(inside) ||
    ['suppliers', 'commissions', 'withdrawals'].includes(report)
  return names.slice(deep && names.length > 2 ? -2 : -1).join('.')
}

function cut(path: string): [head: string, rest: string] {
  const dot = path.indexOf('.')
  return dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)]
}

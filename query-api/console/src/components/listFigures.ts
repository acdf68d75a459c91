// Totals of lists that are figures of a report: they come apart as the report's do, and so hold list and report together.
import type { Params } from '../api/client'

export interface ListFigure {
  report: string
  path: string
  params: Params
}

/** What of a selection is neither its range nor its place in the list. */
type Chosen = Record<string, string>

/** The path of the figure for a choice of filters, and which of them the report takes itself. */
type Rule = (chosen: Chosen) => { report: string; path: string; takes?: readonly string[] } | null

/** Whether nothing but these is chosen. */
const only = (chosen: Chosen, ...names: string[]) => Object.keys(chosen).every((name) => names.includes(name))

const RULES: Record<string, Rule> = {
  '/v1/orders': (of) => {
    if (!of.status || !only(of, 'status', 'product_type')) return null
    return { report: 'sales', path: `total.by_status.${of.status}.amount`, takes: ['product_type'] }
  },
  '/v1/cash-entries': (of) => {
    const report = 'cash'
    if (only(of, 'direction')) return { report, path: `${of.direction}.amount` }
    if (of.kind && only(of, 'direction', 'kind')) return { report, path: `by_kind.${of.kind}.amount` }
    for (const split of ['method', 'mode']) {
      if (of[split] && only(of, 'direction', split)) {
        return { report, path: `by_${split}.${of[split]}.${of.direction}.amount` }
      }
    }
    return null
  },
  '/v1/settlements': (of) => {
    if (!of.state || !only(of, 'state', 'product_type', 'supplier_id')) return null
    return { report: 'suppliers', path: `total.${of.state}.amount`, takes: ['product_type', 'supplier_id'] }
  },
  '/v1/withdrawals': (of) => {
    if (!of.state || !only(of, 'payee_kind', 'state', 'method')) return null
    const row = of.method ? `by_method.${of.method}` : 'total'
    return { report: 'withdrawals', path: `${row}.${of.state}.amount`, takes: ['payee_kind'] }
  },
  '/v1/commissions': (of) => {
    if (!of.state || !only(of, 'state', 'product_type', 'distributor_id')) return null
    return {
      report: 'commissions',
      path: `total.${of.state}.amount`,
      takes: ['product_type', 'distributor_id'],
    }
  },
  '/v1/refunds': (of) =>
    only(of, 'product_type')
      ? { report: 'refunds', path: 'total.requested_amount', takes: ['product_type'] }
      : null,
  '/v1/balance-entries': (of) => (only(of) ? { report: 'balances', path: 'net' } : null),
}

/** The figure that the total of a list is; null where no report has it. Reports want both ends of a range. */
export function listFigure(path: string, selection: Params): ListFigure | null {
  const { from, to, ...rest } = selection
  if (!from || !to) return null
  const chosen = Object.fromEntries(
    Object.entries(rest)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => [name, String(value)]),
  )
  const found = RULES[path]?.(chosen)
  if (!found) return null
  const taken = (found.takes ?? []).filter((name) => name in chosen).map((name) => [name, chosen[name]])
  return { report: found.report, path: found.path, params: { from, to, ...Object.fromEntries(taken) } }
}

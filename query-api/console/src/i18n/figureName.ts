// What a figure is called, by its path: the words of the report's own page.
import { useI18n } from 'vue-i18n'
import { useWords, type TermSet } from './words'
import { figurePath, type FigurePath } from '../logic/figurePath'

export interface FigureName {
  /** Its row: the total, a product type, a method, … */
  row: string
  /** The figure in it. */
  name: string
}

/** Where the words of a report's figures are. */
const GROUPS: Record<string, string> = {
  supplier_withdrawals: 'withdrawals',
  distributor_withdrawals: 'withdrawals',
}
const SETS: Record<string, TermSet> = {
  by_product_type: 'product_type',
  by_method: 'method',
  by_mode: 'mode',
  by_source: 'order_source',
}

export function useFigureName() {
  const { t, te, tm } = useI18n()
  const words = useWords()
  const groupOf = (report: string, { section }: FigurePath) => GROUPS[section ?? ''] ?? section ?? report
  const first = (keys: readonly string[]) => keys.find((key) => te(key))

  function rowName(report: string, { section, split }: FigurePath): string {
    if (section) return t(`sections.${section}`)
    if (!split) return t('sections.total')
    if (split.list === 'by_kind')
      return words.term(report === 'balances' ? 'balance_kind' : 'cash_kind', split.key)
    if (split.list === 'by_method' && report === 'withdrawals')
      return words.term('withdrawal_method', split.key)
    const set = SETS[split.list]
    return set ? words.term(set, split.key) : split.key.slice(0, 16).replace('T', ' ').replace(' 00:00', '')
  }

  /** A figure that stands by itself, or one word of it. */
  function word(group: string, name: string): string {
    const trend = { orders: 'chart.orders', paid_amount: 'chart.paid', unpaid_amount: 'chart.unpaid' }
    const key = first([
      ...(group === 'sales/trend' && name in trend ? [trend[name as keyof typeof trend]] : []),
      `figures.${group}.${name}.name`,
      ...(group === 'screen' ? [`screen.${name}`] : []),
      `figures.${name}`,
      `figures.sales.${name}.name`,
    ])
    if (key) return t(key)
    if (name === 'income' || name === 'expense') return words.term('direction', name)
    const share = /^(.+)_share$/.exec(name)
    return share ? `${t(`screen.${share[1]}`)} ${t('screen.share')}` : name
  }

  function figureWords(group: string, figure: string): string {
    const names = figure.split('.')
    if (names[0] === 'by_status' || (group === 'screen' && names[0] === 'visitors')) names.shift()
    if (figure.startsWith('by_status'))
      return `${words.term('order_status', names[0])} ${t(`figures.${names[1]}`)}`
    if (group === 'screen' && te(`screen.${names.join('_')}`)) return t(`screen.${names.join('_')}`)
    if (group === 'cash' && (names[0] === 'income' || names[0] === 'expense')) {
      return [words.term('direction', names[0]), ...names.slice(1).map((name) => word(group, name))].join(' ')
    }
    return names.map((name) => word(group, name)).join(' ')
  }

  function figureName(report: string, path: string): FigureName {
    const parsed = figurePath(report, path)
    const name = figureWords(groupOf(report, parsed), parsed.figure)
    return {
      row: rowName(report, parsed),
      name: parsed.part ? `${name} · ${t(`drill.${parsed.part}`)}` : name,
    }
  }

  /** The place of a figure among those of its row, as on its page. */
  function rank(report: string, path: string): number {
    const parsed = figurePath(report, path)
    const names = Object.keys((tm(`figures.${groupOf(report, parsed)}`) ?? {}) as object)
    const at = names.indexOf(parsed.figure.split('.')[0]!)
    return (parsed.split ? 1000 : 0) + (at < 0 ? 500 : at)
  }

  /** Figures in the order of their page: the total, then row by row. */
  function inOrder<Of extends { figure: string }>(report: string, figures: readonly Of[]): Of[] {
    const places = figures.map((of) => {
      const { section, split } = figurePath(report, of.figure)
      return {
        of,
        row: split ? `${split.list}.${split.key}` : (section ?? ''),
        rank: rank(report, of.figure),
      }
    })
    const rows = [...new Set(places.map(({ row }) => row))].sort(
      (a, b) => Number(a.includes('.')) - Number(b.includes('.')),
    )
    return places
      .sort((a, b) => rows.indexOf(a.row) - rows.indexOf(b.row) || a.rank - b.rank)
      .map(({ of }) => of)
  }

  return { figureName, inOrder }
}

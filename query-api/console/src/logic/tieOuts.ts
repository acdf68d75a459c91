// Tie-outs in groups, and what each figure is called.
import type { TieOut } from '../api/types'

export type TieGroup = 'all' | 'business' | 'entries'

/** Codes that stand for several accounts, with the word for each: `ties.KEY`. */
export const TOGETHER: Record<string, string> = {
  '*': 'all_accounts',
  'cash:*': 'all_cash',
  result: 'result',
}

export function groupOf({ account, figure }: Pick<TieOut, 'account' | 'figure'>): TieGroup {
  if (account in TOGETHER) return 'all'
  return figure.startsWith('entries.') ? 'entries' : 'business'
}

/** Checks in their groups; those that fail first. */
export function grouped(checks: readonly TieOut[]): { group: TieGroup; checks: TieOut[]; failed: number }[] {
  return (['all', 'business', 'entries'] as const)
    .map((group) => {
      const of = checks.filter((check) => groupOf(check) === group)
      const failed = of.filter(({ holds }) => !holds)
      return { group, checks: [...failed, ...of.filter(({ holds }) => holds)], failed: failed.length }
    })
    .filter(({ checks }) => checks.length > 0)
}

/** The key of a figure's words, `tie_figures.KEY`, and the method where it is of one. */
export function figureKey(figure: string): { key: string; method: string | null } {
  const method = /^cash\.by_method\.(\w+)\.net$/.exec(figure)?.[1]
  return method ? { key: 'cash_by_method', method } : { key: figure.replaceAll('.', '_'), method: null }
}

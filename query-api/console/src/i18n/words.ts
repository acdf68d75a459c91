// Words of the service's sets, and its errors, in the language of the page.
import { useI18n } from 'vue-i18n'
import type { ApiError } from '../api/client'

/** The sets of words: `terms.SET.NAME` in the messages. */
export type TermSet =
  | 'order_status'
  | 'order_source'
  | 'method'
  | 'mode'
  | 'withdrawal_method'
  | 'payee_kind'
  | 'refund_state'
  | 'withdrawal_state'
  | 'settlement_state'
  | 'commission_state'
  | 'parked_state'
  | 'direction'
  | 'cash_kind'
  | 'balance_kind'
  | 'event'
  | 'product_type'
  | 'discount'
  | 'confirmation'
  | 'role'
  | 'account'
  | 'journal_kind'
  | 'step'

export function useWords() {
  const { t, te, tm } = useI18n()

  /** A name of a set in words; one that the messages do not know, as it is. */
  function term(set: TermSet, name: string | null | undefined): string {
    if (name === null || name === undefined) return ''
    const words = tm(`terms.${set}`) as Record<string, string>
    return words[name] ?? name
  }

  /** All names of a set, in its order. */
  function names(set: TermSet): string[] {
    return Object.keys(tm(`terms.${set}`) as Record<string, string>)
  }

  /** An error in words: by its code, else as the service says it. */
  function problem(error: ApiError): string {
    const key = `problems.${error.code}`
    const words = te(key) ? t(key) : t('problems.other')
    return error.message && error.code !== 'unreachable' && error.status !== 401
      ? `${words} (${error.message})`
      : words
  }

  return { term, names, problem }
}

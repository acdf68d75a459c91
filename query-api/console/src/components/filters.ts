// Filters of reports and lists: words of a set, or an id that is typed.
import type { TermSet } from '../i18n/words'

export interface Filter {
  /** The parameter. */
  name: string
  /** `columns.KEY`. */
  label: string
  /** The words to choose from; without, something is typed. */
  set?: TermSet
  /** Only these of the set. */
  only?: readonly string[]
}

/** Product types are an open set: those known are offered, others can be typed. */
export const PRODUCT_TYPE: Filter = { name: 'product_type', label: 'product_type', set: 'product_type' }

export const INCOME_KINDS = ['order_payment', 'recharge', 'scan_payment', 'surplus_payment']
export const EXPENSE_KINDS = [
  'order_refund',
  'recharge_refund',
  'scan_refund',
  'surplus_refund',
  'supplier_withdrawal',
  'distributor_withdrawal',
  'member_withdrawal',
]
/** By which money moves outside: all but the balance. */
export const OUTSIDE_METHODS = [
  'wechat_pay',
  'alipay',
  'allinpay',
  'unionpay',
  'cash',
  'bank_transfer',
  'pos',
]

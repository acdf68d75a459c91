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

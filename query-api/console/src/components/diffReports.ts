// The reports that can be compared, with the filters that each has.
import { PRODUCT_TYPE, type Filter } from './filters'

const STEP: Filter = { name: 'step', label: 'step', set: 'step' }
const PAYEE: Filter = { name: 'payee_kind', label: 'payee_kind', set: 'payee_kind' }
const SUPPLIER: Filter = { name: 'supplier_id', label: 'supplier_id' }
const DISTRIBUTOR: Filter = { name: 'distributor_id', label: 'distributor_id' }

/** By their names in the service's addresses, in the order of the menu. */
export const DIFF_REPORTS: Record<string, { title: string; filters: readonly Filter[] }> = {
  overview: { title: 'nav.overview', filters: [] },
  sales: { title: 'nav.sales', filters: [PRODUCT_TYPE] },
  'sales/trend': { title: 'chart.trend', filters: [PRODUCT_TYPE, STEP] },
  verifications: { title: 'nav.verifications', filters: [PRODUCT_TYPE] },
  refunds: { title: 'nav.refunds', filters: [PRODUCT_TYPE] },
  cash: { title: 'nav.cash', filters: [] },
  suppliers: { title: 'nav.suppliers', filters: [PRODUCT_TYPE, SUPPLIER] },
  withdrawals: { title: 'nav.withdrawals', filters: [PAYEE] },
  commissions: { title: 'nav.commissions', filters: [PRODUCT_TYPE, DISTRIBUTOR] },
  balances: { title: 'nav.balances', filters: [] },
  screen: { title: 'nav.screen_group', filters: [] },
}

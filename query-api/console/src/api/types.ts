// Names for the shapes of the service's document (schema.d.ts, generated), and those it is growing.
import type { components } from './schema'

type Schemas = components['schemas']

export type SalesReport = Schemas['Report_Split_SalesRow']
export type SalesRow = Schemas['SalesRow']
export type TrendReport = Schemas['Report_Trend']
export type TrendPoint = Schemas['TrendPoint']
export type VerificationsReport = Schemas['Report_Split_VerificationsRow']
export type RefundsReport = Schemas['Report_Split_RefundsRow']
export type CashReport = Schemas['Report_CashReport']
export type SuppliersReport = Schemas['Report_Split_SuppliersRow']
export type CommissionsReport = Schemas['Report_Split_CommissionsRow']
export type WithdrawalsReport = Schemas['Report_WithdrawalsReport']
export type BalancesReport = Schemas['Report_BalancesReport']
export type OverviewReport = Schemas['Report_Overview']
export type ScreenReport = Schemas['Report_Screen']

export type OrderItem = Schemas['OrderItem']
export type Order = Schemas['Order']
export type CashEntry = Schemas['CashEntry']
export type SettlementItem = Schemas['SettlementItem']
export type WithdrawalItem = Schemas['WithdrawalItem']
export type CommissionItem = Schemas['CommissionItem']
export type BalanceEntry = Schemas['BalanceEntry']
export type RefundItem = Schemas['RefundItem']
export type ParkedEventItem = Schemas['ParkedEventItem']

export type SettlementRule = Schemas['SettlementRule']
export type WithdrawalRules = Schemas['WithdrawalRules']
export type TokenItem = Schemas['TokenItem']
export type CreatedToken = Schemas['CreatedToken']
export type PayeeKind = Schemas['PayeeKind']
export type Decided = Schemas['Decided']

/** A page of a list. */
export interface Page<Item> {
  items: Item[]
  next_cursor: string | null
  position: number
  total?: { count: number; amount?: string | null } | null
}

/** What every report says about itself. */
export interface ReportHead {
  from: string
  to: string
  time_zone: string
  currency: string
  position: number
}

/** The reports that have a page, by their names in the service's addresses. */
export interface Reports {
  overview: OverviewReport & ReportHead
  sales: SalesReport & ReportHead
  verifications: VerificationsReport & ReportHead
  refunds: RefundsReport & ReportHead
  cash: CashReport & ReportHead
  suppliers: SuppliersReport & ReportHead
  commissions: CommissionsReport & ReportHead
  withdrawals: WithdrawalsReport & ReportHead
  balances: BalancesReport & ReportHead
}

export type Role = 'publisher' | 'finance' | 'auditor' | 'viewer' | 'admin' | 'screen'

export interface Session {
  name: string
  role: Role
  expires_at: string | null
}

export interface ScreenSettings {
  title: string
  range: { days: number }
  template: string
  refresh_seconds: number
  preview_url?: string
}

/** A number of things, or an amount. */
export type Share = string | number

/** What adds up to a figure; a ratio names its two parts, which are taken apart on their own. */
export interface FigureItems {
  figure: string
  sum: Share | null
  ratio?: { value: string | null; numerator: RatioPart; denominator: RatioPart }
  items: FigureItem[]
  next_cursor: string | null
  position: number
}

export interface RatioPart {
  figure: string
  sum: Share
}

export interface FigureItem {
  /** What it is: `order`, `refund`, `cash_entry`, … */
  entity: string
  id: string
  order_id: string | null
  order_no: string | null
  product_type: string | null
  /** A product, payee or distributor; of an entry its kind. */
  name: string | null
  at: string
  share: Share
  position: number
}

export type Notifications = Schemas['Notifications']

export interface AccountRow {
  code: string
  side: 'debit' | 'credit'
  debit: string
  credit: string
  balance: string | null
}

/** The trial balance. */
export interface AccountsAnswer {
  accounts: AccountRow[]
  total: { debit: string; credit: string }
  position?: number
}

/** A page of what has no fixed columns. */
export interface OpenPage {
  items: Record<string, unknown>[]
  next_cursor?: string | null
  next_after?: number | null
  position: number
}

/** An event of the raw history, as a CloudEvent with its place in the log. */
export interface RecordedEvent {
  type: string
  subject?: string | null
  time: string
  data: Record<string, unknown>
  position: number
  recordedat: string
  actor: string
  hash?: string
}

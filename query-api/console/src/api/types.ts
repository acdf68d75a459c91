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
  /** Of the whole selection; of an account's entries both sides instead of an amount. */
  total?: { count: number; amount?: string | null; debit?: string; credit?: string } | null
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
export type FigureItems = Schemas['Items']
export type FigureItem = Schemas['Item']
export type RatioPart = Schemas['RatioPart']

/** What changed in a report between two moments. */
export type Diff = Schemas['Diff']
export type FigureChange = Schemas['FigureChange']
export type FigureEvent = Schemas['FigureEvent']

/** Whether accounts and reports say the same, and the two bridges. */
export type TieOuts = Schemas['TieOuts']
export type TieOut = Schemas['TieOut']
export type Bridges = Schemas['Bridges']

export type Notifications = Schemas['Notifications']

/** The trial balance. */
export type AccountsAnswer = Schemas['TrialBalance'] & { position: number }
export type AccountRow = Schemas['AccountBalance']
export type AccountEntries = Schemas['AccountEntries']
export type AccountEntry = Schemas['AccountEntry']
export type JournalEntry = Schemas['JournalEntry']
export type JournalLine = Schemas['JournalLine']

/** Number and name of each account, by its code. */
export type Chart = Schemas['ChartOfAccounts']

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

// The columns of the lists, in the order in which the finance department names them.
import type { Column } from '../components/table'
import type {
  BalanceEntry,
  CashEntry,
  CommissionItem,
  OrderItem,
  ParkedEventItem,
  RefundItem,
  SettlementItem,
  WithdrawalItem,
} from '../api/types'

/** Titles come from the page, in its language. */
export type Title = (key: string) => string

const toOrder = (row: { order_id?: string | null }) => (row.order_id ? `/orders/${row.order_id}` : null)

export const orders = (t: Title): Column<OrderItem>[] => [
  { key: 'placed_at', title: t('placed_at'), kind: 'time', value: (row) => row.placed_at },
  { key: 'order_no', title: t('order_no'), kind: 'text', value: (row) => row.order_no, link: toOrder },
  { key: 'status', title: t('status'), kind: 'state', set: 'order_status', value: (row) => row.status },
  {
    key: 'product_type',
    title: t('product_type'),
    kind: 'term',
    set: 'product_type',
    value: (row) => row.product_type,
    wide: true,
  },
  { key: 'product_name', title: t('product_name'), kind: 'text', value: (row) => row.product_name },
  { key: 'payable', title: t('payable'), kind: 'money', value: (row) => row.payable },
  { key: 'left', title: t('left'), kind: 'money', value: (row) => row.left, wide: true },
  {
    key: 'payment_method',
    title: t('payment_method'),
    kind: 'term',
    set: 'method',
    value: (row) => row.payment_method,
    wide: true,
  },
  { key: 'paid_at', title: t('paid_at'), kind: 'time', value: (row) => row.paid_at, wide: true },
  {
    key: 'completed_at',
    title: t('completed_at'),
    kind: 'time',
    value: (row) => row.completed_at,
    wide: true,
  },
  {
    key: 'source',
    title: t('source'),
    kind: 'term',
    set: 'order_source',
    value: (row) => row.source,
    wide: true,
  },
  {
    key: 'supplier_name',
    title: t('supplier_name'),
    kind: 'text',
    value: (row) => row.supplier_name,
    wide: true,
  },
  { key: 'member_id', title: t('member_id'), kind: 'text', value: (row) => row.member_id, wide: true },
]

export const cash = (t: Title, direction: 'income' | 'expense'): Column<CashEntry>[] => [
  { key: 'occurred_at', title: t(`occurred_at_${direction}`), kind: 'time', value: (row) => row.occurred_at },
  { key: 'kind', title: t(`${direction}_kind`), kind: 'term', set: 'cash_kind', value: (row) => row.kind },
  { key: 'amount', title: t('amount'), kind: 'money', value: (row) => row.amount },
  { key: 'order_no', title: t('source_order'), kind: 'text', value: (row) => row.order_no, link: toOrder },
  { key: 'method', title: t('method'), kind: 'term', set: 'method', value: (row) => row.method },
  { key: 'mode', title: t('mode'), kind: 'term', set: 'mode', value: (row) => row.mode, wide: true },
  { key: 'source_id', title: t('source_id'), kind: 'text', value: (row) => row.source_id, wide: true },
  { key: 'reference', title: t('reference'), kind: 'text', value: (row) => row.reference, wide: true },
]

export const settlements = (t: Title): Column<SettlementItem>[] => [
  { key: 'paid_at', title: t('paid_at'), kind: 'time', value: (row) => row.paid_at },
  {
    key: 'product_type',
    title: t('product_type'),
    kind: 'term',
    set: 'product_type',
    value: (row) => row.product_type,
    wide: true,
  },
  { key: 'order_no', title: t('source_order'), kind: 'text', value: (row) => row.order_no, link: toOrder },
  {
    key: 'product_name',
    title: t('product_name'),
    kind: 'text',
    value: (row) => row.product_name,
    wide: true,
  },
  {
    key: 'order_status',
    title: t('order_status'),
    kind: 'state',
    set: 'order_status',
    value: (row) => row.order_status,
    wide: true,
  },
  { key: 'supplier_name', title: t('supplier_name'), kind: 'text', value: (row) => row.supplier_name },
  {
    key: 'order_amount',
    title: t('order_amount'),
    kind: 'money',
    value: (row) => row.order_amount,
    wide: true,
  },
  {
    key: 'settlement_amount',
    title: t('settlement_amount'),
    kind: 'money',
    value: (row) => row.settlement_amount,
  },
  {
    key: 'state',
    title: t('settlement_state'),
    kind: 'state',
    set: 'settlement_state',
    value: (row) => row.state,
  },
  { key: 'due_at', title: t('due_at'), kind: 'time', value: (row) => row.due_at, wide: true },
  { key: 'settled_at', title: t('settled_at'), kind: 'time', value: (row) => row.settled_at, wide: true },
]

export const withdrawals = (t: Title, payeeName: string): Column<WithdrawalItem>[] => [
  { key: 'requested_at', title: t('requested_at'), kind: 'time', value: (row) => row.requested_at },
  { key: 'payee_name', title: payeeName, kind: 'text', value: (row) => row.payee_name },
  { key: 'payee_phone', title: t('payee_phone'), kind: 'text', value: (row) => row.payee_phone, wide: true },
  { key: 'amount', title: t('withdrawal_amount'), kind: 'money', value: (row) => row.amount },
  {
    key: 'method',
    title: t('withdrawal_method'),
    kind: 'term',
    set: 'withdrawal_method',
    value: (row) => row.method,
  },
  { key: 'account', title: t('account'), kind: 'text', value: (row) => row.account, wide: true },
  {
    key: 'state',
    title: t('withdrawal_state'),
    kind: 'state',
    set: 'withdrawal_state',
    value: (row) => row.state,
  },
  { key: 'decided_at', title: t('decided_at'), kind: 'time', value: (row) => row.decided_at, wide: true },
  { key: 'reference', title: t('reference'), kind: 'text', value: (row) => row.reference, wide: true },
  { key: 'reason', title: t('reason'), kind: 'text', value: (row) => row.reason, wide: true },
  {
    key: 'withdrawal_id',
    title: t('withdrawal_id'),
    kind: 'text',
    value: (row) => row.withdrawal_id,
    wide: true,
  },
]

export const commissions = (t: Title): Column<CommissionItem>[] => [
  { key: 'placed_at', title: t('placed_at'), kind: 'time', value: (row) => row.placed_at },
  { key: 'order_no', title: t('source_order'), kind: 'text', value: (row) => row.order_no, link: toOrder },
  {
    key: 'product_type',
    title: t('product_type'),
    kind: 'term',
    set: 'product_type',
    value: (row) => row.product_type,
    wide: true,
  },
  {
    key: 'product_name',
    title: t('product_name'),
    kind: 'text',
    value: (row) => row.product_name,
    wide: true,
  },
  {
    key: 'distributor_name',
    title: t('distributor_name'),
    kind: 'text',
    value: (row) => row.distributor_name,
  },
  { key: 'amount', title: t('commission_amount'), kind: 'money', value: (row) => row.amount },
  {
    key: 'state',
    title: t('commission_state'),
    kind: 'state',
    set: 'commission_state',
    value: (row) => row.state,
  },
  { key: 'settled_at', title: t('settled_at'), kind: 'time', value: (row) => row.settled_at, wide: true },
]

export const balances = (t: Title): Column<BalanceEntry>[] => [
  { key: 'occurred_at', title: t('balance_at'), kind: 'time', value: (row) => row.occurred_at },
  { key: 'member_phone', title: t('member_phone'), kind: 'text', value: (row) => row.member_phone },
  { key: 'kind', title: t('balance_kind'), kind: 'term', set: 'balance_kind', value: (row) => row.kind },
  { key: 'change', title: t('change'), kind: 'money', value: (row) => row.change },
  { key: 'balance_after', title: t('balance_after'), kind: 'money', value: (row) => row.balance_after },
  {
    key: 'source',
    title: t('balance_source'),
    kind: 'term',
    set: 'event',
    value: (row) => row.source,
    wide: true,
  },
  { key: 'order_no', title: t('source_order'), kind: 'text', value: (row) => row.order_no, link: toOrder },
  { key: 'member_id', title: t('member_id'), kind: 'text', value: (row) => row.member_id, wide: true },
]

export const refunds = (t: Title): Column<RefundItem>[] => [
  { key: 'requested_at', title: t('requested_at'), kind: 'time', value: (row) => row.requested_at },
  { key: 'order_no', title: t('order_no'), kind: 'text', value: (row) => row.order_no, link: toOrder },
  {
    key: 'product_type',
    title: t('product_type'),
    kind: 'term',
    set: 'product_type',
    value: (row) => row.product_type,
    wide: true,
  },
  { key: 'amount', title: t('refund_amount'), kind: 'money', value: (row) => row.amount },
  { key: 'fee', title: t('fee'), kind: 'money', value: (row) => row.fee },
  { key: 'state', title: t('refund_state'), kind: 'state', set: 'refund_state', value: (row) => row.state },
  { key: 'decided_at', title: t('decided_at'), kind: 'time', value: (row) => row.decided_at, wide: true },
  { key: 'refund_id', title: t('refund_id'), kind: 'text', value: (row) => row.refund_id, wide: true },
]

/** A parked event as it was published: a CloudEvent. */
export function published(row: ParkedEventItem): { type?: string; id?: string; subject?: string } {
  return (row.event ?? {}) as { type?: string; id?: string; subject?: string }
}

export const parked = (t: Title): Column<ParkedEventItem>[] => [
  { key: 'parked_at', title: t('parked_at'), kind: 'time', value: (row) => row.parked_at },
  { key: 'position', title: t('position'), kind: 'text', value: (row) => row.position },
  { key: 'type', title: t('event_type'), kind: 'term', set: 'event', value: (row) => published(row).type },
  { key: 'id', title: t('event_id'), kind: 'text', value: (row) => published(row).id, wide: true },
  {
    key: 'awaited_id',
    title: t('awaited_id'),
    kind: 'text',
    value: (row) => `${row.waits_for} ${row.awaited_id}`,
  },
  { key: 'state', title: t('parked_state'), kind: 'state', set: 'parked_state', value: (row) => row.state },
  { key: 'code', title: t('code'), kind: 'text', value: (row) => row.code, wide: true },
]

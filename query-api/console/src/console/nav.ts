// The menu: the finance department's own words and order, each entry with what it takes to see it.
import type { Permission } from '../session/permissions'

export interface NavItem {
  /** The word: `nav.KEY`. */
  key: string
  to: string
  permission: Permission
  /** The address opens outside the console. */
  outside?: boolean
}

export interface NavGroup {
  key: string | null
  items: NavItem[]
}

const item = (key: string, to: string, permission: Permission): NavItem => ({ key, to, permission })

export const NAV: NavGroup[] = [
  { key: null, items: [item('overview', '/', 'reports'), item('orders', '/orders', 'lists')] },
  {
    key: 'sales_group',
    items: [
      item('sales', '/sales', 'reports'),
      item('verifications', '/verifications', 'reports'),
      item('refunds', '/refunds', 'reports'),
      item('refund_list', '/refund-list', 'lists'),
    ],
  },
  {
    key: 'cash_group',
    items: [
      item('cash', '/cash', 'reports'),
      item('income', '/income', 'lists'),
      item('expense', '/expense', 'lists'),
    ],
  },
  {
    key: 'supply_group',
    items: [
      item('suppliers', '/suppliers', 'reports'),
      item('settlements', '/settlements', 'lists'),
      item('withdrawals', '/suppliers/withdrawals', 'reports'),
      item('withdrawal_review', '/suppliers/withdrawal-review', 'lists'),
      item('settlement_rules', '/settlement-rules', 'lists'),
    ],
  },
  {
    key: 'distribution_group',
    items: [
      item('commissions', '/commissions', 'reports'),
      item('commission_list', '/commission-list', 'lists'),
      item('withdrawals', '/distributors/withdrawals', 'reports'),
      item('withdrawal_review', '/distributors/withdrawal-review', 'lists'),
      item('withdrawal_rules', '/withdrawal-rules', 'lists'),
    ],
  },
  {
    key: 'balance_group',
    items: [
      item('balances', '/balances', 'reports'),
      item('balance_list', '/balance-list', 'lists'),
      item('withdrawals', '/members/withdrawals', 'reports'),
      item('withdrawal_review', '/members/withdrawal-review', 'lists'),
    ],
  },
  {
    key: 'screen_group',
    items: [
      item('screen_settings', '/screen-settings', 'lists'),
      { ...item('screen_preview', '/screen', 'reports'), outside: true },
    ],
  },
  {
    key: 'books_group',
    items: [
      item('accounts', '/accounts', 'accounting'),
      item('journal', '/journal', 'accounting'),
      item('account_settings', '/account-settings', 'accounting'),
    ],
  },
  {
    key: 'audit_group',
    items: [
      item('tie_outs', '/audit/tie-outs', 'accounting'),
      item('diff', '/audit/diff', 'reports'),
      item('checkpoint', '/audit/checkpoint', 'audit'),
      item('events', '/audit/events', 'audit'),
    ],
  },
  {
    key: 'system_group',
    items: [
      item('parked', '/parked', 'lists'),
      item('notifications', '/notifications', 'settings'),
      item('tokens', '/tokens', 'tokens'),
    ],
  },
]

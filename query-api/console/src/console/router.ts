// Addresses of the console. Each page is loaded when it is first opened.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { Permission } from '../session/permissions'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page's title: `nav.KEY`. */
    title?: string
    /** Whose withdrawals it is about. */
    payee?: 'supplier' | 'distributor' | 'member'
    permission?: Permission
    /** A report: takes a moment of the past along. */
    report?: boolean
  }
}

const report = (path: string, title: string, component: RouteRecordRaw['component']): RouteRecordRaw => ({
  path,
  component: component!,
  meta: { title, permission: 'reports', report: true },
})
const page = (
  path: string,
  title: string,
  permission: Permission,
  component: RouteRecordRaw['component'],
): RouteRecordRaw => ({ path, component: component!, meta: { title, permission } })

const PAYEES = [
  ['supplier', '/suppliers'],
  ['distributor', '/distributors'],
  ['member', '/members'],
] as const

const withdrawals = PAYEES.flatMap(([payee, base]): RouteRecordRaw[] => {
  const of = (record: RouteRecordRaw): RouteRecordRaw =>
    ({ ...record, meta: { ...record.meta, payee } }) as RouteRecordRaw
  return [
    of(report(`${base}/withdrawals`, 'withdrawals', () => import('../pages/WithdrawalsPage.vue'))),
    of(
      page(
        `${base}/withdrawal-review`,
        'withdrawal_review',
        'lists',
        () => import('../pages/WithdrawalReviewPage.vue'),
      ),
    ),
  ]
})

const routes: RouteRecordRaw[] = [
  report('/', 'overview', () => import('../pages/OverviewPage.vue')),
  report('/sales', 'sales', () => import('../pages/SalesPage.vue')),
  report('/verifications', 'verifications', () => import('../pages/VerificationsPage.vue')),
  report('/refunds', 'refunds', () => import('../pages/RefundsPage.vue')),
  report('/cash', 'cash', () => import('../pages/CashPage.vue')),
  report('/suppliers', 'suppliers', () => import('../pages/SuppliersPage.vue')),
  report('/commissions', 'commissions', () => import('../pages/CommissionsPage.vue')),
  report('/balances', 'balances', () => import('../pages/BalancesPage.vue')),
  ...withdrawals,
  page('/orders', 'orders', 'lists', () => import('../pages/OrdersPage.vue')),
  page('/orders/:id', 'order', 'lists', () => import('../pages/OrderPage.vue')),
  page('/refund-list', 'refund_list', 'lists', () => import('../pages/RefundListPage.vue')),
  page('/income', 'income', 'lists', () => import('../pages/IncomePage.vue')),
  page('/expense', 'expense', 'lists', () => import('../pages/ExpensePage.vue')),
  page('/settlements', 'settlements', 'lists', () => import('../pages/SettlementsPage.vue')),
  page('/commission-list', 'commission_list', 'lists', () => import('../pages/CommissionListPage.vue')),
  page('/balance-list', 'balance_list', 'lists', () => import('../pages/BalanceListPage.vue')),
  page('/parked', 'parked', 'lists', () => import('../pages/ParkedPage.vue')),
  page('/settlement-rules', 'settlement_rules', 'lists', () => import('../pages/SettlementRulesPage.vue')),
  page('/withdrawal-rules', 'withdrawal_rules', 'lists', () => import('../pages/WithdrawalRulesPage.vue')),
  page('/screen-settings', 'screen_settings', 'lists', () => import('../pages/ScreenSettingsPage.vue')),
  page('/notifications', 'notifications', 'settings', () => import('../pages/NotificationsPage.vue')),
  page('/tokens', 'tokens', 'tokens', () => import('../pages/TokensPage.vue')),
  page('/accounts', 'accounts', 'accounting', () => import('../pages/AccountsPage.vue')),
  page('/accounts/:code', 'account', 'accounting', () => import('../pages/AccountPage.vue')),
  page('/journal', 'journal', 'accounting', () => import('../pages/JournalPage.vue')),
  page(
    '/account-settings',
    'account_settings',
    'accounting',
    () => import('../pages/AccountSettingsPage.vue'),
  ),
  page('/audit/tie-outs', 'tie_outs', 'accounting', () => import('../pages/TieOutsPage.vue')),
  page('/audit/diff', 'diff', 'reports', () => import('../pages/DiffPage.vue')),
  page('/audit/checkpoint', 'checkpoint', 'audit', () => import('../pages/CheckpointPage.vue')),
  page('/audit/events', 'events', 'audit', () => import('../pages/EventsPage.vue')),
  { path: '/:rest(.*)*', component: () => import('../pages/NotFoundPage.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

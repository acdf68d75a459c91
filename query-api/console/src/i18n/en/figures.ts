// Names of the figures, and what each is made of.
const figure = (name: string, definition: string) => ({ name, definition })

const withdrawals = {
  pending: figure('Pending', 'Requested in the range and not decided yet'),
  approved: figure('In transfer', 'Approved; the payout gateway has not answered yet'),
  paid: figure('Paid', 'Requested in the range and paid out'),
  rejected: figure('Rejected', 'Requested in the range and rejected; the money went back'),
}

export default {
  count: 'count',
  amount: 'amount',
  orders: 'orders',
  unit_count: 'entries',
  unit_orders: 'orders',
  sales: {
    orders: figure('Orders', 'All orders placed in the range'),
    unpaid_orders: figure('Unpaid orders', 'Awaiting confirmation or payment, or closed'),
    paid_orders: figure(
      'Paid orders',
      'Awaiting confirmation or use, shipped, completed, in refund review, or refunded',
    ),
    by_status: figure(
      'By status',
      'Orders placed in the range that have this status now; the amount is what is payable',
    ),
    sales_amount: figure('Sales', 'Amounts of paid orders before discounts'),
    discount_amount: figure('Discounts', 'Points, red packets, discounts and coupons used in paid orders'),
    paid_amount: figure('Paid', 'Sales less discounts'),
    prepaid_amount: figure('Prepaid', 'Paid and not consumed yet; may be refunded at any time'),
    realised_amount: figure('Realised', 'Of consumed orders, less refunds'),
    refunded_amount: figure('Refunded', 'What completed refunds gave back, not the amount of the orders'),
    refund_fee_amount: figure('Refund fees', 'What the platform kept of completed refunds'),
    revenue: figure('Revenue', 'What is left of orders in the status completed: the base of cost and profit'),
    purchase_cost: figure(
      'Purchase cost',
      'Of completed orders: the supplier’s cost, or the quoted cost without a supplier',
    ),
    commission_cost: figure('Commissions', 'Of completed orders'),
    freight_cost: figure('Freight', 'Of completed orders'),
    sales_cost: figure('Cost of sales', 'Purchase cost + commissions + freight'),
    profit: figure('Profit', 'Revenue − cost of sales'),
    profit_margin: figure('Profit margin', 'Profit ÷ revenue'),
    conversion_rate: figure('Conversion', 'Paid orders ÷ all orders'),
    return_rate: figure('Return rate', 'Paid orders with a completed refund ÷ paid orders'),
  },
  verifications: {
    orders: figure('Orders', 'Completed in the range, whenever they were placed'),
    packages: figure('Packages', 'Packages of these orders; one order may have many'),
    amount: figure('Amount', 'What was left when they were completed; later refunds do not change it'),
    cost: figure('Cost', 'Purchase cost + commissions + freight at that moment'),
    profit: figure('Profit', 'Amount − cost'),
  },
  refunds: {
    requests: figure(
      'Requests',
      'Refunds requested in the range, whenever the order was placed or the refund completed',
    ),
    requested_amount: figure('Requested', 'What was requested, fees included'),
    in_review: figure('In review', 'Not decided yet'),
    rejected: figure('Rejected', 'Requests that were rejected'),
    completed: figure('Completed', 'Refunds that were completed'),
    refund_fee_amount: figure('Refund fees', 'What the platform kept of completed refunds'),
    refunded_amount: figure('Refunded', 'What completed refunds gave back'),
  },
  cash: {
    opening_balance: figure('Opening balance', 'All income less all expense before the range'),
    income: figure('Income', 'Money that came in: order payments, recharges, scan-to-pay'),
    expense: figure('Expense', 'Money that went out: refunds, withdrawals'),
    net: figure('Net', 'Income − expense'),
    closing_balance: figure('Balance', 'Opening balance + net'),
    count: figure('count', 'Number of entries'),
  },
  suppliers: {
    unsettled: figure('Unsettled', 'Paid in the range and not settled with the supplier yet'),
    settled: figure('Settled', 'Settled with the supplier'),
    non_settleable: figure('Non-settleable', 'Refunded in full; the amount is the original cost'),
  },
  commissions: {
    unsettled: figure('Unsettled', 'Placed in the range and not completed yet'),
    settled: figure('Settled', 'Completed, and the commission credited'),
    cancelled: figure('Cancelled', 'Refunded; the amount is the original commission'),
  },
  withdrawals,
  balances: {
    opening_balance: figure('Opening balance', 'Balances of all members before the range'),
    net: figure('Net change', 'What was added less what was taken'),
    closing_balance: figure('Closing balance', 'Opening balance + net change'),
    by_kind: figure('Movements', 'Of this kind in the range; amounts without their sign'),
  },
}

//! From the result of the journal to the profit of the sales report, line by line (accounting.md).

use events_schema::terms::{Account, BalanceKind, CashKind, Side};
use serde::Serialize;
use utoipa::ToSchema;

use crate::figure::Amount;
use crate::tie_outs::standing::Standing;

/// The accounts that make the result.
const RESULT: [Account; 8] = [
    Account::Revenue,
    Account::ScanRevenue,
    Account::RefundFees,
    Account::OtherIncome,
    Account::PurchaseCost,
    Account::CommissionExpense,
    Account::FreightExpense,
    Account::GiftExpense,
];

/// Why they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Consumed orders that are not `completed`, such as those under review: the journal has what is left of them and what they cost.
    ConsumedNotCompleted,
    /// Freight of orders that were shipped and are not consumed.
    ShippedNotConsumedFreight,
    /// 退款手续费: fees kept of refunds.
    RefundFees,
    /// 扫码收款: what was scanned to pay, less what was given back.
    ScanRevenue,
    /// 赠送: what was given away as balance.
    Gifts,
    /// 扣除: what was taken off balances.
    Deductions,
}

/// From the result of the journal (revenue and other income less all expenses) to the profit of the sales report over
/// all time. The result and all of `lines` add up to the profit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProfitBridge {
    /// What the accounts from `revenue` to `gift_expense` come to: income less expenses.
    pub journal_result: Amount,
    /// What lies between the two.
    pub lines: Vec<ProfitLine>,
    /// 利润: `total.profit` of the sales report over all time.
    pub sales_profit: Amount,
}

/// A difference between the result of the journal and the profit of the sales report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProfitLine {
    /// Why.
    pub what: Difference,
    /// What it adds on the way from the result to the profit: below zero, it is taken off.
    pub amount: Amount,
}

/// The same in minor units.
pub(super) struct Bridge {
    journal_result: i64,
    lines: [(Difference, i64); 6],
    /// The profit of the sales report over all time.
    pub(super) sales_profit: i64,
}

impl Bridge {
    /// The result by the accounts; all else by what is known of the things themselves.
    pub(super) fn of(standing: &Standing) -> Self {
        let orders = &standing.orders;
        let [revenue, purchase_cost, commission_cost, freight_cost] = orders.completed;
        let sales_profit = revenue - purchase_cost - commission_cost - freight_cost;
        let consumed = orders.realised
            - orders.consumed_purchase_cost
            - orders.consumed_commission_cost
            - orders.consumed_freight;
        let scanned = standing.cash(|kind, _| matches!(kind, CashKind::ScanPayment | CashKind::ScanRefund));
        let lines = [
            (Difference::ConsumedNotCompleted, sales_profit - consumed),
            (Difference::ShippedNotConsumedFreight, orders.freight_expense - orders.consumed_freight),
            (Difference::RefundFees, -standing.refund_fees),
            (Difference::ScanRevenue, -scanned),
            (Difference::Gifts, standing.moved(BalanceKind::Gift)),
            (Difference::Deductions, standing.moved(BalanceKind::Deduct)),
        ];
        let signed = |account: &Account| match account.side() {
            Side::Credit => standing.balance(*account),
            Side::Debit => -standing.balance(*account),
        };
        Self { journal_result: RESULT.iter().map(signed).sum(), lines, sales_profit }
    }

    /// The result and all lines.
    pub(super) fn bridged(&self) -> i64 {
        self.journal_result + self.lines.iter().map(|(_, amount)| amount).sum::<i64>()
    }
}

impl From<Bridge> for ProfitBridge {
    fn from(Bridge { journal_result, lines, sales_profit }: Bridge) -> Self {
        let line = |(what, amount)| ProfitLine { what, amount: Amount::minor(amount) };
        Self {
            journal_result: Amount::minor(journal_result),
            lines: lines.map(line).to_vec(),
            sales_profit: Amount::minor(sales_profit),
        }
    }
}

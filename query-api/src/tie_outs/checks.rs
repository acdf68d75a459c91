//! What each account must equal (accounting.md, "What must always tie out").

use std::borrow::Cow;

use events_schema::terms::{Account, BalanceKind, CashKind, PayeeKind, Term};

use crate::tie_outs::profit::Bridge;
use crate::tie_outs::standing::Standing;

/// All accounts together.
pub(super) const ALL: &str = "*";
/// All accounts of cash together.
const ALL_CASH: &str = "cash:*";
/// The accounts of the result, from revenue to gifts, together.
const RESULT: &str = "result";

/// What an account is held against. Money is in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Check {
    /// The code of the account, or several of them in one word.
    pub(super) account: &'static str,
    /// What it must equal.
    pub(super) figure: Cow<'static, str>,
    /// What stands on it.
    pub(super) balance: i64,
    /// What the figure is.
    pub(super) amount: i64,
}

impl Check {
    /// Whether both are the same.
    pub(super) const fn holds(&self) -> bool {
        self.balance == self.amount
    }
}

/// All checks, always in the same order.
pub(super) fn all(standing: &Standing) -> Vec<Check> {
    let [debits, credits] = standing.both_sides();
    let cash = Account::ALL.iter().filter(|account| account.method().is_some());
    let cash = cash.map(|account| standing.balance(*account)).sum();
    let bridge = Bridge::of(standing);
    let check = |account, figure: &'static str, balance, amount| Check {
        account,
        figure: Cow::Borrowed(figure),
        balance,
        amount,
    };
    let mut checks = vec![
        check(ALL, "journal.credits", debits, credits),
        check(ALL_CASH, "cash.closing_balance", cash, standing.cash(|_, _| true)),
    ];
    checks.extend(Account::ALL.iter().map(|account| of_account(*account, standing)));
    checks.extend(Account::ALL.iter().map(|account| {
        let (balance, amount) = (standing.balance(*account), standing.balance_of_entries(*account));
        check(account.as_str(), "entries.balance", balance, amount)
    }));
    checks.push(check(RESULT, "sales.total.profit", bridge.bridged(), bridge.sales_profit));
    checks
}

fn of_account(account: Account, standing: &Standing) -> Check {
    let (figure, amount) = figure(account, standing);
    Check { account: account.as_str(), figure, balance: standing.balance(account), amount }
}

/// What the balance of an account must equal: its name, and how much it is.
fn figure(account: Account, standing: &Standing) -> (Cow<'static, str>, i64) {
    let cash = |income, expense| standing.cash(|kind, _| kind == income || kind == expense);
    let orders = &standing.orders;
    let (name, amount) = match account {
        Account::CashWechatPay
        | Account::CashAlipay
        | Account::CashAllinpay
        | Account::CashUnionpay
        | Account::CashCash
        | Account::CashBankTransfer
        | Account::CashPos => {
            let name = account.as_str().replace("cash:", "cash.by_method.") + ".net";
            return (Cow::Owned(name), standing.cash(|_, method| account.method() == Some(method)));
        }
        Account::Prepayments => ("sales.total.prepaid_amount", orders.prepaid),
        Account::MemberBalances => ("balances.closing_balance", standing.funds(PayeeKind::Member)),
        Account::SupplierAccrued => ("orders.accrued_purchase_cost", orders.accrued_purchase_cost),
        Account::SupplierPayable => ("suppliers.funds", standing.funds(PayeeKind::Supplier)),
        Account::CostClearing => ("orders.own_purchase_cost", orders.own_purchase_cost),
        Account::CommissionPayable => ("distributors.funds", standing.funds(PayeeKind::Distributor)),
        Account::FreightPayable | Account::FreightExpense => {
            ("orders.freight_expense", orders.freight_expense)
        }
        Account::WithdrawalsInTransit => ("withdrawals.in_transit", standing.in_transit()),
        Account::SurplusPayments => {
            ("cash.surplus_payments.net", cash(CashKind::SurplusPayment, CashKind::SurplusRefund))
        }
        Account::Revenue => ("sales.total.realised_amount", orders.realised),
        Account::ScanRevenue => ("cash.scan_payments.net", cash(CashKind::ScanPayment, CashKind::ScanRefund)),
        Account::RefundFees => ("refunds.total.refund_fee_amount", standing.refund_fees),
        Account::OtherIncome => ("balances.by_kind.deduct.amount", -standing.moved(BalanceKind::Deduct)),
        Account::PurchaseCost => ("orders.consumed_purchase_cost", orders.consumed_purchase_cost),
        Account::CommissionExpense => ("orders.consumed_commission_cost", orders.consumed_commission_cost),
        Account::GiftExpense => ("balances.by_kind.gift.amount", standing.moved(BalanceKind::Gift)),
    };
    (Cow::Borrowed(name), amount)
}

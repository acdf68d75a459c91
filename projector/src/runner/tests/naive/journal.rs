//! The journal, read another way: what each thing stands for on every account, by the rules of what must tie out
//! (accounting.md), and its entry as the difference that an event makes.

use std::collections::BTreeMap;

use events_schema::terms::{Account, JournalKind, Term, WithdrawalMethod};
use events_schema::{EntityKind, Event, Recorded};

use super::orders::{Order, Orders};
use super::{Tables, put};

/// What stands on accounts: a debit is over zero, a credit below.
type Standing = BTreeMap<&'static str, i64>;

/// What every thing stands for, by its birth.
#[derive(Default)]
pub(super) struct Journal {
    standing: BTreeMap<i64, Standing>,
    /// Orders that were sent.
    shipped: Vec<i64>,
    /// Payments that are surplus, and the account of their money.
    payments: BTreeMap<i64, (bool, &'static str)>,
    /// Of each withdrawal, where it comes from, the account of the money, and the amount.
    withdrawals: BTreeMap<i64, (&'static str, &'static str, i64)>,
    /// What is in the funds born somewhere.
    funds: BTreeMap<i64, i64>,
}

impl Journal {
    /// What an event makes of the rows; its order is up to date already.
    pub(super) fn take(&mut self, recorded: &Recorded, orders: &Orders, tables: &mut Tables) {
        let birth = recorded.entity.birth.as_i64();
        if matches!(recorded.event, Event::OrderShipped(_)) {
            self.shipped.push(birth);
        }
        let before = self.standing.remove(&birth).unwrap_or_default();
        let now = match orders.0.get(&birth) {
            Some(order) => of_order(order, self.shipped.contains(&birth)),
            None => self.of_other(&recorded.event, birth, before.clone()),
        };
        let difference = |account: &&'static str| {
            let amount = |standing: &Standing| standing.get(account).copied().unwrap_or(0);
            (*account, amount(&now) - amount(&before))
        };
        let lines: Standing =
            Account::NAMES.iter().map(difference).filter(|(_, amount)| *amount != 0).collect();
        assert_eq!(lines.values().sum::<i64>(), 0, "{recorded:?}");
        if !lines.is_empty() {
            put_entry(recorded, &lines, tables);
        }
        self.standing.insert(birth, now);
        self.move_funds(recorded, tables);
    }

    /// What lies below zero belongs to the last line on the account of the funds: the decision that moved them posted it.
    fn move_funds(&mut self, recorded: &Recorded, tables: &mut Tables) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves funds")]
        let change = match &recorded.event {
            Event::FundsCredited(e) => e.amount.minor(),
            Event::FundsDebited(e) => -e.amount.minor(),
            _ => return,
        };
        let funds = self.funds.entry(recorded.entity.birth.as_i64()).or_default();
        let owed = (-*funds).max(0);
        *funds += change;
        let more = (-*funds).max(0) - owed;
        if more != 0 {
            let is_supplier = recorded.entity.kind == EntityKind::SupplierFunds;
            let account = number(if is_supplier { "supplier_payable" } else { "commission_payable" });
            let lines = tables.table("journal_lines").filter(|([of, _], _)| *of == account);
            let entry = lines.map(|([_, position], _)| *position).max().unwrap();
            let key = [entry, recorded.position.as_i64()];
            let row = tables.row("journal_below_zero", &["entry", "position"], key);
            put(row, [("account", &account), ("amount", &more)]);
        }
    }

    fn of_other(&mut self, event: &Event, birth: i64, before: Standing) -> Standing {
        let mut now = before;
        let mut transfer = |debit, credit, amount: events_schema::Money| {
            *now.entry(debit).or_default() += amount.minor();
            *now.entry(credit).or_default() -= amount.minor();
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else posts")]
        match event {
            Event::BalanceRecharged(e) => transfer(cash(e.method.as_str()), "member_balances", e.amount),
            Event::RechargeRefunded(e) => transfer("member_balances", cash(e.method.as_str()), e.amount),
            Event::BalanceGifted(e) => transfer("gift_expense", "member_balances", e.amount),
            Event::BalanceDeducted(e) => transfer("member_balances", "other_income", e.amount),
            Event::PaymentReceived(e) => {
                self.payments.insert(birth, (false, cash(e.method.as_str())));
                transfer(cash(e.method.as_str()), "scan_revenue", e.amount);
            }
            Event::SurplusReceived(e) => {
                self.payments.insert(birth, (true, cash(e.method.as_str())));
                transfer(cash(e.method.as_str()), "surplus_payments", e.amount);
            }
            Event::PaymentRefunded(e) => {
                let (is_surplus, money) = self.payments[&birth];
                transfer(if is_surplus { "surplus_payments" } else { "scan_revenue" }, money, e.amount);
            }
            Event::WithdrawalRequested(e) => {
                let owed = match e.payee.kind.to_string().as_str() {
                    "supplier" => "supplier_payable",
                    "distributor" => "commission_payable",
                    _ => "member_balances",
                };
                let money = match e.method {
                    WithdrawalMethod::BankCard => "cash:bank_transfer",
                    WithdrawalMethod::Alipay => "cash:alipay",
                    WithdrawalMethod::Wechat => "cash:wechat_pay",
                };
                self.withdrawals.insert(birth, (owed, money, e.amount.minor()));
                transfer(owed, "withdrawals_in_transit", e.amount);
            }
            Event::WithdrawalRejected(_) => now = Standing::new(),
            Event::WithdrawalPaid(_) => {
                let (owed, money, amount) = self.withdrawals[&birth];
                now = Standing::from([(owed, amount), (money, -amount)]);
            }
            _ => {}
        }
        now
    }
}

/// The account of money that moves by `method`.
fn cash(method: &str) -> &'static str {
    let code = if method == "balance" { "member_balances".to_owned() } else { format!("cash:{method}") };
    Account::NAMES.iter().find(|name| **name == code).unwrap()
}

fn of_order(order: &Order, is_sent: bool) -> Standing {
    let mut now = Standing::new();
    let mut add = |account, amount: i64| *now.entry(account).or_default() += amount;
    let Some(payment) = &order.payment else { return now };
    add(cash(payment.method.as_str()), order.paid());
    for refund in order.refunds.iter().filter(|refund| refund.state == "completed") {
        add(cash(refund.method.as_deref().unwrap()), refund.fee - refund.amount);
        add("refund_fees", -refund.fee);
    }
    let left = order.paid() - order.gross();
    let is_consumed = order.completed_at.is_some();
    add(if is_consumed { "revenue" } else { "prepayments" }, -left);
    if is_consumed || is_sent {
        add("freight_expense", order.facts.freight.minor());
        add("freight_payable", -order.facts.freight.minor());
    }
    if is_consumed {
        let (cost, commissions) = (order.shrunk(order.cost()), order.commissions().1);
        add("purchase_cost", cost);
        let owed = match (&order.facts.supplier, order.settled_at) {
            (None, _) => "cost_clearing",
            (Some(_), None) => "supplier_accrued",
            (Some(_), Some(_)) => "supplier_payable",
        };
        add(owed, -cost);
        add("commission_expense", commissions);
        add("commission_payable", -commissions);
    }
    now
}

fn put_entry(recorded: &Recorded, lines: &Standing, tables: &mut Tables) {
    let (position, date) = (recorded.position.as_i64(), recorded.occurred_at.micros());
    let (kind, entity) = kind(recorded, lines);
    assert_eq!(JournalKind::from_name(kind).map(JournalKind::entity), Some(entity), "{kind}");
    let numbered = || lines.iter().map(|(account, amount)| (number(account), *amount));
    put(
        tables.row("journal_entries", &["position"], [position, 0]),
        [
            ("date", &date),
            ("kind", &kind),
            ("birth", &recorded.entity.birth.as_i64()),
            ("accounts", &numbered().map(|(account, _)| 1 << account).sum::<i64>()),
        ],
    );
    for (account, amount) in numbered() {
        let row = tables.row("journal_lines", &["account", "position"], [account, position]);
        put(row, [("amount", &amount)]);
    }
}

fn number(account: &str) -> i64 {
    let place = Account::NAMES.iter().position(|name| *name == account).unwrap();
    i64::try_from(place).unwrap() + 1
}

/// What happened, and to what.
fn kind(recorded: &Recorded, lines: &Standing) -> (&'static str, &'static str) {
    let is_surplus = lines.contains_key("surplus_payments");
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else posts")]
    match &recorded.event {
        Event::OrderPaid(_) => ("order_paid", "order"),
        Event::OrderShipped(_) => ("order_shipped", "order"),
        Event::OrderVerified(_) | Event::OrderCompleted(_) => ("order_completed", "order"),
        Event::RefundCompleted(_) => ("refund_completed", "order"),
        Event::OrderSettled(_) => ("settlement", "order"),
        Event::BalanceRecharged(_) => ("recharge", "member"),
        Event::RechargeRefunded(_) => ("recharge_refund", "member"),
        Event::BalanceGifted(_) => ("gift", "member"),
        Event::BalanceDeducted(_) => ("deduct", "member"),
        Event::PaymentReceived(_) => ("scan_payment", "payment"),
        Event::SurplusReceived(_) => ("surplus_payment", "payment"),
        Event::PaymentRefunded(_) if is_surplus => ("surplus_refund", "payment"),
        Event::PaymentRefunded(_) => ("scan_refund", "payment"),
        Event::WithdrawalRequested(_) => ("withdrawal_requested", "withdrawal"),
        Event::WithdrawalRejected(_) => ("withdrawal_rejected", "withdrawal"),
        Event::WithdrawalPaid(_) => ("withdrawal_paid", "withdrawal"),
        other => panic!("{} posts {lines:?}", other.name()),
    }
}

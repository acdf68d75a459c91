//! The journal, posted event by event from the table of accounting.md.

use std::collections::{BTreeMap, HashMap};

use events_schema::terms::{Account, Method, PayeeKind, Side, Term, WithdrawalMethod};
use events_schema::{EntityKind, Event, Money, Recorded};
use serde_json::{Value, json};

use super::selection::Selection;
use super::text::money;
use crate::naive::order::NaiveOrder;

/// An entry of the journal.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) position: u64,
    pub(crate) date: i64,
    /// The birth of what it happened to.
    pub(crate) birth: u64,
    /// By the codes of accounts: a debit is over 0, a credit below.
    pub(crate) lines: BTreeMap<&'static str, i64>,
}

/// What is known of the things that events happen to, by their births.
#[derive(Default)]
struct Things {
    orders: HashMap<u64, NaiveOrder>,
    sent: Vec<u64>,
    /// The account of their money, and what they are owed for.
    payments: HashMap<u64, [&'static str; 2]>,
    /// Where they come from, the account of the money, and the amount.
    withdrawals: HashMap<u64, (&'static str, &'static str, Money)>,
}

/// All entries of a log.
pub(crate) fn entries(events: &[Recorded]) -> Vec<Entry> {
    let mut things = Things::default();
    let post = |recorded: &Recorded| {
        let mut lines = BTreeMap::new();
        things.post(recorded, &mut |debit, credit, amount| {
            *lines.entry(debit).or_insert(0) += amount;
            *lines.entry(credit).or_insert(0) -= amount;
        });
        lines.retain(|_, amount| *amount != 0);
        let (position, birth) = (recorded.position.get(), recorded.entity.birth.get());
        (!lines.is_empty()).then(|| Entry { position, date: recorded.occurred_at.micros(), birth, lines })
    };
    events.iter().filter_map(post).collect()
}

/// Takes one amount for two accounts: debit, credit.
type Transfer<'t> = &'t mut dyn FnMut(&'static str, &'static str, i64);

impl Things {
    fn post(&mut self, recorded: &Recorded, transfer: Transfer<'_>) {
        if recorded.entity.kind == EntityKind::Order {
            return self.post_order(recorded, transfer);
        }
        let birth = recorded.entity.birth.get();
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else posts")]
        match &recorded.event {
            Event::BalanceRecharged(e) => transfer(cash(e.method), "member_balances", e.amount.minor()),
            Event::RechargeRefunded(e) => transfer("member_balances", cash(e.method), e.amount.minor()),
            Event::BalanceGifted(e) => transfer("gift_expense", "member_balances", e.amount.minor()),
            Event::BalanceDeducted(e) => transfer("member_balances", "other_income", e.amount.minor()),
            Event::PaymentReceived(e) => {
                self.payments.insert(birth, [cash(e.method), "scan_revenue"]);
                transfer(cash(e.method), "scan_revenue", e.amount.minor());
            }
            Event::SurplusReceived(e) => {
                self.payments.insert(birth, [cash(e.method), "surplus_payments"]);
                transfer(cash(e.method), "surplus_payments", e.amount.minor());
            }
            Event::PaymentRefunded(e) => {
                let [money, owed] = self.payments[&birth];
                transfer(owed, money, e.amount.minor());
            }
            Event::WithdrawalRequested(e) => {
                let owed = match e.payee.kind {
                    PayeeKind::Supplier => "supplier_payable",
                    PayeeKind::Distributor => "commission_payable",
                    PayeeKind::Member => "member_balances",
                };
                let method = match e.method {
                    WithdrawalMethod::BankCard => Method::BankTransfer,
                    WithdrawalMethod::Alipay => Method::Alipay,
                    WithdrawalMethod::Wechat => Method::WechatPay,
                };
                self.withdrawals.insert(birth, (owed, cash(method), e.amount));
                transfer(owed, "withdrawals_in_transit", e.amount.minor());
            }
            Event::WithdrawalRejected(_) => {
                let (owed, _, amount) = self.withdrawals[&birth];
                transfer("withdrawals_in_transit", owed, amount.minor());
            }
            Event::WithdrawalPaid(_) => {
                let (_, money, amount) = self.withdrawals[&birth];
                transfer("withdrawals_in_transit", money, amount.minor());
            }
            _ => {}
        }
    }

    fn post_order(&mut self, recorded: &Recorded, transfer: Transfer<'_>) {
        let birth = recorded.entity.birth.get();
        if let Event::OrderPlaced(placed) = &recorded.event {
            self.orders.insert(birth, NaiveOrder::place(recorded, placed));
            return;
        }
        let order = self.orders.get_mut(&birth).unwrap();
        let before = order.clone();
        order.fold(recorded);
        let completes = before.completed_at.is_none() && order.completed_at.is_some();
        let ships = matches!(recorded.event, Event::OrderShipped(_));
        if (ships || completes) && !self.sent.contains(&birth) {
            self.sent.push(birth);
            transfer("freight_expense", "freight_payable", order.placed.freight.minor());
        }
        if completes {
            transfer("prepayments", "revenue", order.paid() - order.gross());
            transfer("purchase_cost", owed(order), order.cost_now());
            transfer("commission_expense", "commission_payable", order.lines_now().iter().sum());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else posts")]
        match &recorded.event {
            Event::OrderPaid(e) => transfer(cash(e.method), "prepayments", e.amount.minor()),
            Event::OrderSettled(_) => transfer("supplier_accrued", "supplier_payable", order.cost_now()),
            Event::RefundCompleted(e) => {
                let refund = order.refunds.iter().find(|refund| refund.id == *e.refund_id).unwrap();
                let is_consumed = before.completed_at.is_some();
                let given_up = if is_consumed { "revenue" } else { "prepayments" };
                transfer(given_up, cash(refund.method.unwrap()), refund.amount - refund.fee);
                transfer(given_up, "refund_fees", refund.fee);
                if is_consumed {
                    transfer(owed(order), "purchase_cost", before.cost_now() - order.cost_now());
                    let commissions = |order: &NaiveOrder| order.lines_now().iter().sum::<i64>();
                    let fell = commissions(&before) - commissions(order);
                    transfer("commission_payable", "commission_expense", fell);
                }
            }
            _ => {}
        }
    }
}

/// M of the contract.
fn cash(method: Method) -> &'static str {
    match method {
        Method::WechatPay => "cash:wechat_pay",
        Method::Alipay => "cash:alipay",
        Method::Allinpay => "cash:allinpay",
        Method::Unionpay => "cash:unionpay",
        Method::Cash => "cash:cash",
        Method::BankTransfer => "cash:bank_transfer",
        Method::Pos => "cash:pos",
        Method::Balance => "member_balances",
    }
}

/// To whom the purchase cost is owed.
fn owed(order: &NaiveOrder) -> &'static str {
    match (&order.placed.supplier, order.settled_at) {
        (None, _) => "cost_clearing",
        (Some(_), None) => "supplier_accrued",
        (Some(_), Some(_)) => "supplier_payable",
    }
}

/// What the trial balance must say, at least.
pub(crate) fn trial_balance(entries: &[Entry], selection: &Selection) -> Value {
    let dated: Vec<_> = entries.iter().filter(|entry| selection.has(entry.date)).collect();
    let sum = |code: Option<&str>, sign: i64| {
        let lines = dated.iter().flat_map(|entry| &entry.lines);
        let own = lines.filter(|(account, _)| code.is_none_or(|code| code == **account));
        own.map(|(_, amount)| (sign * amount).max(0)).sum::<i64>()
    };
    let row = |account: &Account| {
        let (code, side) = (account.as_str(), account.side());
        let (debit, credit) = (sum(Some(code), 1), sum(Some(code), -1));
        json!({
            "code": code, "name": account.zh(), "side": side.as_str(), "debit": money(debit),
            "credit": money(credit), "balance": money(on_its_side(*account, debit - credit)),
        })
    };
    let total = json!({"debit": money(sum(None, 1)), "credit": money(sum(None, -1))});
    json!({"accounts": Account::ALL.iter().map(row).collect::<Vec<_>>(), "total": total})
}

/// What must be said of each entry of an account, newest first.
pub(crate) fn of_account(entries: &[Entry], account: Account, selection: &Selection) -> Vec<Value> {
    let mut standing = 0;
    let mut shown = Vec::new();
    for Entry { position, date, lines, .. } in entries {
        let Some(amount) = lines.get(account.as_str()) else { continue };
        standing += amount;
        if selection.has(*date) {
            shown.push(json!({
                "position": position, "debit": money((*amount).max(0)), "credit": money((-amount).max(0)),
                "balance": money(on_its_side(account, standing)),
            }));
        }
    }
    shown.reverse();
    shown
}

/// What must be said of an entry.
pub(crate) fn shown(Entry { position, lines, .. }: &Entry) -> Value {
    let line = |account: &Account| {
        let amount = *lines.get(account.as_str())?;
        let sides = [amount, -amount].map(|amount| money(amount.max(0)));
        Some((amount < 0, json!({"account": account.as_str(), "debit": sides[0], "credit": sides[1]})))
    };
    let mut lines: Vec<_> = Account::ALL.iter().filter_map(line).collect();
    // Debits come first.
    lines.sort_by_key(|(is_credit, _)| *is_credit);
    json!({"position": position, "lines": lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>()})
}

/// What vouchers show of funds: what is over zero to the credit of the accounts of funds, what is below to the debit of
/// receivables.
pub(crate) fn funds_in_vouchers(events: &[Recorded]) -> BTreeMap<&'static str, i64> {
    let mut funds = BTreeMap::<(bool, u64), i64>::new();
    for recorded in events {
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves funds")]
        let change = match &recorded.event {
            Event::FundsCredited(e) => e.amount.minor(),
            Event::FundsDebited(e) => -e.amount.minor(),
            _ => continue,
        };
        let is_supplier = recorded.entity.kind == EntityKind::SupplierFunds;
        *funds.entry((is_supplier, recorded.entity.birth.get())).or_default() += change;
    }
    let of = |kind: bool, sign: i64| -> i64 {
        let own = funds.iter().filter(|((is_supplier, _), _)| *is_supplier == kind);
        own.map(|(_, amount)| (sign * amount).max(0)).sum()
    };
    BTreeMap::from([
        ("supplier_payable", -of(true, 1)),
        ("supplier_receivable", of(true, -1)),
        ("commission_payable", -of(false, 1)),
        ("distributor_receivable", of(false, -1)),
    ])
}

fn on_its_side(account: Account, debits_less_credits: i64) -> i64 {
    if account.side() == Side::Debit { debits_less_credits } else { -debits_less_credits }
}

//! What must tie out (accounting.md), and the two bridges: plain sums over everything that a log tells.

use std::collections::BTreeMap;

use events_schema::terms::{Account, PayeeKind, Side, Term};
use serde_json::{Value, json};

use super::cash::{METHODS, signed};
use super::journal::Entry;
use super::orders::{is_paid, left};
use super::text::money;
use crate::naive::cash::CashEntry;
use crate::naive::order::NaiveOrder;
use crate::naive::parked::ParkedEvent;
use crate::naive::rows::Rows;

/// What must be answered of a log that tells `rows` and posts `entries`: by check, what stands on the account and what
/// it must equal, which is the same; and both bridges.
pub(crate) fn tie_outs(rows: &Rows, entries: &[Entry]) -> Value {
    let checks = Account::ALL.iter().map(|account| {
        let (figure, amount) = figure(account.as_str(), rows);
        let balance = balance(entries, *account);
        assert_eq!(balance, amount, "{account} by the naive journal, and {figure} by naive sums");
        check(account.as_str(), &figure, balance)
    });
    let all: i64 = entries.iter().flat_map(|entry| entry.lines.values()).filter(|amount| **amount > 0).sum();
    let cash: Vec<&CashEntry> = rows.cash.iter().collect();
    let together =
        [check("*", "journal.credits", all), check("cash:*", "cash.closing_balance", signed(&cash))];
    let by_entries = Account::ALL
        .iter()
        .map(|account| check(account.as_str(), "entries.balance", balance(entries, *account)));
    let profit = profit(rows);
    let rest = [check("result", "sales.total.profit", profit), check("*", "entries.unbalanced", 0)];
    json!({
        "holds": true,
        "checks": together.into_iter().chain(checks).chain(by_entries).chain(rest).collect::<Vec<_>>(),
        "bridges": { "money_not_booked": unbooked(rows), "journal_to_sales_profit": bridge(rows, entries, profit) },
    })
}

fn check(account: &str, figure: &str, amount: i64) -> Value {
    json!({
        "account": account, "figure": figure, "balance": money(amount), "amount": money(amount),
        "difference": "0.00", "holds": true, "first_event": null,
    })
}

/// What stands on an account, on its own side.
fn balance(entries: &[Entry], account: Account) -> i64 {
    let debits: i64 = entries.iter().filter_map(|entry| entry.lines.get(account.as_str())).sum();
    if account.side() == Side::Debit { debits } else { -debits }
}

/// What an account must equal.
fn figure(account: &str, rows: &Rows) -> (String, i64) {
    let cash = |wanted: &dyn Fn(&CashEntry) -> bool| {
        signed(&rows.cash.iter().filter(|entry| wanted(entry)).collect::<Vec<_>>())
    };
    let about = |word: &str| cash(&|entry| entry.kind.starts_with(word));
    let moved = |kind: &str| -> i64 {
        rows.balances.iter().filter(|entry| entry.kind == kind).map(|entry| entry.change.abs()).sum()
    };
    let orders = |add: &dyn Fn(&NaiveOrder) -> i64| rows.orders.iter().map(add).sum::<i64>();
    let consumed = |add: &dyn Fn(&NaiveOrder) -> i64| {
        orders(&|order| if order.completed_at.is_some() { add(order) } else { 0 })
    };
    let with_supplier = |order: &NaiveOrder| order.placed.supplier.is_some();
    let when = |condition: bool, amount: i64| if condition { amount } else { 0 };
    let commissions = |order: &NaiveOrder| order.lines_now().iter().sum::<i64>();
    if let Some(method) = account.strip_prefix("cash:") {
        return (format!("cash.by_method.{method}.net"), cash(&|entry| entry.method == method));
    }
    let (name, amount) = match account {
        "prepayments" => {
            let unconsumed = |order: &NaiveOrder| is_paid(order) && order.completed_at.is_none();
            ("sales.total.prepaid_amount", orders(&|order| when(unconsumed(order), left(order))))
        }
        "member_balances" => {
            ("balances.closing_balance", rows.balances.iter().map(|entry| entry.change).sum())
        }
        "supplier_accrued" => {
            let accrued = |order: &NaiveOrder| with_supplier(order) && order.settled_at.is_none();
            ("orders.accrued_purchase_cost", consumed(&|order| when(accrued(order), order.cost_now())))
        }
        "supplier_payable" => {
            let settled = orders(&|order| when(order.settled_at.is_some(), order.cost_now()));
            ("suppliers.funds", settled - withdrawn(rows, PayeeKind::Supplier))
        }
        "cost_clearing" => {
            ("orders.own_purchase_cost", consumed(&|order| when(!with_supplier(order), order.cost_now())))
        }
        "commission_payable" => {
            ("distributors.funds", consumed(&commissions) - withdrawn(rows, PayeeKind::Distributor))
        }
        "freight_payable" | "freight_expense" => {
            ("orders.freight_expense", orders(&NaiveOrder::freight_owed))
        }
        "withdrawals_in_transit" => {
            let open = rows.withdrawals.iter().filter(|one| ["pending", "approved"].contains(&one.state));
            ("withdrawals.in_transit", open.map(|one| one.asked.amount.minor()).sum())
        }
        "surplus_payments" => ("cash.surplus_payments.net", about("surplus_")),
        "revenue" => ("sales.total.realised_amount", consumed(&left)),
        "scan_revenue" => ("cash.scan_payments.net", about("scan_")),
        "refund_fees" => {
            let fees = |order: &NaiveOrder| order.completed_refunds().map(|refund| refund.fee).sum();
            ("refunds.total.refund_fee_amount", orders(&fees))
        }
        "other_income" => ("balances.by_kind.deduct.amount", moved("deduct")),
        "purchase_cost" => ("orders.consumed_purchase_cost", consumed(&NaiveOrder::cost_now)),
        "commission_expense" => ("orders.consumed_commission_cost", consumed(&commissions)),
        "gift_expense" => ("balances.by_kind.gift.amount", moved("gift")),
        other => panic!("nothing is known of {other}"),
    };
    (name.to_owned(), amount)
}

/// What payees of a kind asked for and was not rejected.
fn withdrawn(rows: &Rows, kind: PayeeKind) -> i64 {
    let asked = rows.withdrawals.iter().filter(|one| one.asked.payee.kind == kind && one.state != "rejected");
    asked.map(|one| one.asked.amount.minor()).sum()
}

/// Revenue less all costs of orders whose status is `completed`.
fn profit(rows: &Rows) -> i64 {
    rows.orders.iter().filter(|order| order.status == "completed").map(margin).sum()
}

/// What an order brings: what is left of it less what it costs.
fn margin(order: &NaiveOrder) -> i64 {
    let commissions: i64 = order.lines_now().iter().sum();
    left(order) - order.cost_now() - commissions - order.placed.freight.minor()
}

fn bridge(rows: &Rows, entries: &[Entry], profit: i64) -> Value {
    let income = ["revenue", "scan_revenue", "refund_fees", "other_income"];
    let expenses = ["purchase_cost", "commission_expense", "freight_expense", "gift_expense"];
    let sum = |codes: [&str; 4]| -> i64 {
        codes.iter().map(|code| balance(entries, Account::from_name(code).unwrap())).sum()
    };
    let result = sum(income) - sum(expenses);
    let amount = |account: &str| figure(account, rows).1;
    let orders = || rows.orders.iter();
    let consumed = orders().filter(|order| order.completed_at.is_some() && order.status != "completed");
    let sent = orders().filter(|order| order.completed_at.is_none());
    let lines = [
        ("consumed_not_completed", -consumed.map(margin).sum::<i64>()),
        ("shipped_not_consumed_freight", sent.map(NaiveOrder::freight_owed).sum()),
        ("refund_fees", -amount("refund_fees")),
        ("scan_revenue", -amount("scan_revenue")),
        ("gifts", amount("gift_expense")),
        ("deductions", -amount("other_income")),
    ];
    let bridged = result + lines.iter().map(|(_, amount)| amount).sum::<i64>();
    assert_eq!(bridged, profit, "{lines:?} from {result}");
    let lines = lines.map(|(what, amount)| json!({"what": what, "amount": money(amount)}));
    json!({"journal_result": money(result), "lines": lines, "sales_profit": money(profit)})
}

/// What parked events that are not released say of money that moved outside: which way, by what, how much.
fn unbooked(rows: &Rows) -> Value {
    type Moved<'a> = (&'static str, Option<&'a str>, i64);
    let moved = |parked: &ParkedEvent| -> Option<Moved<'_>> {
        let way = match parked.event["type"].as_str().unwrap() {
            "order.paid" | "balance.recharged" | "payment.received" => "income",
            "refund.completed" | "balance.recharge_refunded" | "payment.refunded" => "expense",
            _ => return None,
        };
        let data = &parked.event["data"];
        let amount =
            data["amount"].as_str().map(|text| text.parse::<events_schema::Money>().unwrap().minor());
        // A refund of an order says nothing of how much it is.
        let is_money = data["method"] != "balance" && amount != Some(0);
        // What lives as long as the rows.
        let method = METHODS.into_iter().map(|(method, _)| method).find(|method| data["method"] == **method);
        is_money.then_some((way, method, amount.unwrap_or(0)))
    };
    let open: Vec<Moved<'_>> =
        rows.parked.iter().filter(|parked| parked.state != "released").filter_map(moved).collect();
    let sum = |wanted: &dyn Fn(&Moved<'_>) -> bool| {
        let mut sums = BTreeMap::from([("income", (0, 0)), ("expense", (0, 0))]);
        for moved in open.iter().filter(|moved| wanted(moved)) {
            let (count, amount) = sums.get_mut(moved.0).unwrap();
            (*count, *amount) = (*count + 1, *amount + moved.2);
        }
        let [(came, income), (went, expense)] = ["income", "expense"].map(|way| sums[way]);
        json!({
            "count": came + went, "amount": money(income - expense),
            "income": { "count": came, "amount": money(income) },
            "expense": { "count": went, "amount": money(expense) },
        })
    };
    let by_method = METHODS.into_iter().map(|(method, _)| Some(method)).chain([None]).map(|method| {
        let mut sums = sum(&|moved| moved.1 == method);
        sums["method"] = json!(method);
        sums
    });
    json!({"by_method": by_method.collect::<Vec<_>>(), "total": sum(&|_| true)})
}

//! That histories are rich enough to prove anything: whatever figures tell apart happens in a few of them.

use std::collections::BTreeSet;

use super::history::{DAY, Span, history};
use super::ledger::Ledger;
use super::oracle::orders::{commission_state, is_paid, left, paid_at, settlement_state};
use super::place::Engine;
use super::playing::play;
use crate::naive::dice::Dice;
use crate::naive::order::{NaiveOrder, STATUSES};
use crate::naive::rows::Rows;

/// What must have happened, beside the nine statuses.
const EVERYTHING: [&str; 46] = [
    "order_payment",
    "recharge",
    "scan_payment",
    "surplus_payment",
    "order_refund",
    "recharge_refund",
    "scan_refund",
    "surplus_refund",
    "supplier_withdrawal",
    "distributor_withdrawal",
    "member_withdrawal",
    "balance recharge",
    "balance recharge_refund",
    "balance consume",
    "balance consume_refund",
    "balance withdraw",
    "balance withdraw_return",
    "balance gift",
    "balance deduct",
    "refund in_review",
    "refund rejected",
    "refund completed",
    "refund with a fee",
    "settlement unsettled",
    "settlement settled",
    "settlement non_settleable",
    "settlement by hand",
    "commission unsettled",
    "commission settled",
    "commission cancelled",
    "withdrawal pending",
    "withdrawal approved",
    "withdrawal paid",
    "withdrawal rejected",
    "withdrawal whose transfer failed",
    "parked waiting",
    "parked released",
    "parked failed",
    "parked discarded",
    "free order that is paid",
    "free order that is refunded",
    "order refunded in part",
    "order paid late",
    "order paid before it was placed",
    "order under review after it was completed",
    "order with two lines of one distributor",
];

/// What happened in a history.
fn seen(rows: &Rows) -> BTreeSet<String> {
    let mut seen: BTreeSet<_> = rows.orders.iter().flat_map(of_order).collect();
    seen.extend(rows.cash.iter().map(|entry| entry.kind.to_owned()));
    seen.extend(rows.balances.iter().map(|entry| format!("balance {}", entry.kind)));
    for withdrawal in &rows.withdrawals {
        seen.insert(format!("withdrawal {}", withdrawal.state));
        if withdrawal.state == "pending" && withdrawal.reason.is_some() {
            seen.insert("withdrawal whose transfer failed".to_owned());
        }
    }
    seen.extend(rows.parked.iter().map(|parked| format!("parked {}", parked.state)));
    seen
}

fn of_order(order: &NaiveOrder) -> Vec<String> {
    let mut seen = vec![order.status.to_owned()];
    seen.extend(order.refunds.iter().map(|refund| format!("refund {}", refund.state)));
    seen.extend(settlement_state(order).map(|state| format!("settlement {state}")));
    let lines = &order.placed.commissions;
    seen.extend(
        commission_state(order).filter(|_| !lines.is_empty()).map(|state| format!("commission {state}")),
    );
    let distributors: BTreeSet<_> = lines.iter().map(|line| &line.distributor_id).collect();
    let (is_free, paid_after) = (order.payable() == 0, paid_at(order).map(|at| at - order.placed_at));
    let facts = [
        ("refund with a fee", order.completed_refunds().any(|refund| refund.fee > 0)),
        ("settlement by hand", order.settled_at > order.due_at.max(order.completed_at)),
        ("free order that is paid", is_free && is_paid(order)),
        ("free order that is refunded", is_free && order.status == "refunded"),
        ("order refunded in part", order.gross() > 0 && left(order) > 0),
        ("order paid late", paid_after.is_some_and(|after| after > 3 * DAY)),
        ("order paid before it was placed", paid_after.is_some_and(|after| after < 0)),
        (
            "order under review after it was completed",
            order.completed_at.is_some() && order.status == "refund_review",
        ),
        ("order with two lines of one distributor", distributors.len() < lines.len()),
    ];
    seen.extend(facts.into_iter().filter(|(_, is_so)| *is_so).map(|(fact, _)| fact.to_owned()));
    seen
}

#[test]
fn everything_happens_in_a_few_histories() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut all = BTreeSet::new();
    for seed in 0..4 {
        let mut dice = Dice::new(seed);
        let span = Span::new("Asia/Shanghai", &mut dice);
        let rows = runtime.block_on(async {
            let ledger = Ledger::new("Asia/Shanghai", Engine::Sqlite).await;
            play(&ledger, history(&span, 200, &mut dice.split()), &mut dice).await;
            let rows = Rows::of(&ledger.events().await);
            ledger.stop().await;
            rows
        });
        all.extend(seen(&rows));
    }
    let missing: Vec<_> =
        EVERYTHING.iter().chain(&STATUSES).filter(|expected| !all.contains(**expected)).collect();
    assert!(missing.is_empty(), "nobody has seen: {missing:?}");
}

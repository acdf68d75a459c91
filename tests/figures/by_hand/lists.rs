//! Each list of the story, worked out by hand.

use serde_json::{Value, json};

use super::story::{at, days, rows};
use crate::figures::difference::difference;
use crate::figures::oracle::lists::List;
use crate::figures::oracle::selection::Selection;
use crate::figures::oracle::{money_lists, order_lists};

/// Checks what the oracle says of a list: these items in this order, each with these fields and maybe more.
fn holds(list: List, selection: &Selection, expected: &Value) {
    let items = json!(list.expected(rows(), selection));
    assert_eq!(difference(expected, &items), None, "{} over {selection:?}: {items:#}", list.name);
}

/// A day and a time of November as they are shown.
fn shown(text: &str) -> String {
    format!("2026-11-{text}+08:00")
}

#[test]
fn orders() {
    holds(
        order_lists::ORDERS,
        &days(1, 4),
        &json!([
            {"order_id": "E", "status": "completed", "payable": "0.00", "left": "0.00", "payment_method": "alipay"},
            {"order_id": "D", "status": "refunded", "payable": "80.00", "left": "0.00", "supplier_name": "River"},
            {"order_id": "C", "status": "awaiting_use", "left": "100.00", "payment_method": "balance",
                "placed_at": shown("02T00:00:00"), "paid_at": shown("02T09:00:00"), "completed_at": null,
                "product_type": "hotel", "product_name": "Lake hotel", "member_id": "M1", "source": "wechat_mini",
                "supplier_name": null},
            {"order_id": "B", "order_no": "no. B", "status": "closed", "placed_at": shown("01T23:59:59.999999"),
                "paid_at": null, "left": "0.00", "payment_method": null},
            {"order_id": "A", "status": "completed", "left": "60.00", "completed_at": shown("02T10:00:00")},
        ]),
    );
    let of_both = Selection { from: at("01T12:00:00"), to: at("02T00:00:00.000001"), filters: vec![] };
    holds(order_lists::ORDERS, &of_both, &json!([{"order_id": "C"}, {"order_id": "B"}, {"order_id": "A"}]));
    let paid = days(1, 4).with("payment_method", "cash");
    holds(order_lists::ORDERS, &paid, &json!([{"order_id": "D"}]));
    let found = days(1, 4).with("q", "Lake h");
    holds(order_lists::ORDERS, &found, &json!([{"order_id": "C"}]));
    holds(order_lists::ORDERS, &days(1, 4).with("q", "no. B"), &json!([{"order_id": "B"}]));
}

#[test]
fn cash_entries() {
    let expense = days(4, 12).with("direction", "expense");
    holds(
        money_lists::CASH_ENTRIES,
        &expense,
        &json!([
            {"occurred_at": shown("11T09:00:00"), "kind": "supplier_withdrawal", "method": "bank_transfer",
                "mode": "offline", "amount": "10.00", "source_id": "W1", "order_id": null, "reference": "T1"},
            {"kind": "scan_refund", "method": "pos", "amount": "5.00", "source_id": "Q1", "order_id": null},
            {"kind": "surplus_refund", "method": "alipay", "amount": "45.00", "source_id": "P9", "order_id": "A"},
            {"kind": "order_refund", "method": "wechat_pay", "amount": "29.00", "source_id": "A", "order_no": "no. A"},
        ]),
    );
    let income = days(1, 5).with("direction", "income");
    holds(
        money_lists::CASH_ENTRIES,
        &income,
        &json!([
            {"kind": "scan_payment", "source_id": "Q1", "reference": "q1"},
            {"kind": "order_payment", "source_id": "D", "mode": "offline", "reference": null},
            {"kind": "surplus_payment", "source_id": "P9", "order_no": "no. A"},
            {"kind": "order_payment", "source_id": "A", "mode": "online", "reference": "c1"},
            {"kind": "recharge", "source_id": "B1", "order_no": null},
        ]),
    );
}

#[test]
fn settlements() {
    holds(
        order_lists::SETTLEMENTS,
        &days(1, 21),
        &json!([
            {"paid_at": shown("03T01:00:00"), "order_id": "E", "state": "settled", "settlement_amount": "4.00",
                "due_at": shown("04T00:00:00"), "settled_at": shown("04T00:00:00")},
            {"order_id": "D", "order_status": "refunded", "state": "non_settleable", "settlement_amount": "50.00",
                "due_at": null, "can_settle": false, "supplier_id": "S2"},
            {"order_id": "A", "order_no": "no. A", "order_status": "completed", "product_type": "ticket",
                "product_name": "Lake ticket", "supplier_name": "Lake", "order_amount": "90.00",
                "settlement_amount": "26.67", "state": "settled", "settled_at": shown("03T00:00:00"), "can_settle": false},
        ]),
    );
}

#[test]
fn withdrawals() {
    holds(
        money_lists::WITHDRAWALS,
        &days(10, 13),
        &json!([
            {"withdrawal_id": "W4", "state": "pending", "payee_phone": null, "decided_at": null, "reference": null},
            {"withdrawal_id": "W3", "state": "rejected", "decided_at": shown("20T00:00:00"), "reason": "wrong account"},
            {"withdrawal_id": "W2", "payee_kind": "distributor", "payee_id": "D1", "payee_name": "Zhou", "account": "zhou"},
            {"withdrawal_id": "W1", "requested_at": shown("10T09:00:00"), "payee_phone": "150", "amount": "10.00",
                "method": "bank_card", "state": "paid", "decided_at": shown("11T09:00:00"), "reference": "T1", "reason": null},
        ]),
    );
    let found = days(10, 13).with("q", "15");
    holds(money_lists::WITHDRAWALS, &found, &json!([{"withdrawal_id": "W1"}]));
}

#[test]
fn commissions() {
    holds(
        order_lists::COMMISSIONS,
        &days(1, 4),
        &json!([
            {"order_id": "D", "distributor_id": "D2", "distributor_name": "Li", "amount": "8.00", "state": "cancelled"},
            {"order_id": "C", "distributor_id": "D1", "amount": "2.00", "state": "unsettled", "settled_at": null},
            {"order_id": "C", "distributor_id": "D1", "amount": "1.50", "state": "unsettled", "product_name": "Lake hotel"},
            {"order_id": "A", "amount": "3.33", "state": "settled", "settled_at": shown("02T10:00:00"),
                "placed_at": shown("01T12:00:00")},
        ]),
    );
}

#[test]
fn balance_entries() {
    holds(
        money_lists::BALANCE_ENTRIES,
        &days(2, 21),
        &json!([
            {"occurred_at": shown("20T00:00:00"), "kind": "withdraw_return", "change": "7.00", "balance_after": "365.00",
                "source": "withdrawal.rejected", "source_id": "W3"},
            {"kind": "withdraw", "change": "-7.00", "balance_after": "358.00", "source": "withdrawal.requested"},
            {"kind": "consume_refund", "change": "100.00", "source": "refund.completed", "source_id": "C", "order_no": "no. C"},
            {"kind": "recharge_refund", "change": "-50.00", "source_id": "B2", "order_id": null},
            {"kind": "consume", "change": "-200.00", "source": "order.paid", "member_phone": "13800000001", "order_id": "C"},
            {"kind": "deduct", "change": "-5.00", "source": "balance.deducted", "source_id": null, "balance_after": "515.00"},
        ]),
    );
}

#[test]
fn refunds() {
    holds(
        order_lists::REFUNDS,
        &days(2, 8),
        &json!([
            {"refund_id": "R2", "order_id": "C", "state": "completed", "amount": "100.00", "fee": "0.00"},
            {"refund_id": "R1", "order_id": "C", "state": "rejected", "decided_at": shown("06T11:00:00"), "product_type": "hotel"},
            {"refund_id": "R1", "order_id": "A", "requested_at": shown("03T09:00:00"), "order_no": "no. A", "fee": "1.00"},
            {"refund_id": "R1", "order_id": "D"},
        ]),
    );
}

#[test]
fn parked_events() {
    holds(
        money_lists::PARKED_EVENTS,
        &Selection::EVERYTHING,
        &json!([
            {"event": {"type": "order.closed", "subject": "Y"}, "state": "released", "code": null},
            {"event": {"type": "order.confirmed", "subject": "Y"}, "state": "failed", "code": "not_awaiting_confirmation"},
            {"event": {"type": "order.completed", "subject": "X", "time": "2026-11-12T02:00:00Z"}, "state": "waiting"},
        ]),
    );
}

//! Each report of the story, worked out by hand.

use serde_json::{Value, json};

use super::story::{at, days, rows};
use crate::figures::difference::difference;
use crate::figures::oracle::reports::named;
use crate::figures::oracle::selection::Selection;

/// Checks what the oracle says of a report: all that is `expected`, and maybe more.
fn says(name: &str, selection: &Selection, expected: &Value) {
    let said = (named(name).expected)(rows(), selection);
    assert_eq!(difference(expected, &said), None, "{name} over {selection:?}: {said:#}");
}

fn sum(count: u32, amount: &str) -> Value {
    json!({"count": count, "amount": amount})
}

fn orders(count: u32, amount: &str) -> Value {
    json!({"orders": count, "amount": amount})
}

#[test]
fn sales() {
    let selection = days(1, 4);
    says(
        "sales",
        &selection,
        &json!({"total": {
            "orders": 5, "unpaid_orders": 1, "paid_orders": 4,
            "by_status": [
                {"status": "awaiting_confirmation", "orders": 0, "amount": "0.00"},
                {"status": "awaiting_payment", "orders": 0, "amount": "0.00"},
                {"status": "closed", "orders": 1, "amount": "50.00"},
                {"status": "paid_awaiting_confirmation", "orders": 0, "amount": "0.00"},
                {"status": "awaiting_use", "orders": 1, "amount": "200.00"},
                {"status": "shipped", "orders": 0, "amount": "0.00"},
                // A's 90, and nothing of E.
                {"status": "completed", "orders": 2, "amount": "90.00"},
                {"status": "refund_review", "orders": 0, "amount": "0.00"},
                {"status": "refunded", "orders": 1, "amount": "80.00"},
            ],
            // 100 + 200 + 80 + 10, and 10 + 10 off.
            "sales_amount": "390.00", "discount_amount": "20.00", "paid_amount": "370.00",
            // What is left of C, of A; 29 + 78 + 100 went back, 1 + 2 were kept.
            "prepaid_amount": "100.00", "realised_amount": "60.00",
            "refunded_amount": "207.00", "refund_fee_amount": "3.00",
            // A: 40 − 13.33, 5 − 1.67, 1.50; E: 4.
            "revenue": "60.00", "purchase_cost": "30.67", "commission_cost": "3.33", "freight_cost": "1.50",
            "sales_cost": "35.50", "profit": "24.50",
            "profit_margin": "0.4083", "conversion_rate": "0.8000", "return_rate": "0.7500",
        }}),
    );
    says(
        "sales",
        &selection,
        &json!({"by_product_type": [
            {"product_type": "goods", "orders": 1, "revenue": "0.00", "purchase_cost": "4.00", "profit": "-4.00",
                "profit_margin": null, "conversion_rate": "1.0000", "return_rate": "0.0000"},
            {"product_type": "hotel", "orders": 1, "revenue": "0.00", "purchase_cost": "0.00", "profit": "0.00",
                "prepaid_amount": "100.00", "refunded_amount": "100.00", "return_rate": "1.0000"},
            {"product_type": "ticket", "orders": 3, "unpaid_orders": 1, "profit": "28.50", "return_rate": "1.0000"},
        ]}),
    );
    let hotels = selection.with("product_type", "hotel");
    says("sales", &hotels, &json!({"total": {"orders": 1}, "by_product_type": [{"product_type": "hotel"}]}));
    let nothing = Selection { from: at("01T00:00:00"), to: at("01T00:00:00"), filters: vec![] };
    says("sales", &nothing, &json!({"total": {"orders": 0, "conversion_rate": null}, "by_product_type": []}));
}

#[test]
fn trend() {
    let selection = Selection { from: at("01T12:00:00"), to: at("03T00:30:00"), filters: vec![] };
    says(
        "sales/trend",
        &selection,
        &json!({"points": [
            {"at": "2026-11-01T00:00:00+08:00", "orders": 2, "paid_orders": 1, "paid_amount": "90.00", "unpaid_amount": "50.00"},
            {"at": "2026-11-02T00:00:00+08:00", "orders": 2, "paid_orders": 2, "paid_amount": "280.00", "unpaid_amount": "0.00"},
            {"at": "2026-11-03T00:00:00+08:00", "orders": 0, "paid_orders": 0, "paid_amount": "0.00", "unpaid_amount": "0.00"},
        ]}),
    );
    let around = Selection { from: at("01T23:59:59.999999"), to: at("02T00:00:00.000001"), filters: vec![] };
    says(
        "sales/trend",
        &around.with("step", "hour"),
        &json!({"points": [
            {"at": "2026-11-01T23:00:00+08:00", "orders": 1, "paid_orders": 0},
            {"at": "2026-11-02T00:00:00+08:00", "orders": 1, "paid_orders": 1},
        ]}),
    );
}

#[test]
fn verifications() {
    // A had not been refunded yet.
    says(
        "verifications",
        &days(2, 4),
        &json!({
            "total": {"orders": 2, "packages": 3, "amount": "90.00", "cost": "50.50", "profit": "39.50"},
            "by_product_type": [
                {"product_type": "goods", "orders": 1, "packages": 1, "amount": "0.00", "cost": "4.00", "profit": "-4.00"},
                {"product_type": "ticket", "orders": 1, "packages": 2, "amount": "90.00", "cost": "46.50", "profit": "43.50"},
            ],
        }),
    );
}

#[test]
fn refunds() {
    says(
        "refunds",
        &days(2, 8),
        &json!({
            "total": {"requests": 4, "requested_amount": "260.00", "in_review": 0, "rejected": 1, "completed": 3,
                "refund_fee_amount": "3.00", "refunded_amount": "207.00"},
            "by_product_type": [
                {"product_type": "hotel", "requests": 2, "requested_amount": "150.00", "in_review": 0, "rejected": 1,
                    "completed": 1, "refund_fee_amount": "0.00", "refunded_amount": "100.00"},
                {"product_type": "ticket", "requests": 2, "requested_amount": "110.00", "in_review": 0, "rejected": 0,
                    "completed": 2, "refund_fee_amount": "3.00", "refunded_amount": "107.00"},
            ],
        }),
    );
}

#[test]
fn cash() {
    // Before: 500 of the recharge, 90 of A, and 90 more. C is paid from a balance, E with nothing.
    let both = |income: Value, expense: Value| json!({"income": income, "expense": expense});
    let mut expected = both(sum(2, "100.00"), sum(3, "157.00"));
    expected["opening_balance"] = json!("680.00");
    expected["net"] = json!("-57.00");
    expected["closing_balance"] = json!("623.00");
    expected["by_mode"] = json!([
        {"mode": "online", "income": sum(0, "0.00"), "expense": sum(1, "29.00")},
        {"mode": "offline", "income": sum(2, "100.00"), "expense": sum(2, "128.00")},
    ]);
    let by_method = |method, mode, income, expense| {
        let mut figure = both(income, expense);
        figure["method"] = json!(method);
        figure["mode"] = json!(mode);
        figure
    };
    expected["by_method"] = json!([
        by_method("wechat_pay", "online", sum(0, "0.00"), sum(1, "29.00")),
        by_method("alipay", "online", sum(0, "0.00"), sum(0, "0.00")),
        by_method("allinpay", "online", sum(0, "0.00"), sum(0, "0.00")),
        by_method("unionpay", "online", sum(0, "0.00"), sum(0, "0.00")),
        by_method("cash", "offline", sum(1, "80.00"), sum(1, "50.00")),
        by_method("bank_transfer", "offline", sum(0, "0.00"), sum(1, "78.00")),
        by_method("pos", "offline", sum(1, "20.00"), sum(0, "0.00")),
    ]);
    expected["by_kind"] = json!([
        {"kind": "order_payment", "direction": "income", "count": 1, "amount": "80.00"},
        {"kind": "recharge", "direction": "income", "count": 0, "amount": "0.00"},
        {"kind": "scan_payment", "direction": "income", "count": 1, "amount": "20.00"},
        {"kind": "surplus_payment", "direction": "income", "count": 0, "amount": "0.00"},
        {"kind": "order_refund", "direction": "expense", "count": 2, "amount": "107.00"},
        {"kind": "recharge_refund", "direction": "expense", "count": 1, "amount": "50.00"},
        {"kind": "scan_refund", "direction": "expense", "count": 0, "amount": "0.00"},
        {"kind": "surplus_refund", "direction": "expense", "count": 0, "amount": "0.00"},
        {"kind": "supplier_withdrawal", "direction": "expense", "count": 0, "amount": "0.00"},
        {"kind": "distributor_withdrawal", "direction": "expense", "count": 0, "amount": "0.00"},
        {"kind": "member_withdrawal", "direction": "expense", "count": 0, "amount": "0.00"},
    ]);
    says("cash", &days(2, 5), &expected);
    // The surplus and the scanned payment given back in part, and a withdrawal when it was paid, not when it was asked for.
    says(
        "cash",
        &days(5, 12),
        &json!({"opening_balance": "623.00", "expense": sum(3, "60.00"), "net": "-60.00"}),
    );
}

#[test]
fn suppliers() {
    // A is settled, less what was refunded since; D is refunded and counts as at first.
    let total = json!({
        "unsettled": orders(0, "0.00"), "settled": orders(2, "30.67"), "non_settleable": orders(1, "50.00"),
    });
    says("suppliers", &days(1, 4), &json!({"total": total}));
    let of_one = days(1, 4).with("supplier_id", "S1");
    says(
        "suppliers",
        &of_one,
        &json!({"by_product_type": [
            {"product_type": "goods", "settled": orders(1, "4.00"), "non_settleable": orders(0, "0.00")},
            {"product_type": "ticket", "settled": orders(1, "26.67"), "non_settleable": orders(0, "0.00")},
        ]}),
    );
}

#[test]
fn withdrawals() {
    let figure = |pending, paid, rejected| json!({"pending": pending, "approved": sum(0, "0.00"), "paid": paid, "rejected": rejected});
    let total = figure(sum(2, "5.00"), sum(1, "10.00"), sum(1, "7.00"));
    let of_method = |method, mut figure: Value| {
        figure["method"] = json!(method);
        figure
    };
    let none = || sum(0, "0.00");
    says(
        "withdrawals",
        &days(10, 13),
        &json!({"total": total, "by_method": [
            of_method("bank_card", figure(none(), sum(1, "10.00"), none())),
            of_method("alipay", figure(sum(2, "5.00"), none(), none())),
            of_method("wechat", figure(none(), none(), sum(1, "7.00"))),
        ]}),
    );
    let suppliers = days(10, 13).with("payee_kind", "supplier");
    says("withdrawals", &suppliers, &json!({"total": figure(sum(1, "2.00"), sum(1, "10.00"), none())}));
}

#[test]
fn commissions() {
    // C: half of 3 and half of 4. D is refunded and counts as at first.
    let figure = |unsettled, settled, cancelled| json!({"unsettled": unsettled, "settled": settled, "cancelled": cancelled});
    let of_type = |product_type, mut figure: Value| {
        figure["product_type"] = json!(product_type);
        figure
    };
    let none = || orders(0, "0.00");
    says(
        "commissions",
        &days(1, 4),
        &json!({
            "total": figure(orders(1, "3.50"), orders(1, "3.33"), orders(1, "8.00")),
            "by_product_type": [
                of_type("hotel", figure(orders(1, "3.50"), none(), none())),
                of_type("ticket", figure(none(), orders(1, "3.33"), orders(1, "8.00"))),
            ],
        }),
    );
    let of_first = days(1, 4).with("distributor_id", "D1");
    says("commissions", &of_first, &json!({"total": figure(orders(1, "3.50"), orders(1, "3.33"), none())}));
    // The line of nothing makes C no commission order of the other.
    let of_second = days(1, 4).with("distributor_id", "D2");
    says("commissions", &of_second, &json!({"total": figure(none(), none(), orders(1, "8.00"))}));
}

#[test]
fn balances() {
    let kind = |kind, count, amount| json!({"kind": kind, "count": count, "amount": amount});
    says(
        "balances",
        &days(2, 9),
        &json!({
            "opening_balance": "520.00", "net": "-155.00", "closing_balance": "365.00",
            "by_kind": [
                kind("recharge", 0, "0.00"), kind("recharge_refund", 1, "50.00"), kind("consume", 1, "200.00"),
                kind("consume_refund", 1, "100.00"), kind("withdraw", 0, "0.00"), kind("withdraw_return", 0, "0.00"),
                kind("gift", 0, "0.00"), kind("deduct", 1, "5.00"),
            ],
        }),
    );
    says("balances", &days(9, 21), &json!({"opening_balance": "365.00", "net": "0.00"}));
}

#[test]
fn overview() {
    let says = |selection, expected| says("overview", &selection, &expected);
    says(
        days(1, 4),
        json!({
            "sales": {"orders": 5, "profit": "24.50"},
            "cash": {"opening_balance": "0.00", "income": sum(4, "760.00"), "expense": sum(2, "128.00"),
                "net": "632.00", "closing_balance": "632.00"},
            "suppliers": {"settled": orders(2, "30.67")},
            "commissions": {"cancelled": orders(1, "8.00")},
        }),
    );
    says(
        days(10, 13),
        json!({
            "supplier_withdrawals": {"pending": sum(1, "2.00"), "paid": sum(1, "10.00")},
            "distributor_withdrawals": {"pending": sum(1, "3.00"), "paid": sum(0, "0.00")},
        }),
    );
}

#[test]
fn screen() {
    let of_type = |product_type, [orders, paid, unpaid]: [u32; 3], amounts: [&str; 3], share| {
        json!({"product_type": product_type, "orders": orders, "amount": amounts[0], "paid_orders": paid,
            "paid_amount": amounts[1], "unpaid_orders": unpaid, "unpaid_amount": amounts[2], "share": share})
    };
    let paid = |name, product_type, amount, at| json!({"product_name": name, "product_type": product_type, "amount": amount, "paid_at": at});
    says(
        "screen",
        &days(1, 4),
        &json!({
            "orders": 5, "amount": "420.00", "paid": orders(4, "370.00"), "unpaid": orders(1, "50.00"),
            "by_product_type": [
                of_type("goods", [1, 1, 0], ["0.00", "0.00", "0.00"], "0.2000"),
                of_type("hotel", [1, 1, 0], ["200.00", "200.00", "0.00"], "0.2000"),
                of_type("ticket", [3, 2, 1], ["220.00", "170.00", "50.00"], "0.6000"),
            ],
            "latest": [
                paid("Silk", "goods", "0.00", "2026-11-03T01:00:00+08:00"),
                paid("Lake ticket", "ticket", "80.00", "2026-11-02T13:00:00+08:00"),
                paid("Lake hotel", "hotel", "200.00", "2026-11-02T09:00:00+08:00"),
                paid("Lake ticket", "ticket", "90.00", "2026-11-01T13:00:00+08:00"),
            ],
            "trend": [{"orders": 2}, {"orders": 2}, {"orders": 1}],
            "members": [
                {"at": "2026-11-01T00:00:00+08:00", "registered": 1},
                {"at": "2026-11-02T00:00:00+08:00", "registered": 0},
                {"at": "2026-11-03T00:00:00+08:00", "registered": 0},
            ],
            "visitors": {"male": 2, "female": 2, "unknown": 1, "male_share": "0.5000", "female_share": "0.5000"},
        }),
    );
    let two_days = (named("screen").expected)(rows(), &days(1, 3));
    assert_eq!(
        (two_days["trend"].as_array().unwrap().len(), two_days["members"].as_array().unwrap().len()),
        (48, 48)
    );
    let sources = two_days["by_source"].as_array().unwrap();
    assert_eq!((&sources[0], sources.len()), (&json!({"source": "pc", "orders": 1, "share": "0.2500"}), 8));
}

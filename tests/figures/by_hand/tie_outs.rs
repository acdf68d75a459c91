//! The accounts of the story and both bridges, worked out by hand.

use serde_json::json;

use super::story::{entries, rows};
use crate::figures::difference::difference;
use crate::figures::oracle::tie_outs::tie_outs;

/// What each account must show in the end, as far as it shows anything. What the platform has is 563.00; so much it owes
/// (535.50), and the rest (27.50) is its result.
const BALANCES: [(&str, &str); 21] = [
    // 90, and 29 back for A.
    ("cash:wechat_pay", "61.00"),
    // 500 of M1, 90 too much for A, of which 45 back.
    ("cash:alipay", "545.00"),
    // 80 for D, 50 back to M1.
    ("cash:cash", "30.00"),
    // 78 back for D, 10 to S1.
    ("cash:bank_transfer", "-88.00"),
    ("cash:pos", "15.00"),
    // What is left of C.
    ("prepayments", "100.00"),
    // 500 + 20 − 5 − 200 + 100 − 50; the 7 came back.
    ("member_balances", "365.00"),
    ("supplier_accrued", "0.00"),
    // 26.67 of A and 4 of E, less 10 and 2.
    ("supplier_payable", "18.67"),
    ("cost_clearing", "0.00"),
    // 3.33 of A, less 3.
    ("commission_payable", "0.33"),
    ("freight_payable", "1.50"),
    // W2 and W4.
    ("withdrawals_in_transit", "5.00"),
    ("surplus_payments", "45.00"),
    ("revenue", "60.00"),
    ("scan_revenue", "15.00"),
    ("refund_fees", "3.00"),
    ("other_income", "5.00"),
    ("purchase_cost", "30.67"),
    ("commission_expense", "3.33"),
    ("gift_expense", "20.00"),
];

#[test]
fn accounts() {
    let said = tie_outs(rows(), entries());
    for (account, balance) in BALANCES {
        let checks = said["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["account"] == account).unwrap();
        assert_eq!((&found["balance"], &found["amount"]), (&json!(balance), &json!(balance)), "{account}");
    }
}

#[test]
fn bridges() {
    let expected = json!({"bridges": {
        // X and Y wait for nothing of money.
        "money_not_booked": {"total": {"count": 0, "amount": "0.00"}},
        "journal_to_sales_profit": {
            // 60 + 15 + 3 + 5, less 30.67 + 3.33 + 1.50 + 20.
            "journal_result": "27.50",
            "lines": [
                {"what": "consumed_not_completed", "amount": "0.00"},
                {"what": "shipped_not_consumed_freight", "amount": "0.00"},
                {"what": "refund_fees", "amount": "-3.00"},
                {"what": "scan_revenue", "amount": "-15.00"},
                {"what": "gifts", "amount": "20.00"},
                {"what": "deductions", "amount": "-5.00"},
            ],
            // As the report of sales says it.
            "sales_profit": "24.50",
        },
    }});
    assert_eq!(difference(&expected, &tie_outs(rows(), entries())), None);
}

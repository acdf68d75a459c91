//! Tests of what happens to orders.

use super::{born, cells, changed};
use crate::history::History;

const PART_REFUND: &str = r#"{"refund_id":"R1","amount":"30.00","fee":"1.00"}"#;
const WHOLE_REFUND: &str = r#"{"refund_id":"R1","amount":"90.00","fee":"0.00"}"#;
const REFUND: &str = r#"{"refund_id":"R1"}"#;

#[test]
fn a_new_order_counts_in_its_hour_day_and_month() {
    let mut history = History::new();
    history.place("O1");
    let writes = history.changes_after(1);
    assert_eq!(
        born(
            &writes,
            "orders",
            &["order_id", "payable", "discounts", "supplier_id", "purchase_cost_original"]
        ),
        [r#"O1 9000 [{"kind":"coupon","amount":"10.00"}] S1 6000"#]
    );
    let state = ["product_type", "supplier_id", "status", "settlement_state", "settlement_amount"];
    assert_eq!(born(&writes, "order_states", &state), ["ticket S1 awaiting_payment - 0"]);
    for (grain, start) in [("hour", "2026-10-31T23"), ("day", "2026-10-31T00"), ("month", "2026-10-01T00")] {
        let sums = "orders 1, awaiting_payment_orders 1, awaiting_payment_amount 9000";
        assert_eq!(cells(&writes, "sales_cells", grain), [format!("{start} ticket: {sums}")]);
        let sums = "orders 1, male_travellers 1, female_travellers 1";
        assert_eq!(cells(&writes, "source_cells", grain), [format!("{start} pc: {sums}")]);
    }
}

#[test]
fn an_event_moves_a_cell_by_the_difference_it_makes() {
    let mut history = History::new();
    history.place("O1");
    let placed = history.recorded.len();
    history.pass(86_400);
    history.pay("O1", "wechat_pay");
    let paid = history.changes_after(placed);
    // The cell is that of the hour in which the order was placed.
    let sums = "paid_orders 1, awaiting_payment_orders -1, awaiting_use_orders 1, awaiting_payment_amount -9000, \
                awaiting_use_amount 9000, sales_amount 10000, discount_amount 1000, prepaid_amount 9000";
    assert_eq!(cells(&paid, "sales_cells", "hour"), [format!("2026-10-31T23 ticket: {sums}")]);
    assert_eq!(changed(&paid, "order_states", &["payment_reference", "prepaid_amount"]), ["C-O1 9000"]);
    assert!(paid.rows.iter().all(|rows| rows.table.name != "orders"), "{paid:?}");
    assert!(cells(&paid, "source_cells", "hour").is_empty());
}

#[test]
fn a_completed_order_has_revenue_and_costs_and_is_verified() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    let paid = history.recorded.len();
    history.pass(3_600);
    history.publish("order.completed", "O1", "{}");
    let completed = history.changes_after(paid);
    let sums = "awaiting_use_orders -1, completed_orders 1, awaiting_use_amount -9000, completed_amount 9000, \
                prepaid_amount -9000, realised_amount 9000, revenue 9000, purchase_cost 6000, commission_cost 500, \
                freight_cost 300, consumed_purchase_cost 6000, accrued_purchase_cost 6000, \
                consumed_commission_cost 500, consumed_freight 300, freight_expense 300";
    assert_eq!(cells(&completed, "sales_cells", "day"), [format!("2026-10-31T00 ticket: {sums}")]);
    let columns = ["product_type", "packages", "amount", "cost"];
    assert_eq!(born(&completed, "verifications", &columns), ["ticket 2 9000 6800"]);
    let sums = "orders 1, packages 2, amount 9000, cost 6800";
    assert_eq!(cells(&completed, "verification_cells", "hour"), [format!("2026-11-01T00 ticket: {sums}")]);
}

#[test]
fn an_order_is_verified_as_it_stood_when_its_last_package_was_used() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    history.publish("refund.requested", "O1", PART_REFUND);
    history.publish("refund.completed", "O1", REFUND);
    let refunded = history.recorded.len();
    history.publish("order.verified", "O1", r#"{"packages":1}"#);
    assert!(born(&history.changes_after(refunded), "verifications", &[]).is_empty());
    history.publish("order.verified", "O1", r#"{"packages":1}"#);
    // A third was given back, so a third less is owed; the freight is owed as it was.
    let verified = history.changes_after(refunded);
    let columns = ["packages", "amount", "cost"];
    assert_eq!(born(&verified, "verifications", &columns), ["2 6000 4633"]);
    let completed = history.recorded.len();
    history.publish("refund.requested", "O1", r#"{"refund_id":"R2","amount":"60.00","fee":"0.00"}"#);
    assert!(history.publish("refund.completed", "O1", r#"{"refund_id":"R2"}"#));
    let later = history.changes_after(completed);
    assert!(
        born(&later, "verifications", &[]).is_empty()
            && cells(&later, "verification_cells", "day").is_empty()
    );
}

#[test]
fn a_part_refund_shrinks_what_is_left_and_what_is_owed() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    history.publish("order.completed", "O1", "{}");
    let completed = history.recorded.len();
    history.publish("refund.requested", "O1", PART_REFUND);
    history.publish("refund.completed", "O1", r#"{"refund_id":"R1","channel_reference":"CR"}"#);
    let refunded = history.changes_after(completed);
    let sums = "returned_orders 1, realised_amount -3000, refunded_amount 2900, refund_fee_amount 100, revenue -3000, \
                purchase_cost -2000, commission_cost -167, consumed_purchase_cost -2000, accrued_purchase_cost -2000, \
                consumed_commission_cost -167";
    assert_eq!(cells(&refunded, "sales_cells", "month"), [format!("2026-10-01T00 ticket: {sums}")]);
    let columns = ["purchase_cost_now", "settlement_state", "settlement_amount", "commission_amount"];
    assert_eq!(changed(&refunded, "order_states", &columns), ["4000 unsettled 4000 333"]);
    let columns = ["refund_id", "product_type", "amount", "fee", "state", "method"];
    assert_eq!(born(&refunded, "refunds", &columns), ["R1 ticket 3000 100 completed wechat_pay"]);
    assert_eq!(
        cells(&refunded, "settlement_cells", "day"),
        [
            "'' 2026-10-31T00 ticket: unsettled_amount -2000",
            "S1 2026-10-31T00 ticket: unsettled_amount -2000"
        ]
    );
    assert_eq!(
        cells(&refunded, "commission_cells", "month"),
        ["'' 2026-10-01T00 ticket: settled_amount -167", "D1 2026-10-01T00 ticket: settled_amount -167"]
    );
    assert_eq!(changed(&refunded, "commissions", &["state", "amount"]), ["settled 333"]);
}

#[test]
fn a_refund_moves_within_the_cell_of_its_request() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    let paid = history.recorded.len();
    history.publish("refund.requested", "O1", PART_REFUND);
    let requested = history.changes_after(paid);
    let sums = "requests 1, requested_amount 3000, in_review 1";
    assert_eq!(cells(&requested, "refund_cells", "hour"), [format!("2026-10-31T23 ticket: {sums}")]);
    assert_eq!(born(&requested, "refunds", &["state", "decided_at", "method"]), ["in_review - -"]);
    let asked = history.recorded.len();
    history.pass(5 * 86_400);
    history.publish("refund.completed", "O1", REFUND);
    let completed = history.changes_after(asked);
    let sums = "in_review -1, completed 1, refund_fee_amount 100, refunded_amount 2900";
    assert_eq!(cells(&completed, "refund_cells", "hour"), [format!("2026-10-31T23 ticket: {sums}")]);
    history.publish("refund.requested", "O1", r#"{"refund_id":"R2","amount":"1.00","fee":"0.00"}"#);
    let asked = history.recorded.len();
    history.publish("refund.rejected", "O1", r#"{"refund_id":"R2"}"#);
    let rejected = history.changes_after(asked);
    assert_eq!(cells(&rejected, "refund_cells", "day"), ["2026-11-05T00 ticket: in_review -1, rejected 1"]);
}

#[test]
fn a_settlement_counts_when_its_order_was_paid() {
    let mut history = History::new();
    history.place("O1");
    history.pass(3_600);
    let placed = history.recorded.len();
    history.pay("O1", "wechat_pay");
    let paid = history.changes_after(placed);
    let sums = "unsettled_orders 1, unsettled_amount 6000";
    assert_eq!(cells(&paid, "settlement_cells", "hour"), [format!("'' 2026-11-01T00 ticket: {sums}")]);
    assert_eq!(
        cells(&paid, "settlement_cells", "month"),
        [format!("'' 2026-11-01T00 ticket: {sums}"), format!("S1 2026-11-01T00 ticket: {sums}")]
    );
    history.publish("order.completed", "O1", "{}");
    let completed = history.recorded.len();
    history.pass(3 * 86_400);
    let settled = history.changes_after(completed);
    let sums = "unsettled_orders -1, unsettled_amount -6000, settled_orders 1, settled_amount 6000";
    assert_eq!(cells(&settled, "settlement_cells", "hour"), [format!("'' 2026-11-01T00 ticket: {sums}")]);
    let due = history.recorded.len();
    history.publish("refund.requested", "O1", WHOLE_REFUND);
    history.publish("refund.completed", "O1", REFUND);
    // It counts for what it would have been.
    let refunded = history.changes_after(due);
    let sums = "settled_orders -1, settled_amount -6000, non_settleable_orders 1, non_settleable_amount 6000";
    assert_eq!(cells(&refunded, "settlement_cells", "hour"), [format!("'' 2026-11-01T00 ticket: {sums}")]);
    let columns = ["purchase_cost_now", "settlement_state", "settlement_amount"];
    assert_eq!(changed(&refunded, "order_states", &columns), ["0 non_settleable 6000"]);
}

/// An order of 10.00 without a supplier, and with these commissions.
fn place_with(history: &mut History, order: &str, commissions: &str) {
    let data = format!(
        r#"{{"order_no":"N","member_id":"M1","source":"pc","product":{{"id":"G","name":"g","type":"hotel"}},
        "packages":1,"amount":"10.00","quoted_cost":"1.00","freight":"0.00","commissions":[{commissions}],
        "confirmation":"none"}}"#
    );
    assert!(history.publish("order.placed", order, data));
}

fn pay_ten(history: &mut History, order: &str) {
    let data = format!(r#"{{"payment_id":"P-{order}","method":"cash","amount":"10.00"}}"#);
    assert!(history.publish("order.paid", order, data));
}

#[test]
fn an_order_counts_once_for_each_of_its_distributors() {
    let line = |id: &str, amount: &str| {
        format!(r#"{{"distributor_id":"{id}","distributor_name":"n","amount":"{amount}"}}"#)
    };
    let lines =
        [line("D1", "0.00"), line("D1", "1.00"), line("D2", "0.40"), line("D1", "0.50"), line("D3", "0.00")];
    let mut history = History::new();
    place_with(&mut history, "O1", &lines.join(","));
    let placed = history.changes_after(1);
    let columns = ["distributor_id", "original_amount", "counts", "state", "amount", "settled_at"];
    assert_eq!(
        born(&placed, "commissions", &columns),
        ["D1 0 0 - 0 -", "D1 100 1 - 100 -", "D2 40 1 - 40 -", "D1 50 0 - 50 -", "D3 0 0 - 0 -"]
    );
    assert!(cells(&placed, "commission_cells", "day").is_empty(), "nobody has paid");
    let unpaid = history.recorded.len();
    pay_ten(&mut history, "O1");
    let paid = history.changes_after(unpaid);
    assert_eq!(
        cells(&paid, "commission_cells", "day"),
        [
            "'' 2026-10-31T00 hotel: unsettled_orders 1, unsettled_amount 190",
            "D1 2026-10-31T00 hotel: unsettled_orders 1, unsettled_amount 150",
            "D2 2026-10-31T00 hotel: unsettled_orders 1, unsettled_amount 40",
        ]
    );
    assert_eq!(cells(&paid, "commission_cells", "hour").len(), 1);
    assert_eq!(changed(&paid, "commissions", &["state"]), ["unsettled"; 5]);
    assert_eq!(changed(&paid, "order_states", &["commission_state", "commission_amount"]), ["unsettled 190"]);
}

#[test]
fn commissions_are_settled_by_completion_and_cancelled_by_a_whole_refund() {
    let mut history = History::new();
    place_with(&mut history, "O1", r#"{"distributor_id":"D1","distributor_name":"n","amount":"1.00"}"#);
    pay_ten(&mut history, "O1");
    let paid = history.recorded.len();
    history.publish("order.completed", "O1", "{}");
    let completed = history.changes_after(paid);
    let at = history.recorded[paid].occurred_at.micros();
    assert_eq!(
        changed(&completed, "commissions", &["state", "amount", "settled_at"]),
        [format!("settled 100 {at}")]
    );
    let completed = history.recorded.len();
    history.publish("refund.requested", "O1", r#"{"refund_id":"R1","amount":"10.00","fee":"0.00"}"#);
    let review = history.changes_after(completed);
    assert!(changed(&review, "commissions", &["state"]).is_empty(), "a review changes nothing of them");
    history.publish("refund.completed", "O1", REFUND);
    let refunded = history.changes_after(completed);
    assert_eq!(changed(&refunded, "commissions", &["state", "amount", "settled_at"]), ["cancelled 100 -"]);
    let sums = "settled_orders -1, settled_amount -100, cancelled_orders 1, cancelled_amount 100";
    assert_eq!(cells(&refunded, "commission_cells", "hour"), [format!("'' 2026-10-31T23 hotel: {sums}")]);
}

#[test]
fn commissions_of_nothing_make_no_commission_order() {
    let mut history = History::new();
    place_with(&mut history, "O1", r#"{"distributor_id":"D1","distributor_name":"n","amount":"0.00"}"#);
    pay_ten(&mut history, "O1");
    let writes = history.changes_after(0);
    assert!(cells(&writes, "commission_cells", "day").is_empty());
    assert_eq!(born(&writes, "commissions", &["counts", "state"]), ["0 unsettled"]);
    assert_eq!(born(&writes, "order_states", &["commission_state", "commission_amount"]), ["- 0"]);
}

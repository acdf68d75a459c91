//! How SQLite finds what lists are asked for. It knows nothing about how values are spread, as in a ledger that runs.

use axum::extract::Query;
use serde::de::DeserializeOwned;

use crate::cursor::Cursor;
use crate::fixture::{Engine, Ledger};
use crate::lists::balance_entries::BalanceEntriesQuery;
use crate::lists::cash_entries::CashEntriesQuery;
use crate::lists::commissions::CommissionsQuery;
use crate::lists::orders::OrdersQuery;
use crate::lists::parked_events::ParkedEventsQuery;
use crate::lists::query::ListQuery;
use crate::lists::refunds::RefundsQuery;
use crate::lists::search::Matches;
use crate::lists::selection::Selection;
use crate::lists::settlements::SettlementsQuery;
use crate::lists::withdrawals::WithdrawalsQuery;

/// What `text` asks for; a search matches few rows.
fn asked<Q: ListQuery + DeserializeOwned>(text: &str) -> Selection {
    let Query(query) = Query::<Q>::try_from_uri(&format!("/?{text}").parse().unwrap()).unwrap();
    query.selection().matching(Matches::Few)
}

/// Checks that a page of the list is found through `index`, and that nothing is read from one end to the other but,
/// where `index` says so, that index itself; and whether what was found is sorted then, or comes in its order.
async fn assert_found(ledger: &Ledger, name: &str, selection: &Selection, index: &str, is_sorted: bool) {
    let after = Cursor(vec![7; selection.key_length()]);
    for after in [None, Some(&after)] {
        let plan = ledger.plan(selection.items(after, Some(51))).await;
        assert!(plan.iter().any(|step| step.contains(index)), "{name}: not by {index}: {plan:#?}");
        let scans = plan.iter().any(|step| {
            step.starts_with("SCAN")
                && !step.contains(index)
                && !step.ends_with("found")
                && !step.ends_with("stretch")
                && step != "SCAN CONSTANT ROW"
                && !step.ends_with("newest")
        });
        assert!(!scans, "{name}: reads a whole table: {plan:#?}");
        let sorts = plan.iter().any(|step| step == "USE TEMP B-TREE FOR ORDER BY");
        assert_eq!(sorts, is_sorted, "{name}: {plan:#?}");
    }
}

#[tokio::test]
async fn every_filter_of_orders_has_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (text, index, is_sorted) in [
        ("", "o USING INDEX orders_placed_at", false),
        ("order_id=1&status=closed", "SEARCH o USING INDEX orders_order_id (order_id=?)", true),
        ("member_id=1&supplier_id=1", "SEARCH o USING INDEX orders_member_id (member_id=?", false),
        ("supplier_id=1&status=closed", "SEARCH o USING INDEX orders_supplier_id (supplier_id=?", false),
        ("status=closed&product_type=x", "SEARCH s USING INDEX order_states_status (status=?", false),
        (
            "payment_method=pos&source=pc",
            "SEARCH s USING INDEX order_states_payment_method (payment_method=?",
            false,
        ),
        ("source=pc&product_type=x", "SEARCH o USING INDEX orders_source (source=?", false),
        ("product_type=x", "SEARCH o USING INDEX orders_product_type (product_type=?", false),
        (
            "q=x&status=closed",
            "SEARCH orders USING COVERING INDEX orders_order_no (order_no>? AND order_no<?)",
            true,
        ),
        ("q=x", "SEARCH orders USING INDEX orders_order_id (order_id>? AND order_id<?)", true),
        (
            "q=x",
            "SEARCH orders USING COVERING INDEX orders_product_name (product_name>? AND product_name<?)",
            true,
        ),
        ("q=x&member_id=1", "SEARCH o USING INDEX orders_member_id (member_id=?", false),
    ] {
        assert_found(&ledger, text, &asked::<OrdersQuery>(text), index, is_sorted).await;
    }
}

#[tokio::test]
async fn every_filter_of_cash_entries_has_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (text, index, is_sorted) in [
        ("", "MERGE (UNION ALL)", true),
        ("", "SEARCH e USING INDEX cash_entries_kind (kind=?", true),
        ("kind=recharge", "SEARCH e USING INDEX cash_entries_kind (kind=?", false),
        ("method=pos", "SEARCH e USING INDEX cash_entries_method (method=? AND kind=?", true),
        (
            "direction=income&method=pos",
            "SEARCH e USING INDEX cash_entries_method (method=? AND kind=?",
            true,
        ),
        ("kind=recharge&mode=offline", "SEARCH e USING INDEX cash_entries_method (method=? AND kind=?", true),
        ("kind=recharge&method=pos", "SEARCH e USING INDEX cash_entries_method (method=? AND kind=?", false),
        ("order_id=1", "SEARCH e USING INDEX cash_entries_order_birth (order_birth=?)", true),
        (
            "source_id=1",
            "SEARCH cash_entries USING COVERING INDEX cash_entries_source_id (source_id=?)",
            true,
        ),
        ("source_id=1", "SEARCH c USING INDEX cash_entries_order_birth (order_birth=?)", true),
        (
            "q=x&kind=recharge",
            "SEARCH o USING COVERING INDEX orders_order_no (order_no>? AND order_no<?)",
            true,
        ),
        ("q=x", "SEARCH o USING COVERING INDEX orders_order_id (order_id>? AND order_id<?)", true),
        ("q=x", "SEARCH cash_entries USING INDEX cash_entries_source_id (source_id>? AND source_id<?)", true),
        (
            "q=x",
            "SEARCH x USING COVERING INDEX cash_entries_reference (<expr>=? AND reference>? AND reference<?)",
            true,
        ),
    ] {
        assert_found(&ledger, text, &asked::<CashEntriesQuery>(text), index, is_sorted).await;
    }
}

#[tokio::test]
async fn every_filter_of_settlements_has_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (text, index, is_sorted) in [
        ("", "s USING INDEX order_states_paid_at", false),
        ("order_status=completed", "s USING INDEX order_states_paid_at", false),
        ("order_id=1", "SEARCH o USING INDEX orders_order_id (order_id=?)", true),
        ("supplier_id=1&state=settled", "SEARCH s USING INDEX order_states_supplier (supplier_id=?", false),
        ("state=settled", "SEARCH s USING INDEX order_states_settlement (settlement_state=?", false),
        ("product_type=x", "SEARCH s USING INDEX order_states_settlement_type (product_type=?", false),
        ("q=x", "SEARCH x USING COVERING INDEX orders_order_no (order_no>? AND order_no<?)", true),
        ("q=x", "SEARCH x USING COVERING INDEX orders_product_name (product_name>?", true),
        ("q=x", "SEARCH order_states USING COVERING INDEX order_states_supplier_name (supplier_name>?", true),
    ] {
        assert_found(&ledger, text, &asked::<SettlementsQuery>(text), index, is_sorted).await;
    }
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    let of_few = asked::<SettlementsQuery>("order_status=completed").counted(&mut snapshot).await.unwrap();
    let index = "SEARCH s USING INDEX order_states_status (status=?)";
    assert_found(&ledger, "an order status that few have", &of_few, index, true).await;
}

#[tokio::test]
async fn every_filter_of_withdrawals_has_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (text, index, is_sorted) in [
        ("", "w USING INDEX withdrawals_requested_at", false),
        ("withdrawal_id=1", "SEARCH w USING INDEX withdrawals_withdrawal_id (withdrawal_id=?)", true),
        ("payee_id=1&state=paid", "SEARCH w USING INDEX withdrawals_payee_id (payee_id=?", false),
        ("state=paid&method=alipay", "SEARCH w USING INDEX withdrawals_state (state=?", false),
        ("payee_kind=member", "SEARCH w USING INDEX withdrawals_payee_kind (payee_kind=?", false),
        ("method=alipay", "SEARCH w USING INDEX withdrawals_method (method=?", false),
        ("q=x", "SEARCH withdrawals USING COVERING INDEX withdrawals_payee_name (payee_name>?", true),
        ("q=x", "SEARCH withdrawals USING COVERING INDEX withdrawals_payee_phone (payee_phone>?", true),
    ] {
        assert_found(&ledger, text, &asked::<WithdrawalsQuery>(text), index, is_sorted).await;
    }
}

#[tokio::test]
async fn every_filter_of_commissions_has_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (text, index, is_sorted) in [
        ("", "c USING INDEX commissions_placed_at", false),
        ("order_id=1", "SEARCH orders USING COVERING INDEX orders_order_id (order_id=?)", true),
        (
            "distributor_id=1&state=settled",
            "SEARCH c USING INDEX commissions_distributor_id (distributor_id=?",
            false,
        ),
        ("state=settled", "SEARCH c USING INDEX commissions_state (state=?", false),
        ("product_type=x", "SEARCH c USING INDEX commissions_product_type (product_type=?", false),
        ("q=x", "SEARCH x USING COVERING INDEX orders_order_no (order_no>?", true),
        ("q=x", "commissions_distributor_name (distributor_name>?", true),
    ] {
        assert_found(&ledger, text, &asked::<CommissionsQuery>(text), index, is_sorted).await;
    }
}

#[tokio::test]
async fn every_filter_of_balance_entries_has_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (text, index, is_sorted) in [
        ("", "MERGE (UNION ALL)", true),
        ("", "SEARCH e USING INDEX balance_entries_kind (kind=?", true),
        ("order_id=1", "SEARCH e USING INDEX balance_entries_order_birth (order_birth=?)", true),
        ("member_id=1", "SEARCH e USING INDEX balance_entries_member_birth (member_birth=?", true),
        ("source_id=1", "balance_entries_payment_id (payment_id=?)", true),
        ("source_id=1", "balance_entries_withdrawal_birth (withdrawal_birth=?)", true),
        ("kind=gift", "SEARCH e USING INDEX balance_entries_kind (kind=?", false),
        ("source=order.paid", "SEARCH e USING INDEX balance_entries_kind (kind=?", false),
        ("q=x", "members_phone (<expr>=? AND phone>?", true),
        ("q=x", "SEARCH x USING COVERING INDEX orders_order_no (order_no>?", true),
    ] {
        assert_found(&ledger, text, &asked::<BalanceEntriesQuery>(text), index, is_sorted).await;
    }
}

#[tokio::test]
async fn every_filter_of_refunds_and_parked_events_has_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (text, index, is_sorted) in [
        ("", "r USING INDEX refunds_requested_at", false),
        ("refund_id=1", "SEARCH r USING INDEX refunds_refund_id (refund_id=?)", true),
        ("order_id=1", "SEARCH r USING PRIMARY KEY (order_birth=?)", true),
        ("state=in_review", "SEARCH r USING INDEX refunds_state (state=?", false),
        ("product_type=x", "SEARCH r USING INDEX refunds_product_type (product_type=?", false),
        ("q=x", "SEARCH x USING COVERING INDEX orders_order_no (order_no>?", true),
    ] {
        assert_found(&ledger, text, &asked::<RefundsQuery>(text), index, is_sorted).await;
    }
    for (text, index, is_sorted) in [
        ("", "p USING INDEX parked_events_parked_at", false),
        ("event_id=1&code=x", "SEARCH p USING INDEX parked_events_event_id (event_id=?)", true),
        ("awaited_id=1", "SEARCH p USING INDEX parked_events_awaited_id (awaited_id=?", false),
        ("state=waiting", "SEARCH p USING INDEX parked_events_state (state=?", false),
        ("q=x", "parked_events_event_id (event_id>?", true),
    ] {
        assert_found(&ledger, text, &asked::<ParkedEventsQuery>(text), index, is_sorted).await;
    }
}

#[tokio::test]
async fn all_cash_entries_come_newest_first_without_being_sorted() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let plan = ledger.plan(asked::<CashEntriesQuery>("").items(None, None)).await;
    assert_eq!(plan[0], "MERGE (UNION ALL)");
    assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:#?}");
}

#[tokio::test]
async fn a_total_looks_at_no_table_without_need() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (selection, steps) in [
        (asked::<OrdersQuery>("source=pc"), &["SEARCH o USING INDEX orders_source (source=?)"][..]),
        (
            asked::<OrdersQuery>("status=closed"),
            &[
                "SEARCH s USING COVERING INDEX order_states_status (status=?)",
                "SEARCH o USING INTEGER PRIMARY KEY (rowid=?)",
            ],
        ),
        (asked::<CashEntriesQuery>(""), &["SCAN e"]),
        (asked::<CashEntriesQuery>("kind=recharge"), &["SEARCH e USING INDEX cash_entries_kind (kind=?)"]),
        (asked::<CashEntriesQuery>("method=pos"), &["SEARCH e USING INDEX cash_entries_method (method=?)"]),
    ] {
        assert_eq!(ledger.plan(selection.total()).await, steps);
    }
}

#[tokio::test]
async fn the_next_page_begins_where_the_last_one_ended() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let after = Cursor(vec![7, 7]);
    for (selection, index) in [
        (asked::<OrdersQuery>(""), "orders_placed_at (placed_at<?)"),
        (asked::<OrdersQuery>("status=closed"), "order_states_status (status=? AND placed_at<?)"),
        (asked::<CashEntriesQuery>("kind=recharge"), "cash_entries_kind (kind=? AND occurred_at<?)"),
        (
            asked::<CashEntriesQuery>("mode=online"),
            "cash_entries_method (method=? AND kind=? AND occurred_at<?)",
        ),
    ] {
        let plan = ledger.plan(selection.items(Some(&after), Some(51))).await;
        assert!(plan.iter().any(|step| step.ends_with(index)), "{index}: {plan:#?}");
    }
}

#[tokio::test]
async fn where_a_walk_ends_is_found_by_the_index_that_it_walks_along() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    for (selection, index) in [
        (asked::<OrdersQuery>("q=x"), "o USING COVERING INDEX orders_placed_at"),
        (asked::<OrdersQuery>("q=x&status=closed"), "s USING COVERING INDEX order_states_status (status=?"),
        (asked::<CashEntriesQuery>("q=x"), "e USING COVERING INDEX cash_entries_kind (kind=?"),
        (asked::<SettlementsQuery>("q=x"), "s USING COVERING INDEX order_states_paid_at"),
        (
            asked::<SettlementsQuery>("q=x&state=settled"),
            "s USING COVERING INDEX order_states_settlement (settlement_state=?",
        ),
        (asked::<WithdrawalsQuery>("q=x"), "w USING COVERING INDEX withdrawals_requested_at"),
        (asked::<CommissionsQuery>("q=x"), "c USING COVERING INDEX commissions_placed_at"),
        (asked::<CommissionsQuery>("q=x&state=settled"), "c USING COVERING INDEX commissions_state (state=?"),
        (asked::<BalanceEntriesQuery>("q=x"), "e USING COVERING INDEX balance_entries_kind (kind=?"),
        (asked::<RefundsQuery>("q=x"), "r USING COVERING INDEX refunds_requested_at"),
    ] {
        let selection = selection.matching(Matches::Many);
        for after in [None, Some(Cursor(vec![7; selection.key_length()]))] {
            let plan = ledger.plan(selection.beyond(after.as_ref(), 20)).await;
            assert!(plan.iter().any(|step| step.contains(index)), "{index}: {plan:#?}");
            assert!(!plan.iter().any(|step| step.contains("ORDER BY")), "{index}: {plan:#?}");
        }
    }
}

/// All refunds stand in the order of the list, but those of a few orders are not found by that.
#[tokio::test]
async fn postgresql_finds_refunds_by_the_numbers_of_their_orders() {
    let mut ledger = Ledger::new(Engine::Postgres, "Asia/Shanghai").await;
    for fill in [
        "insert into orders select n, n, n, '', 0, '', '', '', 1, 0, n, 1, null, 1, null, 1, 0, 0, 0, 0",
        "insert into refunds select n, 0, n, n, '', 1, 0, null, 0, null",
    ] {
        ledger.execute(&format!("{fill} from generate_series(1, 2000) as n")).await;
    }
    ledger.execute("analyze orders, refunds").await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    snapshot.find_by_index().await.unwrap();
    let page = asked::<RefundsQuery>("q=x").items(None, Some(51));
    let plan = ledger.plan_in(&mut snapshot, page).await;
    assert!(plan.iter().any(|step| step.contains("orders_order_no")), "{plan:#?}");
    assert!(!plan.iter().any(|step| step.contains("refunds_requested_at")), "{plan:#?}");
}

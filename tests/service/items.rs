//! Figures are taken apart: what adds up to them, and what cannot be asked.

use serde_json::{Value, json};

use super::events::{placed, whole_order};
use super::harness::Ledger;

const EVER: &str = "from=2024-01-01&to=2030-01-01";

fn orders(items: &Value) -> Vec<&str> {
    items["items"].as_array().unwrap().iter().map(|item| item["order_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_figure_is_what_its_items_add_up_to_also_in_the_past() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let first = admin.record(&whole_order("A")).await;
    let last = admin.record(&[placed("B"), placed("C")]).await;
    let ask = async |query: &str| {
        admin.read(&format!("/v1/reports/sales/items?{EVER}&min_position={last}&{query}")).await
    };
    let now = ask("figure=total.orders").await;
    assert_eq!((&now["sum"], &now["position"]), (&json!(3), &json!(last)));
    let then = ask(&format!("figure=total.orders&as_of={first}")).await;
    assert_eq!((&then["sum"], orders(&then), &then["position"]), (&json!(1), vec!["A"], &json!(first)));
    let paid = ask("figure=total.paid_amount").await;
    assert_eq!((orders(&paid), &paid["items"][0]["share"]), (vec!["A"], &paid["sum"]));
    let rate = ask("figure=total.conversion_rate").await;
    assert_eq!(
        (&rate["sum"], &rate["items"], &rate["ratio"]["value"]),
        (&json!(null), &json!([]), &json!("0.3333"))
    );
    let whole = ask("figure=total.conversion_rate.denominator&limit=2").await;
    assert_eq!((&whole["sum"], orders(&whole).len()), (&json!(3), 2));
    let cursor = whole["next_cursor"].as_str().unwrap();
    let rest = ask(&format!("figure=total.conversion_rate.denominator&cursor={cursor}")).await;
    assert_eq!((orders(&rest).len(), &rest["next_cursor"]), (1, &json!(null)));
}

#[tokio::test]
async fn what_is_no_figure_is_named() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    for (address, code, field) in [
        ("sales/items?figure=total.happiness", "unknown_figure", "figure"),
        ("sales/items?figure=total.orders.numerator", "unknown_figure", "figure"),
        ("sales/items?figure=by_product_type.a%00.orders", "unknown_figure", "figure"),
        ("sales/trend/items?figure=points.2026-11-01T00:30:00Z.orders", "unknown_figure", "figure"),
        ("sales/items", "invalid_parameter", "figure"),
        ("cash/items?figure=net&product_type=ticket", "invalid_parameter", "product_type"),
        ("sales/items?figure=total.orders&cursor=orders.1", "invalid_cursor", "cursor"),
        ("sales/items?figure=total.orders&as_of=999", "invalid_as_of", "as_of"),
        ("sales/items?figure=total.orders&from=2026-11-02&to=2026-11-01", "invalid_range", "from"),
    ] {
        let problem = admin.get(&format!("/v1/reports/{address}")).send().await.problem(422, code);
        assert_eq!(problem["field"], field, "{address}");
    }
    admin.get("/v1/reports/weather/items?figure=total.orders").send().await.problem(404, "unknown_report");
}

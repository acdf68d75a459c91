//! Errors: problem details with a stable code, everywhere.

use axum::http::Method;
use serde_json::json;

use super::harness::Ledger;

#[tokio::test]
async fn an_address_that_is_not_served_is_a_problem() {
    let ledger = Ledger::start();
    for path in
        ["/v1", "/v1/order", "/v1/orders/", "/v2/orders", "/docs/nothing.js", "/%00", "/../etc/passwd"]
    {
        ledger.admin().get(path).send().await.problem(404, "not_found");
        ledger.client(None).get(path).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_method_that_is_not_served_is_a_problem_and_says_which_are() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    for (method, path, allowed) in [
        (Method::GET, "/v1/events", "POST"),
        (Method::DELETE, "/v1/orders", "GET"),
        (Method::POST, "/v1/reports/sales", "GET"),
        (Method::GET, "/v1/settlements/A/settle", "POST"),
        (Method::POST, "/v1/settings/settlement", "PUT"),
        (Method::PUT, "/v1/tokens/1", "DELETE"),
        (Method::POST, "/healthz", "GET"),
        (Method::PATCH, "/openapi.json", "GET"),
    ] {
        let reply = admin.call(method, path).send().await;
        reply.problem(405, "method_not_allowed");
        assert!(reply.header("allow").contains(allowed), "{path}: {reply:?}");
    }
}

#[tokio::test]
async fn a_parameter_that_is_wrong_is_named() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    for (path, field) in [
        ("/v1/reports/sales?form=2024-03-05", "form"),
        ("/v1/reports/sales?from=yesterday", "from"),
        ("/v1/reports/sales?from=2024-03-05T10:00:00", "from"),
        ("/v1/reports/sales?from=2024-03-05&from=2024-03-06", "from"),
        ("/v1/reports/sales?min_position=-1", "min_position"),
        ("/v1/reports/sales?min_position=18446744073709551616", "min_position"),
        ("/v1/reports/sales/trend?step=week", "step"),
        ("/v1/reports/cash?to=2024-02-30", "to"),
        ("/v1/orders?limit=0", "limit"),
        ("/v1/orders?limit=501", "limit"),
        ("/v1/orders?status=paid", "status"),
        ("/v1/orders?q=", "q"),
        ("/v1/orders?q=A%00", "q"),
        ("/v1/parked-events?code=A%00", "code"),
        ("/v1/orders?member_id=two%20words", "member_id"),
        ("/v1/cash-entries?direction=sideways", "direction"),
        ("/v1/cash-entries?method=balance%27", "method"),
    ] {
        let problem = admin.get(path).send().await.problem(422, "invalid_parameter");
        assert_eq!(problem["field"], field, "{path}: {problem}");
    }
    admin.get("/v1/reports/cash?from=2024-03-06&to=2024-03-05").send().await.problem(422, "invalid_range");
    for cursor in ["x", "%20", "AAAAAAAAAAAAAAAAAAAAAAAA"] {
        let reply = admin.get(&format!("/v1/orders?cursor={cursor}")).send().await;
        reply.problem(422, "invalid_cursor");
    }
}

#[tokio::test]
async fn a_text_that_is_sql_is_only_a_text() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    for text in ["%27%20or%201=1--", "%25", "_", "%22%3B%20drop%20table%20orders%3B"] {
        assert_eq!(admin.read(&format!("/v1/orders?q={text}")).await["items"], json!([]));
        admin.get(&format!("/v1/orders/{text}")).send().await.problem(404, "unknown_order");
    }
}

#[tokio::test]
async fn an_order_whose_id_is_none_is_not_known() {
    let ledger = Ledger::start();
    for id in ["A%00", "%0A", "two%20words"] {
        for path in [format!("/v1/orders/{id}"), format!("/v1/orders/{id}/events")] {
            ledger.admin().get(&path).send().await.problem(404, "unknown_order");
        }
    }
}

#[tokio::test]
async fn a_path_that_is_not_utf8_is_a_problem() {
    let ledger = Ledger::start();
    for path in ["/v1/orders/%ff", "/v1/settlements/%ff/settle"] {
        let call =
            if path.ends_with("settle") { ledger.admin().post(path) } else { ledger.admin().get(path) };
        let reply = call.send().await;
        assert!((400..500).contains(&reply.status), "{reply:?}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn head_is_answered_as_get_without_a_body() {
    let ledger = Ledger::start();
    for path in ["/healthz", "/v1/orders", "/v1/reports/sales", "/openapi.json"] {
        let reply = ledger.admin().call(Method::HEAD, path).send().await;
        assert_eq!((reply.status, reply.body.len()), (200, 0), "{path}");
    }
}

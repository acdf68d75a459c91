//! What those who run a ledger look at: probes, measurements, the documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::Method;
use serde_json::{Value, json};

use super::events::{paid, placed, whole_order};
use super::harness::{Ledger, until};

/// What is served and is no part of the contract: the document itself, and the pages that show it.
const NOT_IN_THE_DOCUMENT: [&str; 4] = ["GET /openapi.json", "GET /docs", "GET /docs/", "GET /docs/{*file}"];

#[tokio::test]
async fn a_ledger_that_serves_is_alive_and_ready() {
    let ledger = Ledger::start();
    let stranger = ledger.client(None);
    for (path, status) in [
        ("/healthz", json!({ "status": "alive" })),
        ("/readyz", json!({ "status": "ready", "lag_events": 0, "lag_seconds": 0 })),
    ] {
        let reply = stranger.get(path).send().await;
        assert_eq!((reply.ok(), reply.header("cache-control")), (status, "no-store"));
    }
}

#[tokio::test]
async fn read_models_that_lag_too_far_are_not_ready_and_say_so() {
    let dir = super::harness::directory();
    let mut command = Ledger::command(dir.path());
    command.args(["--pause-projections", "--lag-events-max", "2"]);
    let ledger = Ledger::start_with(&dir, command);
    ledger.admin().record(&[placed("A"), paid("A")]).await;
    let problem = ledger.client(None).get("/readyz").send().await.problem(503, "not_ready");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("lag") && detail.contains("bound is 2"), "{detail}");
    assert_eq!(problem["lag_events"], 3);
    let measured = ledger.client(None).get("/metrics").send().await.text();
    assert!(measured.contains("ledger_projector_lag_events 3\n"), "{measured}");
    assert_eq!(ledger.client(None).get("/healthz").send().await.status, 200, "alive it is");
    ledger.admin().get("/v1/orders?min_position=3").send().await.problem(503, "projection_behind");
    // As soon as they are filled again, all is well.
    let ledger = ledger.restart();
    until("ready", async || (ledger.client(None).get("/readyz").send().await.status == 200).then_some(()))
        .await;
    assert_eq!(ledger.admin().read("/v1/orders?min_position=3").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn measurements_count_what_happened() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let position = admin.record(&whole_order("A")).await;
    admin.read(&format!("/v1/orders?min_position={position}")).await;
    admin.get("/v1/orders/nobody").send().await.problem(404, "unknown_order");
    admin.get("/a-path-that-strangers-try").send().await.problem(404, "not_found");
    let reply = ledger.client(None).get("/metrics").send().await;
    assert!(reply.header("content-type").starts_with("text/plain"), "{reply:?}");
    let text = reply.text();
    for line in [
        "ledger_events_published_total 3".to_owned(),
        format!("ledger_log_position {position}"),
        format!("ledger_projector_position {position}"),
        "ledger_projector_lag_events 0".to_owned(),
        "ledger_projector_lag_seconds 0".to_owned(),
        "ledger_queue_events 0".to_owned(),
        r#"ledger_http_requests_total{method="POST",route="/v1/events",status="200"} 1"#.to_owned(),
        r#"ledger_http_requests_total{method="GET",route="/v1/orders/{order_id}",status="404"} 1"#.to_owned(),
        r#"ledger_http_requests_total{method="GET",route="none",status="404"} 1"#.to_owned(),
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.contains("ledger_http_request_seconds") && !text.contains("strangers"), "{text}");
}

/// All operations of the document, and what it says of each.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, it)| (method.to_uppercase(), path.clone(), it.clone()))
    });
    all.collect()
}

/// The code of every file of Rust below `directory`, without tests.
fn code_below(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        if path.is_dir() {
            code_below(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            // Tests stand at the end of a file.
            found.extend(text.split("\nmod tests {").next().map(ToOwned::to_owned));
        }
    }
}

/// The operations of the routes that are made in `code`, such as `GET /v1/orders`.
fn routes(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in code.split(".route(").skip(1) {
        let mut open = 1;
        let end = text.find(|character: char| {
            open += i32::from(character == '(') - i32::from(character == ')');
            open == 0
        });
        let call = text[..end.unwrap()].trim_start();
        let (path, handlers) = call
            .strip_prefix('"')
            .and_then(|path| path.split_once('"'))
            .unwrap_or_else(|| panic!("the path of a route is written where it is made: {call}"));
        let called =
            handlers.split('(').filter_map(|text| text.rsplit(|c: char| !c.is_alphanumeric()).next());
        let methods: Vec<_> =
            called.filter(|name| ["get", "put", "post", "delete", "patch"].contains(name)).collect();
        assert!(!methods.is_empty(), "nothing is known of the methods of {path}");
        found.extend(methods.iter().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    found
}

#[tokio::test]
async fn the_openapi_document_lists_every_route_that_is_served_and_no_other() {
    let ledger = Ledger::start();
    let document = ledger.client(None).read("/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    let listed: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = Vec::new();
    for directory in ["src", "query-api/src"] {
        code_below(&root.join(directory), &mut code);
    }
    let served: BTreeSet<_> = code.iter().flat_map(|code| routes(code)).collect();
    let beside = BTreeSet::from(NOT_IN_THE_DOCUMENT.map(str::to_owned));
    assert!(beside.is_subset(&served), "{beside:?} are not in {served:#?}");
    assert_eq!(&served - &beside, listed);
}

#[tokio::test]
async fn every_route_in_the_openapi_document_is_served_and_says_who_may_call_it() {
    let ledger = Ledger::start();
    let stranger = ledger.client(None);
    let document = stranger.read("/openapi.json").await;
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    for (method, path, operation) in operations(&document) {
        let filled = path.replace("{position}", "1").replace(['{', '}'], "");
        let reply = stranger.call(Method::from_bytes(method.as_bytes()).unwrap(), &filled).send().await;
        if path == "/v1/session" {
            // Whoever logs in or out has no token yet, or none any more.
            continue;
        }
        if path.starts_with("/v1/") {
            reply.problem(401, "unauthorized");
            let ways = operation["security"].as_array().unwrap();
            for way in ["token", "session"] {
                assert!(ways.iter().any(|it| it.get(way).is_some()), "{method} {path}: {way}");
            }
            for status in ["401", "403", "503"] {
                let content = &operation["responses"][status]["content"];
                assert!(
                    content.get("application/problem+json").is_some(),
                    "{method} {path} {status}: {content}"
                );
            }
        } else {
            assert_eq!(reply.status, 200, "{method} {path}");
        }
        assert!(
            operation["responses"].as_object().unwrap().keys().any(|it| it.starts_with('2')),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn every_reference_in_the_openapi_document_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(ToOwned::to_owned));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let ledger = Ledger::start();
    let document = ledger.client(None).read("/openapi.json").await;
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 10);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

/// The addresses that a page loads things from.
fn loaded(page: &str) -> Vec<String> {
    let attribute =
        |name: &'static str| page.split(name).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    attribute("src=\"").chain(attribute("href=\"")).collect()
}

#[tokio::test]
async fn the_page_with_the_documentation_loads_nothing_from_elsewhere() {
    let ledger = Ledger::start();
    let stranger = ledger.client(None);
    let moved = stranger.get("/docs").send().await;
    assert_eq!((moved.status, moved.header("location")), (308, "/docs/"));
    let page = stranger.get("/docs/").send().await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"), "{page:?}");
    let addresses = loaded(&page.text());
    assert!(addresses.len() >= 4, "{addresses:?}");
    for address in addresses {
        assert!(!address.contains("//"), "{address} is elsewhere");
        let asset = stranger.get(&format!("/docs/{}", address.trim_start_matches("./"))).send().await;
        assert_eq!(asset.status, 200, "{address}");
    }
    let initializer = stranger.get("/docs/swagger-initializer.js").send().await.text();
    assert!(initializer.contains("/openapi.json") && !initializer.contains("https://"), "{initializer}");
}

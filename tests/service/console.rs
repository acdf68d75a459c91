//! The web console as a browser finds it, whether the program was built with it or not.

use serde_json::Value;

use super::client::Reply;
use super::harness::{Ledger, directory, run};

/// Asks as a browser does when a person goes to an address.
async fn visit(ledger: &Ledger, path: &str) -> Reply {
    ledger.client(None).get(path).header("accept", "text/html,application/xhtml+xml,*/*;q=0.8").send().await
}

#[tokio::test]
async fn every_page_of_the_console_is_one_page_that_nothing_else_can_use() {
    let ledger = Ledger::start();
    let page = visit(&ledger, "/").await;
    assert_eq!(page.status, 200);
    for path in ["/login", "/screen", "/orders/O-1"] {
        let other = visit(&ledger, path).await;
        assert_eq!((other.status, &other.body), (200, &page.body), "{path}");
        assert_eq!(other.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(other.header("x-content-type-options"), "nosniff");
        assert_eq!(other.header("referrer-policy"), "no-referrer");
        let policy = other.header("content-security-policy");
        for part in ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
    }
    for path in ["/v1", "/v1/nothing", "/assets/nothing.js"] {
        visit(&ledger, path).await.problem(404, "not_found");
    }
    ledger.client(None).get("/login").send().await.problem(404, "not_found");
    ledger.client(None).post("/login").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn the_page_comes_with_its_files_or_says_how_to_build_them() {
    let ledger = Ledger::start();
    let page = visit(&ledger, "/").await;
    let text = page.text();
    let Some((_, rest)) = text.split_once("src=\"/assets/") else {
        assert!(text.contains("make run") && text.contains("控制台"), "{text}");
        assert_eq!(page.header("cache-control"), "no-store");
        return;
    };
    assert_eq!(page.header("cache-control"), "no-cache");
    let again = ledger.client(None).get("/").header("if-none-match", page.header("etag")).send().await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let path = format!("/assets/{}", rest.split('"').next().unwrap());
    let script = ledger.client(None).get(&path).header("accept-encoding", "gzip").send().await;
    assert_eq!((script.status, script.header("content-encoding")), (200, "gzip"));
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn the_document_is_printed_as_it_is_served() {
    let ledger = Ledger::start();
    let dir = directory();
    let printed: Value = serde_json::from_str(&run(dir.path(), &["openapi"]).printed()).unwrap();
    assert_eq!(printed, ledger.client(None).read("/openapi.json").await);
}

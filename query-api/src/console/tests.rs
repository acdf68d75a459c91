//! The console's files, as a browser asks for them.

use axum::Router;
use axum::body::Body;
use axum::http::HeaderName;
use bytes::Bytes;
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use std::io::Read;
use tower::ServiceExt;

use super::*;

const PAGE: &str = "<!doctype html><title>console</title>";
const SCRIPT: &str = "assets/index-1a2b.js";

/// A console of a page, a long script and a small picture.
fn built() -> Console {
    let script = "console.log('again and again');".repeat(100);
    let files = [
        (INDEX, File::new("text/html", Bytes::from(PAGE), [1; 32])),
        (SCRIPT, File::new("text/javascript", Bytes::from(script), [2; 32])),
        ("favicon.svg", File::new("image/svg+xml", Bytes::from("<svg/>"), [3; 32])),
    ];
    Console(Arc::new(files.into_iter().map(|(path, file)| (path.to_owned(), Arc::new(file))).collect()))
}

fn unbuilt() -> Console {
    Console(Arc::default())
}

/// An answer: status, headers, body.
struct Reply(StatusCode, HeaderMap, Bytes);

impl Reply {
    fn header(&self, name: HeaderName) -> &str {
        self.1.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(console: Console, method: &str, path: &str, headers: &[(HeaderName, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let app = Router::new().fallback(serve).with_state(console);
    let answer = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    Reply(status, headers, answer.into_body().collect().await.unwrap().to_bytes())
}

#[tokio::test]
async fn every_address_that_is_not_the_services_own_is_the_page() {
    for path in ["/", "/login", "/screen?token=x", "/orders/O.1", "/v10", "/index.html"] {
        let reply = ask(built(), "GET", path, &[(ACCEPT, "text/html,*/*;q=0.8")]).await;
        assert_eq!((reply.0, &*reply.2), (StatusCode::OK, PAGE.as_bytes()), "{path}");
        assert_eq!(reply.header(CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(reply.header(CACHE_CONTROL), "no-cache");
        assert!(reply.header(CONTENT_SECURITY_POLICY).contains("frame-ancestors 'none'"));
        assert_eq!(reply.header(X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(reply.header(REFERRER_POLICY), "no-referrer");
    }
    assert_eq!(ask(built(), "GET", "/", &[]).await.0, StatusCode::OK);
    for path in ["/v1", "/v1/nothing", "/docs/x", "/metrics/x", "/assets/old.js"] {
        let reply = ask(built(), "GET", path, &[(ACCEPT, "text/html")]).await;
        assert_eq!(reply.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(ask(built(), "GET", "/login", &[(ACCEPT, "*/*")]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(ask(built(), "POST", "/", &[(ACCEPT, "text/html")]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn files_are_kept_by_browsers_as_long_as_they_are_the_same() {
    let script = ask(built(), "GET", &format!("/{SCRIPT}"), &[]).await;
    assert_eq!(script.header(CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(script.header(CONTENT_TYPE), "text/javascript; charset=utf-8");
    let picture = ask(built(), "GET", "/favicon.svg", &[]).await;
    assert_eq!((picture.header(CACHE_CONTROL), picture.header(CONTENT_TYPE)), ("no-cache", "image/svg+xml"));
    let tag = picture.header(ETAG).to_owned();
    let other = ask(built(), "GET", "/favicon.svg", &[(IF_NONE_MATCH, "W/\"x\"")]).await;
    assert_eq!(other.0, StatusCode::OK);
    let known = ask(built(), "GET", "/favicon.svg", &[(IF_NONE_MATCH, &format!("\"x\", {tag}"))]).await;
    assert_eq!((known.0, known.header(ETAG), known.2.len()), (StatusCode::NOT_MODIFIED, &*tag, 0));
}

#[tokio::test]
async fn files_are_compressed_for_those_who_understand_it() {
    let path = format!("/{SCRIPT}");
    let plain = ask(built(), "GET", &path, &[(ACCEPT_ENCODING, "br, gzip;q=0")]).await;
    assert_eq!(plain.header(CONTENT_ENCODING), "");
    let small = ask(built(), "GET", &path, &[(ACCEPT_ENCODING, "br, GZIP;q=0.5")]).await;
    assert_eq!((small.header(CONTENT_ENCODING), small.header(VARY)), ("gzip", "Accept-Encoding"));
    assert!(small.2.len() < plain.2.len() / 10);
    let mut text = Vec::new();
    GzDecoder::new(&small.2[..]).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.2);
    let tiny = ask(built(), "GET", "/favicon.svg", &[(ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(tiny.header(CONTENT_ENCODING), "", "not worth it");
}

#[tokio::test]
async fn a_program_without_the_console_says_how_to_build_it() {
    for path in ["/", "/login"] {
        let reply = ask(unbuilt(), "GET", path, &[(ACCEPT, "text/html")]).await;
        let text = String::from_utf8(reply.2.to_vec()).unwrap();
        assert_eq!((reply.0, reply.header(CACHE_CONTROL)), (StatusCode::OK, "no-store"));
        assert!(text.contains("make run") && text.contains("控制台") && text.contains("console"), "{text}");
    }
}

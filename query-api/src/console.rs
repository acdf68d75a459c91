//! The web console: its built files, which are part of this program.
//!
//! Every address that is not the service's own is the console's: its pages are one page, which looks at the address
//! itself.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use tokio::task::spawn_blocking;

use crate::problem::Problem;

/// One file.
mod file;
use file::File;

/// The files that `npm run build` made before this program was built; none when it did not.
#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Dist;

/// The page behind every address of the console.
const INDEX: &str = "index.html";
/// What is shown where the program was built without the console.
const MISSING: &str = include_str!("console/missing.html");
/// The first parts of addresses that are the service's own.
const SERVICE: [&str; 6] = ["v1", "docs", "openapi.json", "healthz", "readyz", "metrics"];
/// Files whose names change with what is in them.
const HASHED: &str = "assets/";
/// A page may load from here and nowhere else, and stands in no frame.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/// The files of the console, by their paths. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Console(Arc<HashMap<String, Arc<File>>>);

impl Console {
    /// The files in this program.
    pub(crate) fn embedded() -> Self {
        let file = |path: std::borrow::Cow<'static, str>| {
            let file = Dist::get(&path)?;
            Some((path.into_owned(), Arc::new(File::from(file))))
        };
        Self(Arc::new(Dist::iter().filter_map(file).collect()))
    }
}

/// Answers what no route does: with a file of the console, with its page, or with 404.
pub(crate) async fn serve(State(Console(files)): State<Console>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_service = path.split('/').next().is_some_and(|first| SERVICE.contains(&first));
    if !is_read || is_service {
        return Problem::not_found().into_response();
    }
    let mut answer = match files.get(path) {
        Some(file) => send(file, path, request.headers()).await,
        None if path.starts_with(HASHED) => return Problem::not_found().into_response(),
        None if path.is_empty() || wants_page(request.headers()) => match files.get(INDEX) {
            Some(index) => send(index, INDEX, request.headers()).await,
            None => ([(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store")], MISSING)
                .into_response(),
        },
        None => return Problem::not_found().into_response(),
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

/// A file, compressed where that helps and is understood; 304 where the browser has it.
async fn send(file: &Arc<File>, path: &str, headers: &HeaderMap) -> Response {
    let fresh = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common = [
        (CACHE_CONTROL, HeaderValue::from_static(fresh)),
        (ETAG, file.etag.clone()),
        (VARY, HeaderValue::from_static("Accept-Encoding")),
    ];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| names(known, &file.etag)) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let kind = [(CONTENT_TYPE, file.kind.clone())];
    if understands_gzip(headers) {
        let compressing = Arc::clone(file);
        // What breaks off here is a panic; then the file goes as it is.
        let compressed = spawn_blocking(move || compressing.compressed()).await.unwrap_or_default();
        if let Some(body) = compressed {
            return (common, kind, [(CONTENT_ENCODING, "gzip")], body).into_response();
        }
    }
    (common, kind, file.body.clone()).into_response()
}

/// Whether `known`, the tags of what a browser has, are those of a file with this one.
fn names(known: &HeaderValue, etag: &HeaderValue) -> bool {
    let tags = known.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.into_iter().any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes())
}

/// Whether a page is wanted: a browser says so when a person goes to an address.
fn wants_page(headers: &HeaderMap) -> bool {
    let kinds = headers.get_all(ACCEPT).into_iter().filter_map(|kinds| kinds.to_str().ok());
    kinds.into_iter().any(|kinds| kinds.contains("text/html"))
}

fn understands_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, ""));
        let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

#[cfg(test)]
mod tests;

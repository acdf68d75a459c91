//! The cookie of a session, and whether a request comes from the console's own pages.

use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Uri};

use crate::problem::Problem;

/// The name of the cookie.
pub(crate) const SESSION_COOKIE: &str = "ledger_session";
/// The header in which a browser says which site a request comes from.
const SEC_FETCH_SITE: &str = "sec-fetch-site";
/// The header in which a proxy says how it was asked.
const X_FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From a page of this service.
    Own,
    /// From a page of somebody else.
    Foreign,
    /// It does not say: no browser.
    Unsaid,
}

impl Origin {
    /// Where a request with these headers for `uri` comes from: as the browser says, or as its page's origin and the
    /// host that was asked do.
    pub(super) fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let own = if let Some(site) = headers.get(SEC_FETCH_SITE) {
            site == "same-origin"
        } else if let Some(origin) = headers.get(ORIGIN) {
            let page = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
            page.zip(host(headers, uri)).is_some_and(|((_, page), host)| page.eq_ignore_ascii_case(host))
        } else {
            return Self::Unsaid;
        };
        if own { Self::Own } else { Self::Foreign }
    }
}

/// 403: a page of somebody else made a browser send this.
pub(super) fn cross_site() -> Problem {
    let detail =
        "a session changes things only from the pages of this service: send a token instead of the cookie";
    Problem::new(axum::http::StatusCode::FORBIDDEN, "cross_site", detail)
}

/// The host, with its port, that was asked.
pub(super) fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = headers.get(HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| uri.authority().map(axum::http::uri::Authority::as_str))
}

/// Whether the host that was asked is this machine under a name that only this machine has.
pub(super) fn is_loopback(headers: &HeaderMap, uri: &Uri) -> bool {
    let Some(host) = host(headers, uri) else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or(host, |(name, _)| name);
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

/// The secret of the session in a request's cookies.
pub(super) fn secret(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).into_iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == SESSION_COOKIE).then_some(value))
}

/// The header that has the browser keep `secret` until it is closed, for this service alone.
pub(super) fn set(secret: &str, headers: &HeaderMap) -> HeaderValue {
    header(&format!("{SESSION_COOKIE}={secret}"), headers)
}

/// The header that has the browser forget it.
pub(super) fn clear(headers: &HeaderMap) -> HeaderValue {
    header(&format!("{SESSION_COOKIE}=; Max-Age=0"), headers)
}

fn header(pair: &str, headers: &HeaderMap) -> HeaderValue {
    let encrypted = headers.get(X_FORWARDED_PROTO).is_some_and(|proto| proto == "https");
    let secure = if encrypted { "; Secure" } else { "" };
    let cookie = format!("{pair}; Path=/; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(cookie).expect("a secret is printable ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_request_comes_from_where_the_browser_says() {
        use Origin::{Foreign, Own, Unsaid};
        let uri = Uri::from_static("/v1/session");
        for (pairs, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], Own),
            (&[("sec-fetch-site", "same-site")], Foreign),
            (&[("sec-fetch-site", "cross-site")], Foreign),
            (&[("sec-fetch-site", "none")], Foreign),
            (&[("host", "books:8080"), ("origin", "http://books:8080")], Own),
            (&[("host", "books:8080"), ("origin", "https://BOOKS:8080")], Own),
            (&[("host", "books:8080"), ("origin", "http://books:8081")], Foreign),
            (&[("host", "books"), ("origin", "http://books.evil")], Foreign),
            (&[("host", "books"), ("origin", "null")], Foreign),
            (&[("origin", "http://books")], Foreign),
            (&[("host", "b"), ("origin", "http://b"), ("sec-fetch-site", "cross-site")], Foreign),
            (&[("host", "books")], Unsaid),
        ] {
            assert_eq!(Origin::of(&headers(pairs), &uri), expected, "{pairs:?}");
        }
        let http2 = Uri::from_static("http://books:1/v1/session");
        assert_eq!(Origin::of(&headers(&[("origin", "http://books:1")]), &http2), Own);
    }

    #[test]
    fn the_cookie_is_found_among_others_and_comes_back_as_it_was_set() {
        let cookies = headers(&[("cookie", "a=b; ledger_session=x; c")]);
        assert_eq!(secret(&cookies), Some("x"));
        assert_eq!(secret(&headers(&[("cookie", "xledger_session=x")])), None);
        let plain = set("x", &headers(&[]));
        assert_eq!(plain, "ledger_session=x; Path=/; HttpOnly; SameSite=Strict");
        let encrypted = headers(&[("x-forwarded-proto", "https")]);
        assert_eq!(set("x", &encrypted), "ledger_session=x; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert!(clear(&encrypted).to_str().unwrap().starts_with("ledger_session=; Max-Age=0;"));
    }

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        let uri = Uri::from_static("/");
        for (host, expected) in [
            ("localhost:8080", true),
            ("127.0.0.1:1", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("localhost", true),
            ("evil.example:8080", false),
            ("localhost.evil:8080", false),
        ] {
            assert_eq!(is_loopback(&headers(&[("host", host)]), &uri), expected, "{host}");
        }
    }
}

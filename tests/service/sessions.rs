//! A person in a browser: a cookie instead of a token, good for this service's own pages only.

use serde_json::{Value, json};

use super::client::{Call, Client, Reply};
use super::harness::{ADMIN, Ledger};

const SESSION: &str = "/v1/session";
const SETTLEMENT: &str = "/v1/settings/settlement";

/// Logs in with a token.
async fn log_in(client: &Client, token: &str) -> Reply {
    client.post(SESSION).json(&json!({ "token": token })).send().await
}

/// The cookie that an answer sets, as a browser sends it back.
pub(super) fn cookie(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// A request with a cookie, as a page of the service sends it.
fn own_page(call: Call, cookie: &str) -> Call {
    call.header("cookie", cookie).header("sec-fetch-site", "same-origin")
}

#[tokio::test]
async fn a_session_begins_with_a_token_and_ends_when_its_holder_logs_out() {
    let ledger = Ledger::start();
    let browser = ledger.client(None);
    let reply = log_in(&browser, ADMIN).await;
    let set = reply.header("set-cookie").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.split("; ").any(|found| found == attribute), "{set}");
    }
    assert!(!set.contains("Secure") && !set.contains("Max-Age") && !set.contains(ADMIN), "{set}");
    let session = reply.ok();
    assert_eq!((&session["name"], &session["role"]), (&json!("admin"), &json!("admin")));
    assert!(session["expires_at"].is_string(), "{session}");

    let cookie = cookie(&reply);
    assert_eq!(browser.get(SESSION).header("cookie", &cookie).send().await.ok(), session);
    for path in ["/v1/orders", "/v1/reports/sales", "/v1/tokens", SETTLEMENT] {
        browser.get(path).header("cookie", &cookie).send().await.ok();
    }
    // A token that was sent goes before the cookie.
    let wrong = browser.get(SESSION).header("cookie", &cookie).header("authorization", "Bearer wrong");
    wrong.send().await.problem(401, "unauthorized");

    let ledger = ledger.restart();
    let browser = ledger.client(None);
    assert_eq!(
        browser.get(SESSION).header("cookie", &cookie).send().await.ok(),
        session,
        "nobody is logged out"
    );
    let kept = std::fs::read_to_string(ledger.dir().path().join("sessions.json")).unwrap();
    assert!(!kept.contains(cookie.split_once('=').unwrap().1), "{kept}");

    let out = own_page(browser.delete(SESSION), &cookie).send().await;
    assert_eq!(out.status, 204, "{out:?}");
    assert!(out.header("set-cookie").starts_with("ledger_session=; Max-Age=0"), "{out:?}");
    browser.get(SESSION).header("cookie", &cookie).send().await.problem(401, "unauthorized");
    browser.get("/v1/orders").header("cookie", &cookie).send().await.problem(401, "unauthorized");
    assert_eq!(browser.delete(SESSION).send().await.status, 204, "there was none");
}

#[tokio::test]
async fn a_session_changes_things_only_from_the_services_own_pages() {
    let ledger = Ledger::start();
    let browser = ledger.client(None);
    let cookie = cookie(&log_in(&browser, ADMIN).await);
    let put = |headers: &[(&str, &str)]| {
        let call = browser.put(SETTLEMENT).json(&json!({ "default_days": 3 })).header("cookie", &cookie);
        headers.iter().fold(call, |call, (name, value)| call.header(name, value))
    };
    let own = ledger.url();
    for foreign in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", &own)],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ] {
        put(foreign).send().await.problem(403, "cross_site");
    }
    let read = browser.get(SETTLEMENT).header("cookie", &cookie).header("sec-fetch-site", "cross-site");
    assert_eq!(read.send().await.ok()["default_days"], 1, "nothing was changed, and reading is free");
    for own in [[("sec-fetch-site", "same-origin")], [("origin", &own)]] {
        put(&own).send().await.ok();
    }
    // A token cannot be sent by a page that does not know it.
    let token = ledger.admin().put(SETTLEMENT).json(&json!({ "default_days": 2 }));
    token.header("sec-fetch-site", "cross-site").send().await.ok();
    // Nor does a page of somebody else begin or end a session.
    let foreign = |call: Call| call.header("sec-fetch-site", "cross-site");
    foreign(browser.post(SESSION).json(&json!({ "token": ADMIN }))).send().await.problem(403, "cross_site");
    let out = foreign(browser.delete(SESSION).header("cookie", &cookie));
    out.send().await.problem(403, "cross_site");
    let form = browser.post(SESSION).body("text/plain", json!({ "token": ADMIN }).to_string());
    form.send().await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_session_ends_with_its_token() {
    let ledger = Ledger::start();
    let (admin, browser) = (ledger.admin(), ledger.client(None));
    let new = json!({ "name": "desk", "role": "finance", "expires_at": "2999-01-01T00:00:00Z" });
    let made = admin.post("/v1/tokens").json(&new).send().await.json();
    let reply = log_in(&browser, made["token"].as_str().unwrap()).await;
    assert_eq!(reply.ok()["role"], "finance");
    let cookie = cookie(&reply);
    browser.get("/v1/orders").header("cookie", &cookie).send().await.ok();
    browser.get("/v1/tokens").header("cookie", &cookie).send().await.problem(403, "forbidden");
    admin.delete(&format!("/v1/tokens/{}", made["id"].as_str().unwrap())).send().await;
    browser.get("/v1/orders").header("cookie", &cookie).send().await.problem(401, "unauthorized");
    browser.get(SESSION).header("cookie", &cookie).send().await.problem(401, "unauthorized");
}

#[tokio::test]
async fn nobody_comes_in_without_a_valid_token() {
    let ledger = Ledger::start();
    let browser = ledger.client(None);
    for token in ["", "wrong", "密码"] {
        log_in(&browser, token).await.problem(401, "unauthorized");
    }
    for body in
        [json!({}), json!({ "token": ADMIN, "demo": true }), json!({ "demo": false }), json!({ "token": 1 })]
    {
        browser.post(SESSION).json(&body).send().await.problem(422, "invalid_body");
    }
    browser
        .post(SESSION)
        .json(&json!({ "token": "x".repeat(5_000) }))
        .send()
        .await
        .problem(413, "body_too_large");
    // Only a demo lets everybody in.
    browser.post(SESSION).json(&json!({ "demo": true })).send().await.problem(403, "forbidden");
    let problem = browser.get(SESSION).send().await.problem(401, "unauthorized");
    assert_eq!(problem["demo"], Value::Null);
    browser.get(SESSION).header("cookie", "ledger_session=x").send().await.problem(401, "unauthorized");
    // With a token there is no need of a session.
    assert_eq!(
        ledger.admin().read(SESSION).await,
        json!({ "name": "admin", "role": "admin", "expires_at": null })
    );
}

#[tokio::test]
async fn behind_an_encrypting_proxy_the_cookie_is_secure() {
    let ledger = Ledger::start();
    let call = ledger.client(None).post(SESSION).json(&json!({ "token": ADMIN }));
    let reply = call.header("x-forwarded-proto", "https").send().await;
    assert!(reply.header("set-cookie").ends_with("; Secure"), "{reply:?}");
}

//! Settings that change no figure: how the big screen looks, and who is told what.

use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::events::changed;
use super::harness::Ledger;

const SCREEN: &str = "/v1/settings/screen";
const NOTIFICATIONS: &str = "/v1/settings/notifications";

async fn put(client: &Client, path: &str, body: &Value) -> Reply {
    client.put(path).json(body).send().await
}

#[tokio::test]
async fn the_big_screen_looks_as_it_was_set_to_after_a_restart_too() {
    let ledger = Ledger::start();
    let default = json!({
        "title": "数据大屏", "range": { "days": 30 }, "template": "default", "refresh_seconds": 10,
        "preview_url": "/screen",
    });
    assert_eq!(ledger.admin().read(SCREEN).await, default);
    let new =
        json!({ "title": "今日成交", "range": { "days": 7 }, "template": "dark", "refresh_seconds": 60 });
    let mut shown = new.clone();
    shown["preview_url"] = json!("/screen");
    let reply = put(&ledger.admin(), SCREEN, &new).await;
    assert_eq!((reply.ok(), reply.position()), (shown.clone(), 2));
    let ledger = ledger.restart();
    assert_eq!(ledger.admin().read(SCREEN).await, shown);
    // A crash loses nothing either: it is in the log.
    let ledger = Ledger::start_in(&ledger.kill());
    assert_eq!(ledger.admin().read(SCREEN).await, shown);
}

#[tokio::test]
async fn nobody_is_told_anything_until_it_is_set() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let default = admin.read(NOTIFICATIONS).await;
    for (event, channels) in [
        ("withdrawal_requested", &["sms", "email", "wecom"][..]),
        ("withdrawal_rejected", &["sms", "email"]),
        ("withdrawal_paid", &["sms", "email"]),
    ] {
        assert_eq!(default[event].as_object().unwrap().len(), channels.len());
        for channel in channels {
            let told = &default[event][channel];
            assert_eq!((&told["on"], &told["recipients"]), (&json!(false), &json!([])), "{event} {channel}");
            assert!(told["template"].as_str().unwrap().contains("{amount}"));
        }
    }
    let on = json!({ "on": true, "recipients": ["desk@example.com"], "template": "{payee}: {amount}" });
    let new = changed(default, "/withdrawal_requested/email", on);
    let new = changed(new, "/withdrawal_paid/sms/on", true);
    assert_eq!(put(&admin, NOTIFICATIONS, &new).await.ok(), new);
    // A repeated request is answered as the first time.
    let key = |body: &Value| admin.put(NOTIFICATIONS).json(body).header("idempotency-key", "k");
    let first = key(&new).send().await.position();
    assert_eq!(key(&new).send().await.position(), first);
    key(&changed(new.clone(), "/withdrawal_paid/sms/on", false)).send().await.problem(409, "id_reused");
    let ledger = ledger.restart();
    assert_eq!(ledger.admin().read(NOTIFICATIONS).await, new);
}

#[tokio::test]
async fn what_cannot_be_shown_or_told_is_refused_and_names_the_field() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let screen = json!({ "title": "x", "range": { "days": 1 }, "template": "x", "refresh_seconds": 1 });
    let told = admin.read(NOTIFICATIONS).await;
    let cases = [
        (SCREEN, changed(screen.clone(), "/title", ""), "title"),
        (SCREEN, changed(screen.clone(), "/range/days", 0), "range.days"),
        (SCREEN, changed(screen.clone(), "/range/days", 367), "range.days"),
        (SCREEN, changed(screen.clone(), "/template", "two words"), "template"),
        (SCREEN, changed(screen.clone(), "/refresh_seconds", 0), "refresh_seconds"),
        (SCREEN, changed(screen.clone(), "/refresh_seconds", 86_401), "refresh_seconds"),
        (SCREEN, changed(screen, "/preview_url", "/screen"), "preview_url"),
        (
            NOTIFICATIONS,
            changed(told.clone(), "/withdrawal_requested/sms/on", true),
            "withdrawal_requested.sms.recipients",
        ),
        (
            NOTIFICATIONS,
            changed(told.clone(), "/withdrawal_paid/sms/recipients", json!(vec!["1"; 21])),
            "withdrawal_paid.sms.recipients",
        ),
        (
            NOTIFICATIONS,
            changed(told.clone(), "/withdrawal_paid/sms/template", "{reason}"),
            "withdrawal_paid.sms.template",
        ),
        (
            NOTIFICATIONS,
            changed(told.clone(), "/withdrawal_paid/email/template", ""),
            "withdrawal_paid.email.template",
        ),
        (NOTIFICATIONS, changed(told, "/withdrawal_paid/wecom", json!({})), "withdrawal_paid.wecom"),
    ];
    for (path, body, field) in cases {
        let problem = put(&admin, path, &body).await.problem(422, "invalid_body");
        assert!(problem["field"].as_str().unwrap().starts_with(field), "{field}: {problem}");
    }
    assert_eq!(admin.end().await, 1, "nothing was recorded");
}

#[tokio::test]
async fn a_screen_sees_its_settings_and_no_others() {
    let ledger = Ledger::start();
    let body = json!({ "name": "wall", "role": "screen" });
    let made = ledger.admin().post("/v1/tokens").json(&body).send().await.json();
    let screen = ledger.client(made["token"].as_str());
    screen.get(SCREEN).send().await.ok();
    for path in [NOTIFICATIONS, "/v1/settings/withdrawals"] {
        screen.get(path).send().await.problem(403, "forbidden");
    }
    put(&screen, SCREEN, &json!({})).await.problem(403, "forbidden");
}

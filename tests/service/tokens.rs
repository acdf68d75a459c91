//! Who may do what.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::client::{Call, Client, ONE};
use super::events::placed;
use super::harness::{ADMIN, Ledger, directory, program, until};

/// Makes a token; the answer holds it.
async fn make(admin: &Client, name: &str, role: &str) -> Value {
    let reply = admin.post("/v1/tokens").json(&json!({ "name": name, "role": role })).send().await;
    assert_eq!(reply.status, 201, "{reply:?}");
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.json()
}

/// A route of each permission. None of them changes anything that another test case needs.
fn routes(client: &Client) -> [(&'static str, Call); 12] {
    [
        ("publish", client.post("/v1/events").body(ONE, placed("A").to_string())),
        ("screen", client.get("/v1/reports/screen")),
        ("reports", client.get("/v1/reports/cash")),
        ("lists", client.get("/v1/orders")),
        ("history of an order", client.get("/v1/orders/A/events")),
        ("raw history", client.get("/v1/audit/events")),
        ("checkpoint", client.get("/v1/audit/checkpoint")),
        ("decide", client.post("/v1/settlements/nobody/settle")),
        ("read settings", client.get("/v1/settings/settlement")),
        ("settings", client.put("/v1/settings/settlement").json(&json!({ "default_days": 1 }))),
        ("tokens", client.get("/v1/tokens")),
        ("probe", client.get("/readyz")),
    ]
}

#[tokio::test]
async fn each_role_may_do_its_own_and_nothing_else() {
    let ledger = Ledger::start();
    let everybody = ["publisher", "finance", "auditor", "viewer", "screen", "admin"];
    let table = [
        ("publish", "y----y"),
        ("screen", "-yyyyy"),
        ("reports", "-yyy-y"),
        ("lists", "-yy--y"),
        ("history of an order", "-yy--y"),
        ("raw history", "--y--y"),
        ("checkpoint", "--y--y"),
        ("decide", "-y---y"),
        ("read settings", "-yy--y"),
        ("settings", "-y---y"),
        ("tokens", "-----y"),
        ("probe", "yyyyyy"),
    ];
    for (index, role) in everybody.into_iter().enumerate() {
        let token =
            make(&ledger.admin(), &format!("one {role}"), role).await["token"].as_str().unwrap().to_owned();
        for ((name, may), (route, call)) in table.into_iter().zip(routes(&ledger.client(Some(&token)))) {
            assert_eq!(name, route);
            let reply = call.send().await;
            if may.as_bytes()[index] == b'y' {
                assert!(![401, 403].contains(&reply.status), "{role} {name}: {reply:?}");
            } else {
                let detail = reply.problem(403, "forbidden")["detail"].clone();
                assert!(detail.as_str().unwrap().contains(role), "{role} {name}: {detail}");
            }
        }
    }
}

#[tokio::test]
async fn without_a_valid_token_only_the_probes_and_the_documents_answer() {
    let ledger = Ledger::start();
    let strangers = [None, Some("wrong"), Some(""), Some(&ADMIN[1..]), Some("密码")];
    for client in strangers.map(|token| ledger.client(token)) {
        for (name, call) in routes(&client) {
            let reply = call.send().await;
            if name == "probe" {
                assert_eq!(reply.status, 200);
            } else {
                reply.problem(401, "unauthorized");
                assert_eq!(reply.header("www-authenticate"), "Bearer");
            }
        }
    }
    for path in ["/healthz", "/metrics", "/openapi.json", "/docs/"] {
        assert_eq!(ledger.client(None).get(path).send().await.status, 200, "{path}");
    }
    // Whoever is not let in is not told whether the body was right.
    ledger.client(None).post("/v1/events").body("text/plain", "x").send().await.problem(401, "unauthorized");
    let basic = ledger.client(None).get("/v1/orders").header("authorization", &format!("Basic {ADMIN}"));
    basic.send().await.problem(401, "unauthorized");
    let lower = ledger.client(None).get("/v1/orders").header("authorization", &format!("bearer  {ADMIN}"));
    assert_eq!(lower.send().await.status, 200);
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_nowhere() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let made = make(&admin, "shop", "publisher").await;
    let token = made["token"].as_str().unwrap();
    assert_eq!(ledger.client(Some(token)).publish(&placed("A")).await.status, 200);

    let list = admin.read("/v1/tokens").await;
    let shop = list["items"].as_array().unwrap().iter().find(|item| item["name"] == "shop").unwrap();
    assert_eq!((&shop["id"], &shop["role"]), (&made["id"], &json!("publisher")));
    assert!(!list.to_string().contains(token) && shop.get("token").is_none());

    let dir = ledger.stop();
    let kept = fs::read_to_string(dir.path().join("tokens.json")).unwrap();
    assert!(kept.contains("shop") && !kept.contains(token) && !kept.contains(ADMIN), "{kept}");
    let permissions = fs::metadata(dir.path().join("tokens.json")).unwrap().permissions();
    assert_eq!(permissions.mode() & 0o777, 0o600);
}

#[tokio::test]
async fn tokens_survive_a_restart_and_a_revoked_one_stays_revoked() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let kept = make(&admin, "kept", "viewer").await["token"].as_str().unwrap().to_owned();
    let gone = make(&admin, "gone", "viewer").await;
    let token = gone["token"].as_str().unwrap().to_owned();
    let revoke = format!("/v1/tokens/{}", gone["id"].as_str().unwrap());
    assert_eq!(ledger.client(Some(&token)).get("/v1/reports/cash").send().await.status, 200);
    assert_eq!(admin.delete(&revoke).send().await.status, 204);
    ledger.client(Some(&token)).get("/v1/reports/cash").send().await.problem(401, "unauthorized");
    admin.delete(&revoke).send().await.problem(404, "unknown_token");

    let ledger = Ledger::start_in(&ledger.kill());
    assert_eq!(ledger.client(Some(&kept)).get("/v1/reports/cash").send().await.status, 200);
    ledger.client(Some(&token)).get("/v1/reports/cash").send().await.problem(401, "unauthorized");
    // A name is free again.
    make(&ledger.admin(), "gone", "viewer").await;
}

#[tokio::test]
async fn a_token_expires_when_it_was_said_to() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(1500);
    let body = json!({ "name": "short", "role": "viewer", "expires_at": end.to_string() });
    let made = admin.post("/v1/tokens").json(&body).send().await.json();
    let client = ledger.client(made["token"].as_str());
    assert_eq!(client.get("/v1/reports/cash").send().await.status, 200);
    let refused = until("the token expires", async || {
        let reply = client.get("/v1/reports/cash").send().await;
        (reply.status != 200).then_some(reply)
    });
    refused.await.problem(401, "unauthorized");
    assert!(jiff::Timestamp::now() >= end);
}

#[tokio::test]
async fn a_token_that_cannot_be_made_is_refused_and_names_the_field() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    for (body, field) in [
        (json!({ "role": "viewer" }), "name"),
        (json!({ "name": "", "role": "viewer" }), "name"),
        (json!({ "name": "x" }), "role"),
        (json!({ "name": "x", "role": "owner" }), "role"),
        (json!({ "name": "x", "role": "viewer", "expires_at": "2001-01-01T00:00:00Z" }), "expires_at"),
        (json!({ "name": "x", "role": "viewer", "expires_at": "soon" }), "expires_at"),
        (json!({ "name": "x", "role": "viewer", "token": "mine" }), "token"),
    ] {
        let problem = admin.post("/v1/tokens").json(&body).send().await.problem(422, "invalid_body");
        assert_eq!(problem["field"], field, "{problem}");
    }
    make(&admin, "x", "viewer").await;
    let again = admin.post("/v1/tokens").json(&json!({ "name": "x", "role": "admin" })).send().await;
    again.problem(409, "token_exists");
}

#[tokio::test]
async fn the_administrators_token_from_outside_cannot_be_revoked_and_may_change() {
    let ledger = Ledger::start();
    let list = ledger.admin().read("/v1/tokens").await;
    let [item] = &**list["items"].as_array().unwrap() else { panic!("{list}") };
    let path = format!("/v1/tokens/{}", item["id"].as_str().unwrap());
    ledger.admin().delete(&path).send().await.problem(409, "fixed_token");
    let dir = ledger.stop();
    let mut command = Ledger::command(dir.path());
    command.env("LEDGER_ADMIN_TOKEN", "another");
    let ledger = Ledger::start_with(&dir, command);
    ledger.admin().get("/v1/tokens").send().await.problem(401, "unauthorized");
    assert_eq!(ledger.client(Some("another")).get("/v1/tokens").send().await.status, 200);
}

#[tokio::test]
async fn at_a_first_start_without_a_token_one_is_made_and_shown_once() {
    let dir = directory();
    let command = || {
        let mut command = program(dir.path());
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command
    };
    let ledger = Ledger::start_with(&dir, command());
    let file = dir.path().join("admin-token");
    let token = fs::read_to_string(&file).unwrap().trim().to_owned();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(ledger.process.said().contains(&token), "it is shown at the first start");
    assert_eq!(ledger.client(Some(&token)).get("/v1/tokens").send().await.status, 200);
    ledger.stop();

    let ledger = Ledger::start_with(&dir, command());
    assert!(!ledger.process.said().contains(&token), "and never again");
    assert_eq!(ledger.client(Some(&token)).get("/v1/tokens").send().await.status, 200);
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), token);
}

#[tokio::test]
async fn an_administrators_token_that_cannot_be_sent_is_refused() {
    for (token, words) in
        [("", "LEDGER_ADMIN_TOKEN"), ("two words", "LEDGER_ADMIN_TOKEN"), ("密码", "LEDGER_ADMIN_TOKEN")]
    {
        let dir = directory();
        let mut command = Ledger::command(dir.path());
        command.env("LEDGER_ADMIN_TOKEN", token);
        let said = super::harness::finish(command, b"").complaint();
        assert!(said.contains(words), "{said}");
    }
}

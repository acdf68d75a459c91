//! The journal as finance takes it elsewhere: with its own numbers and names, as vouchers, and what is refused.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::events::{at, changed, paid, placed, whole_order, withdrawal};
use super::harness::{Ledger, run};

const ACCOUNTS: &str = "/v1/settings/accounts";

async fn put(client: &Client, body: &Value) -> Reply {
    client.put(ACCOUNTS).json(body).send().await
}

/// A row of a file by its headings.
type Row = BTreeMap<String, String>;

/// The rows of a file of vouchers in English.
async fn vouchers(client: &Client, query: &str) -> Vec<Row> {
    let path = format!("/v1/journal?layout=voucher&format=csv&lang=en&{query}");
    let reply = client.get(&path).send().await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    let text = reply.text();
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(cells);
    let headings = lines.next().unwrap();
    lines.map(|cells| headings.iter().cloned().zip(cells).collect()).collect()
}

/// The cells of a line of a file of comma-separated values; no text here has a quote.
fn cells(line: &str) -> Vec<String> {
    let quoted = line.split('"').enumerate();
    let parts =
        quoted.map(|(place, part)| if place % 2 == 0 { part.replace(',', "\n") } else { part.to_owned() });
    parts.collect::<String>().split('\n').map(str::to_owned).collect()
}

fn fen(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

/// What stands on an account by its number: the debits over the credits.
fn standing(rows: &[Row], number: &str) -> i64 {
    let own = rows.iter().filter(|row| row["Account number"] == number);
    own.map(|row| fen(&row["Debit"]) - fen(&row["Credit"])).sum()
}

fn assert_balanced(rows: &[Row]) {
    let mut sums = BTreeMap::<&str, i64>::new();
    for row in rows {
        *sums.entry(&row["Voucher no."]).or_default() += fen(&row["Debit"]) - fen(&row["Credit"]);
    }
    assert!(!sums.is_empty() && sums.values().all(|sum| *sum == 0), "{sums:?}");
}

#[tokio::test]
async fn every_account_has_a_number_and_a_name_and_both_can_be_set() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let default = admin.read(ACCOUNTS).await;
    assert_eq!(default.as_object().unwrap().len(), 26);
    assert_eq!(default["prepayments"], json!({ "number": "2203", "name": "预收账款" }));
    assert_eq!(default["supplier_receivable"], json!({ "number": "1221.01", "name": "其他应收款-供应商" }));
    let set = json!({ "number": "2205", "name": "合同负债" });
    let expected = changed(default.clone(), "/prepayments", set.clone());
    let reply = put(&admin, &json!({ "prepayments": set })).await;
    assert_eq!((reply.ok(), reply.position()), (expected.clone(), 2));
    // What was answered can be set as it is.
    assert_eq!(put(&admin, &expected).await.ok(), expected);
    let ledger = ledger.restart();
    assert_eq!(ledger.admin().read(ACCOUNTS).await, expected);
    // A repeated request is answered as the first time.
    let admin = ledger.admin();
    let key = |body: &Value| admin.put(ACCOUNTS).json(body).header("idempotency-key", "k");
    let first = key(&json!({})).send().await;
    assert_eq!(first.ok(), default, "what is not named is as it is built in");
    assert_eq!(key(&json!({})).send().await.position(), first.position());
    key(&expected).send().await.problem(409, "id_reused");
}

#[tokio::test]
async fn what_no_chart_has_is_refused_and_names_the_field() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let named = |number: Value, name: Value| json!({ "revenue": { "number": number, "name": name } });
    for (body, field) in [
        (json!({ "cash:balance": { "number": "1", "name": "x" } }), "cash:balance"),
        (named("60-01".into(), "x".into()), "revenue.number"),
        (named("1".repeat(33).into(), "x".into()), "revenue.number"),
        (named(6001.into(), "x".into()), "revenue.number"),
        (named("6001".into(), "".into()), "revenue.name"),
        (named("6001".into(), "a\nb".into()), "revenue.name"),
        (named("6001".into(), "科".repeat(65).into()), "revenue.name"),
        (json!({ "revenue": { "number": "6001" } }), "revenue"),
        (json!({ "revenue": { "number": "6001", "name": "x", "side": "debit" } }), "revenue.side"),
    ] {
        let problem = put(&admin, &body).await.problem(422, "invalid_body");
        assert!(problem["field"].as_str().unwrap().starts_with(field), "{field}: {problem}");
    }
    assert_eq!(admin.end().await, 1, "nothing was recorded");
}

#[tokio::test]
async fn those_set_settings_who_set_others() {
    let ledger = Ledger::start();
    for (role, reads, sets) in
        [("finance", 200, 200), ("auditor", 200, 403), ("viewer", 403, 403), ("publisher", 403, 403)]
    {
        let body = json!({ "name": role, "role": role });
        let made = ledger.admin().post("/v1/tokens").json(&body).send().await.json();
        let client = ledger.client(made["token"].as_str());
        assert_eq!(client.get(ACCOUNTS).send().await.status, reads, "{role}");
        assert_eq!(put(&client, &json!({})).await.status, sets, "{role}");
    }
}

#[tokio::test]
async fn files_have_the_numbers_and_names_that_were_set_by_then() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let before = admin.record(&whole_order("A")).await;
    let set = json!({ "prepayments": { "number": "2205", "name": "合同负债" } });
    let position = put(&admin, &set).await.position();
    let rows = vouchers(&admin, &format!("min_position={position}")).await;
    assert_balanced(&rows);
    let prepaid = rows.iter().find(|row| row["Account number"] == "2205").unwrap();
    assert_eq!((&*prepaid["Account name"], &*prepaid["Credit"]), ("合同负债", "90.00"));
    assert_eq!((&*prepaid["Date"], &*prepaid["Summary"]), ("2024-03-05", "Order paid No. A"));
    let rows = vouchers(&admin, &format!("as_of={before}")).await;
    assert!(rows.iter().any(|row| row["Account name"] == "Prepayments"), "{rows:?}");
    let order = admin.read("/v1/orders/A").await;
    assert_eq!(order["postings"][0]["lines"][1]["number"], "2205");
}

#[tokio::test]
async fn funds_below_zero_are_other_receivables_in_vouchers() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    admin.record(&whole_order("A")).await;
    // The clock settles the supplier at once, for all of it happened long ago; what S1 has is paid out.
    admin.record(&[withdrawal("W1", "60.00")]).await;
    let refund = |kind, clock, data| at(clock, kind, "A", data);
    let asked = json!({ "refund_id": "R1", "amount": "45.00", "fee": "0.00" });
    let position = admin
        .record(&[
            refund("refund.requested", "21:00:00", asked),
            refund("refund.completed", "21:05:00", json!({ "refund_id": "R1" })),
        ])
        .await;
    let rows = vouchers(&admin, &format!("min_position={position}")).await;
    assert_balanced(&rows);
    // Half of 60.00 came back from somebody who has nothing left, half of 5.00 from D1, who has.
    assert_eq!((standing(&rows, "2202.02"), standing(&rows, "1221.01")), (0, 3000));
    assert_eq!((standing(&rows, "2241.02"), standing(&rows, "1221.02")), (-250, 0));
    // The journal itself knows of no receivables, and its pages show vouchers as files do.
    let journal = admin.read("/v1/journal?limit=1").await;
    let vouchers = admin.read("/v1/journal?limit=1&layout=voucher").await;
    let accounts = |page: &Value| {
        let lines = page["items"][0]["lines"].as_array().unwrap().clone();
        lines.into_iter().map(|line| line["account"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(accounts(&journal).contains(&"supplier_payable".to_owned()));
    assert!(accounts(&vouchers).contains(&"supplier_receivable".to_owned()));
    assert!(!accounts(&vouchers).contains(&"supplier_payable".to_owned()));
    // Another order of the supplier brings the funds up to zero and over it.
    let order: Vec<_> = whole_order("B").to_vec();
    let position = admin.record(&order).await;
    let rows = self::vouchers(&admin, &format!("min_position={position}")).await;
    assert_balanced(&rows);
    assert_eq!((standing(&rows, "2202.02"), standing(&rows, "1221.01")), (-3000, 0));
}

#[tokio::test]
async fn wrong_questions_about_the_journal_are_refused_and_say_what_is_wrong() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let position = admin.record(&[placed("A"), paid("A")]).await;
    admin.get("/v1/accounts/cash:balance/entries").send().await.problem(404, "unknown_account");
    let entries = "/v1/accounts/prepayments/entries";
    for path in ["/v1/accounts", entries, "/v1/journal"] {
        for (query, code) in [
            ("from=2024-03-06&to=2024-03-05", "invalid_range"),
            ("from=yesterday", "invalid_parameter"),
            ("as_of=99999", "invalid_as_of"),
            ("as_of=yesterday", "invalid_parameter"),
            ("format=pdf", "invalid_parameter"),
            ("side=debit", "invalid_parameter"),
        ] {
            let path = format!("{path}?{query}&min_position={position}");
            let problem = admin.get(&path).send().await.json();
            assert_eq!((&problem["status"], &problem["code"]), (&json!(422), &json!(code)), "{path}");
        }
    }
    for path in [entries, "/v1/journal"] {
        for cursor in ["x", "orders.00000000000004b4", ""] {
            let path = format!("{path}?cursor={cursor}");
            admin.get(&path).send().await.problem(422, "invalid_cursor");
        }
        admin.get(&format!("{path}?limit=501")).send().await.problem(422, "invalid_parameter");
    }
    for query in ["layout=wide", "kind=paid", "account=cash:balance", "account=supplier_receivable"] {
        let problem =
            admin.get(&format!("/v1/journal?{query}")).send().await.problem(422, "invalid_parameter");
        assert_eq!(problem["field"], query.split('=').next().unwrap());
    }
    // An order that there is not has no entries.
    assert_eq!(admin.read("/v1/journal?order_id=nobody").await["items"], json!([]));
}

/// The console is typed from this file.
#[test]
fn the_console_knows_the_interface_as_it_is() {
    let dir = super::harness::directory();
    let printed = run(dir.path(), &["openapi"]).printed();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/query-api/console/openapi.json");
    let held = std::fs::read_to_string(path).unwrap();
    assert!(
        held == printed,
        "query-api/console/openapi.json is not what `ledger openapi` prints: renew it with `make types`"
    );
}

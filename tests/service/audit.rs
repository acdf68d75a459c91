//! Tie-outs over HTTP and on the command line: `ledger audit`.

use std::path::Path;

use events_schema::terms::{Method, Term};
use serde_json::{Value, json};

use super::events::{at, changed, paid, paid_by, placed, whole_order, withdrawal};
use super::harness::{Ledger, directory, run};

/// Changes tables behind the back of everybody.
fn execute(dir: &Path, sql: &str) {
    let file = dir.join("read-models/1.sqlite");
    rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
}

/// What must equal an account, in an answer.
fn check<'a>(answer: &'a Value, account: &str, figure: &str) -> &'a Value {
    let checks = answer["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["account"] == account && check["figure"] == figure);
    found.unwrap_or_else(|| panic!("{account} is not held against {figure}: {answer}"))
}

#[tokio::test]
async fn an_audit_says_what_the_service_says_beside_it_and_after_it() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let before = admin.record(&whole_order("A")).await;
    let early = [placed("B"), paid_by("C", "alipay"), paid("D"), withdrawal("W", "10.00")];
    let end = admin.publish_all(&early).await["position"].as_u64().unwrap();
    let answer = admin.read(&format!("/v1/audit/tie-outs?min_position={end}")).await;
    assert_eq!((&answer["holds"], &answer["position"]), (&json!(true), &json!(end)));
    let payable = check(&answer, "supplier_payable", "suppliers.funds");
    assert_eq!((&payable["balance"], &payable["first_event"]), (&json!("50.00"), &Value::Null));
    let unbooked = &answer["bridges"]["money_not_booked"];
    assert_eq!((&unbooked["total"]["count"], &unbooked["total"]["amount"]), (&json!(2), &json!("180.00")));
    let alipay =
        unbooked["by_method"].as_array().unwrap().iter().find(|of| of["method"] == "alipay").unwrap();
    assert_eq!(alipay["income"], json!({ "count": 1, "amount": "90.00" }));
    let bridge = &answer["bridges"]["journal_to_sales_profit"];
    assert_eq!((&bridge["journal_result"], &bridge["sales_profit"]), (&json!("25.00"), &json!("25.00")));

    let dir = ledger.dir();
    let told = |arguments: &[&str]| -> Value {
        let printed = run(dir.path(), &[&["audit", "--json"], arguments].concat()).printed();
        serde_json::from_str(&printed).unwrap()
    };
    assert_eq!(told(&[]), answer);
    let past = admin.read(&format!("/v1/audit/tie-outs?as_of={before}")).await;
    assert_eq!(past["bridges"]["money_not_booked"]["total"]["count"], 0);
    let as_of = past["recorded_at"].as_str().unwrap();
    ledger.stop();
    assert_eq!(told(&[]), answer);
    assert_eq!(told(&["--as-of", &before.to_string()]), past);
    assert_eq!(told(&["--as-of", as_of])["position"], past["position"]);
    let printed = run(dir.path(), &["audit"]).printed();
    let words: Vec<Vec<_>> = printed.lines().map(|line| line.split_whitespace().collect()).collect();
    for row in [
        &["prepayments", "sales.total.prepaid_amount", "0.00", "0.00", "0.00"][..],
        &["supplier_payable", "suppliers.funds", "50.00", "50.00", "0.00"],
        &["alipay", "1", "90.00", "0.00"],
        &["sales", "profit", "25.00"],
        &["everything", "ties", "out"],
    ] {
        assert!(words.iter().any(|words| words == row), "{row:?} in\n{printed}");
    }
}

#[tokio::test]
async fn what_does_not_tie_out_fails_the_audit_with_account_difference_and_event() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    admin.record(&whole_order("A")).await;
    let paid_at = admin
        .record(&[placed("B"), changed(paid_by("B", "pos"), "/time", "2024-02-05T10:05:00+08:00")])
        .await;
    let end = admin
        .record(&[at("21:00:00", "payment.received", "Q", json!({ "method": "cash", "amount": "5.00" }))])
        .await;
    admin.read(&format!("/v1/audit/tie-outs?min_position={end}")).await;
    let dir = ledger.stop();
    let pos = Method::Pos.ordinal();
    for table in ["cash_entries", "cash_cells", "cash_past"] {
        execute(dir.path(), &format!("update {table} set amount = amount + 100 where method = {pos}"));
    }
    let failed = run(dir.path(), &["audit"]);
    assert!(failed.out.contains("not everything ties out"), "{failed:#?}");
    let said = failed.complaint();
    for sentence in [
        format!(
            "ledger: cash:pos is 90.00 and cash.by_method.pos.net is 91.00: a difference of -1.00, since the event at \
             position {paid_at}\n"
        ),
        format!(
            "ledger: cash:* is 185.00 and cash.closing_balance is 186.00: a difference of -1.00, since the event at \
             position {paid_at}\n"
        ),
    ] {
        assert!(said.contains(&sentence), "{sentence} in\n{said}");
    }
    assert_eq!(said.matches("a difference of").count(), 2, "{said}");
    assert!(run(dir.path(), &["audit", "--as-of", &(paid_at - 1).to_string()]).status.success());
    let failed = run(dir.path(), &["audit", "--json"]);
    let answer: Value = serde_json::from_str(&failed.out).unwrap();
    assert_eq!((failed.status.code(), &answer["holds"]), (Some(1), &json!(false)));
    // Nothing is mended: only a rebuild does that.
    run(dir.path(), &["rebuild"]).printed();
    run(dir.path(), &["audit"]).printed();
}

#[tokio::test]
async fn an_entry_of_long_ago_that_is_not_in_balance_is_found() {
    let ledger = Ledger::start();
    let end = ledger.admin().record(&whole_order("A")).await;
    ledger.admin().read(&format!("/v1/audit/tie-outs?min_position={end}")).await;
    let dir = ledger.stop();
    // The epoch has ended, and its sums are what they should be: only the line is not.
    execute(
        dir.path(),
        &format!(
            "insert into epochs (number, last) values (1, {end}); \
             insert into account_totals select account, 1, sum(max(amount, 0)), sum(max(-amount, 0)) \
                from journal_lines group by account; \
             update journal_lines set amount = amount + 7 where position = 3 and account = 1;"
        ),
    );
    let said = run(dir.path(), &["audit"]).complaint();
    let sentence = "ledger: * is 0.07 and entries.unbalanced is 0.00: a difference of 0.07, since the event at position 3\n";
    assert_eq!(said, sentence);
}

#[tokio::test]
async fn what_cannot_be_audited_is_refused_with_the_reason() {
    let ledger = Ledger::start();
    let end = ledger.admin().record(&whole_order("A")).await;
    let dir = ledger.stop();
    let said = run(dir.path(), &["audit", "--as-of", &(end + 1).to_string()]).complaint();
    assert!(said.contains("does not reach so far"), "{said}");
    let said = run(dir.path(), &["audit", "--as-of", "yesterday"]).complaint();
    assert!(said.contains("as_of"), "{said}");
    let elsewhere = directory();
    let said = run(elsewhere.path(), &["audit"]).complaint();
    assert!(said.contains("there is no log"), "{said}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing is made");
    std::fs::remove_dir_all(dir.path().join("read-models")).unwrap();
    let said = run(dir.path(), &["audit"]).complaint();
    assert!(said.contains("there are no read models") && said.contains("`ledger rebuild`"), "{said}");
    assert!(!dir.path().join("read-models").exists(), "nothing is made");
}

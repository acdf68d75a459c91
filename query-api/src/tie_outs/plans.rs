//! How SQLite finds what tie-outs read: whatever the log holds, sums of months and of epochs, and the lines of one epoch.

use crate::database::Sql;
use crate::fixture::{Engine, Ledger};
use crate::tie_outs::entries::{BY_ACCOUNT, EPOCHS, UNBALANCED};
use crate::tie_outs::unbooked::UNBOOKED;

/// The steps that touch one of these tables.
async fn steps(ledger: &Ledger, sql: Sql, tables: &[&str]) -> Vec<String> {
    let plan = ledger.plan(sql).await;
    let touches = |step: &String| tables.iter().any(|table| step.contains(&format!(" {table} ")));
    let found: Vec<_> = plan.iter().filter(|step| touches(step)).cloned().collect();
    assert!(!found.is_empty(), "{plan:#?}");
    found
}

#[tokio::test]
async fn lines_are_found_by_account_and_position() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let until = Sql::new(&BY_ACCOUNT).with(9);
    for sql in [until, Sql::new(&UNBALANCED).with(1).with(9)] {
        for step in steps(&ledger, sql, &["l"]).await {
            assert!(step.ends_with("USING PRIMARY KEY (account=? AND position>? AND position<?)"), "{step}");
        }
    }
    for step in steps(&ledger, Sql::new(&BY_ACCOUNT).with(9), &["t", "e"]).await {
        assert!(step.contains("USING PRIMARY KEY (account=? AND epoch"), "{step}");
    }
    // One row for each account and epoch, in the order in which they are compared.
    let plan = ledger.plan(Sql::new(&EPOCHS).with(9)).await;
    assert!(!plan.iter().any(|step| step.contains("ORDER BY")), "{plan:#?}");
}

#[tokio::test]
async fn what_is_not_booked_is_found_by_its_indexes() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let found = steps(&ledger, Sql::new(UNBOOKED).with(9), &["parked_events"]).await;
    let indexes = ["parked_events_unbooked (birth<?)", "parked_events_booked (released>?)"];
    assert_eq!(found.len(), indexes.len(), "{found:#?}");
    for (step, index) in found.iter().zip(indexes) {
        assert!(step.ends_with(index), "{found:#?}");
    }
}

//! Each list adds up to its figure, as the ledger itself answers both.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::asking;
use super::ledger::Ledger;
use super::properties::fen;
use super::ranges::Asked;

/// How many, and their amount in fen.
type Sum = (i64, i64);

/// All lists over `asked`, which has both ends.
pub(crate) async fn every_list_adds_up(ledger: &Ledger, asked: Asked) {
    orders(ledger, asked).await;
    cash_entries(ledger, asked).await;
    refunds(ledger, asked).await;
    settlements(ledger, asked).await;
    withdrawals(ledger, asked).await;
    commissions(ledger, asked).await;
    balance_entries(ledger, asked).await;
}

async fn report(ledger: &Ledger, name: &str, asked: Asked) -> Value {
    asking::report(ledger, name, asked, &[]).await
}

async fn list(ledger: &Ledger, name: &str, asked: Asked) -> Vec<Value> {
    asking::list(ledger, name, asked, &[], 500).await
}

/// The items of a list by a word that they have, each word with how many have it and their amount.
fn by_word(items: &[Value], word: &str, amount: &str) -> BTreeMap<String, Sum> {
    let mut words = BTreeMap::<String, Sum>::new();
    for item in items {
        let sum = words.entry(item[word].as_str().unwrap().to_owned()).or_default();
        *sum = (sum.0 + 1, sum.1 + fen(&item[amount]));
    }
    words
}

/// The rows of a report by a word that they have, without those of nothing.
fn rows(rows: &Value, word: &str, counted: &str) -> BTreeMap<String, Sum> {
    let row = |row: &Value| {
        let sum = (row[counted].as_i64().unwrap(), fen(&row["amount"]));
        (row[word].as_str().unwrap().to_owned(), sum)
    };
    rows.as_array().unwrap().iter().map(row).filter(|(_, sum)| *sum != (0, 0)).collect()
}

/// The members of a row of a report, without those of nothing.
fn members(row: &Value, counted: &str) -> BTreeMap<String, Sum> {
    let member = |(name, figure): (&String, &Value)| {
        (name.clone(), (figure[counted].as_i64().unwrap(), fen(&figure["amount"])))
    };
    row.as_object().unwrap().iter().map(member).filter(|(_, sum)| *sum != (0, 0)).collect()
}

async fn orders(ledger: &Ledger, asked: Asked) {
    let sales = report(ledger, "sales", asked).await;
    let orders = list(ledger, "orders", asked).await;
    assert_eq!(sales["total"]["orders"], json!(orders.len()), "{asked:?}");
    let told = rows(&sales["total"]["by_status"], "status", "orders");
    assert_eq!(by_word(&orders, "status", "payable"), told, "orders over {asked:?}");
}

async fn cash_entries(ledger: &Ledger, asked: Asked) {
    let cash = report(ledger, "cash", asked).await;
    let entries = list(ledger, "cash-entries", asked).await;
    let both = json!({"income": cash["income"], "expense": cash["expense"]});
    assert_eq!(by_word(&entries, "direction", "amount"), members(&both, "count"), "cash over {asked:?}");
    assert_eq!(by_word(&entries, "kind", "amount"), rows(&cash["by_kind"], "kind", "count"), "{asked:?}");
    let [opening, income, expense] =
        [&cash["opening_balance"], &cash["income"]["amount"], &cash["expense"]["amount"]].map(fen);
    assert_eq!(fen(&cash["closing_balance"]), opening + income - expense, "cash over {asked:?}");
}

async fn refunds(ledger: &Ledger, asked: Asked) {
    let total = report(ledger, "refunds", asked).await["total"].take();
    let refunds = list(ledger, "refunds", asked).await;
    let states = by_word(&refunds, "state", "amount");
    for state in ["in_review", "rejected", "completed"] {
        let listed = states.get(state).copied().unwrap_or_default().0;
        assert_eq!(total[state], json!(listed), "{state} refunds over {asked:?}");
    }
    let requested: i64 = states.values().map(|(_, amount)| amount).sum();
    assert_eq!((&total["requests"], fen(&total["requested_amount"])), (&json!(refunds.len()), requested));
    let completed = states.get("completed").copied().unwrap_or_default().1;
    let told = fen(&total["refunded_amount"]) + fen(&total["refund_fee_amount"]);
    assert_eq!(told, completed, "refunds over {asked:?}");
}

async fn settlements(ledger: &Ledger, asked: Asked) {
    let total = report(ledger, "suppliers", asked).await["total"].take();
    let settlements = list(ledger, "settlements", asked).await;
    let listed = by_word(&settlements, "state", "settlement_amount");
    assert_eq!(listed, members(&total, "orders"), "settlements over {asked:?}");
}

async fn withdrawals(ledger: &Ledger, asked: Asked) {
    let total = report(ledger, "withdrawals", asked).await["total"].take();
    let withdrawals = list(ledger, "withdrawals", asked).await;
    assert_eq!(by_word(&withdrawals, "state", "amount"), members(&total, "count"), "{asked:?}");
}

/// The list has lines, and the report counts their orders.
async fn commissions(ledger: &Ledger, asked: Asked) {
    let total = report(ledger, "commissions", asked).await["total"].take();
    let lines = list(ledger, "commissions", asked).await;
    let mut listed = by_word(&lines, "state", "amount");
    for (state, sum) in &mut listed {
        let orders: BTreeSet<_> = lines
            .iter()
            .filter(|line| line["state"] == *state)
            .map(|line| line["order_id"].as_str())
            .collect();
        sum.0 = i64::try_from(orders.len()).unwrap();
    }
    assert_eq!(listed, members(&total, "orders"), "commissions over {asked:?}");
}

async fn balance_entries(ledger: &Ledger, asked: Asked) {
    let balances = report(ledger, "balances", asked).await;
    let entries = list(ledger, "balance-entries", asked).await;
    let listed = by_word(&entries, "kind", "change");
    let told = rows(&balances["by_kind"], "kind", "count");
    let unsigned = listed.iter().map(|(kind, (count, change))| (kind.clone(), (*count, change.abs())));
    assert_eq!(unsigned.collect::<BTreeMap<_, _>>(), told, "balance entries over {asked:?}");
    let net: i64 = listed.values().map(|(_, change)| change).sum();
    assert_eq!(fen(&balances["net"]), net, "balance entries over {asked:?}");
}

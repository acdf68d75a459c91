//! The journal as files, read back: they say what the answers in JSON say.

use std::io::Cursor;

use axum::body::to_bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use calamine::{Data, Reader, Xlsx};
use events_schema::Position;
use serde::de::DeserializeOwned;

use super::*;
use crate::database::Argument;
use crate::extract::{ValidPath, ValidQuery};
use crate::journal::account_entries::account_entries;
use crate::read_models::Reading;

on_both_engines!(
    files_have_the_lines_that_the_answers_have,
    vouchers_show_funds_below_zero_on_lines_of_their_own,
    names_are_those_that_were_set_by_then,
);

const FORMATS: [&str; 2] = ["csv", "xlsx"];

fn query<T: DeserializeOwned>(text: &str) -> ValidQuery<T> {
    let Query(value) = Query::try_from_uri(&format!("/?{text}").parse().unwrap()).unwrap();
    ValidQuery(value)
}

/// What a route answers: the accounts, `entries` of the member balances, or the journal.
async fn answer(reading: &Reading, route: &str, text: &str) -> Response {
    let reading = State(reading.clone());
    match route {
        "accounts" => accounts::accounts(reading, query(text)).await.unwrap(),
        "entries" => {
            account_entries(reading, ValidPath("member_balances".to_owned()), query(text)).await.unwrap()
        }
        _ => list::journal(reading, query(text)).await.unwrap(),
    }
}

async fn bytes(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
}

async fn json_of(reading: &Reading, route: &str, text: &str) -> Value {
    serde_json::from_slice(&bytes(answer(reading, route, text).await).await).unwrap()
}

/// The rows of the first table of a file in English, each by its headings; numbers with two decimals. Times are left out,
/// which the two formats tell in different words.
async fn rows(reading: &Reading, route: &str, text: &str, format: &str) -> Vec<BTreeMap<String, String>> {
    let file = bytes(answer(reading, route, &format!("{text}&format={format}&lang=en")).await).await;
    let titles = usize::from(!text.contains("voucher"));
    let cells: Vec<Vec<String>> = if format == "csv" {
        let text = String::from_utf8(file).unwrap();
        text.trim_start_matches('\u{feff}').lines().skip(titles).map(cells_of).collect()
    } else {
        let mut sheets = Xlsx::new(Cursor::new(file)).unwrap().worksheets();
        sheets.remove(0).1.rows().skip(titles).map(|row| row.iter().map(cell).collect()).collect()
    };
    let mut cells = cells.into_iter().skip_while(|row| row.len() < 2);
    let headings = cells.next().unwrap();
    let table = cells.take_while(|row| row.len() == headings.len());
    let named = |row: Vec<String>| headings.iter().cloned().zip(row).filter(|(name, _)| name != "Date");
    table.map(|row| named(row).map(|(name, value)| (name, in_form(value))).collect()).collect()
}

/// The cells of a line of a file of comma-separated values; no text here has a quote.
fn cells_of(line: &str) -> Vec<String> {
    let quoted = line.split('"').enumerate();
    let parts =
        quoted.map(|(place, part)| if place % 2 == 0 { part.replace(',', "\n") } else { part.to_owned() });
    parts.collect::<String>().split('\n').map(str::to_owned).collect()
}

fn cell(data: &Data) -> String {
    match data {
        Data::String(text) => text.clone(),
        Data::Float(number) => format!("{number:.2}"),
        Data::DateTime(_) | Data::Empty => String::new(),
        Data::Int(_) | Data::Bool(_) | Data::DateTimeIso(_) | Data::DurationIso(_) | Data::Error(_) => {
            panic!("{data:?}")
        }
    }
}

/// A count has the form of an amount; what stands in a column of texts is left alone.
fn in_form(text: String) -> String {
    let is_count = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_count { text + ".00" } else { text }
}

/// A line of an answer in the words of a file.
fn expected<const N: usize>(columns: [(&str, &Value); N]) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    columns.into_iter().map(|(name, value)| (name.to_owned(), in_form(text(value)))).collect()
}

/// Fails unless each row has what is expected of it, in any further columns.
fn compare(rows: &[BTreeMap<String, String>], expected: &[BTreeMap<String, String>], place: &str) {
    assert_eq!(rows.len(), expected.len(), "{place}");
    for (row, expected) in rows.iter().zip(expected) {
        for (column, value) in expected {
            assert_eq!(row.get(column), Some(value), "{column} of {row:?}: {place}");
        }
    }
}

async fn files_have_the_lines_that_the_answers_have(engine: Engine) {
    let (ledger, _) = history(engine).await;
    let reading = ledger.reading().await;
    for text in ["", "from=2025-02-01&to=2025-03-09", "as_of=300", "to=2025-01-01"] {
        let balances = json_of(&reading, "accounts", text).await;
        let balances: Vec<_> = balances["accounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                let numbers =
                    [("Debit", &it["debit"]), ("Credit", &it["credit"]), ("Balance", &it["balance"])];
                let mut row = expected(numbers);
                row.extend(expected([("Account", &it["code"]), ("Account number", &it["number"])]));
                row
            })
            .collect();
        let text = &format!("{text}&limit=500");
        let own = json_of(&reading, "entries", text).await;
        let own: Vec<_> = own["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                let sums = [("Debit", &it["debit"]), ("Credit", &it["credit"]), ("Balance", &it["balance"])];
                let mut row = expected(sums);
                row.extend(expected([("Position", &it["position"]), ("Account number", &"2241.01".into())]));
                row
            })
            .collect();
        let journal = lines(&json_of(&reading, "journal", text).await);
        for format in FORMATS {
            compare(
                &rows(&reading, "accounts", text.trim_end_matches("&limit=500"), format).await,
                &balances,
                text,
            );
            compare(&rows(&reading, "entries", text, format).await, &own, text);
            compare(&rows(&reading, "journal", text, format).await, &journal, text);
        }
    }
}

/// The lines of a page of the journal, newest first.
fn lines(page: &Value) -> Vec<BTreeMap<String, String>> {
    assert_eq!(page["next_cursor"], Value::Null);
    let lines = page["items"].as_array().unwrap().iter().flat_map(|entry| {
        entry["lines"].as_array().unwrap().iter().map(|line| {
            let mut row = expected([("Debit", &line["debit"]), ("Credit", &line["credit"])]);
            row.extend(expected([("Account number", &line["number"])]));
            (entry["position"].clone(), row)
        })
    });
    lines.map(|(_, row)| row).collect()
}

/// Takes a part of each line on an account of funds below zero, in up to two events; the parts by entry and account.
async fn fall_below_zero(ledger: &mut Ledger, entries: &[EntryRow]) -> BTreeMap<(i64, Account), i64> {
    let mut dice = StdRng::seed_from_u64(6);
    let mut below_zero = BTreeMap::new();
    for entry in entries {
        let of_funds = |(account, _): &&(Account, i64)| VoucherAccount::below_zero(*account).is_some();
        for (account, amount) in entry.lines.iter().filter(of_funds) {
            let whole = if dice.random_bool(0.3) { *amount } else { amount / 3 };
            for (position, part) in [(entry.position + 1, whole / 2), (entry.position + 2, whole - whole / 2)]
            {
                let values = [
                    ("entry", Argument::Int(entry.position)),
                    ("position", position.into()),
                    ("account", i64::from(account.number()).into()),
                    ("amount", part.into()),
                ];
                ledger.insert("journal_below_zero", &values).await;
            }
            below_zero.insert((entry.position, *account), whole);
        }
    }
    below_zero
}

async fn vouchers_show_funds_below_zero_on_lines_of_their_own(engine: Engine) {
    let (mut ledger, entries) = history(engine).await;
    let below_zero = fall_below_zero(&mut ledger, &entries).await;
    let reading = ledger.reading().await;
    for text in [
        "layout=voucher&limit=500",
        "layout=voucher&limit=500&as_of=500",
        "layout=voucher&limit=500&account=supplier_payable",
    ] {
        let mut wanted = Vec::new();
        let is_asked_for = |entry: &&EntryRow| {
            (!text.contains("as_of") || entry.position <= 500)
                && (!text.contains("account")
                    || entry.lines.iter().any(|(code, _)| *code == Account::SupplierPayable))
        };
        for entry in entries.iter().filter(is_asked_for) {
            let mut lines = entry.lines.clone();
            lines.sort_by_key(|(account, amount)| (*amount < 0, account.number()));
            for (account, amount) in lines {
                let below = below_zero.get(&(entry.position, account)).copied().unwrap_or(0);
                let own = (VoucherAccount::from(account), amount - below);
                let receivable = VoucherAccount::below_zero(account).map(|receivable| (receivable, below));
                let both = [Some(own), receivable].into_iter().flatten();
                wanted.extend(both.filter(|(_, amount)| *amount != 0).map(|line| (entry.position, line)));
            }
        }
        let page = json_of(&reading, "journal", text).await;
        let mut shown = Vec::new();
        for entry in page["items"].as_array().unwrap().iter().rev() {
            for line in entry["lines"].as_array().unwrap() {
                shown.push(json!([entry["position"], line["account"], line["debit"], line["credit"]]));
            }
        }
        let as_shown = |(position, (account, amount)): &(i64, (VoucherAccount, i64))| {
            json!([position, account, yuan(*amount.max(&0)), yuan((-amount).max(0))])
        };
        assert_eq!(shown, wanted.iter().map(as_shown).collect::<Vec<_>>(), "{text}");
        let of_file = |(position, (account, amount)): &(i64, (VoucherAccount, i64))| {
            let [debit, credit] = [*amount.max(&0), (-amount).max(0)].map(|amount| Value::from(yuan(amount)));
            let [number, name] = [account.chart_number(), account.en()].map(Value::from);
            let mut row = expected([("Voucher no.", &json!(position)), ("Voucher word", &"JV".into())]);
            row.extend(expected([("Account number", &number), ("Account name", &name)]));
            row.extend(expected([("Debit", &debit), ("Credit", &credit)]));
            row
        };
        let wanted: Vec<_> = wanted.iter().map(of_file).collect();
        for format in FORMATS {
            compare(&rows(&reading, "journal", text, format).await, &wanted, text);
        }
    }
}

async fn names_are_those_that_were_set_by_then(engine: Engine) {
    let (mut ledger, _) = history(engine).await;
    for (position, number) in [(101, "2205"), (301, "2205.07")] {
        let set = json!({"prepayments": {"number": number, "name": "合同负债"}}).to_string();
        let values = [("position", Argument::Int(position)), ("accounts", set.as_str().into())];
        ledger.insert("account_settings", &values).await;
    }
    let reading = ledger.reading().await;
    for (position, number, zh, en) in [
        (100, "2203", "预收账款", "Prepayments"),
        (101, "2205", "合同负债", "合同负债"),
        (300, "2205", "合同负债", "合同负债"),
        (301, "2205.07", "合同负债", "合同负债"),
    ] {
        let text = format!("as_of={}", Position::new(position));
        let balances = json_of(&reading, "accounts", &text).await;
        let own = &balances["accounts"][Account::Prepayments.ordinal()];
        assert_eq!((&own["number"], &own["name"]), (&json!(number), &json!(zh)), "{text}");
        let page = json_of(&reading, "journal", &format!("{text}&account=prepayments&limit=1")).await;
        let lines = page["items"][0]["lines"].as_array().unwrap().iter();
        let line = lines.into_iter().find(|line| line["account"] == "prepayments").unwrap();
        assert_eq!((&line["number"], &line["name"]), (&json!(number), &json!(zh)), "{text}");
        for (route, text) in [("accounts", text.clone()), ("journal", format!("{text}&layout=voucher"))] {
            for format in FORMATS {
                let rows = rows(&reading, route, &text, format).await;
                let names = [("Account number", number), ("Account name", en)];
                let has_both = |row: &BTreeMap<_, _>| {
                    names.iter().all(|(column, name)| row[*column] == in_form((*name).to_owned()))
                };
                assert!(rows.iter().any(has_both), "{text} {format}: {rows:?}");
            }
        }
    }
}

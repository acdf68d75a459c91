//! What is searched is found in both ways alike.

use events_schema::Timestamp;
use events_schema::terms::{CashKind, OrderStatus, Term};
use proptest::prelude::*;

use super::*;
use crate::cursor::Cursor;
use crate::database::Argument;
use crate::fixture::{CashRow, Engine, Ledger, on_both_engines, random_cash, random_orders};
use crate::lists::cash_entries::CASH_ENTRIES;
use crate::lists::orders::ORDERS;
use crate::lists::selection::Selection;
use crate::range::Range;

on_both_engines!(
    both_ways_find_the_same_orders_in_the_same_order,
    both_ways_find_the_same_cash_entries_in_the_same_order,
    few_and_many_are_told_apart,
);

/// The first numbers behind the time of all that a selection finds, page by page; a walk looks at so many rows for each.
async fn found(snapshot: &mut Snapshot, selection: &Selection, walked_max: i64) -> Vec<i64> {
    const LIMIT: usize = 7;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let rows = selection.page(snapshot, after.as_ref(), 7, walked_max).await.unwrap();
        let keys = rows.iter().map(|row| vec![row.get(0).unwrap(), row.get(1).unwrap()]);
        let keys: Vec<Vec<i64>> = keys.collect();
        found.extend(keys.iter().map(|key| key[1]));
        if keys.len() < LIMIT {
            return found;
        }
        after = keys.into_iter().next_back().map(Cursor);
    }
}

/// The numbers behind the time of all items of `selection`, newest first: a search must find the same in either way,
/// page by page, also where a walk is broken off, and add up to it. Lists that are searched are held against this.
pub(crate) async fn found_alike(snapshot: &mut Snapshot, selection: Selection) -> Vec<i64> {
    let few = selection.clone().matching(Matches::Few);
    let many = selection.matching(Matches::Many);
    let by_index = found(snapshot, &few, WALKED_MAX).await;
    for walked_max in [WALKED_MAX, 20, 1] {
        assert_eq!(by_index, found(snapshot, &many, walked_max).await, "{few:?}, {walked_max}");
    }
    for selection in [few, many] {
        let total = snapshot.fetch_one(selection.total()).await.unwrap();
        assert_eq!(total.get::<i64>(0).unwrap(), i64::try_from(by_index.len()).unwrap());
    }
    by_index
}

fn prefix(text: &str) -> Prefix {
    Prefix::try_from(text.to_owned()).unwrap()
}

async fn both_ways_find_the_same_orders_in_the_same_order(engine: Engine) {
    let mut ledger = Ledger::with(engine, "Asia/Shanghai", &random_orders(41, 60, 0, 30), &[]).await;
    for (birth, name) in [
        (7, "长城一日游"),
        (8, "长江"),
        (9, "长"),
        (10, "O-1"),
        (11, "o-1"),
        (12, "a%_\\'b"),
        (13, "\u{10ffff}z"),
    ] {
        ledger
            .execute(&format!(
                "update orders set product_name = '{}' where birth = {birth}",
                name.replace('\'', "''")
            ))
            .await;
    }
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    let range = Range::new(Timestamp::from_micros(5), Timestamp::from_micros(25));
    for (text, expected) in [
        ("长", &[7, 8, 9][..]),
        ("长江", &[8]),
        ("NO-0003", &[30, 31, 32, 33, 34, 35, 36, 37, 38, 39]),
        // The id of 1 and of 10 to 19; of 10 the name as well.
        ("O-1", &[1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
        ("o-1", &[11]),
        ("a%", &[12]),
        ("a%_\\'b", &[12]),
        ("_", &[]),
        ("\u{10ffff}", &[13]),
        ("\u{10fffe}", &[]),
    ] {
        let selection = Selection::new(&ORDERS).search(Some(&prefix(text)));
        let mut found = found_alike(&mut snapshot, selection.clone()).await;
        let inside = found_alike(&mut snapshot, selection.within(range)).await;
        assert!(inside.iter().all(|birth| found.contains(birth)), "{text}");
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
    let closed = Selection::new(&ORDERS).word("s.status", Some(Argument::term(OrderStatus::Closed)));
    let all = found(&mut snapshot, &closed, WALKED_MAX).await;
    assert!((1..50).contains(&all.len()), "{all:?}");
    assert_eq!(found_alike(&mut snapshot, closed.search(Some(&prefix("NO-")))).await, all);
}

async fn both_ways_find_the_same_cash_entries_in_the_same_order(engine: Engine) {
    let orders = random_orders(42, 5, 0, 30);
    // Every other entry belongs to an order.
    let entries = random_cash(43, 80, 0, 30)
        .into_iter()
        .map(|entry| CashRow { order: (entry.position % 2 == 0).then_some(entry.position % 5 + 1), ..entry });
    let entries: Vec<_> = entries.collect();
    let mut ledger = Ledger::with(engine, "Asia/Shanghai", &orders, &entries).await;
    ledger.execute("update cash_entries set reference = 'R-9' where position = 3").await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    let of_order =
        |order| entries.iter().filter(|entry| entry.order == Some(order)).map(|e| e.position).collect();
    for (text, expected) in [
        ("O-2", of_order(2)),
        ("NO-00003", of_order(3)),
        ("S-1", vec![1, 11, 13, 15, 17, 19]),
        ("R-", vec![3]),
        ("nothing", Vec::new()),
    ] {
        let selection = Selection::new(&CASH_ENTRIES).split("e.kind", CashKind::ALL.to_vec());
        let selection = selection.search(Some(&prefix(text)));
        let mut found = found_alike(&mut snapshot, selection).await;
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
    let wanted = vec![CashKind::ScanPayment, CashKind::OrderRefund];
    let of_both = Selection::new(&CASH_ENTRIES).split("e.kind", wanted);
    let all = found(&mut snapshot, &of_both, WALKED_MAX).await;
    assert!((1..80).contains(&all.len()), "{all:?}");
    let mut searched = found_alike(&mut snapshot, of_both.clone().search(Some(&prefix("S-")))).await;
    searched.extend(found_alike(&mut snapshot, of_both.search(Some(&prefix("O-")))).await);
    searched.sort_unstable();
    assert_eq!(searched, {
        let mut all = all;
        all.sort_unstable();
        all
    });
}

async fn few_and_many_are_told_apart(engine: Engine) {
    let mut ledger = Ledger::with(engine, "Asia/Shanghai", &[], &[]).await;
    ledger
        .execute(
            "insert into members (birth, member_id, phone, gender, registered_at) \
             with recursive counted(n) as (select cast(1 as bigint) union all select n + 1 from counted where n < 50001) \
             select n, 'M' || n, 'M' || n, 0, n from counted",
        )
        .await;
    let members = |indexed, few_max| Searched {
        column: "m.any",
        found: "select registered_at, birth from members where",
        indexed,
        counted: "members where",
        few_max,
    };
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    for (text, matches) in [("M", Matches::Many), ("M1234", Matches::Few), ("x", Matches::Few)] {
        let searched = [members("phone", 100_000), members("member_id", FEW)];
        assert_eq!(prefix(text).count(&searched, &mut snapshot).await.unwrap(), matches, "{text}");
    }
    let once = prefix("M").count(&[members("phone", 100_000)], &mut snapshot).await.unwrap();
    assert_eq!(once, Matches::Few);
}

#[tokio::test]
async fn postgresql_finds_few_by_indexes() {
    const TABLES: &str = "select current_setting('enable_seqscan') as tables";
    let orders = random_orders(43, 60, 0, 30);
    let ledger = Ledger::with(Engine::Postgres, "Asia/Shanghai", &orders, &[]).await;
    let read_models = ledger.read_models().await;
    for (prefix, tables) in [(Some(prefix("NO-0003")), "off"), (None, "on")] {
        let mut snapshot = read_models.begin().await.unwrap();
        let selection = Selection::new(&ORDERS).search(prefix.as_ref());
        selection.counted(&mut snapshot).await.unwrap();
        let row = snapshot.fetch_one(Sql::new(TABLES)).await.unwrap();
        assert_eq!(row.get::<&str>("tables").unwrap(), tables);
    }
}

/// A walk ends when it has seen enough, and only then, with a page that is not full, are indexes asked.
#[tokio::test]
async fn what_is_old_is_found_by_its_index_where_a_walk_has_seen_enough() {
    const TABLES: &str = "select current_setting('enable_seqscan') as tables";
    let orders = random_orders(44, 60, 0, 30);
    let ledger = Ledger::with(Engine::Postgres, "Asia/Shanghai", &orders, &[]).await;
    let read_models = ledger.read_models().await;
    let selection = Selection::new(&ORDERS).search(Some(&prefix("NO-"))).matching(Matches::Many);
    for (limit, walked_max, tables) in [(7, 20, "on"), (30, 20, "off"), (30, WALKED_MAX, "on")] {
        let mut snapshot = read_models.begin().await.unwrap();
        let rows = selection.page(&mut snapshot, None, limit, walked_max).await.unwrap();
        assert_eq!(i64::try_from(rows.len()).unwrap(), limit);
        let row = snapshot.fetch_one(Sql::new(TABLES)).await.unwrap();
        assert_eq!(row.get::<&str>("tables").unwrap(), tables, "{limit} of {walked_max}");
    }
}

#[test]
fn what_is_searched_is_short_and_has_no_control_characters() {
    for (text, is_taken) in [
        ("", false),
        ("长", true),
        (&"长".repeat(200), true),
        (&"长".repeat(201), false),
        ("\0", false),
        ("NO-\0", false),
        ("a\tb", false),
        ("a\u{7f}", false),
        ("a\u{85}", false),
    ] {
        assert_eq!(Prefix::try_from(text.to_owned()).is_ok(), is_taken, "{text:?}");
    }
}

proptest! {
    #[test]
    fn what_is_between_a_prefix_and_its_end_begins_with_it(text in "\\PC{1,3}", other in "\\PC{0,4}") {
        let prefix = Prefix::try_from(text.clone()).unwrap();
        let other = if other.len() % 2 == 0 { format!("{text}{other}") } else { other };
        let is_between = *other >= *text && prefix.end().is_none_or(|end| other < end);
        prop_assert_eq!(is_between, other.starts_with(&text));
    }
}

#[test]
fn the_end_steps_over_what_is_not_a_character() {
    let end = |text: &str| Prefix(text.to_owned()).end();
    assert_eq!(end("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
    assert_eq!(end("a\u{10ffff}").as_deref(), Some("b"));
    assert_eq!(end("\u{10ffff}"), None);
}

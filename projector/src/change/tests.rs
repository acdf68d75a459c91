//! Tests of merging.

use events_schema::{Calendar, Timestamp};

use super::*;
use crate::starts::Almanac;

static ROWS: RowTable =
    RowTable { name: "rows", key: &["id"], facts: &["born"], state: &["a", "b"], seldom: 0 };
static CELLS: CellTable = CellTable {
    name: "cells",
    key: &["grain", "start", "kind"],
    sums: &["count", "amount"],
    past_from: Grain::Day,
};
static OWNED: CellTable = CellTable {
    name: "owned",
    key: &["grain", "owner", "start", "kind"],
    sums: &["count"],
    past_from: Grain::Day,
};

fn state(a: i64) -> [Value; 2] {
    [a.into(), Value::Null]
}

/// When the hour, the day, the month and the year of an instant begin.
fn starts(text: &str) -> Starts {
    Almanac::new(Calendar::new("Asia/Shanghai").unwrap()).starts(text.parse().unwrap())
}

fn merge(changes: Changes) -> Writes {
    changes.try_into().unwrap()
}

/// The cells of the one table that changes, each as `grain owner? local-time dimension = sums`.
fn shown(changes: Changes) -> Vec<String> {
    let calendar = Calendar::new("Asia/Shanghai").unwrap();
    let writes = merge(changes);
    let [cells] = writes.cells.as_slice() else { panic!("{writes:?}") };
    let show = |(key, sums): &(Key, Box<[i64]>)| {
        let mut columns = Vec::new();
        key.for_each(|value| {
            columns.push(match value {
                Value::Null => panic!("a key has no empty columns: {key:?}"),
                Value::Int(start) => {
                    calendar.show(Timestamp::from_micros(*start)).to_string()[..13].to_owned()
                }
                Value::Text(text) => format!("<{text}>"),
                Value::Term(_, word) => (*word).to_owned(),
            });
        });
        format!("{} = {sums:?}", columns.join(" "))
    };
    cells.cells.iter().map(show).collect()
}

#[test]
fn a_row_that_is_born_and_changed_is_written_once() {
    let mut changes = Changes::default();
    changes.update(&ROWS, Key::Number(7), state(1));
    changes.insert(&ROWS, Key::Number(9), [Value::Term(0, "x")], state(2));
    changes.update(&ROWS, Key::Number(9), state(3));
    changes.update(&ROWS, Key::Number(7), state(4));
    changes.update(&ROWS, Key::Number(3), state(5));
    let writes = merge(changes);
    let [rows] = writes.rows.as_slice() else { panic!("{writes:?}") };
    assert_eq!(rows.born.len(), 1);
    assert_eq!(*rows.born[0].facts, [Value::Term(0, "x")]);
    assert_eq!(*rows.born[0].state, state(3));
    assert_eq!(rows.changed, [(Key::Number(3), state(5).into()), (Key::Number(7), state(4).into())]);
    assert_eq!(rows.changed_often, []);
}

#[test]
fn what_changed_once_is_written_although_it_was_kept_then() {
    let mut changes = Changes::default();
    changes.update_often(&ROWS, Key::Number(1), state(1));
    changes.update(&ROWS, Key::Number(1), state(2));
    changes.update_often(&ROWS, Key::Number(1), state(3));
    changes.update_often(&ROWS, Key::Number(2), state(4));
    changes.update_often(&ROWS, Key::Number(2), state(5));
    let writes = merge(changes);
    let [rows] = writes.rows.as_slice() else { panic!("{writes:?}") };
    assert_eq!(rows.changed, [(Key::Number(1), state(3).into())]);
    assert_eq!(rows.changed_often, [(Key::Number(2), state(5).into())]);
}

#[test]
fn hours_add_up_to_days_months_and_years() {
    let mut changes = Changes::default();
    for (at, amount) in [
        ("2026-10-31T23:59:00+08:00", 1),
        ("2026-11-01T00:00:00+08:00", 10),
        ("2026-11-01T00:59:59+08:00", 100),
        ("2026-11-01T09:30:00+08:00", 1_000),
        ("2026-11-02T09:30:00+08:00", 10_000),
    ] {
        changes.add(&CELLS, starts(at), [Value::Term(0, "cash")], &[1, amount]).unwrap();
    }
    let expected = [
        "hour 2026-10-31T23 cash = [1, 1]",
        "hour 2026-11-01T00 cash = [2, 110]",
        "hour 2026-11-01T09 cash = [1, 1000]",
        "hour 2026-11-02T09 cash = [1, 10000]",
        "day 2026-10-31T00 cash = [1, 1]",
        "day 2026-11-01T00 cash = [3, 1110]",
        "day 2026-11-02T00 cash = [1, 10000]",
        "month 2026-10-01T00 cash = [1, 1]",
        "month 2026-11-01T00 cash = [4, 11110]",
        "year 2026-01-01T00 cash = [5, 11111]",
    ];
    assert_eq!(shown(changes), expected);
}

#[test]
fn the_past_is_kept_of_cells_that_are_long_enough() {
    let mut changes = Changes::default();
    for at in ["2026-10-31T23:59:00+08:00", "2026-11-01T00:00:00+08:00"] {
        changes.add(&CELLS, starts(at), [Value::Term(0, "cash")], &[1, 1]).unwrap();
    }
    let writes = merge(changes);
    let (passing, kept) = writes.cells[0].passing_and_kept();
    let grains = |cells: &[(Key, Box<[i64]>)]| cells.iter().map(|(key, _)| key.grain()).collect::<Vec<_>>();
    assert_eq!(grains(passing), [Some(Grain::Hour); 2]);
    let [day, month, year] = [Grain::Day, Grain::Month, Grain::Year].map(Some);
    assert_eq!(grains(kept), [day, day, month, month, year]);
}

#[test]
fn an_owner_has_days_and_months_and_all_together_hours_and_years_too() {
    let mut changes = Changes::default();
    for (owner, at, count) in [
        ("S2", "2026-11-01T09:30:00+08:00", 1),
        ("S1", "2026-11-01T10:30:00+08:00", 10),
        ("S1", "2026-11-02T10:30:00+08:00", 100),
    ] {
        let (owner, starts, kind) = (owner.parse().unwrap(), starts(at), Value::Term(0, "hotel"));
        changes.add_together(&OWNED, starts, [kind.clone()], &[count]).unwrap();
        changes.add_own(&OWNED, &owner, starts, [kind], &[count]).unwrap();
    }
    // As the primary key sorts them: an owner's days stand together.
    let expected = [
        "hour <> 2026-11-01T09 hotel = [1]",
        "hour <> 2026-11-01T10 hotel = [10]",
        "hour <> 2026-11-02T10 hotel = [100]",
        "day <> 2026-11-01T00 hotel = [11]",
        "day <> 2026-11-02T00 hotel = [100]",
        "day <S1> 2026-11-01T00 hotel = [10]",
        "day <S1> 2026-11-02T00 hotel = [100]",
        "day <S2> 2026-11-01T00 hotel = [1]",
        "month <> 2026-11-01T00 hotel = [111]",
        "month <S1> 2026-11-01T00 hotel = [110]",
        "month <S2> 2026-11-01T00 hotel = [1]",
        "year <> 2026-01-01T00 hotel = [111]",
    ];
    assert_eq!(shown(changes), expected);
}

#[test]
fn a_cell_that_gets_nothing_in_the_end_is_there() {
    let at = starts("2026-11-01T09:30:00+08:00");
    let mut changes = Changes::default();
    for (kind, deltas) in [("a", [1, 500]), ("b", [1, 500]), ("a", [-1, -500]), ("b", [0, -100])] {
        changes.add(&CELLS, at, [Value::Term(0, kind)], &deltas).unwrap();
    }
    assert_eq!(shown(changes)[..2], ["hour 2026-11-01T09 a = [0, 0]", "hour 2026-11-01T09 b = [1, 400]"]);
}

#[test]
fn a_sum_that_does_not_fit_is_refused_and_changes_nothing() {
    let (at, kind) = (starts("2026-11-01T09:30:00+08:00"), || [Value::Term(0, "a")]);
    let mut changes = Changes::default();
    changes.add(&CELLS, at, kind(), &[1, i64::MAX]).unwrap();
    assert_eq!(changes.add(&CELLS, at, kind(), &[1, 1]), Err(SumOverflow { table: "cells" }));
    assert_eq!(shown(changes)[0], format!("hour 2026-11-01T09 a = [1, {}]", i64::MAX));
}

#[test]
fn a_day_whose_hours_do_not_fit_together_is_refused() {
    let mut changes = Changes::default();
    for at in ["2026-11-01T09:30:00+08:00", "2026-11-01T10:30:00+08:00"] {
        changes.add(&CELLS, starts(at), [Value::Term(0, "a")], &[1, i64::MAX]).unwrap();
    }
    assert_eq!(Writes::try_from(changes).unwrap_err(), SumOverflow { table: "cells" });
}

//! Tests of merging.

use super::*;

static ROWS: RowTable = RowTable { name: "rows", key: &["id"], facts: &["born"], state: &["a", "b"] };
static CELLS: CellTable = CellTable { name: "cells", key: &["start"], sums: &["count", "amount"] };

fn state(a: i64) -> [Value; 2] {
    [a.into(), Value::Null]
}

#[test]
fn a_row_that_is_born_and_changed_is_written_once() {
    let mut changes = Changes::default();
    changes.update(&ROWS, Key::Number(7), state(1));
    changes.insert(&ROWS, Key::Number(9), [Value::Term("x")], state(2));
    changes.update(&ROWS, Key::Number(9), state(3));
    changes.update(&ROWS, Key::Number(7), state(4));
    changes.update(&ROWS, Key::Number(3), state(5));
    let writes = Writes::from(changes);
    let [rows] = writes.rows.as_slice() else { panic!("{writes:?}") };
    assert_eq!(rows.born.len(), 1);
    assert_eq!(*rows.born[0].facts, [Value::Term("x")]);
    assert_eq!(*rows.born[0].state, state(3));
    assert_eq!(rows.changed, [(Key::Number(3), state(5).into()), (Key::Number(7), state(4).into())]);
}

#[test]
fn what_adds_up_to_nothing_is_not_written() {
    let mut changes = Changes::default();
    for (start, deltas) in [(1, [1, 500]), (2, [1, 500]), (1, [-1, -500]), (2, [0, -100])] {
        changes.add(&CELLS, Key::Number(start), &deltas).unwrap();
    }
    let writes = Writes::from(changes);
    assert_eq!(writes.cells[0].cells, [(Key::Number(2), Box::from([1, 400]))]);
}

#[test]
fn a_sum_that_does_not_fit_is_refused_and_changes_nothing() {
    let mut changes = Changes::default();
    changes.add(&CELLS, Key::Number(1), &[1, i64::MAX]).unwrap();
    assert_eq!(changes.add(&CELLS, Key::Number(1), &[1, 1]), Err(SumOverflow { table: "cells" }));
    assert_eq!(Writes::from(changes).cells[0].cells, [(Key::Number(1), Box::from([1, i64::MAX]))]);
}

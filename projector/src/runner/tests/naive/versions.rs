//! Versions: how a row stood after each event that changed it. Copied from the row, and found by looking at all of them.

use events_schema::Recorded;

use super::{Row, Tables, put, word};
use crate::projection::ROW_TABLES;

/// A table of versions.
pub(super) struct Versions {
    pub(super) name: &'static str,
    /// The table of their rows.
    pub(super) rows: &'static str,
    /// The columns that name a row in both.
    pub(super) key: &'static [&'static str],
    /// Whether there is one for each event, changed or not.
    every: bool,
}

/// All tables of versions.
pub(super) const VERSIONS: [Versions; 4] = [
    Versions { name: "order_versions", rows: "order_states", key: &["birth"], every: true },
    Versions { name: "refund_versions", rows: "refunds", key: &["order_birth", "ordinal"], every: false },
    Versions { name: "commission_versions", rows: "commissions", key: &["order_birth", "line"], every: true },
    Versions { name: "withdrawal_versions", rows: "withdrawals", key: &["birth"], every: false },
];

/// The versions that an event makes; the rows are up to date already.
pub(super) fn take(recorded: &Recorded, tables: &mut Tables) {
    let birth = recorded.entity.birth.as_i64().to_string();
    for versions in VERSIONS {
        let of_entity = |row: &&Row| row[versions.key[0]] == birth;
        let rows: Vec<Row> = tables.rows(versions.rows).filter(of_entity).cloned().collect();
        for row in rows {
            let is_unpaid = versions.name == "commission_versions" && word(&row, "state").is_none();
            let is_same = |other: &&Row| versions.key.iter().all(|column| row[*column] == other[*column]);
            let last = tables.rows(versions.name).rfind(is_same);
            let kept = versions.kept();
            let stands = |last: &Row| kept.iter().all(|column| row[*column] == last[*column]);
            if is_unpaid || !versions.every && last.is_some_and(stands) {
                continue;
            }
            let previous = last.map(|last| last["position"].parse::<i64>().unwrap());
            let line = row.get("line").map_or(0, |line| line.parse().unwrap());
            let columns = ["position", "line"];
            let columns = if versions.name == "commission_versions" { &columns[..] } else { &columns[..1] };
            let version = tables.row(versions.name, columns, [recorded.position.as_i64(), line]);
            put(version, [("previous", &previous)]);
            let copied = versions.key.iter().chain(&kept);
            version.extend(copied.map(|column| ((*column).to_owned(), row[*column].clone())));
        }
    }
}

impl Versions {
    /// The columns of the row that they keep.
    pub(super) fn kept(&self) -> Vec<&'static str> {
        let table = ROW_TABLES.into_iter().find(|table| table.name == self.name).unwrap();
        let is_kept = |column: &&str| *column != "previous" && !self.key.contains(column);
        table.facts.iter().copied().filter(|column| is_kept(column)).collect()
    }
}

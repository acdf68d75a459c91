//! The script that makes the tables of a generation, in the words of each engine.

use std::sync::LazyLock;

/// The past of cells.
#[path = "../../../migrations/past.rs"]
mod past;

/// PostgreSQL's words.
#[path = "../../../migrations/postgres.rs"]
mod postgres;
pub(super) use postgres::for_postgres;

/// The script as it is written.
const WRITTEN: &str = include_str!("../../../migrations/0008_read_models.sql");

/// The script with the past of cells, in SQLite's words.
pub(super) static SQLITE: LazyLock<String> = LazyLock::new(|| WRITTEN.to_owned() + &past::tables(WRITTEN));

/// The number of the script: the version of the tables.
pub(super) const VERSION: u16 = 8;

/// The part of `script` that makes the tables.
pub(super) fn tables(script: &str) -> String {
    split(script).0
}

/// The statements of `script` that make indexes, each where it is not there yet.
///
/// They are made when a generation has caught up: made at once from all rows, an index takes a fraction of the time
/// that it takes to be kept row by row.
pub(super) fn indexes(script: &str) -> Vec<String> {
    split(script).1
}

/// The tables, and the indexes. A statement that makes an index stands on lines of its own.
fn split(script: &str) -> (String, Vec<String>) {
    const INDEX: &str = "create index ";
    let (mut tables, mut indexes, mut in_index) = (String::new(), Vec::<String>::new(), false);
    for line in script.lines() {
        if let Some(rest) = line.strip_prefix(INDEX) {
            indexes.push(format!("create index if not exists {rest}\n"));
        } else if let (true, Some(index)) = (in_index, indexes.last_mut()) {
            index.push_str(line);
            index.push('\n');
        } else {
            tables.push_str(line);
            tables.push('\n');
        }
        in_index = (in_index || line.starts_with(INDEX)) && !line.trim_end().ends_with(';');
    }
    (tables, indexes)
}

#[cfg(test)]
mod tests {
    use events_schema::Grain;
    use events_schema::terms::{
        BalanceKind, CashKind, CommissionState, Confirmation, Direction, Gender, JournalKind, Method,
        OrderSource, OrderStatus, ParkedState, PayeeKind, RefundState, SettlementState, Term,
        WithdrawalMethod, WithdrawalState,
    };

    use super::*;

    #[test]
    fn types_and_endings_are_translated_and_nothing_else() {
        let sqlite = "-- text of an integer\n\
            create table t (\n    \
                birth       integer primary key,\n    \
                textual     text    not null,  -- an integer; a blob\n    \
                supplier    text,\n    \
                log_id      blob    not null\n\
            ) strict;\n\
            create index t_textual on t (textual) /* include (birth) */ where supplier is not null;\n\
            create table c (\n    grain text not null\n) without rowid, strict;\n";
        let postgres = "\n\
            create table t (\n    \
                birth       bigint primary key,\n    \
                textual     text collate \"C\"    not null,\n    \
                supplier    text collate \"C\",\n    \
                log_id      bytea    not null\n\
            );\n\
            create index t_textual on t (textual) include (birth) where supplier is not null;\n\
            create table c (\n    grain text collate \"C\" not null\n);\n";
        assert_eq!(for_postgres(sqlite), postgres);
    }

    #[test]
    fn tables_and_indexes_are_told_apart() {
        let script = "-- t; of a test\ncreate table t (\n    a integer\n) strict;\n-- by a\ncreate index t_a on t (a);\n\
            create index t_b on t (b)\n    where (b > 0);\ncreate table u (a integer) strict;\n";
        assert_eq!(
            tables(script),
            "-- t; of a test\ncreate table t (\n    a integer\n) strict;\n-- by a\ncreate table u (a integer) strict;\n"
        );
        let expected = [
            "create index if not exists t_a on t (a);\n",
            "create index if not exists t_b on t (b)\n    where (b > 0);\n",
        ];
        assert_eq!(indexes(script), expected);
        let (tables, indexes) = (tables(&SQLITE), indexes(&SQLITE));
        assert!(!tables.contains("create index") && tables.contains("create table"));
        assert_eq!(indexes.len(), SQLITE.matches("\ncreate index ").count());
        assert!(indexes.iter().all(|index| index.trim_end().ends_with(';')));
    }

    #[test]
    fn every_table_of_cells_has_a_past() {
        let script = "-- Cells.\ncreate table x_cells (\n    grain text not null,  -- of what\n    n     integer not null,\n    \
            primary key (grain)\n) without rowid, strict;\n\ncreate table y (\n    a integer,\n    primary key (a)\n) strict;\n";
        assert_eq!(
            past::tables(script),
            "create table x_past (\n    grain text not null,  -- of what\n    n     integer not null,\n    \
             epoch integer not null,\n    primary key (grain, epoch)\n) without rowid, strict;\n"
        );
        assert_eq!(SQLITE.matches("_past (\n").count(), WRITTEN.matches("_cells (\n").count());
        assert_eq!(SQLITE.matches(", epoch)\n").count(), WRITTEN.matches("_cells (\n").count() + 1);
    }

    #[test]
    fn words_are_those_of_their_sets() {
        let sets: [(&str, &[&str]); 17] = [
            ("grain", Grain::NAMES),
            ("order_source", OrderSource::NAMES),
            ("confirmation", Confirmation::NAMES),
            ("order_status", OrderStatus::NAMES),
            ("method", Method::NAMES),
            ("settlement_state", SettlementState::NAMES),
            ("commission_state", CommissionState::NAMES),
            ("refund_state", RefundState::NAMES),
            ("cash_kind", CashKind::NAMES),
            ("withdrawal_state", WithdrawalState::NAMES),
            ("withdrawal_method", WithdrawalMethod::NAMES),
            ("payee_kind", PayeeKind::NAMES),
            ("gender", Gender::NAMES),
            ("balance_kind", BalanceKind::NAMES),
            ("journal_kind", JournalKind::NAMES),
            ("parked_state", ParkedState::NAMES),
            ("direction", Direction::NAMES),
        ];
        let words = sets.iter().flat_map(|(set, words)| {
            words.iter().enumerate().map(move |(number, word)| format!("('{set}', {number}, '{word}')"))
        });
        let words: Vec<_> = words.collect();
        let written = WRITTEN.split_once("insert into words ").unwrap().1.split_once(';').unwrap().0;
        assert_eq!(
            written.matches('(').count(),
            words.len() + 1,
            "one for each word, and one for the columns"
        );
        for word in words {
            assert!(written.contains(&word), "{word}");
        }
        for column in WRITTEN.lines().filter_map(|line| line.split_once("-- words: ")) {
            let set = column.1.split(';').next().unwrap();
            assert!(sets.iter().any(|(known, _)| *known == set), "{}", column.0);
        }
    }

    #[test]
    fn nothing_of_sqlite_is_left_of_the_whole_script() {
        let postgres = for_postgres(&SQLITE);
        for word in ["integer", "blob", "strict", "rowid", "--", "/*"] {
            assert!(!postgres.contains(word), "{word}");
        }
        assert_eq!(postgres.matches("create table").count(), SQLITE.matches("\ncreate table").count());
    }
}

//! All tables of read models as text, to compare two of them.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

/// Every table, with its rows as text.
pub(crate) type Dump = Vec<(String, Vec<String>)>;

/// All tables in a file of SQLite.
pub(crate) fn dump_file(path: &Path) -> Dump {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let texts = |sql: &str| texts(&database, sql);
    let mut dump = Dump::new();
    for table in texts("select name from sqlite_schema where type = 'table' order by name") {
        let columns = format!("select 'quote(' || name || ')' from pragma_table_info('{table}')");
        let columns = texts(&columns).join(" || ',' || ");
        let rows = texts(&format!("select {columns} from {table} order by 1"));
        dump.push((table, rows));
    }
    dump
}

/// The first column of what SQLite answers.
pub(crate) fn texts(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap();
    let texts = statement.query_map((), |row| row.get(0)).unwrap();
    texts.collect::<Result<_, _>>().unwrap()
}

/// Fails unless both hold the same, to the byte.
pub(crate) fn assert_same(dump: &Dump, made_anew: &Dump) {
    assert!(dump.len() > 1, "there are tables");
    assert_eq!(dump.len(), made_anew.len());
    for ((table, rows), (_, others)) in dump.iter().zip(made_anew) {
        let differing = rows.iter().zip(others).find(|(row, other)| row != other);
        assert_eq!(differing, None, "{table} is another when it is made anew");
        assert_eq!(rows.len(), others.len(), "{table} is another when it is made anew");
    }
}

//! Tables as text, for tests that compare them: the same text whatever the engine.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use sqlx::postgres::{PgColumn, PgRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection, PgConnection, Row, TypeInfo, ValueRef as _};

use crate::database::Database;

/// The rows of every table, each as the SQL literals of its columns, in the order of the primary key.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// A connection beside whoever else has one.
pub(crate) enum Beside {
    Sqlite(rusqlite::Connection),
    Postgres(PgConnection),
}

/// Connects to the tables of a generation.
pub(crate) async fn connect(database: &Database) -> Beside {
    match database {
        Database::Sqlite(path) => Beside::Sqlite(rusqlite::Connection::open(path).unwrap()),
        Database::Postgres { url, schema } => {
            let options = url.options().options([("search_path", schema)]);
            Beside::Postgres(options.connect().await.unwrap())
        }
    }
}

/// All tables of a generation.
pub(crate) async fn dump(database: &Database) -> Dump {
    let mut beside = connect(database).await;
    let mut dump = Dump::new();
    for table in beside.tables().await {
        let rows = format!("select * from {table} order by {}", beside.key(&table).await.join(", "));
        let rows = beside.rows(&rows).await;
        dump.insert(table, rows);
    }
    beside.close().await;
    dump
}

impl Beside {
    /// Does something.
    pub(crate) async fn execute(&mut self, sql: &str) {
        match self {
            Self::Sqlite(connection) => connection.execute_batch(sql).unwrap(),
            Self::Postgres(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
            }
        }
    }

    /// The first column of an answer.
    pub(crate) async fn texts(&mut self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite(connection) => select(connection, sql, |row| row.get(0).unwrap()),
            Self::Postgres(connection) => {
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap()
            }
        }
    }

    /// The names of a table's columns.
    pub(crate) async fn columns(&mut self, table: &str) -> Vec<String> {
        let sql = match self {
            Self::Sqlite(_) => format!("select name from pragma_table_info('{table}')"),
            Self::Postgres(_) => format!(
                "select attname::text from pg_attribute where attrelid = '{table}'::regclass and attnum > 0"
            ),
        };
        self.texts(&sql).await
    }

    async fn close(self) {
        match self {
            Self::Sqlite(connection) => connection.close().unwrap(),
            Self::Postgres(connection) => connection.close().await.unwrap(),
        }
    }

    async fn tables(&mut self) -> Vec<String> {
        let sql = match self {
            Self::Sqlite(_) => "select name from sqlite_schema where type = 'table'",
            Self::Postgres(_) => "select tablename::text from pg_tables where schemaname = current_schema()",
        };
        self.texts(sql).await
    }

    /// The names of the columns of a table's primary key, in their order.
    pub(crate) async fn key(&mut self, table: &str) -> Vec<String> {
        let sql = match self {
            Self::Sqlite(_) => {
                format!("select name from pragma_table_info('{table}') where pk > 0 order by pk")
            }
            Self::Postgres(_) => format!(
                "select attname::text from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey) \
                 where indrelid = '{table}'::regclass and indisprimary \
                 order by array_position(indkey::int2[], attnum)"
            ),
        };
        self.texts(&sql).await
    }

    async fn rows(&mut self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite(connection) => select(connection, sql, literals_of_sqlite),
            Self::Postgres(connection) => {
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
                rows.iter().map(literals_of_postgres).collect()
            }
        }
    }
}

/// What SQLite answers.
fn select(
    connection: &rusqlite::Connection,
    sql: &str,
    each: impl Fn(&rusqlite::Row) -> String,
) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map((), |row| Ok(each(row))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn literals_of_sqlite(row: &rusqlite::Row) -> String {
    let literal = |(number, name): (usize, &str)| {
        let literal = match row.get_ref(number).unwrap() {
            ValueRef::Null => "NULL".to_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Text(text) => quoted(str::from_utf8(text).unwrap()),
            ValueRef::Blob(bytes) => hex(bytes),
            ValueRef::Real(number) => panic!("{name}: {number}"),
        };
        format!("{name} = {literal}")
    };
    let columns: Vec<_> = row.as_ref().column_names().enumerate().map(literal).collect();
    columns.join(", ")
}

fn literals_of_postgres(row: &PgRow) -> String {
    let literal = |column: &PgColumn| {
        let (number, name) = (column.ordinal(), column.name());
        let value = row.try_get_raw(number).unwrap();
        let literal = match value.type_info().name() {
            _ if value.is_null() => "NULL".to_owned(),
            "INT8" => row.get::<i64, _>(number).to_string(),
            "TEXT" => quoted(row.get(number)),
            "BYTEA" => hex(row.get(number)),
            other => panic!("{other}"),
        };
        format!("{name} = {literal}")
    };
    row.columns().iter().map(literal).collect::<Vec<_>>().join(", ")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold("X'".to_owned(), |text, byte| text + &format!("{byte:02X}")) + "'"
}

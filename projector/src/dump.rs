//! Tables as text, for tests that compare them: the same text whatever the engine.

use std::collections::BTreeMap;

use sqlx::postgres::PgRow;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Decode, PgConnection, Row, SqliteConnection, Type, TypeInfo,
    ValueRef,
};

use crate::database::Database;

/// The rows of every table, each as the SQL literals of its columns, in the order of the primary key.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// A connection beside whoever else has one.
pub(crate) enum Beside {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Connects to the tables of a generation.
pub(crate) async fn connect(database: &Database) -> Beside {
    match database {
        Database::Sqlite(path) => {
            Beside::Sqlite(SqliteConnectOptions::new().filename(path).connect().await.unwrap())
        }
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
            Self::Sqlite(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
            }
            Self::Postgres(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
            }
        }
    }

    /// The first column of an answer.
    pub(crate) async fn texts(&mut self, sql: &str) -> Vec<String> {
        match self {
            Self::Sqlite(connection) => {
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap()
            }
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
            Self::Sqlite(connection) => connection.close().await.unwrap(),
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

    async fn key(&mut self, table: &str) -> Vec<String> {
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
            Self::Sqlite(connection) => {
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
                rows.iter().map(literals::<SqliteRow>).collect()
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
                rows.iter().map(literals::<PgRow>).collect()
            }
        }
    }
}

fn literals<'r, R>(row: &'r R) -> String
where
    R: Row,
    usize: sqlx::ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    &'r str: Decode<'r, R::Database> + Type<R::Database>,
    &'r [u8]: Decode<'r, R::Database> + Type<R::Database>,
{
    let literal = |index: usize| {
        let value = row.try_get_raw(index).unwrap();
        if value.is_null() {
            return "NULL".to_owned();
        }
        match value.type_info().name() {
            "INTEGER" | "INT8" => row.get::<i64, _>(index).to_string(),
            "TEXT" => format!("'{}'", row.get::<&str, _>(index).replace('\'', "''")),
            "BLOB" | "BYTEA" => {
                let bytes = row.get::<&[u8], _>(index).iter();
                bytes.fold("X'".to_owned(), |text, byte| text + &format!("{byte:02X}")) + "'"
            }
            other => panic!("{other}"),
        }
    };
    let columns = row
        .columns()
        .iter()
        .map(|column| format!("{} = {}", sqlx::Column::name(column), literal(sqlx::Column::ordinal(column))));
    columns.collect::<Vec<_>>().join(", ")
}

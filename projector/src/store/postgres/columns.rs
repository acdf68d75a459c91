//! The columns of tables in PostgreSQL: what they hold, and arrays of that.

use std::collections::HashMap;

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::{PgConnection, Postgres, Type};

use crate::change::Value;
use crate::store::StoreError;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Numbers.
    Number,
    /// Texts.
    Text,
}

impl Kind {
    /// The name of the type.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Number => "bigint",
            Self::Text => "text",
        }
    }

    /// The number of the type, which is the same in every database (`pg_type.dat`).
    const fn oid(self) -> u32 {
        match self {
            Self::Number => 20,
            Self::Text => 25,
        }
    }
}

/// What the columns of all tables hold, as the database says.
#[derive(Debug)]
pub(super) struct Columns(HashMap<String, HashMap<String, Kind>>);

impl Columns {
    /// Those of the tables in `schema`.
    pub(super) async fn read(connection: &mut PgConnection, schema: &str) -> Result<Self, sqlx::Error> {
        const SELECT: &str = "select table_name::text, column_name::text, data_type::text \
            from information_schema.columns where table_schema = $1";
        let columns: Vec<(String, String, String)> =
            sqlx::query_as(SELECT).bind(schema).fetch_all(connection).await?;
        Ok(columns.into_iter().collect())
    }

    /// What these columns of a table hold.
    pub(super) fn kinds(&self, table: &str, names: &[&str]) -> Result<Vec<Kind>, StoreError> {
        let columns = self.0.get(table).ok_or(StoreError::NoReadModels)?;
        names.iter().map(|name| columns.get(*name).copied().ok_or(StoreError::NoReadModels)).collect()
    }
}

/// From the names of table, column and type. Columns that projections cannot write are left out.
impl FromIterator<(String, String, String)> for Columns {
    fn from_iter<I: IntoIterator<Item = (String, String, String)>>(columns: I) -> Self {
        let mut tables: HashMap<_, HashMap<_, _>> = HashMap::new();
        for (table, column, type_name) in columns {
            let kind = [Kind::Number, Kind::Text].into_iter().find(|kind| kind.name() == type_name);
            tables.entry(table).or_default().extend(kind.map(|kind| (column, kind)));
        }
        Self(tables)
    }
}

/// The values of one column, as PostgreSQL sends arrays (`array_recv` in arrayfuncs.c).
#[derive(Debug)]
pub(super) struct Column {
    kind: Kind,
    count: i32,
    has_null: bool,
    elements: Vec<u8>,
}

impl Column {
    /// No values yet, and room for `rows`.
    pub(super) fn new(kind: Kind, rows: usize) -> Self {
        // A number takes 8 bytes after 4 for its length; most texts are about as short.
        Self { kind, count: 0, has_null: false, elements: Vec::with_capacity(rows * 12) }
    }

    /// Appends a value; false when it is not of this kind.
    pub(super) fn push(&mut self, value: &Value) -> bool {
        self.count += 1;
        match (value, self.kind) {
            (Value::Null, _) => {
                self.has_null = true;
                self.elements.extend((-1_i32).to_be_bytes());
            }
            (Value::Int(number), Kind::Number) => self.put(&number.to_be_bytes()),
            (Value::Text(text), Kind::Text) => self.put(text.as_bytes()),
            (Value::Term(word), Kind::Text) => self.put(word.as_bytes()),
            (Value::Int(_), Kind::Text) | (Value::Text(_) | Value::Term(_), Kind::Number) => return false,
        }
        true
    }

    fn put(&mut self, bytes: &[u8]) {
        let length = i32::try_from(bytes.len()).expect("an event is shorter than 2 GiB");
        self.elements.extend(length.to_be_bytes());
        self.elements.extend(bytes);
    }
}

impl Encode<'_, Postgres> for Column {
    fn encode_by_ref(&self, out: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        const DIMENSIONS: i32 = 1;
        const FIRST_INDEX: i32 = 1;
        out.extend(DIMENSIONS.to_be_bytes());
        out.extend(i32::from(self.has_null).to_be_bytes());
        out.extend(self.kind.oid().to_be_bytes());
        out.extend(self.count.to_be_bytes());
        out.extend(FIRST_INDEX.to_be_bytes());
        out.extend(&self.elements);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(match self.kind {
            Kind::Number => <[i64] as Type<Postgres>>::type_info(),
            Kind::Text => <[String] as Type<Postgres>>::type_info(),
        })
    }
}

/// Which kind of array a column is, only the value itself knows.
impl Type<Postgres> for Column {
    fn type_info() -> PgTypeInfo {
        <[i64] as Type<Postgres>>::type_info()
    }
}

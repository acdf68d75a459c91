//! Rows of tables in PostgreSQL: their types, and arrays of whole rows.

use std::collections::HashMap;

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
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
    /// The number of the type, which is the same in every database (`pg_type.dat`).
    const fn oid(self) -> u32 {
        match self {
            Self::Number => 20,
            Self::Text => 25,
        }
    }

    fn from_oid(oid: u32) -> Option<Self> {
        [Self::Number, Self::Text].into_iter().find(|kind| kind.oid() == oid)
    }
}

/// The types of the rows of all tables, as the database says.
#[derive(Debug)]
pub(super) struct RowTypes(HashMap<String, RowType>);

/// The type of the rows of one table.
#[derive(Debug)]
struct RowType {
    /// Its name.
    name: String,
    oid: u32,
    /// Of an array of such rows.
    array_oid: u32,
    /// Its columns in their order. Nothing stands for a kind that projections cannot write.
    columns: Vec<(String, Option<Kind>)>,
}

/// One column of a table: the name of the type of its rows, the numbers of that and of arrays of it, the name of the
/// column, and the number of its type.
pub(super) type ColumnOf = (String, String, Oid, Oid, String, Oid);

impl RowTypes {
    /// Those of the tables in `schema`.
    pub(super) async fn read(connection: &mut PgConnection, schema: &str) -> Result<Self, sqlx::Error> {
        const SELECT: &str = "select relname::text, format('%I.%I', nspname, relname), reltype, typarray, \
            attname::text, atttypid from pg_namespace \
            join pg_class on relnamespace = pg_namespace.oid and relkind = 'r' \
            join pg_type on pg_type.oid = reltype \
            join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped \
            where nspname = $1 order by pg_class.oid, attnum";
        let columns: Vec<ColumnOf> = sqlx::query_as(SELECT).bind(schema).fetch_all(connection).await?;
        Ok(columns.into_iter().collect())
    }

    /// Rows of a table of which these columns are given, in this order; the others are empty.
    pub(super) fn form(&self, table: &str, given: &[&str]) -> Result<Form, StoreError> {
        let RowType { name, oid, array_oid, columns } = self.0.get(table).ok_or(StoreError::NoReadModels)?;
        let place = |column: &String| given.iter().position(|name| name == column);
        let columns = columns.iter().map(|(column, kind)| Some(((*kind)?, place(column))));
        let columns: Vec<_> = columns.collect::<Option<_>>().ok_or(StoreError::NoReadModels)?;
        if columns.iter().filter(|(_, place)| place.is_some()).count() != given.len() {
            return Err(StoreError::NoReadModels);
        }
        Ok(Form { name: name.clone(), oid: *oid, array_oid: *array_oid, columns })
    }
}

impl FromIterator<ColumnOf> for RowTypes {
    fn from_iter<I: IntoIterator<Item = ColumnOf>>(columns: I) -> Self {
        let mut types = HashMap::new();
        for (table, name, Oid(oid), Oid(array_oid), column, Oid(kind)) in columns {
            let row = types.entry(table).or_insert(RowType { name, oid, array_oid, columns: Vec::new() });
            row.columns.push((column, Kind::from_oid(kind)));
        }
        Self(types)
    }
}

/// Rows of a table of which some columns are given.
#[derive(Debug)]
pub(super) struct Form {
    /// The name of the type.
    name: String,
    oid: u32,
    array_oid: u32,
    /// What each column of the table holds, and which of the given values that is.
    columns: Vec<(Kind, Option<usize>)>,
}

impl Form {
    /// The rows as a table, from the one argument of a statement.
    ///
    /// One array of rows is taken apart in a fraction of the time that an array for each column takes.
    pub(super) fn table(&self) -> String {
        format!("unnest($1::{}[])", self.name)
    }

    /// No rows yet.
    pub(super) fn rows(&self) -> Rows<'_> {
        Rows { form: self, count: 0, elements: Vec::new() }
    }
}

/// An array of rows, as PostgreSQL sends it (`array_recv` in arrayfuncs.c, `record_recv` in rowtypes.c).
#[derive(Debug)]
pub(super) struct Rows<'a> {
    form: &'a Form,
    count: i32,
    elements: Vec<u8>,
}

impl Rows<'_> {
    /// Appends a row of the given `values`; false when one of them is not of the kind of its column.
    pub(super) fn push(&mut self, values: &[Value]) -> bool {
        self.count += 1;
        let start = self.elements.len();
        self.elements.extend([0; 4]);
        self.elements.extend(length(self.form.columns.len()));
        for (kind, place) in &self.form.columns {
            self.elements.extend(kind.oid().to_be_bytes());
            match (place.map_or(Some(&Value::Null), |place| values.get(place)), kind) {
                (Some(Value::Null), _) => self.elements.extend((-1_i32).to_be_bytes()),
                (Some(Value::Int(number)), Kind::Number) => self.put(&number.to_be_bytes()),
                (Some(Value::Term(word, _)), Kind::Number) => self.put(&i64::from(*word).to_be_bytes()),
                (Some(Value::Text(text)), Kind::Text) => self.put(text.as_bytes()),
                (Some(Value::Int(_) | Value::Term(..)), Kind::Text)
                | (Some(Value::Text(_)), Kind::Number)
                | (None, _) => return false,
            }
        }
        let bytes = length(self.elements.len() - start - 4);
        self.elements[start..start + 4].copy_from_slice(&bytes);
        true
    }

    fn put(&mut self, bytes: &[u8]) {
        self.elements.extend(length(bytes.len()));
        self.elements.extend(bytes);
    }
}

fn length(count: usize) -> [u8; 4] {
    i32::try_from(count).expect("an event is shorter than 2 GiB").to_be_bytes()
}

impl Encode<'_, Postgres> for Rows<'_> {
    fn encode_by_ref(&self, out: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        const DIMENSIONS: i32 = 1;
        const HAS_NULL: i32 = 0;
        const FIRST_INDEX: i32 = 1;
        out.extend(DIMENSIONS.to_be_bytes());
        out.extend(HAS_NULL.to_be_bytes());
        out.extend(self.form.oid.to_be_bytes());
        out.extend(self.count.to_be_bytes());
        out.extend(FIRST_INDEX.to_be_bytes());
        out.extend(&self.elements);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(Oid(self.form.array_oid)))
    }
}

/// Of which rows an array is, only the value itself knows.
impl Type<Postgres> for Rows<'_> {
    fn type_info() -> PgTypeInfo {
        <[i64] as Type<Postgres>>::type_info()
    }
}

//! Rows that were copied out of a statement.

use std::ops::Range;
use std::sync::Arc;

use rusqlite::types::ValueRef;

use crate::database::DatabaseError;

/// A row.
#[derive(Debug)]
pub(crate) struct SqliteRow {
    chunk: Arc<Chunk>,
    number: usize,
}

/// Rows that were read together.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The names of their columns.
    names: Names,
    /// Row by row.
    values: Vec<Value>,
    /// All texts and bytes of the values.
    bytes: Vec<u8>,
    rows: usize,
}

type Names = Arc<[Box<str>]>;

/// A number, or where a text or bytes are.
#[derive(Debug)]
enum Value {
    Null,
    Int(i64),
    Text(Range<usize>),
    Bytes(Range<usize>),
}

impl Chunk {
    /// No rows yet, whose columns are called `names`.
    pub(super) fn new(names: &Names) -> Self {
        Self { names: Arc::clone(names), values: Vec::new(), bytes: Vec::new(), rows: 0 }
    }

    /// How many rows there are.
    pub(super) const fn len(&self) -> usize {
        self.rows
    }

    /// Copies a row.
    pub(super) fn push(&mut self, row: &rusqlite::Row) -> Result<(), DatabaseError> {
        for column in 0..self.names.len() {
            let value = match row.get_ref(column)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(text) => Value::Text(self.keep(text)),
                ValueRef::Blob(bytes) => Value::Bytes(self.keep(bytes)),
                ValueRef::Real(_) => {
                    let (name, kind) = (self.names[column].to_string(), rusqlite::types::Type::Real);
                    return Err(rusqlite::Error::InvalidColumnType(column, name, kind).into());
                }
            };
            self.values.push(value);
        }
        self.rows += 1;
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    /// The rows, which share what was copied.
    pub(super) fn into_rows(self) -> Vec<SqliteRow> {
        let chunk = Arc::new(self);
        (0..chunk.rows).map(|number| SqliteRow { chunk: Arc::clone(&chunk), number }).collect()
    }
}

impl SqliteRow {
    /// The number of the column called `name`.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.chunk.names.iter().position(|column| **column == *name)
    }

    /// The value of a column; nothing where there is no such column.
    pub(crate) fn value(&self, column: usize) -> Option<ValueRef<'_>> {
        let Chunk { names, values, bytes, .. } = &*self.chunk;
        let column = Some(column).filter(|column| *column < names.len())?;
        Some(match &values[self.number * names.len() + column] {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(*number),
            Value::Text(place) => ValueRef::Text(&bytes[place.clone()]),
            Value::Bytes(place) => ValueRef::Blob(&bytes[place.clone()]),
        })
    }
}

//! What is written to one row, in the order of its columns.

use crate::change::{Key, NewRow, Value};

/// What is written to one row.
pub(super) trait Fields: Sync {
    /// Calls `each` with the value of every column, in the order of the statement.
    fn for_each(&self, each: impl FnMut(&Value));
}

/// How a cell stands in an epoch: its key, and the number of the epoch.
impl Fields for (&Key, i64) {
    fn for_each(&self, mut each: impl FnMut(&Value)) {
        self.0.for_each(&mut each);
        each(&Value::Int(self.1));
    }
}

impl Fields for NewRow {
    fn for_each(&self, mut each: impl FnMut(&Value)) {
        self.key.for_each(&mut each);
        self.facts.iter().chain(&self.state).for_each(each);
    }
}

impl Fields for (Key, Box<[Value]>) {
    fn for_each(&self, mut each: impl FnMut(&Value)) {
        self.0.for_each(&mut each);
        self.1.iter().for_each(each);
    }
}

/// A part of the state of a row.
impl Fields for (&Key, &[Value]) {
    fn for_each(&self, mut each: impl FnMut(&Value)) {
        self.0.for_each(&mut each);
        self.1.iter().for_each(each);
    }
}

impl Fields for (Key, Box<[i64]>) {
    fn for_each(&self, mut each: impl FnMut(&Value)) {
        self.0.for_each(&mut each);
        self.1.iter().for_each(|sum| each(&Value::Int(*sum)));
    }
}

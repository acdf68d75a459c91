//! What is read: the runs of one moment, which stay as they are.

use std::sync::Arc;

use super::StoreError;
use super::bytes::usize_of;
use super::filter::{Filter, Probe};
use super::run::Run;

/// The contents after one save. They do not change, and can be read as long as this is kept.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The runs of each table, the newest first.
    pub(super) tables: Vec<Vec<Arc<Run>>>,
}

/// How large the contents are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Memory of filters and indexes.
    pub memory_bytes: u64,
    /// Length of the files.
    pub disk_bytes: u64,
    /// How many of them there are.
    pub runs: u64,
    /// Entries in them. Those that later ones replace count until they are merged.
    pub entries: u64,
}

impl View {
    /// Whether a table has no entries.
    pub fn is_empty(&self, table: usize) -> bool {
        self.runs(table).is_empty()
    }

    /// Whether the key may be in the table; if not, it certainly is not. Needs no I/O.
    pub fn may_contain(&self, table: usize, key: u128) -> bool {
        let probe = Probe::new(key);
        self.runs(table).iter().any(|run| run.may_contain(probe))
    }

    /// Writes the latest value of the key to `value`, instead of what is there. Answers whether there is one; if not,
    /// `value` is left empty.
    pub fn get(&self, table: usize, key: u128, value: &mut Vec<u8>) -> Result<bool, StoreError> {
        let probe = Probe::new(key);
        for run in self.runs(table) {
            if run.may_contain(probe) {
                match run.get(key, value) {
                    Ok(false) => {}
                    Ok(true) => return Ok(true),
                    Err(error) => {
                        // What was read is not a value.
                        value.clear();
                        return Err(error);
                    }
                }
            }
        }
        value.clear();
        Ok(false)
    }

    /// How large the contents are.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        for run in self.tables.iter().flatten() {
            let filter = usize_of(Filter::bytes_of(run.filter.blocks() as u64).unwrap_or(u64::MAX));
            stats.memory_bytes += (filter + run.index.memory_bytes()) as u64;
            stats.disk_bytes += run.info.bytes;
            stats.runs += 1;
            stats.entries += run.info.entries;
        }
        stats
    }

    fn runs(&self, table: usize) -> &[Arc<Run>] {
        self.tables.get(table).map_or(&[], Vec::as_slice)
    }
}

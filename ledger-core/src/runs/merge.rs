//! Makes one run of several.

use std::sync::Arc;

use super::cursor::Cursor;
use super::run::Run;
use super::run_writer::RunWriter;
use super::{Options, StoreError};

/// Merges runs, the newest of which comes first, into the new one. `go_on` is asked now and then, and told how many
/// entries are merged by then. `None` when it said no.
pub(super) fn merge(
    runs: &[Arc<Run>],
    mut writer: RunWriter,
    options: Options,
    mut go_on: impl FnMut(u64) -> Result<bool, StoreError>,
) -> Result<Option<Run>, StoreError> {
    let mut cursors = Vec::with_capacity(runs.len());
    let mut keys = Vec::with_capacity(runs.len());
    for run in runs {
        let mut cursor = Cursor::new(run, options.buffer_bytes);
        if let Some(key) = cursor.advance()? {
            cursors.push(cursor);
            keys.push(key);
        }
    }
    let mut merged = 0;
    while let Some((newest, key)) = least(&keys) {
        if writer.entries().is_multiple_of(options.entries_per_look) && !go_on(merged)? {
            return Ok(None);
        }
        writer.push(key, cursors[newest].value())?;
        // From the oldest on, so that those that end can be taken out. None before the newest has the key.
        for other in (newest..keys.len()).rev() {
            if keys[other] != key {
                continue;
            }
            merged += 1;
            if let Some(next) = cursors[other].advance()? {
                keys[other] = next;
            } else {
                cursors.remove(other);
                keys.remove(other);
            }
        }
    }
    writer.finish().map(Some)
}

/// The least key, and the first that has it.
fn least(keys: &[u128]) -> Option<(usize, u128)> {
    keys.iter().copied().enumerate().min_by_key(|(_, key)| *key)
}

//! The log alone: walking it, and all projections from it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use events_schema::{Position, Recorded};
use ledger_core::log::{DataDirLock, FileLog, Log as _, OpenOptions};
use projector::PostgresUrl;
use query_api::Location;

use super::disk;
use super::ingest::Published;
use super::limits::{self, float, rate};
use super::table::Table;
use crate::service::location;

/// Bytes of blocks that are read at once.
const READ_BYTES: usize = 8 * 1024 * 1024;

/// Walks the log, beside hashing its bytes only.
pub(super) fn verify(table: &mut Table, dir: &Path) -> anyhow::Result<()> {
    let began = Instant::now();
    let verified = ledger_core::log::file::verify(dir, |_| {})?;
    let walked = rate(verified.head.size, began);
    let leaf_bytes = verified.bytes / verified.head.size.max(1);
    let hashed = limits::hash_rate(leaf_bytes, verified.head.size)?;
    table.add("verify", "ledger verify (recorded events)", walked, "events/s");
    table.limit(hashed, "SHA-256 of as many bytes in as many leaves, one core");
    Ok(())
}

/// How many events a sound log holds.
pub(super) fn log_size(dir: &Path) -> anyhow::Result<u64> {
    Ok(ledger_core::log::file::verify(dir, |_| {})?.head.size)
}

/// How fast all read models were built.
#[derive(Clone, Debug)]
pub(super) struct CaughtUp {
    /// Where they are.
    pub(super) read_models: Location,
    /// Published events a second.
    rate: f64,
    /// Of the same events, decoded only.
    decoded: f64,
}

/// Builds all read models from the log, beside decoding its events only.
pub(super) async fn catch_up(
    dir: &Path,
    database: Option<PostgresUrl>,
    published: &Published,
) -> anyhow::Result<CaughtUp> {
    let lock = DataDirLock::acquire(dir)?;
    let log = Arc::new(FileLog::open(&lock, OpenOptions::default())?);
    let began = Instant::now();
    let place = projector::Place::new(dir, database);
    let rebuilt = projector::rebuild(&place, Arc::clone(&log), projector::Options::default(), |_| {}).await?;
    let rate = rate(published.events, began);
    let decoded = decode_rate(&log, published.events).await?;
    if let Some(log) = Arc::into_inner(log) {
        log.close().await?;
    }
    Ok(CaughtUp { read_models: location(&rebuilt.database), rate, decoded })
}

/// How fast it was, and what the read models of `orders` orders take on disk.
pub(super) fn report(table: &mut Table, done: &CaughtUp, dir: &Path, orders: u64) -> anyhow::Result<()> {
    let disk = disk::of(dir)?;
    let each = |bytes: u64| float(bytes) / float(orders.max(1));
    table.add(
        "catch-up",
        format!("catch-up of all projections, {}", engine(&done.read_models)),
        done.rate,
        "events/s",
    );
    table.limit(done.decoded, "reading and decoding the same events, one core");
    table.add("read-models-bytes-order", "  read models, for each order", each(disk.read_models), "bytes");
    table.add("other-bytes-order", "  other files but the log, for each order", each(disk.other), "bytes");
    Ok(())
}

/// The name of the engine.
const fn engine(read_models: &Location) -> &'static str {
    match read_models {
        Location::Sqlite(_) => "SQLite",
        Location::Postgres { .. } => "PostgreSQL",
    }
}

async fn decode_rate(log: &FileLog, published: u64) -> anyhow::Result<f64> {
    let began = Instant::now();
    let mut at = Position::ZERO;
    loop {
        let blocks = log.read(at, READ_BYTES).await?;
        let Some(last) = blocks.last() else { break };
        at = last.header().last();
        for block in &blocks {
            for (_, leaf) in block.leaves() {
                std::hint::black_box(Recorded::decode(leaf)?);
            }
        }
    }
    Ok(float(published) / began.elapsed().as_secs_f64())
}

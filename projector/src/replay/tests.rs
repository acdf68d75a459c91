//! What a replay puts into its tables is what the runner puts there.

use std::path::Path;
use std::sync::Arc;

use ledger_core::log::{DataDirLock, FileLog, Log, OpenOptions};
use proptest::prelude::*;
use tempfile::TempDir;

use events_schema::Timestamp;

use super::*;
use crate::change::Scope;
use crate::dump::{Dump, dump};
use crate::history::{History, random, random_in};
use crate::projection::{
    account_settings::AccountSettings, balances::Balances, cash::Cash, commissions::Commissions,
    journal::Journal, members::Members, orders::Orders, parked::Parked, refunds::Refunds, sales::Sales,
    settlements::Settlements, sources::Sources, verifications::Verifications, withdrawals::Withdrawals,
};
use crate::rebuild::rebuild;
use crate::runner::Options;

/// So little memory that entities are forgotten all the time.
const MEMORY_BYTES: usize = 40_000;

/// All projections, with what is in `scope`.
fn everything(scope: Scope) -> Plan {
    Plan::new(scope)
        .with::<Orders>()
        .with::<Sales>()
        .with::<Sources>()
        .with::<Verifications>()
        .with::<Refunds>()
        .with::<Settlements>()
        .with::<Commissions>()
        .with::<Cash>()
        .with::<Withdrawals>()
        .with::<Members>()
        .with::<Balances>()
        .with::<Journal>()
        .with::<AccountSettings>()
        .with::<Parked>()
}

/// A data directory with the log of `history`, in blocks of these lengths.
async fn written(history: &History, lengths: &[usize]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let lock = DataDirLock::acquire(dir.path()).unwrap();
    let log = FileLog::open(&lock, OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
    for block in history.blocks(lengths) {
        log.append(&block).await.unwrap();
    }
    log.close().await.unwrap();
    dir
}

/// The position that a replay reaches, and its tables.
async fn replayed(data_dir: &Path, plan: Plan, as_of: AsOf) -> Result<(Position, Dump), ReplayError> {
    let dir = tempfile::tempdir().unwrap();
    let replay = Replay::open(LogScan::open(data_dir).unwrap(), dir.path(), MEMORY_BYTES).await?;
    let database = replay.database().clone();
    let position = replay.fill(plan, as_of, |_| {}).await?;
    Ok((position, dump(&database).await))
}

/// The tables that the runner makes of the same events; without the checkpoint, in which the instant and the root of the
/// last block stand.
async fn projected(history: &History) -> Dump {
    let (dir, log) = (tempfile::tempdir().unwrap(), Arc::new(history.log(&[1]).await));
    let rebuilt = rebuild(&Place::sqlite(dir.path()), log, Options::default(), |_| {}).await.unwrap();
    let mut tables = dump(&rebuilt.database).await;
    tables.remove("checkpoint");
    tables
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn everything_at_any_position_is_what_the_runner_makes_of_the_events_up_to_it(
        zone in prop::sample::select(vec!["Asia/Shanghai", "America/New_York"]),
        seed in any::<u64>(),
        commands in 20_usize..400,
        lengths in prop::collection::vec(1_usize..60, 1..6),
        at in any::<prop::sample::Index>(),
    ) {
        let mut history = random_in(zone, "2026-10-31T12:00:00-04:00", seed, commands);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let log = written(&history, &lengths).await;
            let position = Position::new(at.index(history.recorded.len()) as u64 + 1);
            let plan = everything(Scope::ALL);
            let (reached, mut tables) = replayed(log.path(), plan, AsOf::Position(position)).await.unwrap();
            assert_eq!(reached, position);
            let checkpoint = tables.remove("checkpoint").unwrap();
            assert!(checkpoint[0].contains(&format!("position = {position},")), "{checkpoint:?}");
            history.recorded.truncate(usize::try_from(position.get()).unwrap());
            assert_eq!(tables, projected(&history).await);
        });
    }

    /// Rows belong to the hours that are asked for; what is kept of them is as it is in the whole, and no cell is missing
    /// that belongs to nobody. Nothing of the past is made.
    #[test]
    fn what_is_in_scope_is_as_it_is_in_the_whole(seed in any::<u64>(), at in any::<prop::sample::Index>()) {
        let history = random(seed, 300);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let log = written(&history, &[40]).await;
            let middle = history.recorded[at.index(history.recorded.len())].occurred_at;
            let window = [middle.plus_seconds(-1_800), middle.plus_seconds(1_800)];
            let plan = everything(Scope::new(vec![window], None));
            let (_, tables) = replayed(log.path(), plan, AsOf::End).await.unwrap();
            for (table, mut whole) in projected(&history).await {
                let rows = &tables[&table];
                if table.ends_with("_cells") {
                    // Those of one supplier or distributor are not asked for.
                    whole.retain(|cell| !cell.contains("supplier_id = 'S") && !cell.contains("distributor_id = 'D"));
                    assert_eq!(*rows, whole, "{table}");
                } else if table.ends_with("_versions") || table.ends_with("_past") {
                    assert!(rows.is_empty(), "{table}: {rows:?}");
                } else if table != "parked_events" {
                    assert!(rows.iter().all(|row| whole.contains(row)), "{table}: {rows:?}");
                    let mut asked: Vec<_> = whole.iter().filter(|row| is_in(window, row)).collect();
                    asked.retain(|row| !rows.contains(row));
                    assert!(asked.is_empty(), "{table}: {asked:?}");
                }
            }
        });
    }
}

/// Whether the time to which a row belongs is in `window`.
fn is_in([from, to]: [Timestamp; 2], row: &str) -> bool {
    let times = ["placed_at", "completed_at", "requested_at", "occurred_at", "registered_at", "date"];
    let value = |name: &str| {
        let column = row.split(", ").find_map(|column| column.strip_prefix(name)?.strip_prefix(" = "));
        column.and_then(|text| text.parse().ok()).map(Timestamp::from_micros)
    };
    // Orders belong to the time of their placing and to that of their payment; the others have one time.
    let belongs = times.iter().find_map(|name| value(name)).into_iter().chain(value("paid_at"));
    belongs.into_iter().any(|at| from <= at && at < to)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_beyond_the_end_is_refused_with_the_end() {
    let history = random(4, 40);
    let (log, end) = (written(&history, &[5]).await, history.recorded.len() as u64);
    let ask = async |position| {
        replayed(log.path(), everything(Scope::ALL), AsOf::Position(Position::new(position))).await
    };
    assert!(ask(end).await.is_ok());
    let refused = ask(end + 1).await.unwrap_err().to_string();
    assert_eq!(refused, format!("the log ends at position {end}: there is no position {} yet", end + 1));
}

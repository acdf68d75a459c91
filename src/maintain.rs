//! `ledger verify` and `ledger rebuild`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use events_schema::{Position, hex};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use ledger_core::log::file::verify as verify_log;
use ledger_core::log::{DataDirLock, FileLog, Log as _, OpenOptions};

use crate::config::Config;
use crate::service::projector_options;

/// Walks the whole log and says what it found. Needs no lock: it also runs beside a service.
pub(crate) fn verify(config: &Config) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let progress = bar("{spinner} {human_pos} events", None);
    let verified = verify_log(&config.data_dir, |events| progress.set_position(events));
    progress.finish_and_clear();
    let verified =
        verified.with_context(|| format!("the log in {} cannot be verified", config.data_dir.display()))?;
    let seconds = began.elapsed().as_secs_f64();
    println!("size      {}", verified.head.size);
    println!("root      {}", hex(&verified.head.root));
    println!("blocks    {}", verified.blocks);
    println!("bytes     {} ({})", verified.bytes, HumanBytes(verified.bytes));
    if let (Some(first), Some(last)) = (verified.first_recorded_at, verified.last_recorded_at) {
        println!("recorded  {first} to {last}");
    }
    if let Some(torn) = &verified.torn_tail {
        println!(
            "torn      {} bytes at position {} in {}: never acknowledged, the next start cuts them off",
            torn.bytes, torn.position, torn.segment
        );
    }
    let rate = HumanCount(rate(verified.head.size, seconds));
    println!("whole     every checksum, hash and position is right ({seconds:.2} s, {rate} events/s)");
    Ok(ExitCode::SUCCESS)
}

/// Builds a new generation of the read models and switches to it.
pub(crate) async fn rebuild(config: Config) -> anyhow::Result<ExitCode> {
    let lock = DataDirLock::acquire(&config.data_dir)?;
    let derived = Position::ZERO;
    let log = tokio::task::spawn_blocking(move || {
        FileLog::open(&lock, OpenOptions { derived, ..OpenOptions::default() })
    })
    .await??;
    let log = Arc::new(log);
    let tail = log.tail().await?.position;
    let progress = bar("{bar:40} {human_pos} of {human_len} events, {eta}", Some(tail.get()));
    let built =
        projector::rebuild(&config.read_models(), Arc::clone(&log), projector_options(&config), |told| {
            progress.set_position(told.position.get());
        })
        .await;
    progress.finish_and_clear();
    let built = built.context("the read models cannot be rebuilt")?;
    if let Some(log) = Arc::into_inner(log) {
        log.close().await?;
    }
    let seconds = built.took.as_secs_f64();
    let (events, rate) = (HumanCount(built.events), HumanCount(rate(built.events, seconds)));
    println!("rebuilt from {events} events in {seconds:.1} s ({rate} events/s)");
    Ok(ExitCode::SUCCESS)
}

/// A progress bar of this form, for people.
pub(crate) fn bar(template: &str, length: Option<u64>) -> ProgressBar {
    let bar = length.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// Events a second, for people.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people"
)]
pub(crate) fn rate(events: u64, seconds: f64) -> u64 {
    (events as f64 / seconds.max(0.001)) as u64
}

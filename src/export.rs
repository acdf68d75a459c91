//! `ledger export`: every recorded event as a `CloudEvent`, one a line.

/// The file that an export goes on in.
mod target;
use target::Target;

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;
use events_schema::Position;
use indicatif::{HumanCount, ProgressBar};
use ledger_core::log::file::{OpenedReader, Reader};

use crate::config::{Config, Settings};
use crate::history::{History, HistoryError, Told};
use crate::maintain::{bar, rate};

/// How many bytes of blocks are read at once.
const GROUP_BYTES: usize = 4 << 20;
/// How many of these groups may wait to be written.
const GROUPS_MAX: usize = 2;

/// What `ledger export` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Export {
    /// Begin after this position [default: 0, before the first event]
    #[arg(long, value_name = "POSITION")]
    after: Option<u64>,
    /// Write to this file instead of standard output; where it holds an export already, go on after its last line
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// How far an export came.
struct Written {
    /// The position of the last event that was written, or the one to begin after.
    last: Position,
    /// Why it came no further.
    fault: Option<HistoryError>,
}

impl Export {
    /// Writes everything up to where the log ends now. Needs no lock: it also runs beside a service.
    pub(crate) fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let began = Instant::now();
        let place = || format!("the log in {} cannot be exported", config.data_dir.display());
        let OpenedReader { reader, fault } = Reader::open(&config.data_dir).with_context(place)?;
        let history = History::new(reader).with_context(place)?;
        let end = history.end().with_context(place)?;
        let given = self.after.map(Position::new);
        let (mut target, after) = match &self.output {
            Some(path) => Target::file(path, given, &history)?,
            None => (Target::Standard, given.unwrap_or(Position::ZERO)),
        };
        let progress = bar("{bar:40} {human_pos} of {human_len} events, {eta}", Some(end.get()));
        let written = write_all(history, after, &mut target, &progress);
        progress.finish_and_clear();
        let Written { last, fault: unread } = written?;
        target.finish()?;
        match last.since(after) {
            0 => eprintln!("nothing to export: the log ends at position {end}"),
            events => {
                let rate = HumanCount(rate(events, began.elapsed().as_secs_f64()));
                let (events, first) = (HumanCount(events), after.next());
                eprintln!("exported {events} events, from position {first} to {last} ({rate} events/s)");
            }
        }
        match unread.or(fault.map(HistoryError::Read)) {
            Some(fault) => Err(fault).with_context(place),
            None => Ok(ExitCode::SUCCESS),
        }
    }
}

/// Writes the events after `after`: one thread reads them, this one writes them.
fn write_all(
    history: History,
    after: Position,
    target: &mut Target,
    progress: &ProgressBar,
) -> anyhow::Result<Written> {
    let (send, groups) = sync_channel(GROUPS_MAX);
    thread::scope(|scope| {
        let reader = thread::Builder::new().name("log-export".to_owned());
        let spawned = reader.spawn_scoped(scope, move || read_all(history, after, &send));
        let reader = spawned.context("the log cannot be read on a thread of its own")?;
        let last = write_groups(&groups, after, target, progress);
        // Who writes no more waits for nothing.
        drop(groups);
        let fault = reader.join().expect("reading does not panic");
        Ok(Written { last: last?, fault })
    })
}

/// Reads the events after `last` and sends them on. Answers why it stopped before the end of the log, if it did.
fn read_all(mut history: History, mut last: Position, send: &SyncSender<Vec<Told>>) -> Option<HistoryError> {
    let mut bytes_max = GROUP_BYTES;
    loop {
        match history.blocks(last, bytes_max) {
            Ok(group) => {
                last = group.last()?.recorded.position;
                // Nobody listens any more when nothing can be written.
                send.send(group).ok()?;
            }
            // Some blocks before the one that cannot be read may be sound: one by one, they are told.
            Err(_) if bytes_max > 1 => bytes_max = 1,
            Err(error) => return Some(error),
        }
    }
}

/// Writes the events as lines. Answers the position of the last one, or `last` where there are none.
fn write_groups(
    groups: &Receiver<Vec<Told>>,
    mut last: Position,
    target: &mut Target,
    progress: &ProgressBar,
) -> anyhow::Result<Position> {
    let mut lines = Vec::new();
    for group in groups {
        lines.clear();
        for told in &group {
            serde_json::to_writer(&mut lines, told)?;
            lines.push(b'\n');
        }
        match target.write_all(&lines) {
            // Who reads standard output may have seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            written => written.context("the export cannot be written")?,
        }
        last = group.last().map_or(last, |told| told.recorded.position);
        progress.set_position(last.get());
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::log_in_files;

    #[tokio::test]
    async fn what_stands_before_a_block_that_cannot_be_read_is_sent_on() {
        let (dir, log) = log_in_files(&[2, 1, 3], 1).await;
        log.close().await.unwrap();
        // Its header is sound, so it shows only when it is read.
        let path = dir.path().join("log/00000000000000000003.segment");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[160] ^= 1;
        std::fs::write(&path, bytes).unwrap();

        let opened = Reader::open(dir.path()).unwrap();
        assert!(opened.fault.is_none());
        let (send, groups) = sync_channel(9);
        let fault = read_all(History::new(opened.reader).unwrap(), Position::ZERO, &send).unwrap();
        assert_eq!(fault.position(), Some(Position::new(3)));
        let told: Vec<_> = groups.try_iter().flatten().map(|told| told.recorded.position.get()).collect();
        assert_eq!(told, [1, 2]);
    }
}

//! Books and log in process, without HTTP: commands that are already parsed, in groups, durable. And how long a start
//! takes after that.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use events_schema::command::Command;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Actor, Timestamp, published};
use ledger_core::books::Outcome;
use ledger_core::log::{DataDirLock, FileLog, OpenOptions};
use ledger_core::writer::{Answer, Clock, Options, SavedBooks, Unavailable, Writer, WriterHandle};

use super::limits::{self, float};
use super::memory::{self, Memory};
use super::table::Table;
use crate::memory::{Shares, Size};
use crate::platform::{Lives, Part, Settings};

/// Events in one group.
const GROUP_EVENTS: usize = 1_000;
/// Groups that are under way at once.
const GROUPS_IN_FLIGHT: usize = 8;
/// Groups that are parsed ahead, outside the measured time.
const GROUPS_PARSED: usize = 64;
/// The first and the last part of all events, whose rates are shown by themselves.
const PART: usize = 10;

/// Takes the lives of all orders of `platform` into an empty ledger, then opens it again.
pub(super) async fn measure(
    table: &mut Table,
    dir: &Path,
    platform: Settings,
    size: Size,
) -> anyhow::Result<()> {
    let books = |lock: &DataDirLock| anyhow::Ok(SavedBooks::open(lock, Shares::of(size)?.books)?);
    let lock = DataDirLock::acquire(dir)?;
    let log = Arc::new(FileLog::open(&lock, OpenOptions { create: true, ..OpenOptions::default() })?);
    let writer = Writer::open_with(Arc::clone(&log), options()?, Some(books(&lock)?)).await?;
    let rates = take_all(writer.handle(), platform).await?;
    let held = memory::own();
    writer.stop().await;
    if let Some(log) = Arc::into_inner(log) {
        log.close().await?;
    }
    report(table, &rates, dir, held)?;

    let began = Instant::now();
    let log = Arc::new(FileLog::open(&lock, OpenOptions::default())?);
    let writer = Writer::open_with(Arc::clone(&log), options()?, Some(books(&lock)?)).await?;
    table.add(
        "books-start",
        "  clean start of the writer with all of them",
        began.elapsed().as_secs_f64(),
        "s",
    );
    writer.stop().await;
    Ok(())
}

fn report(
    table: &mut Table,
    rates: &[(u64, Duration)],
    dir: &Path,
    held: Option<Memory>,
) -> anyhow::Result<()> {
    let events: u64 = rates.iter().map(|(events, _)| *events).sum();
    let verified = ledger_core::log::file::verify(dir, |_| {})?;
    let block_events = float(events) / float(verified.blocks);
    let append = limits::append_rate(dir, verified.bytes / verified.blocks, block_events, verified.blocks)?;
    let part = (rates.len() / PART).max(1).min(rates.len());
    let (first, last) = (rate(&rates[..part]), rate(&rates[rates.len() - part..]));
    table.add("books-1000", "books + log in process, groups of 1,000, durable", rate(rates), "events/s");
    table.limit(append, "raw append + fdatasync of the log's bytes");
    table.add("books-first-tenth", "  the first tenth", first, "events/s");
    table.add("books-last-tenth", "  the last tenth", last, "events/s");
    table.add("books-last-to-first", "  the last tenth, of the first", 100.0 * last / first, "%");
    table.memory("books-memory", "memory of this process at the end, with the load", held);
    Ok(())
}

/// Takes everything; the answer is how many events were taken in how much time, part by part.
async fn take_all(writer: &WriterHandle, platform: Settings) -> anyhow::Result<Vec<(u64, Duration)>> {
    let actor = Actor::Token("bench".parse()?);
    let mut lives = Lives::new(platform, Part::WHOLE);
    let mut rates = Vec::new();
    loop {
        let groups = parse(&mut lives, &actor)?;
        if groups.is_empty() {
            return Ok(rates);
        }
        let events = groups.iter().map(|group| group.len() as u64).sum();
        let began = Instant::now();
        take(writer, groups).await?;
        rates.push((events, began.elapsed()));
    }
}

fn parse(lives: &mut Lives, actor: &Actor) -> anyhow::Result<Vec<Vec<Command>>> {
    let mut groups = Vec::with_capacity(GROUPS_PARSED);
    while groups.len() < GROUPS_PARSED {
        let events = lives.by_ref().take(GROUP_EVENTS);
        let group: Result<Vec<_>, _> =
            events.map(|event| published::read(&Bytes::from(event.json), actor)).collect();
        let group = group.map_err(|refusal| anyhow::anyhow!(refusal.detail))?;
        if group.is_empty() {
            break;
        }
        groups.push(group);
    }
    Ok(groups)
}

async fn take(writer: &WriterHandle, groups: Vec<Vec<Command>>) -> anyhow::Result<()> {
    let mut under_way = VecDeque::with_capacity(GROUPS_IN_FLIGHT);
    for group in groups {
        if under_way.len() == GROUPS_IN_FLIGHT
            && let Some(asked) = under_way.pop_front()
        {
            check(asked.await)?;
        }
        let mut asked = Box::pin(writer.take(group));
        // Asked once now, so that the groups come in their order; waited for later.
        match poll_fn(|context| Poll::Ready(asked.as_mut().poll(context))).await {
            Poll::Ready(answer) => check(answer)?,
            Poll::Pending => under_way.push_back(asked),
        }
    }
    for asked in under_way {
        check(asked.await)?;
    }
    Ok(())
}

fn check(answer: Result<Answer, Unavailable>) -> anyhow::Result<()> {
    let recorded = |outcome: &Outcome| matches!(outcome, Outcome::Recorded(_));
    anyhow::ensure!(answer?.outcomes.iter().all(recorded), "some events were not recorded");
    Ok(())
}

fn options() -> anyhow::Result<Options> {
    let clock: Clock = Arc::new(Timestamp::now);
    let create = LedgerCreated {
        log_id: rand::random(),
        currency: "CNY".parse()?,
        time_zone: "Asia/Shanghai".parse()?,
    };
    Ok(Options { clock, create, writer: rand::random() })
}

fn rate(parts: &[(u64, Duration)]) -> f64 {
    let events = parts.iter().map(|(events, _)| *events).sum();
    let time: Duration = parts.iter().map(|(_, time)| *time).sum();
    float(events) / time.as_secs_f64().max(f64::MIN_POSITIVE)
}

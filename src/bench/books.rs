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

use super::limits::float;
use super::table::Table;
use crate::memory::{MEMORY_DEFAULT, Memory};
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
pub(super) async fn measure(table: &mut Table, dir: &Path, platform: Settings) -> anyhow::Result<()> {
    let lock = DataDirLock::acquire(dir)?;
    let log = Arc::new(FileLog::open(&lock, OpenOptions { create: true, ..OpenOptions::default() })?);
    let writer = Writer::open_with(Arc::clone(&log), options()?, Some(books(&lock)?)).await?;
    let rates = take_all(writer.handle(), platform).await?;
    let part = (rates.len() / PART).max(1);
    table.add("books + log in process, groups of 1,000, durable", rate(&rates), "events/s");
    table.add("  the first tenth", rate(&rates[..part.min(rates.len())]), "events/s");
    table.add("  the last tenth", rate(&rates[rates.len().saturating_sub(part)..]), "events/s");
    writer.stop().await;
    if let Some(log) = Arc::into_inner(log) {
        log.close().await?;
    }

    let began = Instant::now();
    let log = Arc::new(FileLog::open(&lock, OpenOptions::default())?);
    let writer = Writer::open_with(Arc::clone(&log), options()?, Some(books(&lock)?)).await?;
    table.add("  clean start of the writer with all of them", began.elapsed().as_secs_f64(), "s");
    writer.stop().await;
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

fn books(lock: &DataDirLock) -> anyhow::Result<SavedBooks> {
    Ok(SavedBooks::open(lock, Memory::of(MEMORY_DEFAULT)?.books)?)
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

//! What is told of each interval of a soak.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::sleep_until;

use super::super::disk::{self, Disk};
use super::super::limits::float;
use super::super::memory::{self, Memory};
use super::super::table::number;
use super::super::times::Times;
use super::keeper::Now;
use super::shared::{Kind, Shared};

/// What people see above the lines.
const HEADER: &str = concat!(
    "      |           | batch ms                   | single event ms            | read ms                    ",
    "| lag      | memory MB      | disk MB                  |     |\n",
    "    s |  events/s |    p50 /     p99 /   p99.9 |    p50 /     p99 /   p99.9 |    p50 /     p99 /   p99.9 ",
    "| events   |    own /  file |    log / models /  other | 503 | kills",
);

/// The percentiles that are told, per mille.
const PER_MILLE: [u64; 3] = [500, 990, 999];

/// The times within which half, 99 % and 99.9 % of the requests of a kind were answered, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Percentiles([f64; 3]);

/// An interval of a soak.
#[derive(Clone, Debug)]
pub(in super::super) struct Line {
    /// Seconds since the beginning.
    pub(super) at_seconds: f64,
    /// Its length.
    pub(super) seconds: f64,
    /// Events that were acknowledged.
    pub(super) events: u64,
    times: [Percentiles; 3],
    /// The highest lag that a read saw.
    pub(super) lag_events: Option<u64>,
    /// What the service held in memory at the end.
    pub(super) memory: Option<Memory>,
    disk: Disk,
    /// Answers with 503.
    pub(super) unavailable: u64,
    resent: u64,
    /// How often the service was killed.
    pub(super) kills: u64,
}

impl Line {
    /// The time within which 99 % of the requests of a kind were answered, in milliseconds.
    pub(super) fn p99_ms(&self, kind: Kind) -> f64 {
        self.times[kind as usize].0[1]
    }

    fn rate(&self) -> f64 {
        float(self.events) / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// The same as JSON.
    pub(in super::super) fn json(&self) -> Value {
        let times = |kind| {
            let Percentiles([half, most, nearly_all]) = self.times[kind as usize];
            json!({ "p50": half, "p99": most, "p999": nearly_all })
        };
        let memory = self.memory.map(
            |memory| json!({ "anonymous_bytes": memory.anonymous_bytes, "file_bytes": memory.file_bytes }),
        );
        json!({
            "at_seconds": self.at_seconds, "seconds": self.seconds,
            "events": self.events, "events_per_second": self.rate(),
            "batch_ms": times(Kind::Batch), "single_ms": times(Kind::Single), "read_ms": times(Kind::Read),
            "lag_events": self.lag_events, "memory": memory,
            "disk": {
                "log_bytes": self.disk.log, "read_models_bytes": self.disk.read_models,
                "other_bytes": self.disk.other,
            },
            "unavailable": self.unavailable, "resent": self.resent, "kills": self.kills,
        })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: u64| float(bytes) / 1_000_000.0;
        write!(f, "{:>5.0} | {:>9.0} |", self.at_seconds, self.rate())?;
        for Percentiles([half, most, nearly_all]) in self.times {
            write!(f, " {half:>6.1} / {most:>7.1} / {nearly_all:>7.1} |")?;
        }
        match self.lag_events {
            Some(lag) => write!(f, " {lag:>8} |")?,
            None => write!(f, " {:>8} |", "n/a")?,
        }
        let memory = |part: fn(Memory) -> u64| match self.memory {
            Some(memory) => format!("{:.0}", megabytes(part(memory))),
            None => number(None),
        };
        write!(f, " {:>6} / {:>5} |", memory(|of| of.anonymous_bytes), memory(|of| of.file_bytes))?;
        let Disk { log, read_models, other } = self.disk;
        let (log, models, other) = (megabytes(log), megabytes(read_models), megabytes(other));
        write!(f, " {log:>6.0} / {models:>6.0} / {other:>6.1} | {:>3} | {:>5}", self.unavailable, self.kills)
    }
}

/// Takes down the intervals of a soak.
#[derive(Debug)]
pub(super) struct Recorder<'a> {
    dir: &'a Path,
    print: bool,
    shared: Arc<Shared>,
    now: watch::Receiver<Now>,
    began: Instant,
    last: Instant,
    kills: u64,
    lines: Vec<Line>,
}

impl<'a> Recorder<'a> {
    /// Begins the first interval.
    pub(super) fn new(dir: &'a Path, print: bool, shared: Arc<Shared>, now: watch::Receiver<Now>) -> Self {
        let began = Instant::now();
        Self { dir, print, shared, now, began, last: began, kills: 0, lines: Vec::new() }
    }

    /// Ends an interval so often, until `end`; the last one is left open.
    pub(super) async fn every(&mut self, every: Duration, end: Instant) -> anyhow::Result<()> {
        if self.print {
            println!("{HEADER}");
        }
        let mut next = self.began + every;
        // What is left after the last whole interval is too short to be told by itself.
        while next + every / 2 < end {
            sleep_until(next.into()).await;
            self.line()?;
            next += every;
        }
        sleep_until(end.into()).await;
        Ok(())
    }

    /// Ends an interval.
    pub(super) fn line(&mut self) -> anyhow::Result<()> {
        let interval = self.shared.take();
        let (process, kills) = {
            let now = self.now.borrow_and_update();
            (now.process, now.kills)
        };
        let now = Instant::now();
        let line = Line {
            at_seconds: (now - self.began).as_secs_f64(),
            seconds: (now - self.last).as_secs_f64(),
            events: interval.events,
            times: interval.times.each_ref().map(percentiles),
            lag_events: interval.lag_events,
            memory: process.and_then(memory::of),
            disk: disk::of(self.dir)?,
            unavailable: interval.unavailable,
            resent: interval.resent,
            kills: kills - self.kills,
        };
        (self.last, self.kills) = (now, kills);
        if self.print {
            println!("{line}");
        }
        self.lines.push(line);
        Ok(())
    }

    /// All intervals.
    pub(super) fn into_lines(self) -> Vec<Line> {
        self.lines
    }
}

fn percentiles(times: &Times) -> Percentiles {
    Percentiles(PER_MILLE.map(|per_mille| times.percentile_ms(per_mille)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            at_seconds: 60.0,
            seconds: 60.0,
            events: 600_000,
            times: [Percentiles([1.0, 2.0, 3.0]); 3],
            lag_events: Some(12),
            memory: None,
            disk: Disk { log: 5_000_000, read_models: 7_000_000, other: 100_000 },
            unavailable: 4,
            resent: 5,
            kills: 1,
        }
    }

    #[test]
    fn the_columns_stand_below_their_titles() {
        let bars =
            |text: &str| text.char_indices().filter(|(_, c)| *c == '|').map(|(at, _)| at).collect::<Vec<_>>();
        let mut lines = HEADER.lines();
        assert_eq!(bars(lines.next().unwrap()), bars(&line().to_string()), "{HEADER}\n{}", line());
        assert_eq!(bars(lines.next().unwrap()), bars(&line().to_string()), "{HEADER}\n{}", line());
    }

    #[test]
    fn programs_get_all_of_it() {
        let json = line().json();
        assert_eq!(json["events_per_second"], 10_000.0);
        assert_eq!(json["read_ms"], json!({ "p50": 1.0, "p99": 2.0, "p999": 3.0 }));
        assert_eq!(json["memory"], Value::Null);
        assert_eq!(json["disk"]["log_bytes"], 5_000_000);
    }
}

//! `ledger bench`: what this program does on this machine, each figure beside the machine's own limit for the same
//! bytes, measured in the same run.
//!
//! Rates count *published* events; the ledger records a few more (settlements, funds). The load comes from this
//! process, the service runs in a second one on the same cores.

/// A `ledger serve` of its own, in a second process.
mod server;

/// Publishing over HTTP.
mod ingest;

/// Reading, and from published to visible.
mod reading;

/// Every report, beside plain SQL.
mod reports;

/// The first page of every list.
mod lists;

/// What figures are made of.
mod items;

/// Lists as files.
mod exports;

/// Books and log, without HTTP.
mod books;

/// The log alone: catch-up and verification.
mod offline;

/// How long a start takes.
mod start;

/// A mixed load for a long time.
mod soak;

/// What the machine can do.
mod limits;

/// Times of many requests.
mod times;

/// Memory of a process.
mod memory;

/// Bytes of a data directory.
mod disk;

/// The machine itself.
mod machine;

/// The table and the JSON.
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::{Timestamp, ToSpan};
use projector::PostgresUrl;
use serde_json::json;

use crate::memory::{MEMORY_DEFAULT, Size};
use crate::platform;
use table::Table;

/// What `ledger bench` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Bench {
    /// What to measure; all of it when nothing is named.
    what: Vec<What>,
    /// Orders whose whole lives are published (about six events each).
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    orders: u64,
    /// Single events that are published one a request.
    #[arg(long, default_value_t = 300_000, value_name = "N")]
    singles: u64,
    /// Days over which the orders are spread.
    #[arg(long, default_value_t = 365, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// Seconds of the measurements that go by time [default: 20, and 60 of a soak]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// Another seed, another platform.
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    seed: u64,
    /// Where the data directories are made, and removed again [default: the system's temporary directory]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// What the measured service may take of memory: handed to `ledger serve`.
    #[arg(long, value_name = "SIZE")]
    memory: Option<Size>,
    /// An empty PostgreSQL database for the read models of catch-up, reports, lists and exports [default: SQLite files]
    #[arg(long, value_name = "URL")]
    database: Option<PostgresUrl>,
    #[command(flatten)]
    soak: soak::Options,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum What {
    /// Events in batches over HTTP.
    Ingest,
    /// Events one a request over HTTP.
    Singles,
    /// Books and log in process, and a start of them after it.
    Books,
    /// All projections from an existing log.
    Catchup,
    /// From an acknowledged event to a report that shows it.
    Visible,
    /// Every report, beside plain SQL over the same rows.
    Reports,
    /// The first page of every list, with each filter.
    Lists,
    /// The list of orders as a file.
    Exports,
    /// Walking the log.
    Verify,
    /// Starts of the service: a clean one, and one after `kill -9` under load.
    Start,
    /// A mixed load for a long time, if wanted with kills.
    Soak,
}

/// What needs a ledger full of orders.
const FULL: [What; 7] =
    [What::Ingest, What::Catchup, What::Reports, What::Lists, What::Exports, What::Verify, What::Start];
/// What is asked of read models that have caught up.
const CAUGHT_UP: [What; 5] = [What::Catchup, What::Reports, What::Lists, What::Exports, What::Start];
/// What `--database` of the service is where its read models are in files.
const SQLITE: &str = "sqlite";
/// Seconds of the measurements that go by time.
const SECONDS: u64 = 20;
/// Seconds of a soak.
const SOAK_SECONDS: u64 = 60;

impl Bench {
    /// Measures what was asked for and prints it.
    pub(crate) async fn run(mut self) -> anyhow::Result<ExitCode> {
        if self.what.is_empty() {
            self.what = What::value_variants().to_vec();
        }
        let mut table = Table::default();
        let asked = |what| self.what.contains(&what);
        if asked(What::Singles) {
            self.measure_singles(&mut table).await?;
        }
        if asked(What::Books) {
            let dir = self.data_dir()?;
            let size = self.memory.unwrap_or(MEMORY_DEFAULT);
            books::measure(&mut table, dir.path(), self.platform()?, size).await?;
        }
        if FULL.into_iter().any(asked) {
            self.measure_full(&mut table).await?;
        }
        if asked(What::Visible) {
            self.measure_visible(&mut table).await?;
        }
        let lines = if asked(What::Soak) { self.measure_soak(&mut table).await? } else { Vec::new() };
        if self.json {
            println!("{:#}", self.report(&table, &lines));
        } else {
            println!("{table}");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Everything that needs a ledger full of orders: they are published, walked, caught up, started and read.
    async fn measure_full(&self, table: &mut Table) -> anyhow::Result<()> {
        let asked = |what| self.what.contains(&what);
        let dir = self.data_dir()?;
        let server = server::Server::start(dir.path(), &self.flags(&["--pause-projections"])).await?;
        let published = ingest::batches(&server, self.platform()?).await?;
        let tail = start::log_end(&mut server.client.connect().await?).await?;
        server.stop().await?;
        if asked(What::Ingest) {
            ingest::report(table, &published, dir.path(), self.platform()?)?;
        }
        if asked(What::Verify) {
            offline::verify(table, dir.path())?;
        }
        if !CAUGHT_UP.into_iter().any(asked) {
            return Ok(());
        }
        let caught_up = offline::catch_up(dir.path(), self.database.clone(), &published).await?;
        let flags = self.flags_of_full();
        let started = start::start(dir.path(), &flags, tail).await?;
        if asked(What::Catchup) {
            offline::report(table, &caught_up, dir.path(), self.orders)?;
            started.report_memory(table, "catch-up");
        }
        if asked(What::Start) {
            started.report(table, "start-clean", "clean start");
        }
        if asked(What::Reports) {
            reports::measure(
                table,
                &started.server,
                &caught_up.read_models,
                self.platform()?,
                self.seconds(SECONDS),
            )
            .await?;
        }
        if asked(What::Lists) {
            lists::measure(table, &started.server, self.platform()?, self.seconds(SECONDS)).await?;
        }
        if asked(What::Exports) {
            exports::measure(table, &started.server, self.orders).await?;
        }
        if !asked(What::Start) {
            return started.server.stop().await;
        }
        let place = (dir.path(), &*flags);
        start::killed(table, started.server, place, self.platform()?, self.seconds(SECONDS)).await
    }

    async fn measure_singles(&self, table: &mut Table) -> anyhow::Result<()> {
        let dir = self.data_dir()?;
        let server = server::Server::start(dir.path(), &self.flags(&["--pause-projections"])).await?;
        ingest::singles(table, &server, self.platform()?, self.singles).await?;
        server.stop().await
    }

    async fn measure_visible(&self, table: &mut Table) -> anyhow::Result<()> {
        let dir = self.data_dir()?;
        let server = server::Server::start(dir.path(), &self.flags(&[])).await?;
        reading::visible(table, &server, self.platform()?, self.seconds(SECONDS)).await?;
        server.stop().await
    }

    async fn measure_soak(&self, table: &mut Table) -> anyhow::Result<Vec<soak::Line>> {
        let dir = self.data_dir()?;
        let platform = platform::Settings { endless: true, ..self.platform()? };
        let place = soak::Place { dir: dir.path(), flags: self.flags(&[]), print: !self.json };
        soak::measure(table, &place, platform, &self.soak, self.seconds(SOAK_SECONDS)).await
    }

    /// Everything that a program can want to know of this run.
    fn report(&self, table: &Table, soak: &[soak::Line]) -> serde_json::Value {
        let what = self.what.iter().filter_map(ValueEnum::to_possible_value);
        let what: Vec<_> = what.map(|value| value.get_name().to_owned()).collect();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "machine": machine::json(),
            "command": std::env::args().skip(1).collect::<Vec<_>>(),
            "options": {
                "what": what, "orders": self.orders, "days": self.days, "singles": self.singles, "seed": self.seed,
                "seconds": self.seconds(SECONDS), "soak_seconds": self.seconds(SOAK_SECONDS),
                "memory": self.memory.map(|size| size.to_string()), "soak": self.soak.json(),
            },
            "results": table.json(),
            "soak": soak.iter().map(soak::Line::json).collect::<Vec<_>>(),
        })
    }

    fn seconds(&self, default: u64) -> u64 {
        self.seconds.unwrap_or(default)
    }

    /// The flags of a measured service whose read models are in files.
    fn flags(&self, more: &[&str]) -> Vec<String> {
        self.flags_at(SQLITE, more)
    }

    /// The flags of a service whose read models are where they were caught up.
    fn flags_of_full(&self) -> Vec<String> {
        self.flags_at(self.database.as_ref().map_or(SQLITE, PostgresUrl::as_str), &[])
    }

    /// The flags of a measured service. Where its read models are is always said.
    fn flags_at(&self, database: &str, more: &[&str]) -> Vec<String> {
        let memory = self.memory.iter().flat_map(|size| ["--memory".to_owned(), size.to_string()]);
        let database = [format!("--database={database}")];
        memory.chain(database).chain(more.iter().map(|flag| (*flag).to_owned())).collect()
    }

    /// Days of orders that end now.
    fn platform(&self) -> anyhow::Result<platform::Settings> {
        let start = Timestamp::now().checked_sub((i64::from(self.days) * 24 + 1).hours())?;
        Ok(platform::Settings {
            seed: self.seed,
            orders: self.orders,
            start,
            days: self.days,
            endless: false,
        })
    }

    fn data_dir(&self) -> anyhow::Result<tempfile::TempDir> {
        let parent = self.dir.clone().unwrap_or_else(std::env::temp_dir);
        tempfile::Builder::new()
            .prefix("ledger-bench-")
            .tempdir_in(&parent)
            .with_context(|| format!("no directory can be made in {}", parent.display()))
    }
}

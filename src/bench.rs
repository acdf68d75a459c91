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

/// Books and log, without HTTP.
mod books;

/// The log alone: catch-up and verification.
mod offline;

/// What the machine can do.
mod limits;

/// Times of many requests.
mod times;

/// The table and the JSON.
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::{Timestamp, ToSpan};

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
    /// Seconds of the measurements that go by time.
    #[arg(long, default_value_t = 20, value_name = "SECONDS")]
    seconds: u64,
    /// Another seed, another platform.
    #[arg(long, default_value_t = 1, value_name = "SEED")]
    seed: u64,
    /// Where the data directories are made, and removed again [default: the system's temporary directory]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
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
    /// Books and log in process, and a start after it.
    Books,
    /// All projections from an existing log.
    Catchup,
    /// From an acknowledged event to a report that shows it.
    Visible,
    /// Reports over a year.
    Reports,
    /// Walking the log.
    Verify,
}

/// Days over which the published orders are spread.
const DAYS: u32 = 365;

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
            books::measure(&mut table, dir.path(), self.platform()?).await?;
        }
        if [What::Ingest, What::Catchup, What::Reports, What::Verify].into_iter().any(asked) {
            self.measure_year(&mut table).await?;
        }
        if asked(What::Visible) {
            self.measure_visible(&mut table).await?;
        }
        if self.json {
            println!("{:#}", table.json());
        } else {
            println!("{table}");
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Everything that needs a ledger with a year of orders: it is published, caught up, walked and read.
    async fn measure_year(&self, table: &mut Table) -> anyhow::Result<()> {
        let asked = |what| self.what.contains(&what);
        let dir = self.data_dir()?;
        let server = server::Server::start(dir.path(), &["--pause-projections"]).await?;
        let published = ingest::batches(&server, self.platform()?).await?;
        server.stop().await?;
        if asked(What::Ingest) {
            ingest::report(table, &published, dir.path(), self.platform()?)?;
        }
        if asked(What::Verify) {
            offline::verify(table, dir.path())?;
        }
        if asked(What::Catchup) || asked(What::Reports) {
            offline::catch_up(table, dir.path(), &published).await?;
        }
        if asked(What::Reports) {
            let server = server::Server::start(dir.path(), &[]).await?;
            reading::reports(table, &server, self.platform()?, self.seconds).await?;
            server.stop().await?;
        }
        Ok(())
    }

    async fn measure_singles(&self, table: &mut Table) -> anyhow::Result<()> {
        let dir = self.data_dir()?;
        let server = server::Server::start(dir.path(), &["--pause-projections"]).await?;
        ingest::singles(table, &server, self.platform()?, self.singles).await?;
        server.stop().await
    }

    async fn measure_visible(&self, table: &mut Table) -> anyhow::Result<()> {
        let dir = self.data_dir()?;
        let server = server::Server::start(dir.path(), &[]).await?;
        reading::visible(table, &server, self.platform()?, self.seconds).await?;
        server.stop().await
    }

    /// A year of orders that ends now.
    fn platform(&self) -> anyhow::Result<platform::Settings> {
        let start = Timestamp::now().checked_sub((i64::from(DAYS) * 24 + 1).hours())?;
        Ok(platform::Settings { seed: self.seed, orders: self.orders, start, days: DAYS, endless: false })
    }

    fn data_dir(&self) -> anyhow::Result<tempfile::TempDir> {
        let parent = self.dir.clone().unwrap_or_else(std::env::temp_dir);
        tempfile::Builder::new()
            .prefix("ledger-bench-")
            .tempdir_in(&parent)
            .with_context(|| format!("no directory can be made in {}", parent.display()))
    }
}

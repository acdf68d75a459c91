//! `ledger demo`: a ledger with the life of a simulated platform, which goes on live.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use bytes::Bytes;
use clap::Args;
use events_schema::command::{Action, Command};
use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use events_schema::recorded::{CommandKey, IdempotencyKey};
use events_schema::{Actor, Digest, Position, Text};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use jiff::{Timestamp, ToSpan};
use ledger_core::writer::{Unavailable, WriterHandle};
use serde::{Deserialize, Serialize};

use crate::config::{Config, Settings};
use crate::http::Lines;
use crate::platform::{self, DecisionKind, Platform, Step};
use crate::serve;
use crate::service::Service;

/// The file that remembers which platform a data directory was filled with.
const FILE: &str = "demo.json";
/// The same while it is written.
const FILE_NEW: &str = "demo.json.new";
/// The orders, days and seed of a platform of which nothing else is said.
const ORDERS: u64 = 20_000;
const DAYS: u32 = 90;
const SEED: u64 = 1;
/// Events that are recorded at once while the past is played.
const BATCH_EVENTS: usize = 1_000;
/// How long to wait before something is sent again that could not be taken.
const RETRY: Duration = Duration::from_millis(100);

/// What `ledger demo` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Demo {
    /// Orders that the platform has sold by now [default: 20000]
    #[arg(long, value_name = "N")]
    orders: Option<u64>,
    /// Days that it has been selling for [default: 90]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: Option<u32>,
    /// Another seed, another platform [default: 1]
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// Print the events of the past, one a line, and serve nothing: something to import elsewhere.
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// The platform that a data directory was filled with: the same one goes on after a restart.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Chosen {
    seed: u64,
    orders: u64,
    days: u32,
    /// Seconds since 1970 at which the platform began.
    start: i64,
}

impl Demo {
    /// Plays the past, then serves while the present goes on.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        if self.print {
            return self.print_past();
        }
        let service = Service::open(&config).await?;
        let end = *service.writer().durable().borrow();
        let platform = match self.chosen(&config.data_dir, end) {
            Ok(platform) => platform,
            Err(error) => {
                service.close().await?;
                return Err(error);
            }
        };
        let writer = service.writer().clone();
        serve::run_with(
            service,
            &config,
            serve::Doors::OpenToThisMachine,
            async move |ready: serve::ReadySignal| {
                let mut player = Player::new(writer)?;
                let mut stream = Platform::new(platform.settings(true)?);
                player.play_past(&mut stream, platform).await?;
                ready.signal();
                player.play_live(stream).await
            },
        )
        .await
    }

    fn print_past(&self) -> anyhow::Result<ExitCode> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        for step in Platform::new(self.choose().settings(false)?) {
            if let Step::Event(event) = step
                && let Err(error) = writeln!(out, "{}", event.json)
            {
                // Whoever reads has seen enough.
                anyhow::ensure!(error.kind() == io::ErrorKind::BrokenPipe, error);
                return Ok(ExitCode::SUCCESS);
            }
        }
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }

    fn choose(&self) -> Chosen {
        let days = self.days.unwrap_or(DAYS);
        let start = Timestamp::now() - (i64::from(days) * 24).hours();
        let (seed, orders) = (self.seed.unwrap_or(SEED), self.orders.unwrap_or(ORDERS));
        Chosen { seed, orders, days, start: start.as_second() }
    }

    /// The platform of this data directory, whose log ends at `end`; chosen now when it has none. Then a log that
    /// holds more than the creation of the ledger is refused: what is played into it can never be taken back.
    fn chosen(&self, data_dir: &Path, end: Position) -> anyhow::Result<Chosen> {
        let path = data_dir.join(FILE);
        match fs::read(&path) {
            Ok(text) => {
                let chosen: Chosen = serde_json::from_slice(&text)
                    .with_context(|| format!("{} is not understood", path.display()))?;
                self.warn_of_differences(chosen, data_dir);
                Ok(chosen)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                anyhow::ensure!(
                    end <= Position::FIRST,
                    "{} holds a ledger that is no demo: choose another --data-dir",
                    data_dir.display()
                );
                let chosen = self.choose();
                save(data_dir, &serde_json::to_vec(&chosen)?)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
                Ok(chosen)
            }
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Says where another platform was asked for than `chosen`, which goes on all the same.
    fn warn_of_differences(&self, chosen: Chosen, data_dir: &Path) {
        let data_dir = data_dir.display();
        for (flag, asked, kept) in [
            ("--orders", self.orders, chosen.orders),
            ("--days", self.days.map(u64::from), u64::from(chosen.days)),
            ("--seed", self.seed, chosen.seed),
        ] {
            if let Some(asked) = asked.filter(|asked| *asked != kept) {
                tracing::warn!(
                    "{flag} {asked} has no effect: the demo in {data_dir} was begun with {flag} {kept}, and \
                     goes on; for another one, choose another --data-dir or run `make clean`"
                );
            }
        }
    }
}

/// Writes the file in `data_dir`, before anything is played: after a crash it is there whole or not at all.
fn save(data_dir: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = data_dir.join(FILE_NEW);
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, data_dir.join(FILE))?;
    File::open(data_dir)?.sync_all()
}

impl Chosen {
    fn settings(self, endless: bool) -> anyhow::Result<platform::Settings> {
        let Self { seed, orders, days, start } = self;
        Ok(platform::Settings { seed, orders, days, start: Timestamp::from_second(start)?, endless })
    }
}

/// Plays steps through the writer, as upstream systems and finance would.
struct Player {
    writer: WriterHandle,
    publisher: Actor,
    finance: Actor,
    batch: Lines,
    played: u64,
}

impl Player {
    fn new(writer: WriterHandle) -> anyhow::Result<Self> {
        let [publisher, finance] =
            ["demo-platform", "demo-finance"].map(|name| name.parse().map(Actor::Token));
        Ok(Self { writer, publisher: publisher?, finance: finance?, batch: Lines::default(), played: 0 })
    }

    /// Everything up to now, as fast as it goes. After a restart, most of it is recorded already.
    async fn play_past(&mut self, stream: &mut Platform, platform: Chosen) -> anyhow::Result<()> {
        let began = Instant::now();
        let progress = ProgressBar::new(u64::from(platform.days));
        if let Ok(style) = ProgressStyle::with_template("{bar:40} day {pos} of {len}, {msg}") {
            progress.set_style(style);
        }
        for step in stream.by_ref() {
            let at = step.at();
            self.take(step).await?;
            progress.set_position((at.as_second() - platform.start).unsigned_abs() / 86_400);
            if at > Timestamp::now() {
                break;
            }
        }
        self.flush().await?;
        progress.finish_and_clear();
        let (events, seconds) = (HumanCount(self.played), began.elapsed().as_secs_f64());
        tracing::info!("the past is played: {events} events in {seconds:.1} s; the present goes on live");
        Ok(())
    }

    /// Each step at its own time.
    async fn play_live(&mut self, stream: Platform) -> anyhow::Result<()> {
        for step in stream {
            let wait = step.at().duration_since(Timestamp::now());
            tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
            self.take(step).await?;
            self.flush().await?;
        }
        Ok(())
    }

    async fn take(&mut self, step: Step) -> anyhow::Result<()> {
        match step {
            Step::Event(event) => {
                self.batch.push(&Bytes::from(event.json), &self.publisher);
                if self.batch.commands.len() >= BATCH_EVENTS {
                    self.flush().await?;
                }
            }
            Step::Decision(decision) => {
                self.flush().await?;
                let command = self.decision(decision.at, decision.kind)?;
                self.send(vec![command]).await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> anyhow::Result<()> {
        let Lines { commands, lines } = std::mem::take(&mut self.batch);
        if let Some(refusal) = lines.into_iter().find_map(|line| line.refusal) {
            anyhow::bail!("the demo made an event that is not well formed: {}", refusal.detail);
        }
        if commands.is_empty() { Ok(()) } else { self.send(commands).await }
    }

    async fn send(&mut self, commands: Vec<Command>) -> anyhow::Result<()> {
        self.played += commands.len() as u64;
        loop {
            match self.writer.take(commands.clone()).await {
                Ok(_) => return Ok(()),
                Err(Unavailable::Busy | Unavailable::NoRoom) => tokio::time::sleep(RETRY).await,
                Err(error @ Unavailable::Stopped(_)) => return Err(error.into()),
            }
        }
    }

    /// A decision of the demo's finance department. Its idempotency key makes a replay after a restart harmless.
    fn decision(&self, at: Timestamp, kind: DecisionKind) -> anyhow::Result<Command> {
        let (key, action) = match kind {
            DecisionKind::Settle { order_id } => {
                (format!("settle-{order_id}"), Action::SettleOrder { order_id: order_id.parse()? })
            }
            DecisionKind::ApproveWithdrawal { id, reference } => {
                let paid = WithdrawalPaid { reference: Some(reference.parse()?), note: None };
                let paid_at = Some(at.into());
                let action = Action::ApproveWithdrawal { withdrawal_id: id.parse()?, paid, paid_at };
                (format!("approve-{id}"), action)
            }
            DecisionKind::RejectWithdrawal { id, reason } => {
                let rejected = WithdrawalRejected { reason: reason.parse::<Text>()?.into() };
                (format!("reject-{id}"), Action::RejectWithdrawal { withdrawal_id: id.parse()?, rejected })
            }
        };
        let digest = Digest::of_decision(&action);
        Ok(Command {
            key: CommandKey::Decision(Some(IdempotencyKey { key: key.parse()?, digest })),
            actor: self.finance.clone(),
            occurred_at: None,
            action,
            source_text: Bytes::new(),
        })
    }
}

//! `ledger import`: published events from a file or standard input.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use clap::Args;
use events_schema::Actor;
use events_schema::published::EVENT_BYTES_MAX;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use ledger_core::books::Outcome;
use ledger_core::writer::{Unavailable, WriterHandle};
use serde::Deserialize;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

use crate::client::{Connection, Server};
use crate::config::{Config, Settings};
use crate::http::{Cut, Line, Lines};
use crate::service::{Service, interrupted};

/// Events that are sent at once.
const BATCH_EVENTS: usize = 1_000;
/// A batch is sent earlier when it has this many bytes.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// A line that is longer is no event: there the input is of another form.
const LINE_BYTES_MAX: u64 = 4 * EVENT_BYTES_MAX as u64;
/// Rejected events that are shown one by one.
const REJECTIONS_SHOWN: u64 = 20;
/// How long to wait before a batch is sent again that could not be taken.
const RETRY: Duration = Duration::from_millis(200);

/// What `ledger import` can be told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Import {
    /// The file to read, one CloudEvent a line; `-` reads standard input.
    file: PathBuf,
    /// Send the events to the ledger that serves here, instead of opening a data directory.
    #[arg(long, env = "LEDGER_URL", value_name = "URL", requires = "token")]
    url: Option<String>,
    /// The token for `--url`.
    #[arg(long, env = "LEDGER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// Where the events go.
enum Target {
    /// Into the data directory, which this process has opened.
    Here(WriterHandle, Actor),
    /// To a ledger that serves.
    There(Box<Connection>),
}

/// What became of the events.
#[derive(Default)]
struct Summary {
    outcomes: BTreeMap<String, u64>,
    codes: BTreeMap<String, u64>,
    lines: u64,
}

/// The part of an answer that an import needs.
#[derive(Deserialize)]
struct Results {
    results: Vec<EventOutcome>,
}

/// What became of one event.
#[derive(Deserialize)]
struct EventOutcome {
    id: Option<String>,
    outcome: String,
    code: Option<String>,
    detail: Option<String>,
}

impl Import {
    /// Reads everything and sends it; stops between two batches when interrupted.
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<ExitCode> {
        let (mut source, length) = self.open().await?;
        let progress = progress(length);
        let mut summary = Summary::default();
        let done = if let (Some(url), Some(token)) = (&self.url, &self.token) {
            let connection = Server::new(url, token)?.connect().await?;
            let mut target = Target::There(Box::new(connection));
            pump(&mut source, &mut target, &progress, &mut summary).await
        } else {
            let service = Service::open_writer(&config).await?;
            let mut target = Target::Here(service.writer().clone(), Actor::Token("import".parse()?));
            let done = pump(&mut source, &mut target, &progress, &mut summary).await;
            service.close().await?;
            done
        };
        progress.finish_and_clear();
        summary.print();
        let finished = done?;
        if !finished {
            eprintln!("interrupted: run the same import again, what is recorded will be a duplicate");
        }
        let clean = finished && summary.codes.is_empty();
        Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn open(&self) -> anyhow::Result<(Box<dyn AsyncBufRead + Unpin + Send>, Option<u64>)> {
        const BUFFER_BYTES: usize = 1024 * 1024;
        if self.file.as_os_str() == "-" {
            return Ok((Box::new(BufReader::with_capacity(BUFFER_BYTES, tokio::io::stdin())), None));
        }
        let file = tokio::fs::File::open(&self.file)
            .await
            .with_context(|| format!("{} cannot be read", self.file.display()))?;
        let length =
            file.metadata().await.ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
        Ok((Box::new(BufReader::with_capacity(BUFFER_BYTES, file)), length))
    }
}

/// Sends everything; whether the end was reached.
async fn pump(
    source: &mut (dyn AsyncBufRead + Unpin + Send),
    target: &mut Target,
    progress: &ProgressBar,
    summary: &mut Summary,
) -> anyhow::Result<bool> {
    let mut interrupted = std::pin::pin!(interrupted());
    loop {
        let batch = tokio::select! {
            batch = read_batch(source) => batch.context("the events cannot be read")?,
            () = &mut interrupted => return Ok(false),
        };
        if batch.is_empty() {
            return Ok(true);
        }
        let bytes = batch.len() as u64;
        let batch = batch.freeze();
        let results = loop {
            if let Some(results) = target.try_send(batch.clone()).await? {
                break results;
            }
            // A disk may stay full for long.
            tokio::select! {
                () = tokio::time::sleep(RETRY) => {}
                () = &mut interrupted => return Ok(false),
            }
        };
        for result in &results {
            summary.count(result, progress);
        }
        progress.inc(bytes);
        progress.set_message(format!("{} events", HumanCount(summary.lines)));
    }
}

/// The next lines; nothing at the end.
async fn read_batch(source: &mut (dyn AsyncBufRead + Unpin + Send)) -> std::io::Result<BytesMut> {
    let mut batch = Vec::new();
    let mut events = 0;
    while events < BATCH_EVENTS && batch.len() < BATCH_BYTES {
        let read = (&mut *source).take(LINE_BYTES_MAX).read_until(b'\n', &mut batch).await?;
        if read == 0 {
            break;
        }
        if read as u64 == LINE_BYTES_MAX && batch.last() != Some(&b'\n') {
            let why = format!("a line has more than {LINE_BYTES_MAX} bytes: is this one event a line?");
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, why));
        }
        events += 1;
    }
    Ok(BytesMut::from(&*batch))
}

impl Target {
    /// Sends a batch; nothing when it may be taken a little later.
    async fn try_send(&mut self, batch: Bytes) -> anyhow::Result<Option<Vec<EventOutcome>>> {
        match self {
            Self::Here(writer, actor) => {
                let Lines { lines, commands } = Lines::read(&batch, Cut::ndjson(&batch)?, actor).await;
                match writer.take(commands).await {
                    Ok(answer) => Ok(Some(outcomes(&lines, &answer.outcomes))),
                    Err(Unavailable::Busy | Unavailable::NoRoom) => Ok(None),
                    Err(error @ Unavailable::Stopped(_)) => Err(error.into()),
                }
            }
            Self::There(connection) => {
                let (status, body) = connection.post("/v1/events", "application/x-ndjson", batch).await?;
                match status.as_u16() {
                    200 => Ok(Some(serde_json::from_slice::<Results>(&body)?.results)),
                    503 => Ok(None),
                    _ => anyhow::bail!("the ledger answered {status}: {}", String::from_utf8_lossy(&body)),
                }
            }
        }
    }
}

fn outcomes(lines: &[Line], outcomes: &[Outcome]) -> Vec<EventOutcome> {
    crate::http::results(lines, outcomes)
        .map(|result| EventOutcome {
            id: result.id.map(ToOwned::to_owned),
            outcome: result.outcome.to_owned(),
            code: result.code.map(ToOwned::to_owned),
            detail: result.detail.map(ToOwned::to_owned),
        })
        .collect()
}

impl Summary {
    fn count(&mut self, result: &EventOutcome, progress: &ProgressBar) {
        self.lines += 1;
        *self.outcomes.entry(result.outcome.clone()).or_default() += 1;
        let Some(code) = &result.code else { return };
        let rejected: u64 = self.codes.values().sum();
        if rejected < REJECTIONS_SHOWN {
            let (id, detail) = (result.id.as_deref().unwrap_or("?"), result.detail.as_deref().unwrap_or(""));
            progress.suspend(|| eprintln!("event {} (id {id}): {code}: {detail}", self.lines));
        }
        *self.codes.entry(code.clone()).or_default() += 1;
    }

    fn print(&self) {
        println!("{} events", HumanCount(self.lines));
        for (outcome, count) in &self.outcomes {
            println!("  {outcome:<10} {:>12}", HumanCount(*count).to_string());
        }
        for (code, count) in &self.codes {
            println!("    {code:<24} {:>12}", HumanCount(*count).to_string());
        }
    }
}

fn progress(length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => (ProgressBar::new(length), "{bar:40} {bytes}/{total_bytes} {msg} {eta}"),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes} {msg}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

//! The command line.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{self, Settings};
use crate::{audit, bench, demo, export, http, import, maintain, replay, serve};

/// What `LEDGER_LOG` may be.
const LOG_EXPECTED: &str =
    "expected off, error, warn, info, debug, trace or MODULE=LEVEL, several with commas between";

/// An event-sourced ledger for a commerce platform's finance department.
///
/// Upstream systems publish what happened; the ledger records it once, in one order, for ever, and answers finance's
/// reports from it. Everything is kept in one data directory.
#[derive(Debug, Parser)]
#[command(name = "ledger", version, propagate_version = true)]
pub(crate) struct Cli {
    /// The file of settings (TOML); environment variables and flags go before it.
    #[arg(long, global = true, env = "LEDGER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the ledger over HTTP.
    Serve(Settings),
    /// Record published events from a file: one CloudEvent (JSON) a line.
    ///
    /// What is recorded already is a duplicate and does no harm: an import that was interrupted is simply run again.
    Import(import::Import),
    /// Serve a ledger with the life of a simulated platform, which goes on live.
    Demo(demo::Demo),
    /// Walk the whole log: checksums, hashes, positions. Says its size and root.
    Verify(Settings),
    /// Write every recorded event as a CloudEvent (JSON), one a line; also beside a service.
    Export(export::Export),
    /// Build the read models anew from the log, beside the ones that are there, and switch to them.
    Rebuild(Settings),
    /// Print reports from the log alone, as they stood at any position, byte for byte as the service answers them.
    ///
    /// The log is only read: a service may run beside it. What does not fit into --memory goes to a temporary directory.
    Replay(Box<replay::Replay>),
    /// Check that everything ties out: each account of the journal against what is known without it. Fails with the account
    /// and the difference where one does not.
    ///
    /// The read models are only read, as they are: a service may run beside it.
    Audit(audit::Audit),
    /// Measure this program on this machine.
    Bench(bench::Bench),
    /// Print the JSON Schema of the published events.
    Schema,
    /// Print the OpenAPI document of the HTTP interface.
    Openapi,
}

impl Cli {
    /// Runs the command that was asked for.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let file = config::read_file(self.config.as_deref())?;
        start_logging()?;
        let settle = |settings: Settings| settings.or(file.clone()).resolve();
        match self.command {
            Command::Serve(settings) => block_on(serve::run(settle(settings)?)),
            Command::Import(import) => {
                let config = settle(import.settings.clone())?;
                block_on(import.run(config))
            }
            Command::Demo(demo) => {
                let config = settle(demo.settings.clone())?;
                block_on(demo.run(config))
            }
            Command::Verify(settings) => maintain::verify(&settle(settings)?),
            Command::Export(export) => {
                let config = settle(export.settings.clone())?;
                export.run(&config)
            }
            Command::Rebuild(settings) => block_on(maintain::rebuild(settle(settings)?)),
            Command::Replay(replay) => {
                let config = settle(replay.settings.clone())?;
                block_on(replay.run(config))
            }
            Command::Audit(audit) => {
                let config = settle(audit.settings.clone())?;
                block_on(audit.run(config))
            }
            Command::Bench(bench) => block_on(bench.run()),
            Command::Schema => {
                print(format!("{:#}\n", events_schema::published::schema::schema()))?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Openapi => {
                print(format!("{:#}\n", http::openapi()?))?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot be started")?;
    let result = runtime.block_on(work);
    // A read of standard input cannot be broken off; nobody waits for it.
    runtime.shutdown_background();
    result
}

/// Prints to standard output. Whoever reads it may have seen enough before the end.
pub(crate) fn print(text: impl AsRef<[u8]>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("nothing can be printed")
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Log lines go to standard error; `LEDGER_LOG` chooses which (`info` by default).
fn start_logging() -> anyhow::Result<()> {
    let given = std::env::var_os("LEDGER_LOG").unwrap_or_default();
    let filter = log_filter(&given.to_string_lossy())?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    Ok(())
}

/// Which log lines the text `given` in `LEDGER_LOG` chooses. A bare word must be a level: a misspelt one, taken for a
/// module, would silence all others.
fn log_filter(given: &str) -> anyhow::Result<EnvFilter> {
    let chosen: Vec<_> = given.split(',').map(str::trim).filter(|chosen| !chosen.is_empty()).collect();
    if chosen.is_empty() {
        return Ok(EnvFilter::new("info"));
    }
    for word in chosen.iter().filter(|chosen| !chosen.contains(['=', '['])) {
        let level = word.parse::<LevelFilter>();
        anyhow::ensure!(level.is_ok(), "LEDGER_LOG: {word} is no level; {LOG_EXPECTED}");
    }
    EnvFilter::try_new(chosen.join(","))
        .with_context(|| format!("LEDGER_LOG: {given} is not understood; {LOG_EXPECTED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_says_what_was_chosen() {
        for (given, level) in [
            ("", LevelFilter::INFO),
            (" , ", LevelFilter::INFO),
            ("WARN", LevelFilter::WARN),
            ("off", LevelFilter::OFF),
            ("debug,", LevelFilter::DEBUG),
            ("warn, ledger_core::log=trace", LevelFilter::TRACE),
        ] {
            assert_eq!(log_filter(given).unwrap().max_level_hint(), Some(level), "{given:?}");
        }
    }

    #[test]
    fn a_choice_of_log_lines_that_is_not_understood_is_refused() {
        for given in ["debgu", "info,debgu", "ledger_core", "ledger_core=debgu", "=debug", "[", "\u{fffd}"] {
            let error = log_filter(given).unwrap_err().to_string();
            assert!(error.starts_with("LEDGER_LOG: ") && error.contains(LOG_EXPECTED), "{given}: {error}");
        }
    }
}

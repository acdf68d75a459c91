//! Ledger: an event-sourced ledger service with CQRS projections for the finance department of a commerce platform.
//!
//! This is the program: its command line, its configuration, what needs the log over HTTP, and how the parts are put
//! together. In reading order:

/// The command line.
mod cli;

/// Settings: file, environment, flags.
mod config;

/// How much memory the service takes.
mod memory;

/// All parts of a running ledger, put together.
mod service;

/// The raw history, as it is told.
mod history;

/// Places in the log, as `as_of` asks for them.
mod moments;

/// What needs the log over HTTP.
mod http;

/// The connections of clients: how many, and how long one may keep silent.
mod connections;

/// `ledger serve`.
mod serve;

/// `ledger import`.
mod import;

/// `ledger demo`.
mod demo;

/// The simulated platform behind `ledger demo` and `ledger bench`.
mod platform;

/// `ledger verify` and `ledger rebuild`.
mod maintain;

/// `ledger replay`.
mod replay;

/// `ledger audit`.
mod audit;

/// `ledger export`.
mod export;

/// `ledger bench`.
mod bench;

/// A small HTTP client.
mod client;

use std::process::ExitCode;

use clap::Parser;

/// Events and rows are made on one thread and freed on another, which the system's allocator is slow at. This one gives
/// back what is free: under load the service takes 60 % of the memory that it takes with mimalloc.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ledger: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// What went wrong and why, from the outside in. Many an error says its cause itself, which is not said again then.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| {
        if said.is_empty() {
            cause
        } else if said.contains(&cause) {
            said
        } else {
            format!("{said}: {cause}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cause_is_said_twice() {
        let cause = std::io::Error::other("no such disk");
        let error = anyhow::Error::new(cause).context("no log (no such disk)").context("no start");
        assert_eq!(sentence(&error), "no start: no log (no such disk)");
    }
}

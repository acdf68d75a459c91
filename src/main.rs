//! Ledger: an event-sourced ledger service with CQRS projections for the finance department of a commerce platform.
//!
//! This is the program: its command line, its configuration, the writing side over HTTP, and how the parts are put
//! together. In reading order:

/// The command line.
mod cli;

/// Settings: file, environment, flags.
mod config;

/// All parts of a running ledger, put together.
mod service;

/// The writing side over HTTP.
mod http;

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

/// `ledger bench`.
mod bench;

/// A small HTTP client.
mod client;

use std::process::ExitCode;

use clap::Parser;

/// Events are made on one thread and freed on another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match cli.run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ledger: {error:#}");
            ExitCode::FAILURE
        }
    }
}

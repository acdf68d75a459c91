//! Every figure and every list of the contract, against a naive reading of the log.
//!
//! Random histories are played into the whole ledger: writer, log, projector, read models, routes. What it answers over
//! any range of time, in zones whose clocks change, must be what plain loops over the recorded events find.
//!
//! `LEDGER_FIGURES_CASES=N` plays N random histories, `LEDGER_FIGURES_SEED=S` only the one that failed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "naive"]
mod naive {
    // What happens, and the log it leaves.
    pub(crate) mod dice;
    pub(crate) mod lives;
    mod sales;
    pub(crate) mod requests;
    pub(crate) mod log;
    pub(crate) mod dump;

    // What the log tells, row by row.
    pub(crate) mod rows;
    pub(crate) mod order;
    pub(crate) mod cash;
    pub(crate) mod balances;
    pub(crate) mod withdrawals;
    pub(crate) mod parked;
}

mod figures {
    // What must be answered: each report and list from plain rows.
    pub(crate) mod oracle {
        pub(crate) mod text;
        pub(crate) mod steps;
        pub(crate) mod selection;
        pub(crate) mod orders;
        pub(crate) mod split;
        pub(crate) mod states;

        pub(crate) mod sales;
        pub(crate) mod verifications;
        pub(crate) mod refunds;
        pub(crate) mod cash;
        pub(crate) mod suppliers;
        pub(crate) mod withdrawals;
        pub(crate) mod commissions;
        pub(crate) mod balances;
        pub(crate) mod overview;
        pub(crate) mod screen;
        pub(crate) mod reports;

        pub(crate) mod lists;
        pub(crate) mod order_lists;
        pub(crate) mod money_lists;
        pub(crate) mod details;
        pub(crate) mod journal;
        pub(crate) mod tie_outs;
    }

    // That it is right, with a pencil.
    mod by_hand {
        mod story;
        mod reports;
        mod lists;
        mod tie_outs;
    }

    // What happens, and the ledger that it happens to.
    pub(crate) mod history;
    pub(crate) mod place;
    pub(crate) mod ledger;
    pub(crate) mod playing;

    // What it is asked, and what is compared.
    pub(crate) mod ranges;
    pub(crate) mod asking;
    pub(crate) mod difference;
    pub(crate) mod comparing;
    pub(crate) mod past;
    pub(crate) mod changes;
    pub(crate) mod journal;
    pub(crate) mod tie_outs;
    pub(crate) mod properties;
    pub(crate) mod adding_up;
    pub(crate) mod items;
    mod variety;
}

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use figures::place::Engine;
use figures::playing::play_and_compare;
use proptest::arbitrary::any;
use proptest::test_runner::{Config, TestRunner};

/// Lives in one history: a life is what happens to one order, one withdrawal, and so on.
const LIVES: u64 = 140;
/// Zones without and with clocks that change, by an hour and by half of one, and with odd minutes.
const ZONES: [&str; 4] = ["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

/// Plays the history of `seed` in the zone of its number.
fn run(seed: u64, engine: Engine, lives: u64) {
    let zone = ZONES[usize::try_from(seed % 4).unwrap()];
    let ended = catch_unwind(AssertUnwindSafe(|| play_and_compare(zone, engine, seed, lives)));
    if let Err(panic) = ended {
        eprintln!("figures in {zone} with {engine:?} differ: run it again with LEDGER_FIGURES_SEED={seed}");
        resume_unwind(panic);
    }
}

/// Histories of random seeds, or the one that is asked for.
fn run_any(engine: Engine, cases: u32) {
    if let Some(seed) = number("LEDGER_FIGURES_SEED") {
        return run(seed, engine, LIVES);
    }
    let cases = number("LEDGER_FIGURES_CASES").map_or(cases, |cases| u32::try_from(cases).unwrap());
    // A history that is shorter is another one, so there is nothing to shrink.
    let config = Config { cases, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let ran = TestRunner::new(config).run(&any::<u64>(), |seed| {
        run(seed, engine, LIVES);
        Ok(())
    });
    ran.unwrap();
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text}: expected a number")))
}

#[test]
fn figures_in_a_zone_without_daylight_saving() {
    // So long that not all paid orders are among the last fifty.
    run(0, Engine::Sqlite, 2 * LIVES);
}

#[test]
fn figures_of_nothing() {
    run(0, Engine::Sqlite, 0);
}

#[test]
fn figures_where_the_clock_changes_by_an_hour() {
    run(1, Engine::Sqlite, LIVES);
}

#[test]
fn figures_where_the_clock_changes_by_half_an_hour() {
    run(2, Engine::Sqlite, LIVES);
}

#[test]
fn figures_in_a_zone_with_odd_minutes() {
    run(3, Engine::Sqlite, LIVES);
}

#[test]
fn figures_of_any_history() {
    run_any(Engine::Sqlite, 2);
}

#[test]
fn figures_of_any_history_in_postgres() {
    run_any(Engine::Postgres, 1);
}

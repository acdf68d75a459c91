//! The ledger in a world where everything fails: writer, log in files and read models, on real files.
//!
//! Clients publish a random history, some of it out of order and some twice. Again and again the power goes, at every
//! point where it can; then the ledger is started anew, clients ask again what was not answered, and after each start
//! everything that was ever answered must still hold. The same seed gives the same history and the same faults; how
//! far threads are at that moment may differ.
//!
//! `LEDGER_SIMULATION_SEEDS=N` runs N seeds, `LEDGER_SIMULATION_SEED=S` only the one that failed.

#![expect(clippy::unwrap_used, reason = "a simulation that cannot go on has failed")]

#[path = "naive"]
mod naive {
    // What other tests need as well: chance, what happens, the log, and an order read from it.
    pub(crate) mod dice;
    pub(crate) mod lives;
    mod sales;
    pub(crate) mod requests;
    pub(crate) mod log;
    pub(crate) mod dump;
    pub(crate) mod order;
}

mod simulation {
    // What happens: the history that clients publish, and how the power goes.
    pub(crate) mod history;
    pub(crate) mod faults;

    // The world, and the life of one process in it.
    pub(crate) mod world;
    pub(crate) mod process;

    // What must hold.
    pub(crate) mod promises;
    pub(crate) mod naive;
    pub(crate) mod order_rows;
    pub(crate) mod tables;
}

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use simulation::world::World;

/// How many seeds are run where nobody says otherwise.
const SEEDS: u64 = 25;
/// Seeds that are run at the same time; each waits for the disk most of the time.
const AT_ONCE: usize = 4;

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text}: expected a number")))
}

fn run(seed: u64) {
    let ended = catch_unwind(AssertUnwindSafe(|| World::new(seed).run()));
    if let Err(panic) = ended {
        eprintln!("the simulation failed: run it again with LEDGER_SIMULATION_SEED={seed}");
        resume_unwind(panic);
    }
}

#[test]
fn whatever_fails_what_was_answered_holds() {
    if let Some(seed) = number("LEDGER_SIMULATION_SEED") {
        return run(seed);
    }
    let (seeds, next) = (number("LEDGER_SIMULATION_SEEDS").unwrap_or(SEEDS), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    run(seed);
                }
            });
        }
    });
}

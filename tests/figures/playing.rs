//! A history is played into the ledger, and everything that it answers is compared.

use std::collections::HashSet;

use events_schema::{Action, Position};
use ledger_core::books::Outcome;

use super::history::{Said, Span, history};
use super::ledger::Ledger;
use super::place::Engine;
use super::ranges::{Asked, ranges};
use super::{adding_up, changes, comparing, journal, past, properties, tie_outs};
use crate::naive::dice::Dice;
use crate::naive::dump::assert_same;
use crate::naive::requests::decision;
use crate::naive::rows::Rows;

/// Ranges that are asked for.
const RANGES: u64 = 25;
/// Every how-manieth of them is asked for what holds between answers as well.
const HELD: usize = 3;
/// Most commands in one request.
const REQUEST_MAX: usize = 40;

/// Plays the history of `seed`, and compares everything.
pub(crate) fn play_and_compare(zone: &'static str, engine: Engine, seed: u64, lives: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut dice = Dice::new(seed);
        let span = Span::new(zone, &mut dice);
        let ledger = Ledger::new(zone, engine).await;
        let said = history(&span, lives, &mut dice.split());
        play(&ledger, said, &mut dice).await;
        ledger.projected().await;
        let events = ledger.events().await;
        let rows = Rows::of(&events);
        let asked = ranges(&span, &rows, RANGES, &mut dice);
        for asked in &asked {
            comparing::reports(&ledger, &rows, None, *asked, &mut dice).await;
        }
        past::reports(&ledger, &events, &asked, &mut dice).await;
        changes::reports(&ledger, &events, &asked, &mut dice).await;
        journal::journal(&ledger, &events, &asked, &mut dice).await;
        tie_outs::tie_outs(&ledger, &events, &mut dice).await;
        for asked in asked.iter().step_by(HELD) {
            hold(&ledger, &rows, *asked).await;
        }
        comparing::lists(&ledger, &rows, &asked[..6], &mut dice).await;
        comparing::orders(&ledger, &rows).await;
        assert_same(&ledger.tables().await, &ledger.tables_made_anew().await);
        let ledger = ledger.restart().await;
        for asked in &asked[..3] {
            comparing::reports(&ledger, &rows, None, *asked, &mut dice).await;
        }
        comparing::lists(&ledger, &rows, &asked[..1], &mut dice).await;
        ledger.stop().await;
    });
}

/// Has everything decided, some of it together; and some parked events given up.
pub(crate) async fn play(ledger: &Ledger, said: Vec<Said>, dice: &mut Dice) {
    let mut parked = HashSet::<Position>::new();
    let mut said = said.into_iter().peekable();
    let mut decided = 0;
    while said.peek().is_some() {
        let together: Vec<_> = said.by_ref().take(1 + dice.index(REQUEST_MAX)).collect();
        let clock = together.last().expect("there is one").clock;
        let mut commands: Vec<_> = together.into_iter().map(|said| said.command).collect();
        if let Some(position) = parked.iter().min().copied().filter(|_| dice.chance(20)) {
            parked.remove(&position);
            decided += 1;
            let reason = "nobody knows it".parse().unwrap();
            commands
                .push(decision(1_000_000 + decided, Action::DiscardParkedEvent { parked: position, reason }));
        }
        let answer = ledger.take(clock, commands).await;
        parked.extend(answer.outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Parked(position) => Some(*position),
            Outcome::Recorded(_) | Outcome::Duplicate(_) | Outcome::Rejected(_) => None,
        }));
    }
}

/// What holds between the answers over `asked`.
async fn hold(ledger: &Ledger, rows: &Rows, asked: Asked) {
    properties::what_was_paid_is_somewhere(ledger, asked).await;
    properties::types_add_up(ledger, asked).await;
    // Without an end, a list is another selection than a report.
    let (from, to) = (asked.from.instant(&rows.zone), asked.to.instant(&rows.zone));
    if let (Some(from), Some(to)) = (from, to) {
        adding_up::every_list_adds_up(ledger, asked).await;
        if to - from < comparing::HOURLY_MICROS_MAX {
            properties::hours_add_up_to_days(ledger, asked).await;
        }
    }
}

//! What the journal says of what the books record: what each event posts, and what its accounts must show.

/// Entries about orders.
mod orders;

/// Entries about members, payments and withdrawals.
mod others;

/// Funds below zero.
mod below_zero;

/// What must always tie out.
mod tie_outs;

use super::ask::Ask;
use super::scene::Scene;
use crate::accounting::{Entry, post};
use crate::entities::Entities;

/// The day of every event that is published in these tests, unless it says another time.
const TODAY: &str = "2026-11-01T09:30:00+08:00";

/// What the events posted that were recorded when something was asked last, each as a line with a debit over zero and a
/// credit below.
fn posted(scene: &Scene) -> Vec<String> {
    let entries = new_entries(scene);
    entries.iter().map(|entry| format!("{}: {}", entry.kind(), lines(entry))).collect()
}

/// The dates of these entries.
fn dates(scene: &Scene) -> Vec<String> {
    new_entries(scene).iter().map(|entry| entry.date().to_string()).collect()
}

fn lines(entry: &Entry) -> String {
    let lines = entry.lines().map(|line| format!("{} {}", line.account, line.amount));
    lines.collect::<Vec<_>>().join(", ")
}

fn new_entries(scene: &Scene) -> Vec<Entry> {
    let mut entities = Entities::default();
    let mut entries = Vec::new();
    let old = scene.log.len() - scene.new_events().len();
    for (place, recorded) in scene.log.iter().enumerate() {
        let step = entities.apply(recorded).unwrap();
        entries.extend(post(&step, recorded).filter(|_| place >= old));
    }
    entries
}

/// Fails unless `ask` posts just these entries; the scene goes on.
fn then_posts(scene: Scene, ask: Ask, expected: &[&str]) -> Scene {
    let scene = scene.and(ask);
    assert_eq!(posted(&scene), expected);
    scene
}

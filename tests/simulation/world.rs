//! The world: a directory, a clock, clients who remember, and a ledger that is started again and again.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use events_schema::{Command, Timestamp};
use tempfile::TempDir;

use super::faults::Fault;
use super::history::{History, identity, reused};
use super::process::{self, Fate};
use super::promises::Promises;
use crate::naive::dice::Dice;

/// How often the ledger is started before everything is asked to the end.
const LIVES: usize = 12;
/// What is derived, in a data directory.
const DERIVED: [&str; 2] = ["books", "read-models"];
/// How often a long drain of parked events is cut off.
const CROWDED_PERCENT: u64 = 4;

/// A clock that clients move.
#[derive(Clone, Debug)]
pub(crate) struct Hand(Arc<AtomicI64>);

impl Hand {
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }

    /// Mostly minutes go by, sometimes days.
    pub(crate) fn pass(&self, dice: &mut Dice) {
        let seconds = if dice.chance(10) { dice.roll(130_000) } else { dice.roll(900) };
        let micros = i64::try_from(seconds).unwrap() * Timestamp::MICROS_PER_SECOND;
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

/// The world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) hand: Hand,
    pub(crate) dice: Dice,
    pub(crate) history: History,
    pub(crate) promises: Promises,
    /// Requests that are not answered yet; whoever asked in vain asks again.
    pub(crate) open: VecDeque<Vec<Command>>,
    /// What was said under each identity first.
    pub(crate) said_first: HashMap<String, Command>,
    /// Books and read models of an earlier time.
    backup: TempDir,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let noon: Timestamp = "2026-10-30T04:00:00Z".parse().unwrap();
        Self {
            dir: tempfile::tempdir().unwrap(),
            hand: Hand(Arc::new(AtomicI64::new(noon.micros()))),
            history: History::new(dice.split()),
            dice,
            promises: Promises::default(),
            open: VecDeque::new(),
            said_first: HashMap::new(),
            backup: tempfile::tempdir().unwrap(),
        }
    }

    /// Lets the ledger live and die, and asks in the end what was never answered.
    pub(crate) fn run(mut self) {
        for _ in 0..LIVES {
            self.say();
            let crowded = self.dice.chance(CROWDED_PERCENT);
            if crowded {
                self.say_crowd();
            }
            let fate = if crowded { self.fate_of_a_crowd() } else { self.fate() };
            if process::live(&mut self, &fate) && self.dice.chance(30) {
                for name in DERIVED {
                    copy(&self.dir.path().join(name), &self.backup.path().join(name));
                }
            }
            self.meddle();
        }
        // What was damaged last may be found out only while it is read.
        let lives = process::live(&mut self, &Fate::default()) || process::live(&mut self, &Fate::default());
        assert!(lives, "nothing stands in the way of the last life");
        assert!(self.open.is_empty(), "everything is answered in the end");
        process::check_the_end(&self);
    }

    /// Makes up requests for the next life.
    fn say(&mut self) {
        for _ in 0..6 + self.dice.roll(14) {
            self.hand.pass(&mut self.dice);
            let mut request = Vec::new();
            // Mostly a few, sometimes enough for a block of many sectors.
            let commands = if self.dice.chance(5) { 40 } else { 1 + self.dice.roll(6) };
            for _ in 0..commands {
                let command = self.history.next(self.hand.now());
                let name = identity(&command.key).unwrap();
                self.said_first.entry(name).or_insert_with(|| command.clone());
                request.extend(reused(&command).filter(|_| self.promises.is_recorded(&command)));
                request.push(command);
            }
            let parked = self.promises.parked();
            if !parked.is_empty() && self.dice.chance(10) {
                let discard = self.history.discard(parked[self.dice.index(parked.len())]);
                self.said_first.insert(identity(&discard.key).unwrap(), discard.clone());
                request.push(discard);
            }
            // Who asks again is not always the first.
            if self.dice.chance(15) { self.open.push_front(request) } else { self.open.push_back(request) }
        }
    }

    /// Makes up requests that set a long drain of parked events off.
    fn say_crowd(&mut self) {
        let crowd = self.history.crowd(self.hand.now());
        for command in crowd.iter().flatten() {
            self.said_first.insert(identity(&command.key).unwrap(), command.clone());
        }
        crowd.into_iter().rev().for_each(|request| self.open.push_front(request));
    }

    /// The power goes about when the parked events are tried.
    fn fate_of_a_crowd(&mut self) -> Fate {
        let appends = 1 + self.dice.roll(5);
        Fate { fault: Some((appends, self.dice.of(&Fault::ALL))), ..Fate::default() }
    }

    /// What will happen to the next process.
    fn fate(&mut self) -> Fate {
        let dice = &mut self.dice;
        match dice.roll(100) {
            0..10 => Fate::default(),
            10..25 => Fate { start_ends_after: Some(dice.roll(25)), ..Fate::default() },
            25..40 => Fate { projector_ends_after: Some(dice.roll(80)), ..Fate::default() },
            40..50 => Fate { ends_after_batches: Some(dice.roll(6)), ..Fate::default() },
            _ => Fate { fault: Some((dice.roll(7), dice.of(&Fault::ALL))), ..Fate::default() },
        }
    }

    /// Books and read models are derived: somebody may put older ones back, delete or damage them. And a crash may leave
    /// files behind.
    fn meddle(&mut self) {
        let name = self.dice.of(&DERIVED);
        let (dir, backup) = (self.dir.path().join(name), self.backup.path().join(name));
        let log = self.dir.path().join("log");
        match self.dice.roll(100) {
            0..15 if backup.exists() => copy(&backup, &dir),
            15..20 if dir.exists() => fs::remove_dir_all(&dir).unwrap(),
            20..30 if log.exists() => {
                fs::write(log.join("00000000000000000001.segment.copy"), "half").unwrap();
            }
            30..55 => self.damage_runs(),
            _ => {}
        }
    }

    /// One of the files in which books and entities are kept loses a byte, its end, or itself.
    fn damage_runs(&mut self) {
        let mut files = files(&self.dir.path().join("books"));
        files.extend(files_of_entities(&self.dir.path().join("read-models")));
        files.sort();
        if files.is_empty() {
            return;
        }
        let file = &files[self.dice.index(files.len())];
        let mut bytes = fs::read(file).unwrap();
        match self.dice.roll(3) {
            0 if !bytes.is_empty() => {
                let place = self.dice.index(bytes.len());
                bytes[place] ^= 1 << self.dice.roll(8);
                fs::write(file, bytes).unwrap();
            }
            1 => {
                bytes.truncate(bytes.len() / 2);
                fs::write(file, bytes).unwrap();
            }
            _ => fs::remove_file(file).unwrap(),
        }
    }

    /// The identities of what is not answered.
    pub(crate) fn open_identities(&self) -> HashSet<String> {
        self.open.iter().flatten().filter_map(|command| identity(&command.key)).collect()
    }
}

/// Copies a directory, in place of what is there.
fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The files of a directory; none when there is no directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect()
}

/// The files of all entities beside the read models in a directory.
fn files_of_entities(read_models: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(read_models).into_iter().flatten();
    let dirs = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    dirs.flat_map(|dir| files(&dir)).collect()
}

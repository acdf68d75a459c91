//! The entities of a generation on disk: what memory has forgotten, and where a start goes on.
//!
//! They may be older than the tables of their generation, never newer, also after power was lost: nothing is saved
//! before the tables are on disk as far. A start folds silently from the entities to the tables, and only then changes
//! tables.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use events_schema::Position;
use events_schema::merkle::Hash;
use events_schema::recorded::ledger::LedgerCreated;
use ledger_core::entities::{Entities, EntitiesCut};
use ledger_core::keeper::{Keeper, Saved, Saving};
use ledger_core::log::{Log, root_at};
use ledger_core::recall::Reader;
use ledger_core::runs::{StoreError, Table};
use serde::{Deserialize, Serialize};

use crate::fold::RestoreError;

/// What is touched between two saves is in memory twice over (two generations), and once more while it is saved.
const SHARES: usize = 4;
/// Events after which the entities are saved at the latest, so that a start has little to fold again.
const SAVE_EVENTS_MAX: u64 = 300_000;
/// How long one batch waits for a save, when memory holds too much. A disk that is full may take longer.
const SAVE_WAIT_MAX: Duration = Duration::from_secs(1);

/// The entities of a generation on disk.
#[derive(Debug)]
pub(crate) struct SavedEntities {
    keeper: Keeper,
    reader: Reader,
    /// How far they are, until they are restored.
    note: Option<Note>,
    /// How much is taken of memory between two saves, in bytes.
    weight_max: usize,
    /// How many events pass between two saves.
    events_max: u64,
    /// The last event before the last cut.
    position: Position,
    stage: Stage,
    /// Where the end of a save is told.
    told: (Sender<Saved>, Receiver<Saved>),
}

/// How far a save is.
#[derive(Debug)]
enum Stage {
    /// None is under way.
    Idle,
    /// The entities were cut, and the tables are not yet as far, or not on disk.
    Cut(Arc<EntitiesCut>, Note),
    /// It is being written.
    Writing,
}

/// How far saved entities are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    /// The last event that they reflect.
    pub(crate) position: Position,
    /// The root of the log's tree at that position.
    pub(crate) root: Hash,
    /// Where the last event of the ledger itself stands.
    pub(crate) ledger_last: Position,
    /// What the first event of the log says.
    pub(crate) created: LedgerCreated,
}

impl SavedEntities {
    /// Opens the entities in `dir`; `memory_bytes` is how much of them memory may hold, about.
    pub(crate) fn open(dir: &Path, memory_bytes: usize) -> Result<Self, StoreError> {
        let (keeper, note) = Keeper::open(dir, Entities::FORMAT, &[Table::MostlyPresent])?;
        let note = match note.map(|note| serde_json::from_slice(&note)) {
            Some(Err(_)) => {
                // Entities without a place in the log are of no use, and must not be mixed with new ones.
                keeper.clear()?;
                None
            }
            note => note.transpose().ok().flatten(),
        };
        let (reader, weight_max) = (Reader::new(keeper.view()), memory_bytes / SHARES);
        let (position, stage, told) = (Position::ZERO, Stage::Idle, channel());
        Ok(Self { keeper, reader, note, weight_max, events_max: SAVE_EVENTS_MAX, position, stage, told })
    }

    /// Saves only where memory would hold too much: nobody goes on from here later.
    pub(crate) fn only_for_room(self) -> Self {
        Self { events_max: u64::MAX, ..self }
    }

    /// The entities as they were saved, no further than `until`; nothing where there are none, or where they do not fit
    /// `log`. Then what is there is forgotten.
    pub(crate) async fn restore<L: Log>(
        &mut self,
        log: &L,
        until: Position,
    ) -> Result<Option<(Entities, Note)>, RestoreError> {
        let Some(note) = self.note.clone() else { return Ok(None) };
        let fits = note.position <= until && root_at(log, note.position).await? == Some(note.root);
        // Only now: a log that could not be reached is asked again.
        self.note = None;
        if fits {
            self.position = note.position;
            return Ok(Some((Entities::restore(&self.keeper.view(), note.ledger_last), note)));
        }
        tracing::warn!(
            position = note.position.get(),
            "the saved entities of the read models do not fit them: they are made anew from the log"
        );
        self.keeper.clear()?;
        self.reader.replace(&self.keeper.view());
        Ok(None)
    }

    /// Brings the entities born at `births` to memory.
    pub(crate) fn bring(
        &mut self,
        births: impl IntoIterator<Item = Position>,
        entities: &mut Entities,
    ) -> Result<(), StoreError> {
        for birth in births {
            let read = self.reader.entity(birth);
            if read.as_ref().is_err_and(StoreError::is_damage) {
                self.keeper.condemn()?;
            }
            entities.recall(birth, read?);
        }
        Ok(())
    }

    /// Begins to save `entities`, which stand as `note` says, where it is time to. `tables` is the last event that the
    /// tables reflect on disk. Waits where memory would hold too much otherwise.
    pub(crate) fn upkeep(
        &mut self,
        entities: &mut Entities,
        note: impl FnOnce() -> Note,
        tables: Position,
    ) -> Result<(), StoreError> {
        let overfull = matches!(self.stage, Stage::Writing) && entities.weight() >= 2 * self.weight_max;
        let ended =
            if overfull { self.told.1.recv_timeout(SAVE_WAIT_MAX).ok() } else { self.told.1.try_recv().ok() };
        if let Some(ended) = ended {
            self.stage = Stage::Idle;
            let view = ended?;
            entities.saved(&view);
            self.reader.replace(&view);
        }
        if matches!(self.stage, Stage::Idle) {
            let note = note();
            if entities.weight() >= self.weight_max || note.position.since(self.position) >= self.events_max {
                self.position = note.position;
                self.stage = Stage::Cut(Arc::new(entities.cut()), note);
            }
        }
        self.save_if_covered(tables);
        Ok(())
    }

    /// The event up to which the tables must be on disk before a save begins, where one is due.
    pub(crate) fn awaited(&self) -> Option<Position> {
        match &self.stage {
            Stage::Cut(_, note) => Some(note.position),
            Stage::Idle | Stage::Writing => None,
        }
    }

    /// Saves what was cut when the tables are as far.
    fn save_if_covered(&mut self, tables: Position) {
        let Stage::Cut(cut, note) = &self.stage else { return };
        if note.position > tables {
            return;
        }
        let (cut, note, told) = (Arc::clone(cut), serde_json::to_vec(note), self.told.0.clone());
        let note = note.expect("numbers and texts are JSON");
        let make = move || Saving { tables: vec![cut.entries()], note: note.clone() };
        // Whoever has ended needs no word.
        self.keeper.save(make, move |view| drop(told.send(view)));
        self.stage = Stage::Writing;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(position: u64) -> Note {
        let created = LedgerCreated {
            log_id: [3; 16],
            currency: "CNY".parse().unwrap(),
            time_zone: "Asia/Shanghai".parse().unwrap(),
        };
        let position = Position::new(position);
        Note { position, root: [7; 32], ledger_last: Position::FIRST, created }
    }

    #[test]
    fn nothing_is_saved_before_the_tables_are_on_disk_as_far() {
        let dir = tempfile::tempdir().unwrap();
        // Without memory, all is cut at once.
        let open = || SavedEntities::open(dir.path(), 0).unwrap();
        let mut saved = open();
        for position in [5, 6] {
            saved.upkeep(&mut Entities::default(), || note(position), Position::new(4)).unwrap();
            assert_eq!(saved.awaited(), Some(Position::new(5)));
        }
        // This waits for a save that has begun.
        drop(saved);
        let mut saved = open();
        assert!(saved.note.is_none());
        saved.upkeep(&mut Entities::default(), || note(5), Position::new(5)).unwrap();
        assert_eq!(saved.awaited(), None);
        drop(saved);
        assert_eq!(open().note.map(|note| note.position), Some(Position::new(5)));
    }
}

//! The books on disk: what memory has forgotten, and where a start goes on.

use std::path::Path;
use std::sync::Arc;

use events_schema::Position;
use events_schema::merkle::Frontier;
use serde::{Deserialize, Serialize};

use super::replay::OpenError;
use crate::books::{Books, BooksCut};
use crate::keeper::{Keeper, Saved, Saving};
use crate::log::{DataDirLock, Log, ReadError, root_at};
use crate::recall::{Missing, Reader, encode};
use crate::runs::{StoreError, View};

/// The directory of the books in a data directory.
const DIR: &str = "books";
/// What is touched between two saves is in memory twice over (two generations), and once more while it is saved.
const SHARES: usize = 4;
/// Events after which the books are saved at the latest, so that a start has little to replay.
const SAVE_EVENTS_MAX: u64 = 1_000_000;

/// The books on disk, of which memory holds a part.
#[derive(Debug)]
pub struct SavedBooks {
    keeper: Keeper,
    reader: Reader,
    /// How far they are, until they are restored.
    note: Option<Note>,
    /// How much is taken of memory between two saves, in bytes.
    weight_max: usize,
    /// The last event that they reflect.
    position: Position,
    /// Nobody else uses the directory while a save may be under way.
    _lock: DataDirLock,
}

/// How far saved books are, and what stands beside their tables.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// The tree over all events that they reflect.
    tree: Vec<u8>,
    /// The books, but for their tables.
    rest: Vec<u8>,
}

impl SavedBooks {
    /// Opens the books in a data directory; `memory_bytes` is how much of them memory may hold, about. The filter of
    /// their ids, 2 bytes for each, comes on top.
    pub fn open(lock: &DataDirLock, memory_bytes: usize) -> Result<Self, StoreError> {
        let (keeper, note) = Keeper::open(&dir(lock.dir()), Books::FORMAT, Books::TABLES)?;
        let note = match note.map(|note| postcard::take_from_bytes::<Note>(&note).map(|(note, _)| note)) {
            Some(Err(_)) => {
                // Tables without a place in the log are of no use, and must not be mixed with new ones.
                keeper.clear()?;
                None
            }
            note => note.transpose().ok().flatten(),
        };
        let tree = note.as_ref().and_then(|note| Frontier::from_bytes(&note.tree));
        let position = Position::new(tree.map_or(0, |tree| tree.size()));
        let (reader, weight_max) = (Reader::new(keeper.view()), memory_bytes / SHARES);
        Ok(Self { keeper, reader, note, weight_max, position, _lock: lock.clone() })
    }

    /// The last event that the saved books reflect.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The books as they were saved; nothing where there are none, or where they do not fit `log`. Then what is
    /// there is forgotten.
    pub(super) async fn restore<L: Log>(&mut self, log: &L) -> Result<Option<(Books, Frontier)>, OpenError> {
        let Some(note) = self.note.take() else { return Ok(None) };
        match self.fitting(note, log).await? {
            Ok(restored) => Ok(Some(restored)),
            Err(why) => {
                tracing::warn!(
                    position = self.position.get(),
                    "the saved books {why}: they are made anew from the log"
                );
                self.forget()?;
                Ok(None)
            }
        }
    }

    async fn fitting<L: Log>(
        &self,
        note: Note,
        log: &L,
    ) -> Result<Result<(Books, Frontier), &'static str>, ReadError> {
        let Some(tree) = Frontier::from_bytes(&note.tree) else { return Ok(Err("are not understood")) };
        let Some(books) = Books::restore(&note.rest, &self.keeper.view()) else {
            return Ok(Err("are not understood"));
        };
        let tail = log.tail().await?;
        if tail.log_id.is_some_and(|id| id != books.created().log_id) {
            return Ok(Err("belong to another log"));
        }
        if tail.position < self.position || books.tail() != self.position {
            return Ok(Err("reach beyond the log"));
        }
        if root_at(log, self.position).await? != Some(tree.root()) {
            return Ok(Err("were made from other events"));
        }
        // A copy of the log may be cut into other blocks.
        let next = log.read(self.position, 1).await?;
        if next.first().is_some_and(|block| block.header().first != self.position.next()) {
            return Ok(Err("end in the middle of a block"));
        }
        Ok(Ok((books, tree)))
    }

    /// Reads what is missing, and brings it to `books`.
    pub(super) fn bring(&mut self, missing: Missing, books: &mut Books) -> Result<(), StoreError> {
        let read = self.reader.read(missing);
        if read.as_ref().is_err_and(StoreError::is_damage) {
            self.keeper.condemn()?;
        }
        books.recall(read?);
        Ok(())
    }

    /// Begins anew, with nothing saved.
    pub(super) fn forget(&mut self) -> Result<(), StoreError> {
        self.keeper.clear()?;
        self.reader.replace(&self.keeper.view());
        self.position = Position::ZERO;
        Ok(())
    }

    /// Whether `books` are to be saved, since memory or a start would have too much to hold.
    pub(super) fn is_due(&self, books: &Books) -> bool {
        books.weight() >= self.weight_max || books.tail().since(self.position) >= SAVE_EVENTS_MAX
    }

    /// Whether `books` must not grow before the save under way has ended.
    pub(super) fn is_overfull(&self, books: &Books) -> bool {
        books.weight() >= 2 * self.weight_max && books.tail().since(self.position) > 0
    }

    /// Saves a cut, whose last event completed `tree`. All of it must be durable in the log. `done` is told.
    pub(super) fn save(&self, cut: BooksCut, tree: &Frontier, done: impl FnOnce(Saved) + Send + 'static) {
        debug_assert_eq!(tree.size(), cut.position().get(), "a cut and its tree have the same events");
        let tree = tree.to_bytes();
        self.keeper.save(move || saving(&cut, tree.clone()), done);
    }

    /// Saves books while nobody else uses them.
    pub(super) fn save_now(&mut self, books: &mut Books, tree: &Frontier) -> Result<(), StoreError> {
        self.was_cut(books.tail());
        let cut = books.cut();
        let view = self.keeper.save_now(saving(&cut, tree.to_bytes()))?;
        self.saved(&view, books);
        Ok(())
    }

    /// `books` were saved up to their last cut, as `view` sees it.
    pub(super) fn saved(&mut self, view: &Arc<View>, books: &mut Books) {
        books.saved(view);
        self.reader.replace(view);
    }

    /// The books were cut at `position`.
    pub(super) const fn was_cut(&mut self, position: Position) {
        self.position = position;
    }

    /// What cannot be saved from now on is given up.
    pub(super) fn finish(&self) {
        self.keeper.finish();
    }
}

fn saving(cut: &BooksCut, tree: Vec<u8>) -> Saving {
    let mut note = Vec::new();
    encode(&Note { tree, rest: cut.rest() }, &mut note);
    Saving { tables: cut.entries(), note }
}

fn dir(data_dir: &Path) -> std::path::PathBuf {
    data_dir.join(DIR)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::Entries;

    #[test]
    fn tables_whose_note_is_not_understood_are_not_mixed_with_new_ones() {
        let data = tempfile::tempdir().unwrap();
        let mut entries = Entries::default();
        entries.push(1, |bytes| bytes.push(0));
        let (keeper, _) = Keeper::open(&dir(data.path()), Books::FORMAT, Books::TABLES).unwrap();
        let tables = vec![entries, Entries::default(), Entries::default()];
        let view = keeper.save_now(Saving { tables, note: vec![0xff; 3] }).unwrap();
        assert!(!view.is_empty(0));
        drop((keeper, view));

        let saved = SavedBooks::open(&DataDirLock::acquire(data.path()).unwrap(), 1).unwrap();
        assert_eq!((saved.position(), saved.note.is_none()), (Position::ZERO, true));
        assert!(saved.keeper.view().is_empty(0));
    }
}

//! Books of which memory holds a part decide like books that forget nothing.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use tempfile::TempDir;

use super::super::{Books, BooksCut};
use super::histories::history;
use super::properties::play;
use super::scene::Scene;
use crate::recall::{Missing, Reader};
use crate::runs::Store;

/// Where books are kept that forget.
#[derive(Clone)]
pub(super) struct Shelf(Arc<Mutex<Shelved>>);

struct Shelved {
    store: Store,
    reader: Reader,
    /// After how many commands books are cut.
    every: usize,
    /// Whether they are restored from what was saved then, as by a start.
    restart: bool,
    commands: usize,
    /// How much was brought back.
    brought: usize,
    /// Removed last.
    _dir: TempDir,
}

impl Shelf {
    fn new(every: usize, restart: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (store, note) = Store::open(dir.path(), Books::FORMAT, Books::TABLES).unwrap();
        assert_eq!(note, None);
        let reader = Reader::new(store.view());
        Self(Arc::new(Mutex::new(Shelved {
            store,
            reader,
            every,
            restart,
            commands: 0,
            brought: 0,
            _dir: dir,
        })))
    }

    /// Brings what `books` lack.
    pub(super) fn bring(&self, missing: Missing, books: &mut Books) {
        let mut shelved = self.0.lock().unwrap();
        shelved.brought += 1;
        books.recall(shelved.reader.read(missing).unwrap());
    }

    /// Saves `books` now and then, so that they forget.
    pub(super) fn forget_some(&self, books: &mut Books) {
        let mut shelved = self.0.lock().unwrap();
        shelved.commands += 1;
        if shelved.commands.is_multiple_of(shelved.every) {
            let cut = books.cut();
            let view = shelved.store.save(cut.entries(), &cut.rest()).unwrap();
            books.saved(&view);
            shelved.reader.replace(&view);
            if shelved.restart {
                *books = Books::restore(&cut.rest(), &view).unwrap();
            }
        }
    }
}

proptest! {
    // Each save makes files durable.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_forgotten_is_brought_back_as_it_was(history in history(80), every in 1_usize..6, restart: bool) {
        let (mut live, mut forgetful) = (Scene::new(), Scene::new());
        forgetful.shelf = Some(Shelf::new(every, restart));
        for moment in &history {
            prop_assert_eq!(play(&mut forgetful, moment), play(&mut live, moment), "{:?}", moment);
        }
        prop_assert_eq!(&forgetful.log, &live.log);
    }

    #[test]
    fn a_replay_asks_for_all_that_it_lacks(history in history(80), every in 1_usize..6) {
        let mut live = Scene::new();
        for moment in &history {
            play(&mut live, moment);
        }
        let shelf = Shelf::new(every, true);
        let mut books = Books::new(super::scene::created()).unwrap();
        for recorded in &live.log {
            while let Some(missing) = books.missing(recorded) {
                shelf.bring(missing, &mut books);
            }
            books.apply(recorded).unwrap();
            shelf.forget_some(&mut books);
        }
        let mut whole = Books::new(super::scene::created()).unwrap();
        live.log.iter().for_each(|recorded| whole.apply(recorded).unwrap());
        prop_assert_eq!(books.cut().rest(), whole.cut().rest());
    }
}

/// Lets much happen, always the same.
fn everything(scene: &mut Scene, histories: usize) {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..histories {
        for moment in history(120).new_tree(&mut runner).unwrap().current() {
            play(scene, &moment);
        }
    }
}

/// The checksum of all that is saved.
fn checksum(cut: &BooksCut) -> u32 {
    let tables = cut.entries();
    let values = tables.iter().flat_map(crate::runs::Entries::iter);
    let tables = values.fold(0, |sum, (key, value)| {
        crc32c::crc32c_append(crc32c::crc32c_append(sum, &key.to_le_bytes()), value)
    });
    crc32c::crc32c_append(tables, &cut.rest())
}

#[test]
fn saved_books_have_the_form_of_their_version() {
    let mut scene = Scene::new();
    everything(&mut scene, 120);
    assert!(scene.log.len() > 300, "{}", scene.log.len());
    // With another form, or other entities from the same events, saved books must not be used any more: raise
    // `Entities::FORMAT` or `Books::FORMAT`, and then put the new sum here.
    assert_eq!((Books::FORMAT, checksum(&scene.books.cut())), (0x1_0003, 38_587_387));
}

#[test]
fn books_that_forget_at_once_bring_nearly_everything_back() {
    let mut scene = Scene::new();
    let shelf = Shelf::new(1, false);
    scene.shelf = Some(shelf.clone());
    everything(&mut scene, 20);
    let shelved = shelf.0.lock().unwrap();
    assert!(shelved.brought * 4 > shelved.commands, "{} of {}", shelved.brought, shelved.commands);
}

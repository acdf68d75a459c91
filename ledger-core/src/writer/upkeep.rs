//! Keeps the memory of the decider bounded: brings back what it lacks, and saves the books again and again.

use std::sync::mpsc::Sender;

use events_schema::merkle::Frontier;

use super::request::Inbox;
use super::saved::SavedBooks;
use crate::books::{Books, BooksCut};
use crate::keeper::Saved;
use crate::recall::Missing;
use crate::runs::StoreError;

/// Keeps the memory of the decider bounded.
pub(super) struct Upkeep {
    /// None where memory holds everything.
    saved: Option<SavedBooks>,
    stage: Stage,
    /// Where the end of a save is told.
    inbox: Sender<Inbox>,
}

/// How far a save is.
enum Stage {
    /// None is under way.
    Idle,
    /// The books were cut at the end of a block that is not durable yet.
    Cut(Box<BooksCut>),
    /// It is being written.
    Writing,
    /// It was given up at the end, for there was no room. What it held is in no table, so none can follow.
    GivenUp,
}

impl Upkeep {
    pub(super) const fn new(saved: Option<SavedBooks>, inbox: Sender<Inbox>) -> Self {
        Self { saved, stage: Stage::Idle, inbox }
    }

    /// Brings what `books` lack.
    pub(super) fn bring(&mut self, missing: Missing, books: &mut Books) -> Result<(), StoreError> {
        match &mut self.saved {
            Some(saved) => saved.bring(missing, books),
            None => Ok(()),
        }
    }

    /// Cuts `books`, which stand at the end of a block, where it is time to; whether the tree there is needed.
    pub(super) fn cut_if_due(&mut self, books: &mut Books) -> bool {
        let due = self.saved.as_ref().is_some_and(|saved| saved.is_due(books));
        due && self.cut(books)
    }

    /// Cuts `books` unless they are saved up to here, or a save is under way; whether their tree is needed.
    pub(super) fn cut(&mut self, books: &mut Books) -> bool {
        let Some(saved) = &mut self.saved else { return false };
        let needed = matches!(self.stage, Stage::Idle) && saved.position() < books.tail();
        if needed {
            saved.was_cut(books.tail());
            self.stage = Stage::Cut(Box::new(books.cut()));
        }
        needed
    }

    /// The block at whose end the books were cut is durable, and completed `tree`.
    pub(super) fn durable(&mut self, tree: &Frontier) {
        let Some(saved) = &self.saved else { return };
        if let Stage::Cut(cut) = std::mem::replace(&mut self.stage, Stage::Writing) {
            let inbox = self.inbox.clone();
            // Whoever has ended needs no word.
            saved.save(*cut, tree, move |told| drop(inbox.send(Inbox::Saved(told))));
        }
    }

    /// The save under way has ended. After damage nothing more can be brought.
    pub(super) fn saved(&mut self, told: Saved, books: &mut Books) -> Result<(), StoreError> {
        let view = match told {
            Ok(view) => view,
            Err(damage) if damage.is_damage() => return Err(damage),
            Err(_) => {
                self.stage = Stage::GivenUp;
                return Ok(());
            }
        };
        self.stage = Stage::Idle;
        if let Some(saved) = &mut self.saved {
            saved.saved(&view, books);
        }
        Ok(())
    }

    /// Whether a save is under way.
    pub(super) const fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Cut(_) | Stage::Writing)
    }

    /// Whether the books must not grow before the save under way has ended.
    pub(super) fn is_overfull(&self, books: &Books) -> bool {
        self.is_busy() && self.saved.as_ref().is_some_and(|saved| saved.is_overfull(books))
    }

    /// What cannot be saved from now on is given up.
    pub(super) fn finish(&self) {
        if let Some(saved) = &self.saved {
            saved.finish();
        }
    }
}

//! What memory lacks, and how it comes back from sorted runs.
//!
//! Books and entities say what they miss and do no I/O; whoever owns the runs reads it, and hands it in.

use std::sync::Arc;

use events_schema::Position;

use crate::books::FirstAnswer;
use crate::directory::{Directory, Key};
use crate::entities::{Entities, State};
use crate::runs::{StoreError, View};

/// Something that memory does not hold; it may stand in the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Missing {
    /// The position that stands for a key.
    Place(Key),
    /// The first answer to a request.
    Answer(Key),
    /// The entity that was born here.
    Entity(Position),
}

/// What the runs say about it: perhaps that there is nothing.
#[derive(Clone, Debug)]
pub(crate) enum Recalled {
    Place(Key, Option<Position>),
    Answer(Key, Option<FirstAnswer>),
    Entity(Position, Option<State>),
}

/// Reads what is missing from runs.
#[derive(Debug)]
pub struct Reader {
    view: Arc<View>,
    /// Kept for its memory.
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads what `view` sees.
    pub const fn new(view: Arc<View>) -> Self {
        Self { view, buffer: Vec::new() }
    }

    /// From now on `view` is read.
    pub fn replace(&mut self, view: &Arc<View>) {
        self.view = Arc::clone(view);
    }

    /// The entity born at `birth`, where there is one.
    pub fn entity(&mut self, birth: Position) -> Result<Option<State>, StoreError> {
        self.get(Entities::TABLE, birth.get().into())
    }

    /// What the runs say about `missing`.
    pub(crate) fn read(&mut self, missing: Missing) -> Result<Recalled, StoreError> {
        Ok(match missing {
            Missing::Place(key) => Recalled::Place(key, self.get(Directory::TABLE, key.number())?),
            Missing::Answer(key) => Recalled::Answer(key, self.get(FirstAnswer::TABLE, key.number())?),
            Missing::Entity(birth) => Recalled::Entity(birth, self.entity(birth)?),
        })
    }

    fn get<T: serde::de::DeserializeOwned>(
        &mut self,
        table: usize,
        key: u128,
    ) -> Result<Option<T>, StoreError> {
        if !self.view.get(table, key, &mut self.buffer)? {
            return Ok(None);
        }
        let whole = postcard::take_from_bytes(&self.buffer).ok().filter(|(_, rest)| rest.is_empty());
        whole.map(|(value, _)| Some(value)).ok_or(StoreError::NotUnderstood { table })
    }
}

/// Appends `value` to `bytes`, as [`Reader::read`] reads it.
pub(crate) fn encode(value: &impl serde::Serialize, bytes: &mut Vec<u8>) {
    *bytes = postcard::to_extend(value, std::mem::take(bytes)).expect("values in memory can be encoded");
}

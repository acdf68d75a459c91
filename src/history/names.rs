//! Ids of things, by their births: those that were met lately, in a bounded number.

use std::collections::HashMap;

use events_schema::cloud_event::id_of;
use events_schema::{Id, Position, Recorded};

/// Ids in one of the two generations. It is more than the events that are told at once, so those find theirs.
const GENERATION_MAX: usize = 1 << 19;

/// Ids of things, by their births. The younger generation has those that were met last; when it is full, the older one
/// is forgotten.
#[derive(Debug)]
pub(super) struct Names {
    young: HashMap<Position, Id>,
    old: HashMap<Position, Id>,
    generation_max: usize,
}

impl Default for Names {
    fn default() -> Self {
        Self::of_generations(GENERATION_MAX)
    }
}

impl Names {
    fn of_generations(generation_max: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation_max }
    }

    /// The id of what was born at `birth`, where it is remembered.
    pub(super) fn get(&mut self, birth: Position) -> Option<Id> {
        if let Some(id) = self.young.get(&birth) {
            return Some(id.clone());
        }
        let id = self.old.remove(&birth)?;
        self.insert(birth, id.clone());
        Some(id)
    }

    /// Remembers the id that the first event of something brings.
    pub(super) fn learn(&mut self, first: &Recorded) {
        if let Some(id) = id_of(&first.event) {
            self.insert(first.position, id.clone());
        }
    }

    fn insert(&mut self, birth: Position, id: Id) {
        if self.young.len() == self.generation_max {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(birth, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_met_lately_is_remembered_and_the_rest_forgotten() {
        let mut names = Names::of_generations(4);
        let id: Id = "A".parse().unwrap();
        for birth in 1..=20 {
            names.insert(Position::new(birth), id.clone());
            assert!(birth == 1 || names.get(Position::new(2)).is_some(), "it is met all the time");
            assert!(names.young.len() + names.old.len() <= 8);
        }
        assert!(names.get(Position::new(1)).is_none());
        assert!(names.get(Position::new(17)).is_some());
    }
}

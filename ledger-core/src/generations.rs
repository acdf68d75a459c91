//! A bounded memory of what was touched lately: two generations of a table.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hash};

use crate::numbered::NumberHasher;

/// A table by keys that are numbers.
pub(crate) type Table<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// What was touched since the last cut, and what was touched between the two cuts before.
///
/// ```text
///                      cut            cut            now
///   ───────────────────┬──────────────┬───────────────►
///      forgotten       │     old      │    young
/// ```
///
/// A cut forgets the old generation, and the young one becomes old. Whoever cuts must have saved what was young at
/// the cut before; so nothing is forgotten that stands nowhere else.
#[derive(Clone, Debug)]
pub(crate) struct Generations<K, V> {
    young: Table<K, V>,
    /// Where a key is in both, the young value counts.
    old: Table<K, V>,
}

impl<K, V> Default for Generations<K, V> {
    fn default() -> Self {
        Self { young: Table::default(), old: Table::default() }
    }
}

impl<K: Copy + Eq + Hash, V> Generations<K, V> {
    /// The value of `key`, which is not touched by that.
    pub(crate) fn get(&self, key: K) -> Option<&V> {
        self.young.get(&key).or_else(|| self.old.get(&key))
    }

    /// The value of `key`, which is young from now on; and whether it was old before.
    pub(crate) fn touch(&mut self, key: K) -> Option<(&mut V, bool)> {
        match self.young.entry(key) {
            Entry::Occupied(place) => Some((place.into_mut(), false)),
            Entry::Vacant(place) => self.old.remove(&key).map(|value| (place.insert(value), true)),
        }
    }

    /// Lets `value` stand for `key`.
    pub(crate) fn insert(&mut self, key: K, value: V) -> &mut V {
        self.young.entry(key).insert_entry(value).into_mut()
    }

    /// How many keys are young.
    pub(crate) fn young_len(&self) -> usize {
        self.young.len()
    }

    /// Begins a new generation; the answer is what is forgotten.
    pub(crate) fn cut(&mut self) -> Table<K, V> {
        let next = Table::with_capacity_and_hasher(self.young.len(), BuildHasherDefault::default());
        let young = std::mem::replace(&mut self.young, next);
        std::mem::replace(&mut self.old, young)
    }

    fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.young.iter().chain(self.old.iter().filter(|(key, _)| !self.young.contains_key(key)))
    }
}

/// Two are equal when they remember the same, whichever generation it is in.
impl<K: Copy + Eq + Hash, V: PartialEq> PartialEq for Generations<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().count() == other.iter().count()
            && self.iter().all(|(key, value)| other.get(*key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_touched_between_two_cuts_is_forgotten() {
        let mut memory = Generations::default();
        for key in 1_u64..=3 {
            memory.insert(key, "first");
        }
        assert!(memory.cut().is_empty());
        assert_eq!(memory.touch(1), Some((&mut "first", true)));
        memory.insert(2, "second");
        assert_eq!(
            (memory.get(1), memory.get(2), memory.get(3)),
            (Some(&"first"), Some(&"second"), Some(&"first"))
        );
        assert_eq!(memory.young_len(), 2);
        let mut forgotten: Vec<_> = memory.cut().into_iter().collect();
        forgotten.sort_unstable();
        assert_eq!(forgotten, [(2, "first"), (3, "first")]);
        assert_eq!((memory.get(1), memory.get(2), memory.get(3)), (Some(&"first"), Some(&"second"), None));
    }

    #[test]
    fn equality_does_not_look_at_generations() {
        let (mut one, mut other) = (Generations::default(), Generations::default());
        one.insert(1_u64, 1);
        other.insert(1, 0);
        other.cut();
        assert!(one != other);
        other.insert(1, 1);
        assert!(one == other);
        other.insert(2, 2);
        assert!(one != other);
    }
}

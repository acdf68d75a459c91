//! A table from keys to small values of which memory holds a part; the rest stands in sorted runs.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use crate::directory::Key;
use crate::generations::{Generations, Table};
use crate::numbered::NumberHasher;
use crate::runs::View;

/// The runs in which everything stands that memory has forgotten.
#[derive(Clone, Debug)]
pub(crate) struct Cold {
    view: Arc<View>,
    /// How often it was replaced.
    version: u32,
    /// The table in the runs.
    table: usize,
}

impl Cold {
    /// Nothing was forgotten yet.
    pub(crate) fn empty(table: usize) -> Self {
        Self { view: Arc::new(View::default()), version: 0, table }
    }

    /// What was saved to this table.
    pub(crate) const fn new(view: Arc<View>, table: usize) -> Self {
        Self { view, version: 0, table }
    }

    /// Whether `key` may stand there: what was never saved is known without reading, nearly always.
    pub(crate) fn may_hold(&self, key: u128) -> bool {
        self.view.may_contain(self.table, key)
    }

    /// From now on what `view` sees stands there.
    pub(crate) fn replace(&mut self, view: &Arc<View>) {
        self.view = Arc::clone(view);
        self.version += 1;
    }
}

/// A key is not in the runs as they were then: no need to ask them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotInRuns(u32);

/// Values by key.
#[derive(Clone, Debug)]
pub(crate) struct Known<V> {
    hot: Generations<Key, V>,
    /// What was put since the last cut; of two values of one key the later one counts.
    fresh: Vec<(Key, V)>,
    /// Keys that the runs were read for in vain since the last cut.
    absent: HashSet<Key, BuildHasherDefault<NumberHasher>>,
    cold: Cold,
}

/// What a cut sets free: what is to be saved, and what is forgotten.
#[derive(Debug)]
pub(crate) struct KnownCut<V> {
    pub(crate) fresh: Vec<(Key, V)>,
    /// Dropping it takes its time, so it is left to whoever saves.
    _forgotten: Table<Key, V>,
}

/// Whether a key has a value is known only to the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Forgotten(pub(crate) Key);

impl<V: Copy> Known<V> {
    pub(crate) fn new(cold: Cold) -> Self {
        Self { hot: Generations::default(), fresh: Vec::new(), absent: HashSet::default(), cold }
    }

    /// Asks the runs ahead whether they may have `key`.
    pub(crate) fn ask_runs(&self, key: Key) -> Option<NotInRuns> {
        (!self.cold.may_hold(key.number())).then_some(NotInRuns(self.cold.version))
    }

    /// The value of `key`, of which the runs may have been asked ahead.
    pub(crate) fn get_asked(&self, key: Key, asked: Option<NotInRuns>) -> Result<Option<V>, Forgotten> {
        if asked != Some(NotInRuns(self.cold.version)) {
            return self.get(key);
        }
        Ok(self.hot.get(key).copied())
    }

    /// The value of `key`.
    pub(crate) fn get(&self, key: Key) -> Result<Option<V>, Forgotten> {
        if let Some(value) = self.hot.get(key) {
            return Ok(Some(*value));
        }
        if self.cold.may_hold(key.number()) && !self.absent.contains(&key) {
            return Err(Forgotten(key));
        }
        Ok(None)
    }

    /// Lets `value` stand for `key`.
    pub(crate) fn put(&mut self, key: Key, value: V) {
        self.hot.insert(key, value);
        self.fresh.push((key, value));
    }

    /// Takes in what the runs say about a key, unless it is known better by now.
    pub(crate) fn recall(&mut self, key: Key, value: Option<V>) {
        match value {
            _ if self.hot.get(key).is_some() => {}
            Some(value) => drop(self.hot.insert(key, value)),
            None => drop(self.absent.insert(key)),
        }
    }

    /// About how many bytes of memory were taken since the last cut.
    pub(crate) fn weight(&self) -> usize {
        // A table is filled by half to seven eighths, and has a byte more for each place.
        (self.hot.young_len() * 3 / 2 + self.fresh.capacity()) * size_of::<(Key, V)>()
    }

    pub(crate) fn cut(&mut self) -> KnownCut<V> {
        self.absent.clear();
        let next = Vec::with_capacity(self.fresh.len());
        KnownCut { fresh: std::mem::replace(&mut self.fresh, next), _forgotten: self.hot.cut() }
    }

    /// What was cut off last stands in the runs that `view` sees.
    pub(crate) fn saved(&mut self, view: &Arc<View>) {
        self.cold.replace(view);
    }
}

/// Two are equal when memory holds the same of both.
impl<V: PartialEq> PartialEq for Known<V> {
    fn eq(&self, other: &Self) -> bool {
        self.hot == other.hot
    }
}

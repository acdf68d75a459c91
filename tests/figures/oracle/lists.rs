//! Lists (reports.md §11): what each holds, in its order, and what its filters leave.

use serde_json::Value;

use super::selection::Selection;
use crate::naive::rows::Rows;

/// One item of a list.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The list's own time.
    pub(crate) at: i64,
    /// Of items of the same time, the one with the largest numbers comes first: that which was recorded last.
    pub(crate) numbers: [u64; 2],
    /// What is shown of it, at least.
    pub(crate) shown: Value,
    /// By what else it is found: an object.
    pub(crate) found_by: Value,
}

impl Item {
    pub(crate) const fn new(at: i64, numbers: [u64; 2], shown: Value) -> Self {
        Self { at, numbers, shown, found_by: Value::Null }
    }

    /// The value of a filter.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.shown[name].as_str().or_else(|| self.found_by[name].as_str())
    }
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    /// The last part of its address.
    pub(crate) name: &'static str,
    /// Every enumerated field and every id.
    pub(crate) filters: &'static [&'static str],
    /// Where `q` looks: the order number, names and phones.
    pub(crate) searched: &'static [&'static str],
    /// What is added up; nothing in a list without money.
    pub(crate) amount: Option<&'static str>,
    pub(crate) items: fn(&Rows) -> Vec<Item>,
}

impl List {
    /// What `selection` leaves of the list, newest first.
    pub(crate) fn expected(&self, rows: &Rows, selection: &Selection) -> Vec<Value> {
        let mut items = (self.items)(rows);
        items.retain(|item| selection.has(item.at));
        items.retain(|item| selection.filters.iter().all(|(name, value)| self.fits(item, name, value)));
        items.sort_by_key(|item| (item.at, item.numbers));
        items.into_iter().rev().map(|item| item.shown).collect()
    }

    /// Whether a field is the value; of `q`, whether one of the texts in which it looks begins with it.
    fn fits(&self, item: &Item, name: &str, value: &str) -> bool {
        if name != "q" {
            return item.value(name) == Some(value);
        }
        let mut texts = self.searched.iter().filter_map(|name| item.value(name));
        texts.any(|text| text.starts_with(value))
    }
}

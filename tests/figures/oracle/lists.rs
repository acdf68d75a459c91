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
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    /// The last part of its address.
    pub(crate) name: &'static str,
    /// Every enumerated field and every id.
    pub(crate) filters: &'static [&'static str],
    items: fn(&Rows) -> Vec<Item>,
}

impl List {
    pub(crate) const fn new(
        name: &'static str,
        filters: &'static [&'static str],
        items: fn(&Rows) -> Vec<Item>,
    ) -> Self {
        Self { name, filters, items }
    }

    /// What `selection` leaves of the list, newest first.
    pub(crate) fn expected(&self, rows: &Rows, selection: &Selection) -> Vec<Value> {
        let mut items = (self.items)(rows);
        items.retain(|item| selection.has(item.at));
        items.retain(|item| selection.filters.iter().all(|(name, value)| fits(&item.shown, name, value)));
        items.sort_by_key(|item| (item.at, item.numbers));
        items.into_iter().rev().map(|item| item.shown).collect()
    }
}

/// Where `q` looks: order numbers, names and phones. A supplier is looked for by its id.
pub(crate) const SEARCHED: [&str; 6] =
    ["order_no", "product_name", "distributor_name", "payee_name", "payee_phone", "member_phone"];

/// Whether a field is the value; of `q`, whether one of the texts in which it looks begins with it.
fn fits(shown: &Value, name: &str, value: &str) -> bool {
    if name != "q" {
        return shown[name] == value;
    }
    let mut texts = SEARCHED.iter().filter_map(|name| shown[*name].as_str());
    texts.any(|text| text.starts_with(value))
}

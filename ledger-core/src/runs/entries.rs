//! What is going to be saved.

/// What is going to be saved in one table, in any order. Of two entries with one key the later one counts.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    /// All values, one after the other.
    values: Vec<u8>,
    /// Where each of them stands.
    places: Vec<Place>,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The key.
    key: u128,
    /// Where the value begins.
    start: usize,
    /// Where it ends.
    end: usize,
}

impl Entries {
    /// No entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// No entries, with room for so many, whose values have about `value_bytes` each.
    pub fn with_capacity(entries: usize, value_bytes: usize) -> Self {
        Self { values: Vec::with_capacity(entries * value_bytes), places: Vec::with_capacity(entries) }
    }

    /// Adds an entry; `encode` appends its value to the vector, and leaves alone what is there.
    pub fn push(&mut self, key: u128, encode: impl FnOnce(&mut Vec<u8>)) {
        let start = self.values.len();
        encode(&mut self.values);
        self.places.push(Place { key, start, end: self.values.len() });
    }

    /// How many entries were added.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Brings them into the order of their keys, and keeps the last one of each.
    pub(super) fn sort(&mut self) {
        // A stable sort: entries of one key stay in the order in which they came.
        self.places.sort_by_key(|place| place.key);
        self.places.dedup_by(|later, kept| {
            let same = later.key == kept.key;
            if same {
                *kept = *later;
            }
            same
        });
    }

    /// Keys and values in their present order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u128, &[u8])> {
        self.places.iter().map(|place| (place.key, &self.values[place.start..place.end]))
    }
}

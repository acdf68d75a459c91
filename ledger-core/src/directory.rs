//! The directory: from the text ids of the world outside to positions in the log.
//!
//! Derived from the log. A key is a 128-bit hash of a namespace and an id, made with the log's id as its key, so that ids
//! which meet in one ledger do not meet in another. Auditors know that id: no key is a secret. Memory holds the ids that were used lately, and a filter that knows most
//! new ids as such; the others stand in sorted runs.

use std::hash::Hasher as _;
use std::sync::Arc;

use events_schema::Position;
use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::known::{Cold, Known, KnownCut};
use crate::recall::Missing;
use crate::runs::View;

/// What an id is the id of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// Orders, by order id.
    Order,
    /// Members, by member id.
    Member,
    /// All payments and recharge refunds, by payment id.
    Payment,
    /// Withdrawals, by withdrawal id.
    Withdrawal,
    /// Suppliers' funds, by supplier id.
    Supplier,
    /// Distributors' funds, by distributor id.
    Distributor,
    /// Published events, by source and id.
    Published,
    /// Decisions, by actor and idempotency key.
    Decision,
    /// Counts of the requests of a payee in a month, by payee and month.
    Requests,
}

/// Ids of up to about this many bytes are hashed in one piece.
const TEXT_BYTES: usize = 128;

/// A hash of a namespace and an id: two different ids have two different keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(u128);

impl Key {
    /// The key as a number.
    pub(crate) const fn number(self) -> u128 {
        self.0
    }
}

/// From keys to positions.
#[derive(Clone, Debug, PartialEq)]
pub struct Directory {
    hash_key: [u8; 16],
    places: Known<Position>,
}

impl Directory {
    /// The table of the directory in the runs of books.
    pub(crate) const TABLE: usize = 1;

    /// An empty directory whose hashes are made with `hash_key`.
    pub fn new(hash_key: [u8; 16]) -> Self {
        Self { hash_key, places: Known::new(Cold::empty(Self::TABLE)) }
    }

    /// A directory that was saved to the runs of `view`.
    pub(crate) fn restore(hash_key: [u8; 16], view: &Arc<View>) -> Self {
        Self { hash_key, places: Known::new(Cold::new(Arc::clone(view), Self::TABLE)) }
    }

    /// The key of `id` in `namespace`.
    pub fn key(&self, namespace: Namespace, id: &str) -> Key {
        self.key_of_pair(namespace, id, "")
    }

    /// The key of an id of two parts, such as a source and an id.
    pub fn key_of_pair(&self, namespace: Namespace, first: &str, second: &str) -> Key {
        // No id has the byte 0xFF: `ab` and `c` do not meet `a` and `bc`.
        let parts = [&[namespace as u8], first.as_bytes(), &[0xFF], second.as_bytes()];
        let hasher = SipHasher13::new_with_key(&self.hash_key);
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let mut text = [0; TEXT_BYTES];
        if let Some(text) = text.get_mut(..length) {
            // In one piece, as nearly all ids fit: that is twice as fast.
            let mut rest = &mut *text;
            for part in parts {
                let (place, after) = rest.split_at_mut(part.len());
                place.copy_from_slice(part);
                rest = after;
            }
            return Key(hasher.hash(text).as_u128());
        }
        let mut hasher = hasher;
        for part in parts {
            hasher.write(part);
        }
        Key(hasher.finish128().as_u128())
    }

    /// The position that stands for `key`.
    pub fn get(&self, key: Key) -> Result<Option<Position>, Missing> {
        self.places.get(key).map_err(|forgotten| Missing::Place(forgotten.0))
    }

    /// The position that stands for `id`.
    pub fn find(&self, namespace: Namespace, id: &str) -> Result<Option<Position>, Missing> {
        self.get(self.key(namespace, id))
    }

    /// Lets `position` stand for `key`.
    pub fn put(&mut self, key: Key, position: Position) {
        self.places.put(key, position);
    }

    /// Takes in what the runs say about `key`.
    pub(crate) fn recall(&mut self, key: Key, position: Option<Position>) {
        self.places.recall(key, position);
    }

    /// About how many bytes of memory were taken since the last cut.
    pub(crate) fn weight(&self) -> usize {
        self.places.weight()
    }

    pub(crate) fn cut(&mut self) -> KnownCut<Position> {
        self.places.cut()
    }

    pub(crate) fn saved(&mut self, view: &Arc<View>) {
        self.places.saved(view);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_and_pairs_do_not_meet() {
        let directory = Directory::new([7; 16]);
        assert_ne!(directory.key(Namespace::Order, "a"), directory.key(Namespace::Member, "a"));
        let pair = |a, b| directory.key_of_pair(Namespace::Published, a, b);
        assert_ne!(pair("ab", "c"), pair("a", "bc"));
        let long = "x".repeat(TEXT_BYTES);
        assert_ne!(pair("ab", &long), pair("a", &long));
    }

    #[test]
    fn an_id_is_found_where_it_was_put() {
        let mut directory = Directory::new([7; 16]);
        directory.put(directory.key(Namespace::Order, "a"), Position::new(3));
        assert_eq!(directory.find(Namespace::Order, "a"), Ok(Some(Position::new(3))));
        assert_eq!(directory.find(Namespace::Member, "a"), Ok(None));
    }
}

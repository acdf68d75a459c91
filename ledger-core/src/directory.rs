//! The directory: from the text ids of the world outside to positions in the log.
//!
//! Derived from the log, in memory. A key is a 128-bit hash of a namespace and an id, made with a key of its own
//! (the log's id), so that nobody can choose ids that meet.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use events_schema::Position;
use siphasher::sip128::{Hasher128, SipHasher13};

use crate::numbered::NumberHasher;

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
}

/// A hash of a namespace and an id: two different ids have two different keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u128);

/// From keys to positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    hash_key: [u8; 16],
    places: HashMap<Key, Position, BuildHasherDefault<NumberHasher>>,
}

impl Directory {
    /// An empty directory whose hashes are made with `hash_key`.
    pub fn new(hash_key: [u8; 16]) -> Self {
        Self { hash_key, places: HashMap::default() }
    }

    /// The key of `id` in `namespace`.
    pub fn key(&self, namespace: Namespace, id: &str) -> Key {
        self.key_of_pair(namespace, id, "")
    }

    /// The key of an id of two parts, such as a source and an id.
    pub fn key_of_pair(&self, namespace: Namespace, first: &str, second: &str) -> Key {
        let mut hasher = SipHasher13::new_with_key(&self.hash_key);
        hasher.write(&[namespace as u8]);
        hasher.write(first.as_bytes());
        // No id has this byte: `ab` and `c` do not meet `a` and `bc`.
        hasher.write(&[0xFF]);
        hasher.write(second.as_bytes());
        Key(hasher.finish128().as_u128())
    }

    /// The position that stands for `key`.
    pub fn get(&self, key: Key) -> Option<Position> {
        self.places.get(&key).copied()
    }

    /// The position that stands for `id`.
    pub fn find(&self, namespace: Namespace, id: &str) -> Option<Position> {
        self.get(self.key(namespace, id))
    }

    /// Lets `position` stand for `key`.
    pub fn put(&mut self, key: Key, position: Position) {
        self.places.insert(key, position);
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
    }

    #[test]
    fn an_id_is_found_where_it_was_put() {
        let mut directory = Directory::new([7; 16]);
        directory.put(directory.key(Namespace::Order, "a"), Position::new(3));
        assert_eq!(directory.find(Namespace::Order, "a"), Some(Position::new(3)));
        assert_eq!(directory.find(Namespace::Member, "a"), None);
    }
}

//! Places in the log: dense, from 1, without gaps.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place of an event in the log. The first event stands at 1; 0 is the place before it ("nothing yet").
///
/// Positions are dense, so the position of the last event is also the number of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// Before the first event.
    pub const ZERO: Self = Self(0);
    /// The place of the first event, which creates the ledger.
    pub const FIRST: Self = Self(1);

    /// The `number`-th place.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of this place.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The place after this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The place `count` places after this one.
    pub const fn plus(self, count: u64) -> Self {
        Self(self.0 + count)
    }

    /// How many places this one stands after `earlier`; 0 when it does not.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The number as tables keep it.
    pub const fn as_i64(self) -> i64 {
        self.0.cast_signed()
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

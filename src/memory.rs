//! How much memory the service takes, and who gets how much of it.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{self, Deserializer};

/// What the service takes where nobody says otherwise.
pub(crate) const MEMORY_DEFAULT: Size = Size(320 << 20);
/// With less it would only read and write what it has just forgotten. So little is for tests: 64 MiB are usable.
const MEMORY_MIN: Size = Size(1 << 20);

/// A number of bytes, written such as `512MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(usize);

/// Who gets how much, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shares {
    /// The writer's books.
    pub(crate) books: usize,
    /// The projector's entities.
    pub(crate) entities: usize,
    /// The pages of the read models that the projector keeps.
    pub(crate) pages: usize,
    /// Bodies of requests that are being read or wait to be recorded.
    pub(crate) bodies: usize,
}

impl Shares {
    /// Shares `size` out. What threads, statements and answers take is about what is left: a tenth.
    pub(crate) fn of(size: Size) -> anyhow::Result<Self> {
        anyhow::ensure!(size >= MEMORY_MIN, "--memory {size}: expected at least {MEMORY_MIN}");
        let share = |percent: usize| size.0 / 100 * percent;
        Ok(Self { books: share(39), entities: share(24), pages: share(17), bodies: share(10) })
    }
}

/// The units that a size may have, the largest first.
const UNITS: [(&str, usize); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1)];

/// A text that is not a size.
#[derive(Debug, thiserror::Error)]
#[error("expected a size, such as 512MiB or 2GiB")]
pub(crate) struct NoSize;

impl FromStr for Size {
    type Err = NoSize;

    fn from_str(text: &str) -> Result<Self, NoSize> {
        let (unit, bytes) = UNITS.iter().find(|(unit, _)| text.ends_with(unit)).ok_or(NoSize)?;
        let number: usize = text.trim_end_matches(unit).trim_end().parse().map_err(|_| NoSize)?;
        number.checked_mul(*bytes).map(Self).ok_or(NoSize)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().find(|(_, bytes)| self.0.is_multiple_of(*bytes));
        let (unit, bytes) = whole.unwrap_or(&("", 1));
        write!(f, "{}{unit}", self.0 / bytes)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written_alike() {
        for text in ["512MiB", "2GiB", "65KiB", "7"] {
            assert_eq!(text.parse::<Size>().unwrap().to_string(), text);
        }
        assert_eq!("1024MiB".parse::<Size>().unwrap(), "1 GiB".parse::<Size>().unwrap());
        for text in ["", "MiB", "1 GB", "-1MiB", "1.5GiB", "99999999999999999999", "99999999999GiB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn shares_are_no_more_than_the_whole() {
        let Shares { books, entities, pages, bodies } = Shares::of(MEMORY_DEFAULT).unwrap();
        assert!(books + entities + pages + bodies <= MEMORY_DEFAULT.0);
        let refused = Shares::of("1KiB".parse().unwrap()).unwrap_err().to_string();
        assert_eq!(refused, "--memory 1KiB: expected at least 1MiB");
    }
}

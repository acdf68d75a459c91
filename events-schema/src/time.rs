//! Instants: microseconds since 1970-01-01T00:00:00Z.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant, kept to the microsecond. JSON writes it in RFC 3339 (UTC), postcard as an `i64` of microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a text is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an RFC 3339 time with an offset, such as \"2026-11-01T09:30:00+08:00\"")]
pub struct ParseTimestampError;

impl Timestamp {
    /// Microseconds in one second.
    pub const MICROS_PER_SECOND: i64 = 1_000_000;

    /// `micros` microseconds after 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The wall clock, now.
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }

    /// This instant `seconds` later.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(Self::MICROS_PER_SECOND)))
    }

    /// Whether it lies in the years that a calendar can show.
    pub fn is_shown(self) -> bool {
        jiff::Timestamp::from_microsecond(self.0).is_ok()
    }

    /// The same instant for calendar arithmetic; clamped to the years that a calendar can show.
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self(instant.as_microsecond())
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, ParseTimestampError> {
        // The calendar library reads more than RFC 3339 allows (a blank for the T, zone names in brackets, offsets such as
        // +08).
        let bytes = text.as_bytes();
        let shaped = bytes.len() >= 20
            && bytes.len() <= 40
            && matches!(bytes[10], b'T' | b't')
            && bytes[0].is_ascii_digit()
            && bytes[4] == b'-'
            && bytes[7] == b'-'
            && bytes[13] == b':'
            && bytes[16] == b':'
            && has_offset(bytes)
            && !bytes.contains(&b'[')
            && !bytes.contains(&b',');
        if !shaped {
            return Err(ParseTimestampError);
        }
        text.parse::<jiff::Timestamp>().map(Self::from).map_err(|_| ParseTimestampError)
    }
}

/// Whether a time ends with `Z` or `+08:00`.
fn has_offset(time: &[u8]) -> bool {
    match time {
        [.., b'Z' | b'z'] => true,
        [.., b'+' | b'-', h, hh, b':', m, mm] => [h, hh, m, mm].iter().all(|digit| digit.is_ascii_digit()),
        _ => false,
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(InstantVisitor)
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

struct InstantVisitor;

impl de::Visitor<'_> for InstantVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an RFC 3339 time with an offset")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "description": "An RFC 3339 time with an offset, kept to the microsecond.",
            "examples": ["2026-11-01T09:30:00+08:00"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_names_the_same_instant() {
        let utc: Timestamp = "2026-11-01T01:30:00Z".parse().unwrap();
        assert_eq!("2026-11-01T09:30:00+08:00".parse(), Ok(utc));
        assert_eq!("2026-11-01T09:30:00.000000+08:00".parse(), Ok(utc));
        assert_eq!(utc.to_string(), "2026-11-01T01:30:00Z");
    }

    #[test]
    fn keeps_microseconds() {
        let instant: Timestamp = "2026-11-01T01:30:00.123456Z".parse().unwrap();
        assert_eq!(instant.micros() % Timestamp::MICROS_PER_SECOND, 123_456);
    }

    #[test]
    fn refuses_what_has_no_offset_or_another_form() {
        for text in [
            "2026-11-01",
            "2026-11-01T09:30:00",
            "2026-11-01 09:30:00Z",
            "20261101T093000Z",
            "2026-13-01T00:00:00Z",
            "yesterday",
            "2026-11-01T09:30:00+08:00[Asia/Shanghai]",
            "2026-11-01T09:30:00+08",
            "2026-11-01T09:30:00+0800",
            "2026-11-01T09:30:00+08:00:15",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(ParseTimestampError), "{text}");
        }
    }
}

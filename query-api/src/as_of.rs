//! `as_of` as a caller gives it, and the place in the log that it means.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use axum::http::StatusCode;
use events_schema::{Position, Timestamp};
use serde::de::{self, Deserialize, Deserializer};

use crate::period;
use crate::problem::Problem;

/// A moment of the past, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// As it stood after the event at this position, and all that the same decision recorded.
    Position(Position),
    /// As recorded by this instant.
    Instant(Timestamp),
}

/// A place in the log at which the service once stood: never within a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The last event before it; 0 before the first one.
    pub position: Position,
    /// When that event was recorded; nothing before the first one.
    pub recorded_at: Option<Timestamp>,
}

/// What finds it in the log, which is not known here: nothing for a position that the log does not reach, and for an
/// instant that is later than now.
pub type Resolver = Arc<dyn Fn(AsOf) -> Resolving + Send + Sync>;

/// The search for a place in the log.
pub type Resolving =
    Pin<Box<dyn Future<Output = Result<Option<Moment>, Box<dyn Error + Send + Sync>>> + Send>>;

impl AsOf {
    /// What `text` says: a position, or RFC 3339 with an offset.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that is too long is a position that no log reaches.
            return Some(Self::Position(Position::new(text.parse().unwrap_or(u64::MAX))));
        }
        period::instant(text).map(Self::Instant)
    }

    /// The place that it means, and the instant that is "now" there: for a position, when it was recorded. So the
    /// answer to one question is the same for ever, also where it says nothing of time. `name` is the parameter that
    /// asks for it.
    pub(crate) async fn resolve(
        self,
        name: &'static str,
        resolver: &Resolver,
    ) -> Result<(Moment, Option<Timestamp>), Problem> {
        let found = resolver(self).await.map_err(|error| Problem::internal(&*error))?;
        let moment = found.ok_or_else(|| self.not_yet(name))?;
        Ok(match self {
            Self::Position(_) => (moment, moment.recorded_at),
            Self::Instant(instant) => (moment, Some(instant)),
        })
    }

    /// 422: there are no figures of what is not yet.
    fn not_yet(self, name: &'static str) -> Problem {
        invalid(
            name,
            match self {
                Self::Position(position) => {
                    format!("{name} is {position}, and the log does not reach so far yet")
                }
                Self::Instant(_) => {
                    format!("{name} is later than now: nobody knows what will be recorded by then")
                }
            },
        )
    }
}

/// 422: the parameter `name` is no moment that figures can be asked as of.
pub(crate) fn invalid(name: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_as_of", detail).with("field", name)
}

impl<'de> Deserialize<'de> for AsOf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(AsOfVisitor)
    }
}

struct AsOfVisitor;

impl de::Visitor<'_> for AsOfVisitor {
    type Value = AsOf;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a position such as 1204, or an RFC 3339 time with an offset")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<AsOf, E> {
        AsOf::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// A log of seven events, the last of which were decided together.
    fn resolver() -> Resolver {
        Arc::new(|as_of| {
            let recorded_at = Some(at("2026-11-01T09:30:00Z"));
            let moment = |position| Some(Moment { position: Position::new(position), recorded_at });
            let found = match as_of {
                AsOf::Position(position) if position.get() > 7 => None,
                AsOf::Position(position) => moment(position.get().max(6)),
                AsOf::Instant(instant) if instant > at("2026-11-02T00:00:00Z") => None,
                AsOf::Instant(_) => moment(5),
            };
            Box::pin(async move { Ok(found) })
        })
    }

    #[test]
    fn it_is_a_position_or_an_instant() {
        assert_eq!(AsOf::parse("1204"), Some(AsOf::Position(Position::new(1204))));
        assert_eq!(AsOf::parse("0"), Some(AsOf::Position(Position::ZERO)));
        assert_eq!(AsOf::parse("99999999999999999999"), Some(AsOf::Position(Position::new(u64::MAX))));
        let instant = Some(AsOf::Instant(at("2026-11-01T09:30:00+08:00")));
        assert_eq!(AsOf::parse("2026-11-01T09:30:00 08:00"), instant);
        for text in ["", "-1", "+1", "1.0", "2026-11-01", "2026-11-01T09:30:00", "yesterday"] {
            assert_eq!(AsOf::parse(text), None, "{text}");
        }
    }

    #[tokio::test]
    async fn it_means_a_place_between_decisions_and_its_time() {
        let (moment, now) = AsOf::Position(Position::new(3)).resolve("as_of", &resolver()).await.unwrap();
        assert_eq!((moment.position.get(), now), (6, Some(at("2026-11-01T09:30:00Z"))));
        let instant = at("2026-11-01T12:00:00Z");
        let (moment, now) = AsOf::Instant(instant).resolve("as_of", &resolver()).await.unwrap();
        assert_eq!((moment.position.get(), now), (5, Some(instant)));
    }

    #[tokio::test]
    async fn what_is_not_yet_has_no_figures() {
        let tomorrow = AsOf::Instant(at("2026-11-03T00:00:00Z"));
        for as_of in [AsOf::Position(Position::new(8)), tomorrow] {
            let problem = as_of.resolve("as_of", &resolver()).await.unwrap_err();
            assert_eq!((problem.status().as_u16(), problem.code()), (422, "invalid_as_of"));
            assert_eq!(serde_json::to_value(problem.document()).unwrap()["field"], "as_of");
        }
    }
}

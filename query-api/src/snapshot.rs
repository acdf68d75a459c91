//! The read models at one position, for all sections of one answer.

use events_schema::{Calendar, Position, Timestamp};

use crate::as_of::Moment;
use crate::database::{DatabaseError, Row, Rows, Session, Sql};
use crate::past::Past;
use crate::problem::Problem;

/// A read transaction, and what it says about itself.
///
/// All that is read through it stands at the same position. It ends when it is dropped.
#[derive(Debug)]
pub struct Snapshot {
    session: Session,
    /// The last position that is reflected; 0 before the first event.
    pub position: Position,
    /// The log that the read models are derived from; empty before the first event.
    pub log_id: Vec<u8>,
    /// When the event at [`Self::position`] was recorded; nothing before the first event.
    pub recorded_at: Option<Timestamp>,
    /// The currency of all amounts.
    pub currency: String,
    /// The calendar by which cells are kept.
    pub calendar: Calendar,
    past: Option<Past>,
}

/// Why the read models could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// All connections are taken.
    #[error("too many requests read at once")]
    Busy,
    /// The database did not answer.
    #[error("the read models could not be read")]
    Database(#[source] DatabaseError),
    /// The read models were written with a time zone that is not known here.
    #[error("the read models cannot be used")]
    Zone(#[from] events_schema::calendar::UnknownZoneError),
}

/// The time zone of a ledger in which nothing is recorded yet.
const FIRST_TIME_ZONE: &str = "Asia/Shanghai";
/// The currency of a ledger in which nothing is recorded yet.
const FIRST_CURRENCY: &str = "CNY";
/// When a request that found no free connection may come again.
const BUSY_RETRY_SECONDS: u32 = 1;

impl Snapshot {
    /// What `session` sees, from its first read on.
    pub(crate) async fn new(mut session: Session) -> Result<Self, SnapshotError> {
        const CHECKPOINT: &str = "select position, log_id, recorded_at, currency, time_zone from checkpoint";
        let Some(row) = session.fetch_optional(Sql::new(CHECKPOINT)).await? else {
            return Ok(Self {
                session,
                position: Position::ZERO,
                log_id: Vec::new(),
                recorded_at: None,
                currency: FIRST_CURRENCY.to_owned(),
                calendar: Calendar::new(FIRST_TIME_ZONE)?,
                past: None,
            });
        };
        Ok(Self {
            session,
            position: Position::new(row.get::<i64>(0)?.cast_unsigned()),
            log_id: row.get(1)?,
            recorded_at: Some(Timestamp::from_micros(row.get(2)?)),
            currency: row.get(3)?,
            calendar: Calendar::new(row.get(4)?)?,
            past: None,
        })
    }

    /// The same, as it stood at `moment`: in the past, or now.
    pub(crate) async fn back_to(mut self, moment: Moment) -> Result<Self, SnapshotError> {
        if moment.position < self.position {
            self.past = Some(Past::at(moment.position, &mut self.session).await?);
            (self.position, self.recorded_at) = (moment.position, moment.recorded_at);
        }
        Ok(self)
    }

    /// Stands after the event at `position` from now on, be that earlier or later than where it stood: never later than
    /// where it stood at first. All is read from the tables of the past, also at their end.
    pub(crate) async fn stand_at(&mut self, position: Position) -> Result<(), DatabaseError> {
        self.past = Some(Past::at(position, &mut self.session).await?);
        (self.position, self.recorded_at) = (position, None);
        Ok(())
    }

    /// Where in the past it stands; nothing when it stands at the end.
    pub(crate) const fn past(&self) -> Option<&Past> {
        self.past.as_ref()
    }

    /// From now on what is read is found by indexes, row by row: it is known to be little.
    pub(crate) async fn find_by_index(&mut self) -> Result<(), DatabaseError> {
        self.session.find_by_index().await
    }

    /// All rows of a select.
    pub(crate) async fn fetch_all(&mut self, sql: Sql) -> Result<Vec<Row>, DatabaseError> {
        self.session.fetch_all(sql).await
    }

    /// All rows of a select of so many columns of numbers, one after the other; null is 0.
    pub(crate) async fn fetch_numbers(
        &mut self,
        sql: Sql,
        columns: usize,
    ) -> Result<Vec<i64>, DatabaseError> {
        self.session.fetch_numbers(sql, columns).await
    }

    /// The first row of a select, if there is one.
    pub(crate) async fn fetch_optional(&mut self, sql: Sql) -> Result<Option<Row>, DatabaseError> {
        self.session.fetch_optional(sql).await
    }

    /// The row of a select that always has one.
    pub(crate) async fn fetch_one(&mut self, sql: Sql) -> Result<Row, DatabaseError> {
        self.fetch_optional(sql).await?.ok_or(DatabaseError::NoRow)
    }

    /// All rows of a select one by one, in constant memory.
    pub(crate) async fn stream(&mut self, sql: Sql) -> Result<Rows<'_>, DatabaseError> {
        self.session.stream(sql).await
    }
}

impl From<DatabaseError> for SnapshotError {
    fn from(error: DatabaseError) -> Self {
        if matches!(error, DatabaseError::Busy) { Self::Busy } else { Self::Database(error) }
    }
}

impl From<SnapshotError> for Problem {
    fn from(error: SnapshotError) -> Self {
        if matches!(error, SnapshotError::Busy) {
            return Self::unavailable(
                "busy",
                "too many requests read at once: ask again",
                BUSY_RETRY_SECONDS,
            );
        }
        Self::internal(&error)
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        SnapshotError::from(error).into()
    }
}

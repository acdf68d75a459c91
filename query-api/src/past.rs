//! Where in the past a snapshot stands: at which epoch cells are read, and which events are added.

use events_schema::Position;

use crate::database::{DatabaseError, Row, Session, Sql};
use crate::snapshot::Snapshot;

/// Where in the past a snapshot stands.
///
/// Cells are read as they stood at the end of an epoch: of the two around the position the nearer one. What the events
/// between the two did is added, or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    /// The last event that is reflected.
    pub(crate) position: i64,
    /// The last epoch that ended before it, or with it.
    pub(crate) before: Epoch,
    /// The epoch as of which cells are read.
    pub(crate) nearest: Epoch,
    /// No order that is paid by then was paid later than this; nothing when that is not known.
    pub(crate) paid_until: Option<i64>,
}

/// The end of an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Its number; 0 is before the first.
    pub(crate) number: i64,
    /// Its last event.
    pub(crate) last: i64,
}

/// The last event of the epoch `$1`.
const LAST: &str = "select last from epochs where number = $1";
/// The epochs around the position `$1`, the later one first.
const AROUND: &str = "\
    select * from ( \
        select number, last, paid_until from epochs where last > $1 order by last limit 1 \
    ) as behind union all select * from ( \
        select number, last, paid_until from epochs where last <= $1 order by last desc limit 1 \
    ) as before order by number desc";

impl Past {
    /// The past after the event at `position`, which is before the last that `session` sees.
    pub(crate) async fn at(position: Position, session: &mut Session) -> Result<Self, DatabaseError> {
        session.find_by_index().await?;
        let position = position.as_i64();
        let (mut before, mut behind, mut paid_until) = (Epoch::default(), None, None);
        for row in session.fetch_all(Sql::new(AROUND).with(position)).await? {
            let epoch = Epoch::read(&row)?;
            if epoch.last > position {
                (behind, paid_until) = (Some(epoch), row.get("paid_until")?);
            } else {
                before = epoch;
            }
        }
        let nearer = behind.filter(|behind| behind.last - position < position - before.last);
        Ok(Self { position, before, nearest: nearer.unwrap_or(before), paid_until })
    }

    /// What is bound to the places of a text about the past, between the events and the range that it names: after
    /// which event, up to which event, and whether they count (1) or are too much (-1).
    pub(crate) fn window(&self) -> [i64; 3] {
        let Self { position, nearest: Epoch { last, .. }, .. } = *self;
        if last <= position { [last, position, 1] } else { [position, last, -1] }
    }
}

impl Epoch {
    /// The epoch of this number, which has ended.
    pub(crate) async fn numbered(number: i64, snapshot: &mut Snapshot) -> Result<Self, DatabaseError> {
        let last = snapshot.fetch_one(Sql::new(LAST).with(number)).await?.get(0)?;
        Ok(Self { number, last })
    }

    fn read(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self { number: row.get("number")?, last: row.get("last")? })
    }
}

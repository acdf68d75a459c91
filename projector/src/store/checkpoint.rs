//! The table that says how far a generation is, in the same words for both engines.

use events_schema::{Position, Timestamp};

use crate::checkpoint::Checkpoint;
use crate::store::StoreError;

/// Reads the [`Columns`], where there are any.
pub(super) const SELECT: &str =
    "select log_id, position, root, recorded_at, currency, time_zone from checkpoint";
/// Replaces the [`Columns`].
pub(super) const REPLACE: &str = "insert into checkpoint \
    (one, log_id, position, root, recorded_at, currency, time_zone) values (1, $1, $2, $3, $4, $5, $6) \
    on conflict (one) do update set log_id = excluded.log_id, position = excluded.position, \
    root = excluded.root, recorded_at = excluded.recorded_at, currency = excluded.currency, \
    time_zone = excluded.time_zone";

/// The columns: log, position, root, instant, currency, time zone.
pub(super) type Columns = (Vec<u8>, i64, Vec<u8>, i64, String, String);

/// The columns of a checkpoint.
pub(super) fn to_columns(checkpoint: &Checkpoint) -> Columns {
    let Checkpoint { log_id, position, root, recorded_at, currency, time_zone } = checkpoint;
    let (log_id, root) = (log_id.to_vec(), root.to_vec());
    (log_id, position.as_i64(), root, recorded_at.micros(), currency.clone(), time_zone.clone())
}

/// The checkpoint of columns.
pub(super) fn from_columns(columns: Columns) -> Result<Checkpoint, StoreError> {
    let (log_id, position, root, recorded_at, currency, time_zone) = columns;
    Ok(Checkpoint {
        log_id: log_id.try_into().map_err(|_| StoreError::NoReadModels)?,
        position: Position::new(position.cast_unsigned()),
        root: root.try_into().map_err(|_| StoreError::NoReadModels)?,
        recorded_at: Timestamp::from_micros(recorded_at),
        currency,
        time_zone,
    })
}

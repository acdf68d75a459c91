//! The table that says how far a generation is, in the same words for both engines.

use events_schema::{Position, Timestamp};
use sqlx::{Database, Encode, Executor, FromRow, IntoArguments, Type};

use crate::checkpoint::Checkpoint;

/// The columns: log, position, root, instant, currency, time zone.
type Columns = (Vec<u8>, i64, Vec<u8>, i64, String, String);

/// How far the generation is; nothing before the first event.
pub(super) async fn read<DB>(connection: &mut DB::Connection) -> Result<Option<Checkpoint>, sqlx::Error>
where
    DB: Database,
    DB::Arguments: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    Columns: for<'r> FromRow<'r, DB::Row>,
{
    const SELECT: &str = "select log_id, position, root, recorded_at, currency, time_zone from checkpoint";
    let columns = sqlx::query_as::<DB, Columns>(SELECT).fetch_optional(connection).await?;
    columns.map(from_columns).transpose()
}

/// Moves the checkpoint.
pub(super) async fn write<DB>(
    connection: &mut DB::Connection,
    checkpoint: &Checkpoint,
) -> Result<(), sqlx::Error>
where
    DB: Database,
    DB::Arguments: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    Vec<u8>: for<'q> Encode<'q, DB> + Type<DB>,
    String: for<'q> Encode<'q, DB> + Type<DB>,
{
    const REPLACE: &str = "insert into checkpoint \
        (one, log_id, position, root, recorded_at, currency, time_zone) values (1, $1, $2, $3, $4, $5, $6) \
        on conflict (one) do update set log_id = excluded.log_id, position = excluded.position, \
        root = excluded.root, recorded_at = excluded.recorded_at, currency = excluded.currency, \
        time_zone = excluded.time_zone";
    sqlx::query::<DB>(REPLACE)
        .bind(checkpoint.log_id.to_vec())
        .bind(checkpoint.position.as_i64())
        .bind(checkpoint.root.to_vec())
        .bind(checkpoint.recorded_at.micros())
        .bind(checkpoint.currency.clone())
        .bind(checkpoint.time_zone.clone())
        .execute(connection)
        .await?;
    Ok(())
}

fn from_columns(columns: Columns) -> Result<Checkpoint, sqlx::Error> {
    let (log_id, position, root, recorded_at, currency, time_zone) = columns;
    let wrong = |column: &'static str| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: "it has another length".into(),
    };
    Ok(Checkpoint {
        log_id: log_id.try_into().map_err(|_| wrong("log_id"))?,
        position: Position::new(position.cast_unsigned()),
        root: root.try_into().map_err(|_| wrong("root"))?,
        recorded_at: Timestamp::from_micros(recorded_at),
        currency,
        time_zone,
    })
}

//! One generation in a schema of PostgreSQL.

mod rows;
mod schemas;
mod session;
mod sql;
mod statements;

pub(super) use schemas::Schemas;

use std::sync::Arc;

use events_schema::Position;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{StoreError, checkpoint, epochs, script};
use crate::change::Writes;
use crate::checkpoint::Checkpoint;
use rows::RowTypes;
use schemas::{is_valid, schema};
use session::{enter, reclaim};
use statements::Statements;

/// What the server may take to sort the rows of an index.
const INDEX_MEMORY: &str = "set maintenance_work_mem = '128MB'";

/// One generation in a schema.
#[derive(Debug)]
pub(super) struct PostgresStore {
    schemas: Schemas,
    number: u64,
    statements: Statements,
    /// How many indexes there were before this process made any.
    indexes_before: Option<i64>,
}

impl PostgresStore {
    /// Opens a generation; makes it, with its tables, when there is none. The right to write was asked for.
    pub(super) async fn open(mut schemas: Schemas, number: u64) -> Result<Self, StoreError> {
        schemas.make(number).await?;
        let mut connection = schemas.session.take().await?;
        enter(&mut connection, &schema(number)).await?;
        let statements = Statements::new(&RowTypes::read(&mut connection, &schema(number)).await?)?;
        schemas.session.put_back(connection);
        Ok(Self { schemas, number, statements, indexes_before: None })
    }

    /// All generations, after it was seen to that this process may still write.
    pub(super) async fn schemas(&mut self) -> Result<&mut Schemas, StoreError> {
        let connection = self.take_connection().await?;
        self.schemas.session.put_back(connection);
        Ok(&mut self.schemas)
    }

    /// Its number.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// How far it is; nothing before the first event.
    pub(super) async fn checkpoint(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        let mut connection = self.take_connection().await?;
        let checkpoint = read_checkpoint(&mut connection).await?;
        self.schemas.session.put_back(connection);
        Ok(checkpoint)
    }

    /// The end of the last epoch that is closed.
    pub(super) async fn epochs_last(&mut self) -> Result<Position, StoreError> {
        let mut connection = self.take_connection().await?;
        let last: i64 = sqlx::query_scalar(epochs::LAST).fetch_one(&mut connection).await?;
        self.schemas.session.put_back(connection);
        Ok(Position::new(last.cast_unsigned()))
    }

    /// Makes all of `writes`, one after the other, and moves the checkpoint, in one transaction.
    pub(super) async fn write(
        &mut self,
        writes: &[Arc<Writes>],
        checkpoint: &Checkpoint,
    ) -> Result<(), StoreError> {
        let mut connection = self.take_connection().await?;
        let mut transaction = connection.begin().await?;
        for writes in writes {
            self.statements.execute(&mut transaction, writes).await?;
            if let Some(last) = writes.closes_epoch {
                sqlx::query(epochs::TOTALS).execute(&mut *transaction).await?;
                sqlx::query(epochs::CLOSE).bind(last.as_i64()).execute(&mut *transaction).await?;
            }
        }
        write_checkpoint(&mut transaction, checkpoint).await?;
        transaction.commit().await?;
        self.schemas.session.put_back(connection);
        Ok(())
    }

    /// Makes durable what is committed, and answers up to where that is: a commit that waits for the disk of the server
    /// takes everything before it there. One that has written nothing would not wait.
    pub(super) async fn make_durable(&mut self) -> Result<Position, StoreError> {
        const REWRITE: &str = "update checkpoint set position = position returning position";
        let mut connection = self.take_connection().await?;
        let mut transaction = connection.begin().await?;
        sqlx::raw_sql("set local synchronous_commit = local").execute(&mut *transaction).await?;
        let position: Option<i64> = sqlx::query_scalar(REWRITE).fetch_optional(&mut *transaction).await?;
        transaction.commit().await?;
        self.schemas.session.put_back(connection);
        Ok(position.map_or(Position::ZERO, |position| Position::new(position.cast_unsigned())))
    }

    /// Makes the indexes that are not there yet, each in a transaction of its own. Where there were some to make, the
    /// tables have just been filled, and the server is told what they are like.
    pub(super) async fn index(&mut self) -> Result<(), StoreError> {
        let mut connection = self.take_connection().await?;
        let before = count_indexes(&mut connection, self.number).await?;
        let before = *self.indexes_before.get_or_insert(before);
        sqlx::raw_sql(INDEX_MEMORY).execute(&mut connection).await?;
        for index in script::indexes(&script::for_postgres(&script::SQLITE)) {
            sqlx::raw_sql(AssertSqlSafe(index)).execute(&mut connection).await?;
        }
        let after = count_indexes(&mut connection, self.number).await?;
        self.schemas.session.put_back(connection);
        if after > before {
            self.schemas.analyze(self.number).await?;
        }
        Ok(())
    }

    /// All generations, which keep the session.
    pub(super) fn into_schemas(self) -> Schemas {
        self.schemas
    }

    /// The connection. After a session was lost, the right to write must be had again, and the generation be the one
    /// to be written: another process may have had it meanwhile.
    async fn take_connection(&mut self) -> Result<PgConnection, StoreError> {
        let is_new = self.schemas.session.is_lost();
        let mut connection = self.schemas.session.take().await?;
        if is_new {
            if !reclaim(&mut connection).await? || !is_valid(&mut connection, self.number).await? {
                return Err(StoreError::Displaced);
            }
            enter(&mut connection, &schema(self.number)).await?;
        }
        Ok(connection)
    }
}

/// How many indexes a generation has.
async fn count_indexes(connection: &mut PgConnection, number: u64) -> Result<i64, sqlx::Error> {
    const COUNT: &str = "select count(*) from pg_indexes where schemaname = $1";
    sqlx::query_scalar(COUNT).bind(schema(number)).fetch_one(connection).await
}

/// How far a generation is; nothing before the first event.
async fn read_checkpoint(connection: &mut PgConnection) -> Result<Option<Checkpoint>, StoreError> {
    let columns = sqlx::query_as(checkpoint::SELECT).fetch_optional(connection).await?;
    columns.map(checkpoint::from_columns).transpose()
}

async fn write_checkpoint(connection: &mut PgConnection, checkpoint: &Checkpoint) -> Result<(), sqlx::Error> {
    let (log_id, position, root, recorded_at, currency, time_zone) = checkpoint::to_columns(checkpoint);
    let replace = sqlx::query(checkpoint::REPLACE).bind(log_id).bind(position).bind(root);
    replace.bind(recorded_at).bind(currency).bind(time_zone).execute(connection).await?;
    Ok(())
}

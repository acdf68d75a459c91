//! The schemas of all generations, and which of them is read.
//!
//! The schema `ledger_1` holds the tables of the first generation, `ledger_2` those of the second, …; the table
//! `ledger.generations` says what each of them holds, and which one is read. The entities that a generation was folded
//! from are in the data directory of the process that folded them, under an id that no other generation has.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, FromRow, PgConnection};

use super::read_checkpoint;
use super::session::{LOCK_NOT_AVAILABLE, Session, UNDEFINED_TABLE, claim, enter, has_code};
use crate::checkpoint::Checkpoint;
use crate::database::{Database, PostgresUrl};
use crate::store::{Format, StoreError, script};

/// Makes the table of generations. A change of it must be one that earlier programs can live with.
const CONTROL: &str = "create schema if not exists ledger; \
    create table if not exists ledger.generations ( \
        number              bigint  primary key, \
        id                  text    not null default gen_random_uuid()::text, \
        schema_version      bigint  not null, \
        projections_version bigint  not null, \
        is_current          boolean not null default false \
    ); \
    create unique index if not exists generations_is_current on ledger.generations (is_current) where is_current";

/// Whether there is a table of generations.
const IS_CONTROLLED: &str = "select to_regclass('ledger.generations') is not null";

/// All generations in a database.
#[derive(Debug)]
pub(crate) struct Schemas {
    /// Where the entities of all generations are.
    dir: PathBuf,
    pub(super) session: Session,
}

impl Schemas {
    /// Those in the database at `url`, which is waited for until `patience` ends.
    pub(crate) async fn open(
        data_dir: &Path,
        url: &PostgresUrl,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let dir = data_dir.join("read-models");
        fs::create_dir_all(&dir).map_err(StoreError::at(&dir))?;
        Ok(Self { dir, session: Session::begin(url, patience).await? })
    }

    /// Asks for the right to write; whoever has it finds a table of generations.
    pub(crate) async fn claim(&mut self) -> Result<bool, StoreError> {
        let mut connection = self.session.take().await?;
        let claimed = claim(&mut connection).await?;
        if claimed && !is_controlled(&mut connection).await? {
            sqlx::raw_sql(CONTROL).execute(&mut connection).await?;
        }
        self.session.put_back(connection);
        Ok(claimed)
    }

    /// The numbers of all generations, in their order.
    pub(crate) async fn all(&mut self) -> Result<Vec<u64>, StoreError> {
        self.numbers("select number from ledger.generations order by number").await
    }

    /// The one that is read; none before the first one was made.
    pub(crate) async fn current(&mut self) -> Result<Option<u64>, StoreError> {
        Ok(self.numbers("select number from ledger.generations where is_current").await?.pop())
    }

    /// What a generation holds.
    pub(crate) async fn format(&mut self, number: u64) -> Result<Format, StoreError> {
        const SELECT: &str =
            "select schema_version, projections_version from ledger.generations where number = $1";
        let (schema, projections): (i64, i64) = self.entry(SELECT, number).await?;
        let version = |number: i64| u16::try_from(number).map_err(|_| StoreError::NoReadModels);
        Ok(Format { schema: version(schema)?, projections: version(projections)? })
    }

    /// How far a generation is; nothing before the first event.
    pub(crate) async fn checkpoint(&mut self, number: u64) -> Result<Option<Checkpoint>, StoreError> {
        let mut connection = self.session.take().await?;
        enter(&mut connection, &schema(number)).await?;
        // Whoever writes may just have deleted it.
        let is_gone = |error: &sqlx::Error| has_code(error, UNDEFINED_TABLE);
        let checkpoint = match read_checkpoint(&mut connection).await {
            Err(StoreError::Database(error)) if is_gone(&error) => return Err(StoreError::Displaced),
            read => read?,
        };
        self.session.put_back(connection);
        Ok(checkpoint)
    }

    /// Tells the server what the tables of a generation are like, so that readers find the best way through them, and
    /// that all may see their rows, so that indexes answer alone.
    pub(crate) async fn analyze(&mut self, number: u64) -> Result<(), StoreError> {
        const TABLES: &str = "select string_agg(format('%I.%I', schemaname, tablename), ', ') from pg_tables where schemaname = $1";
        let mut connection = self.session.take().await?;
        let tables: Option<String> =
            sqlx::query_scalar(TABLES).bind(schema(number)).fetch_one(&mut connection).await?;
        if let Some(tables) = tables {
            sqlx::raw_sql(AssertSqlSafe(format!("vacuum (analyze) {tables}")))
                .execute(&mut connection)
                .await?;
        }
        self.session.put_back(connection);
        Ok(())
    }

    /// From now on `number` is read.
    pub(crate) async fn switch_to(&mut self, number: u64) -> Result<(), StoreError> {
        let mut connection = self.session.take().await?;
        let mut transaction = connection.begin().await?;
        for switch in [
            "update ledger.generations set is_current = false where is_current and number <> $1",
            "update ledger.generations set is_current = true where number = $1",
        ] {
            sqlx::query(switch).bind(number.cast_signed()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.session.put_back(connection);
        Ok(())
    }

    /// Deletes a generation. Tables that somebody reads just now are left for another time.
    pub(crate) async fn delete(&mut self, number: u64) -> Result<(), StoreError> {
        let mut connection = self.session.take().await?;
        match drop_schema(&mut connection, number).await {
            Ok(()) => {}
            Err(error) if has_code(&error, LOCK_NOT_AVAILABLE) => {
                tracing::info!(generation = number, "old read models are still read: they are deleted later");
            }
            Err(error) => return Err(error.into()),
        }
        self.session.put_back(connection);
        Ok(())
    }

    /// Deletes the entities of generations that are gone, or that another database holds.
    pub(crate) async fn delete_orphans(&mut self) -> Result<(), StoreError> {
        let mut connection = self.session.take().await?;
        let ids: Vec<String> =
            sqlx::query_scalar("select id from ledger.generations").fetch_all(&mut connection).await?;
        self.session.put_back(connection);
        for entry in fs::read_dir(&self.dir).map_err(StoreError::at(&self.dir))? {
            let path = entry.map_err(StoreError::at(&self.dir))?.path();
            let id = path.file_name().and_then(|name| name.to_str()).and_then(entities_id);
            if id.is_some_and(|id| !ids.iter().any(|known| known == id)) {
                fs::remove_dir_all(&path).map_err(StoreError::at(&path))?;
            }
        }
        Ok(())
    }

    /// The tables of a generation, for readers.
    pub(crate) fn database(&self, number: u64) -> Database {
        Database::Postgres { url: self.session.url().clone(), schema: schema(number).into() }
    }

    /// The directory of a generation's entities.
    pub(crate) async fn entities_path(&mut self, number: u64) -> Result<PathBuf, StoreError> {
        const SELECT: &str = "select id from ledger.generations where number = $1";
        let (id,): (String,) = self.entry(SELECT, number).await?;
        Ok(self.dir.join(format!("postgres-{id}.entities")))
    }

    /// Makes the tables of a generation where there are none.
    pub(super) async fn make(&mut self, number: u64) -> Result<(), StoreError> {
        const INSERT: &str = "insert into ledger.generations (number, schema_version, projections_version) \
            values ($1, $2, $3)";
        if self.all().await?.contains(&number) {
            return Ok(());
        }
        let mut connection = self.session.take().await?;
        let mut transaction = connection.begin().await?;
        let create = format!("create schema {}", schema(number));
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut *transaction).await?;
        enter(&mut transaction, &schema(number)).await?;
        let tables = script::tables(&script::for_postgres(&script::SQLITE));
        sqlx::raw_sql(AssertSqlSafe(tables)).execute(&mut *transaction).await?;
        sqlx::query(INSERT)
            .bind(number.cast_signed())
            .bind(i64::from(Format::CURRENT.schema))
            .bind(i64::from(Format::CURRENT.projections))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        self.session.put_back(connection);
        Ok(())
    }

    async fn numbers(&mut self, select: &'static str) -> Result<Vec<u64>, StoreError> {
        let mut connection = self.session.take().await?;
        let numbers: Vec<i64> = if is_controlled(&mut connection).await? {
            sqlx::query_scalar(select).fetch_all(&mut connection).await?
        } else {
            Vec::new()
        };
        self.session.put_back(connection);
        Ok(numbers.into_iter().map(i64::cast_unsigned).collect())
    }

    /// What the table of generations says about one of them, which is there.
    async fn entry<T>(&mut self, select: &'static str, number: u64) -> Result<T, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut connection = self.session.take().await?;
        let query = sqlx::query_as(select).bind(number.cast_signed());
        let entry = query.fetch_optional(&mut connection).await?;
        self.session.put_back(connection);
        entry.ok_or(StoreError::Displaced)
    }

    /// Ends the session in good order, and with it the right to write.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        self.session.end().await
    }
}

/// The id in the name of a directory of entities.
fn entities_id(name: &str) -> Option<&str> {
    name.strip_prefix("postgres-")?.strip_suffix(".entities")
}

/// The name of a generation's schema.
pub(super) fn schema(number: u64) -> String {
    format!("ledger_{number}")
}

/// Whether `number` may still be written: no other process has deleted it, or switched to a later one.
pub(super) async fn is_valid(connection: &mut PgConnection, number: u64) -> Result<bool, sqlx::Error> {
    const SELECT: &str = "select exists (select from ledger.generations where number = $1) \
        and not exists (select from ledger.generations where is_current and number > $1)";
    sqlx::query_scalar(SELECT).bind(number.cast_signed()).fetch_one(connection).await
}

async fn is_controlled(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(IS_CONTROLLED).fetch_one(connection).await
}

async fn drop_schema(connection: &mut PgConnection, number: u64) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    // Readers that come after this one wait for it.
    let drop = format!("set local lock_timeout = '1s'; drop schema if exists {} cascade", schema(number));
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *transaction).await?;
    sqlx::query("delete from ledger.generations where number = $1")
        .bind(number.cast_signed())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

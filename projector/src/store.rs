//! All SQL that writes: generations of read models, in files of SQLite or in schemas of PostgreSQL.

mod checkpoint;
mod epochs;
mod fields;
mod postgres;
mod script;
mod sqlite;

mod error;
pub use error::StoreError;

mod generations;
pub(crate) use generations::{Generations, Readable};

use std::path::PathBuf;
use std::sync::Arc;

use events_schema::Position;

use crate::change::Writes;
use crate::checkpoint::Checkpoint;
use postgres::PostgresStore;
use sqlite::SqliteStore;

/// What a generation holds: the shape of its tables, and what the projections put into them.
///
/// Each generation says both about itself. When they are not those of the program, a new one is made from the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// The number of the script in `migrations/` that made its tables.
    pub(crate) schema: u16,
    /// The version of the projections. It is raised whenever the same events would give other rows or cells, or other
    /// epochs.
    pub(crate) projections: u16,
}

impl Format {
    /// What this program makes.
    pub(crate) const CURRENT: Self = Self { schema: script::VERSION, projections: 1 };

    /// Both as one number, such as the `user_version` of a file of SQLite; 0 is a file without tables.
    pub(crate) fn to_number(self) -> i64 {
        i64::from(self.schema) << 16 | i64::from(self.projections)
    }

    fn from_number(number: i64) -> Option<Self> {
        let schema = u16::try_from(number >> 16).ok().filter(|schema| *schema > 0)?;
        Some(Self { schema, projections: u16::try_from(number & 0xffff).ok()? })
    }
}

/// One generation of read models, open for writing.
#[derive(Debug)]
pub(crate) struct Store {
    engine: Engine,
    /// How far it is, as far as this process knows.
    known: Option<Checkpoint>,
    /// Whether the last transaction succeeded. After an error nobody knows whether it was committed.
    is_certain: bool,
}

#[derive(Debug)]
enum Engine {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

impl Store {
    /// Opens a generation, of which SQLite keeps `page_bytes` in memory; makes it, with its tables, when there is none.
    pub(crate) async fn open(
        generations: Generations,
        number: u64,
        page_bytes: usize,
    ) -> Result<Self, StoreError> {
        let mut engine = match generations {
            Generations::Files(files) => Engine::Sqlite(SqliteStore::open(files, number, page_bytes).await?),
            Generations::Schemas(schemas) => Engine::Postgres(PostgresStore::open(schemas, number).await?),
        };
        let known = engine.checkpoint().await?;
        Ok(Self { engine, known, is_certain: true })
    }

    /// How far it is; nothing before the first event.
    pub(crate) const fn checkpoint(&self) -> Option<&Checkpoint> {
        self.known.as_ref()
    }

    /// The end of the last epoch that is closed; before the first event where none is.
    pub(crate) async fn epochs_last(&mut self) -> Result<Position, StoreError> {
        match &mut self.engine {
            Engine::Sqlite(store) => store.epochs_last().await,
            Engine::Postgres(store) => store.epochs_last().await,
        }
    }

    /// The directory of the entities that it is folded from.
    pub(crate) async fn entities_path(&mut self) -> Result<PathBuf, StoreError> {
        match &mut self.engine {
            Engine::Sqlite(store) => Ok(store.files().entities_path(store.number())),
            Engine::Postgres(store) => {
                let number = store.number();
                store.schemas().await?.entities_path(number).await
            }
        }
    }

    /// Makes all of `writes`, one after the other, and moves the checkpoint, in one transaction.
    pub(crate) async fn apply(
        &mut self,
        writes: &[Arc<Writes>],
        checkpoint: &Checkpoint,
    ) -> Result<(), StoreError> {
        if !self.is_certain {
            let found = self.engine.checkpoint().await?;
            // It was committed, and the answer was lost.
            let is_done = found.as_ref() == Some(checkpoint);
            if !is_done && found != self.known {
                return Err(StoreError::Displaced);
            }
            (self.known, self.is_certain) = (found, true);
            if is_done {
                return Ok(());
            }
        }
        self.is_certain = false;
        self.engine.write(writes, checkpoint).await?;
        (self.known, self.is_certain) = (Some(checkpoint.clone()), true);
        Ok(())
    }

    /// Sees to it that what is committed gets to the disk, which no commit waits for. The answer is up to where the
    /// tables are known to be there. That may be less, so that what is written next need not wait: this is asked again.
    pub(crate) async fn make_durable(&mut self) -> Result<Position, StoreError> {
        let committed = self.known.as_ref().map_or(Position::ZERO, |checkpoint| checkpoint.position);
        match &mut self.engine {
            Engine::Sqlite(store) => store.make_durable(committed).await,
            Engine::Postgres(store) => {
                // A session that is lost here takes the right to write with it.
                let was_certain = std::mem::replace(&mut self.is_certain, false);
                let durable = store.make_durable().await?;
                self.is_certain = was_certain;
                Ok(durable)
            }
        }
    }

    /// Makes the indexes that are not there yet.
    pub(crate) async fn index(&mut self) -> Result<(), StoreError> {
        // A session that is lost here takes the right to write with it.
        let was_certain = std::mem::replace(&mut self.is_certain, false);
        match &mut self.engine {
            Engine::Sqlite(store) => store.index().await?,
            Engine::Postgres(store) => store.index().await?,
        }
        self.is_certain = was_certain;
        Ok(())
    }

    /// From now on this generation is read.
    pub(crate) async fn switch(&mut self) -> Result<(), StoreError> {
        // A session that is lost here takes the right to write with it.
        let was_certain = std::mem::replace(&mut self.is_certain, false);
        match &mut self.engine {
            Engine::Sqlite(store) => store.files().switch_to(store.number())?,
            Engine::Postgres(store) => {
                let number = store.number();
                store.schemas().await?.switch_to(number).await?;
            }
        }
        self.is_certain = was_certain;
        Ok(())
    }

    /// Closes it in good order; what is left are all generations, and the right to write.
    pub(crate) async fn into_generations(self) -> Result<Generations, StoreError> {
        Ok(match self.engine {
            Engine::Sqlite(store) => Generations::Files(store.into_files().await?),
            Engine::Postgres(store) => Generations::Schemas(store.into_schemas()),
        })
    }

    /// Closes it in good order.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        self.into_generations().await?.close().await
    }

    /// For tests: the file cannot grow any more, until the next error.
    #[cfg(test)]
    pub(crate) async fn fill_up(&mut self) {
        match &mut self.engine {
            Engine::Sqlite(store) => store.fill_up().await,
            Engine::Postgres(_) => panic!("the disk of a server cannot be filled here"),
        }
    }
}

impl Engine {
    async fn checkpoint(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        match self {
            Self::Sqlite(store) => store.checkpoint().await,
            Self::Postgres(store) => store.checkpoint().await,
        }
    }

    async fn write(&mut self, writes: &[Arc<Writes>], checkpoint: &Checkpoint) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.write(writes, checkpoint).await,
            Self::Postgres(store) => store.write(writes, checkpoint).await,
        }
    }
}

#[cfg(test)]
mod tests;

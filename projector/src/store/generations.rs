//! All generations of read models, and which of them is read.

use std::time::Duration;

use super::postgres::Schemas;
use super::sqlite::Files;
use super::{Format, StoreError};
use crate::checkpoint::Checkpoint;
use crate::database::{Database, Place};

/// All generations at one place.
#[derive(Debug)]
pub(crate) enum Generations {
    /// Files in a data directory.
    Files(Files),
    /// Schemas in a PostgreSQL database.
    Schemas(Schemas),
}

/// What can be read while another process writes.
#[derive(Debug)]
pub(crate) struct Readable {
    /// The tables.
    pub(crate) database: Database,
    /// How far they are.
    pub(crate) checkpoint: Option<Checkpoint>,
}

impl Generations {
    /// Those at `place`. A server that does not answer is asked again until `patience` ends.
    pub(crate) async fn open(place: &Place, patience: Duration) -> Result<Self, StoreError> {
        Ok(match &place.postgres {
            None => Self::Files(Files::open(&place.data_dir)?),
            Some(url) => Self::Schemas(Schemas::open(&place.data_dir, url, patience).await?),
        })
    }

    /// Asks for the right to write, which only one process has at a time; false while another one has it.
    ///
    /// Files need no asking: whoever has locked the data directory may write.
    pub(crate) async fn claim(&mut self) -> Result<bool, StoreError> {
        match self {
            Self::Files(_) => Ok(true),
            Self::Schemas(schemas) => schemas.claim().await,
        }
    }

    /// The numbers of all generations, in their order.
    pub(crate) async fn all(&mut self) -> Result<Vec<u64>, StoreError> {
        match self {
            Self::Files(files) => files.all(),
            Self::Schemas(schemas) => schemas.all().await,
        }
    }

    /// The one that is read; none before the first one was made.
    pub(crate) async fn current(&mut self) -> Result<Option<u64>, StoreError> {
        match self {
            Self::Files(files) => files.current(),
            Self::Schemas(schemas) => schemas.current().await,
        }
    }

    /// What a generation holds.
    pub(crate) async fn format(&mut self, number: u64) -> Result<Format, StoreError> {
        match self {
            Self::Files(files) => files.format(number).await,
            Self::Schemas(schemas) => schemas.format(number).await,
        }
    }

    /// How far a generation is; nothing before the first event.
    pub(crate) async fn checkpoint(&mut self, number: u64) -> Result<Option<Checkpoint>, StoreError> {
        match self {
            Self::Files(files) => files.checkpoint(number).await,
            Self::Schemas(schemas) => schemas.checkpoint(number).await,
        }
    }

    /// Deletes a generation. What it was folded from goes with it, or with the next [`Self::retain`].
    pub(crate) async fn delete(&mut self, number: u64) -> Result<(), StoreError> {
        match self {
            Self::Files(files) => files.delete(number),
            Self::Schemas(schemas) => schemas.delete(number).await,
        }
    }

    /// Deletes all generations for which `keep` does not hold.
    pub(crate) async fn retain(&mut self, keep: impl Fn(u64) -> bool) -> Result<(), StoreError> {
        for number in self.all().await? {
            if !keep(number) {
                self.delete(number).await?;
            }
        }
        match self {
            Self::Files(_) => Ok(()),
            Self::Schemas(schemas) => schemas.delete_orphans().await,
        }
    }

    /// Ends in good order, and with it the right to write.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        match self {
            Self::Files(_) => Ok(()),
            Self::Schemas(schemas) => schemas.close().await,
        }
    }

    /// The tables of a generation, for readers.
    pub(crate) fn database(&self, number: u64) -> Database {
        match self {
            Self::Files(files) => Database::Sqlite(files.path(number).into()),
            Self::Schemas(schemas) => schemas.database(number),
        }
    }

    /// The tables that are read, without the right to write them and beside whoever has it; nothing when there are none,
    /// or when they are of another shape.
    pub(crate) async fn served(&mut self) -> Result<Option<Database>, StoreError> {
        let Some(current) = self.current().await? else { return Ok(None) };
        let format = match self {
            Self::Files(files) => files.format_beside(current).await?,
            Self::Schemas(schemas) => schemas.format(current).await?,
        };
        Ok((format.schema == Format::CURRENT.schema).then(|| self.database(current)))
    }

    /// What this program can read while another process writes: the current generation, or the newest one that is being
    /// built when the current one has tables of another shape; nothing when there is none.
    pub(crate) async fn readable(&mut self) -> Result<Option<Readable>, StoreError> {
        let current = self.current().await?;
        let newest_first = self.all().await?.into_iter().rev();
        for number in current.into_iter().chain(newest_first) {
            if self.format(number).await?.schema == Format::CURRENT.schema {
                let (database, checkpoint) = (self.database(number), self.checkpoint(number).await?);
                return Ok(Some(Readable { database, checkpoint }));
            }
        }
        Ok(None)
    }
}

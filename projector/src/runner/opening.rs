//! Which generation is filled, when a process begins to write.

use ledger_core::log::{Log, ReadError};

use super::Feed;
use crate::checkpoint::{Checkpoint, MismatchError};
use crate::database::Database;
use crate::store::{Format, Generations, Store, StoreError};

/// Why the read models cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Their tables cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// They do not fit the log.
    #[error(transparent)]
    Mismatch(#[from] MismatchError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its entities cannot be used.
    #[error(transparent)]
    Entities(#[from] ledger_core::runs::StoreError),
    /// A newer version of the program has made them.
    #[error(
        "the read models were made by a newer version of the program (tables of version {found}, and this one knows \
         version {known}): use that version, or make them anew with `ledger rebuild`"
    )]
    Newer {
        /// The version of their tables.
        found: u16,
        /// The version that this program makes.
        known: u16,
    },
}

/// A generation that is to be filled.
#[derive(Debug)]
pub(crate) struct Vessel {
    /// All generations, among which it is found or made.
    pub(crate) generations: Generations,
    /// Its number.
    pub(crate) number: u64,
    /// Whether it is read meanwhile.
    pub(crate) rank: Rank,
}

/// Whether a generation is read while it is filled.
#[derive(Debug)]
pub(crate) enum Rank {
    /// It is the current one.
    Current,
    /// It becomes the current one when it has caught up, and is the only one that can be read.
    Next,
    /// It becomes the current one when it has caught up; until then another one is read, which is this far.
    NextBeside(Database, Option<Checkpoint>),
}

impl OpenError {
    /// Whether it may pass without anybody touching the read models.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Store(error) => error.passes(),
            Self::Read(error) | Self::Mismatch(MismatchError::Read(error)) => {
                matches!(error, ReadError::Io { .. })
            }
            Self::Mismatch(
                MismatchError::OtherLog
                | MismatchError::LostEvents { .. }
                | MismatchError::OtherHistory { .. },
            )
            | Self::Entities(_)
            | Self::Newer { .. } => false,
        }
    }
}

/// Refuses tables that a newer version of the program has made.
pub(super) const fn check_known(format: Format) -> Result<(), OpenError> {
    if format.schema > Format::CURRENT.schema {
        return Err(OpenError::Newer { found: format.schema, known: Format::CURRENT.schema });
    }
    Ok(())
}

impl Vessel {
    /// The current generation where this program has made it; the first one, or the one that comes after the current one,
    /// otherwise. The right to write was asked for.
    pub(super) async fn choose<L: Log>(
        mut generations: Generations,
        feed: &Feed<L>,
    ) -> Result<Self, OpenError> {
        let Some(current) = generations.current().await? else {
            let number = generations.all().await?.last().map_or(1, |last| last + 1);
            // It is read from its beginning: there is no other.
            let mut store = Store::open(generations, number, feed.options.page_bytes).await?;
            store.switch().await?;
            let generations = store.into_generations().await?;
            return Ok(Self { generations, number, rank: Rank::Current });
        };
        let format = generations.format(current).await?;
        check_known(format)?;
        if format == Format::CURRENT {
            generations.retain(|number| number == current).await?;
            return Ok(Self { generations, number: current, rank: Rank::Current });
        }
        let checkpoint = generations.checkpoint(current).await?;
        if let Some(checkpoint) = &checkpoint {
            checkpoint.verify(&*feed.log).await?;
        }
        // Tables of another shape cannot be read by this program.
        let rank = if format.schema == Format::CURRENT.schema {
            Rank::NextBeside(generations.database(current), checkpoint)
        } else {
            Rank::Next
        };
        Self::next(generations, current, rank).await
    }

    /// The generation that is to come after the current one: what was begun there by this program, or a new one.
    async fn next(mut generations: Generations, current: u64, rank: Rank) -> Result<Self, OpenError> {
        let number = current + 1;
        tracing::info!(
            generation = number,
            "the projections have changed: a new generation of the read models is built"
        );
        generations.retain(|other| other == current || other == number).await?;
        if generations.all().await?.contains(&number) {
            match generations.format(number).await {
                Ok(format) if format == Format::CURRENT => {}
                Ok(_) | Err(StoreError::NoReadModels) => generations.delete(number).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self { generations, number, rank })
    }
}

//! What the decider does so that its memory may be bounded: brings what it lacks, and saves the books.

use events_schema::Recorded;
use events_schema::command::Command;

use super::Decider;
use crate::books::{Books, Identity};
use crate::recall::Missing;
use crate::runs::StoreError;

impl Decider {
    /// Looks at once at what all commands of a request ask for first, and brings what memory lacks. One look after the
    /// other does not wait for memory as long as a decision after each look would.
    pub(super) fn foresee(&mut self, commands: &[Command]) -> Option<Vec<Identity>> {
        if let [command] = commands {
            return Some(vec![self.books.identity(command)]);
        }
        let mut identities = Vec::with_capacity(commands.len());
        let (mut missing, mut again) = (Vec::new(), Vec::new());
        for command in commands {
            let mut identity = self.books.identity(command);
            let before = missing.len();
            self.books.foresee(&mut identity, command, &mut missing);
            identities.push(identity);
            if missing.len() > before {
                again.push((identity, command));
            }
        }
        // First where they stand, then what stands there.
        self.bring_all(&mut missing)?;
        for (identity, command) in &mut again {
            self.books.foresee(identity, command, &mut missing);
        }
        self.bring_all(&mut missing)?;
        Some(identities)
    }

    /// Brings all that is missing, each once and in the order of the tables.
    fn bring_all(&mut self, missing: &mut Vec<Missing>) -> Option<()> {
        missing.sort_unstable();
        missing.dedup();
        missing.drain(..).try_for_each(|missing| self.bring(missing))
    }

    /// Does `work`, which changes nothing while memory lacks something, as often as something had to be brought first.
    pub(super) fn with_memory<T>(
        &mut self,
        work: impl Fn(&mut Books, &mut Vec<Recorded>) -> Result<T, Missing>,
    ) -> Option<T> {
        loop {
            match work(&mut self.books, &mut self.batch.events) {
                Ok(done) => return Some(done),
                Err(missing) => self.bring(missing)?,
            }
        }
    }

    /// Brings what memory lacks; nothing where the writer has to end.
    fn bring(&mut self, missing: Missing) -> Option<()> {
        let Err(error) = self.upkeep.bring(missing, &mut self.books) else { return Some(()) };
        self.fail(&error);
        None
    }

    /// The writer has to end: the books cannot be read or saved.
    pub(super) fn fail(&mut self, error: &StoreError) {
        // The first failure is the one that counts.
        let _ = self.shared.failure.set(format!("the books on disk cannot be used: {error}"));
        (self.stopping, self.ended) = (true, true);
    }

    /// Saves the books as they stand, so that the next start has nothing to replay.
    pub(super) fn save_all(&mut self) {
        while self.upkeep.is_busy() && !self.ended {
            self.wait();
        }
        if !self.ended && self.upkeep.cut(&mut self.books) {
            self.batch.wants_tree = true;
            self.send();
            while self.upkeep.is_busy() && !self.ended {
                self.wait();
            }
        }
    }
}

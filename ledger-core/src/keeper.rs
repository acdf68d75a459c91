//! Saves what a fold has learned, on a thread of its own.
//!
//! A fold (the writer's books, the projector's entities) goes on while what it has set free is encoded, sorted and
//! written. One save is under way at a time.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::runs::{Entries, Store, StoreError, Table, View};

/// How long a disk that is full, or does not answer, is left alone before the next try.
const RETRY: Duration = Duration::from_millis(250);

/// What is saved: the entries of each table, and a note that says how far they reach.
#[derive(Debug)]
pub struct Saving {
    /// Table by table.
    pub tables: Vec<Entries>,
    /// It comes back with the tables.
    pub note: Vec<u8>,
}

/// Makes what is saved; once more for each try.
type Make = Box<dyn Fn() -> Saving + Send>;
/// Told when it is saved, or cannot be.
type Done = Box<dyn FnOnce(Saved) + Send>;

/// What was saved, with all that was saved before; or why it cannot be: there is damage, or no room at the end.
pub type Saved = Result<Arc<View>, StoreError>;

enum Job {
    Save(Make, Done),
    /// Whoever fails from now on is not tried again.
    Finish,
}

/// Saves what a fold has learned.
///
/// Dropping it waits for a save that is under way.
#[derive(Debug)]
pub struct Keeper {
    kept: Arc<Kept>,
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Opens the tables in `dir`, whose contents have this `format`; the answer is the note of the last save, where there is
    /// one that can be used.
    pub fn open(
        dir: &Path,
        format: u32,
        tables: &'static [Table],
    ) -> Result<(Self, Option<Vec<u8>>), StoreError> {
        let (store, note) = Store::open(dir, format, tables)?;
        let kept = Arc::new(Kept { store, condemned: Mutex::new(false) });
        let (jobs, received) = mpsc::channel();
        let worker = Worker { kept: Arc::clone(&kept), jobs: received, finishing: false };
        let thread = std::thread::Builder::new()
            .name("keeper".to_owned())
            .spawn(move || worker.run())
            .map_err(|source| StoreError::Io { path: dir.to_owned(), source })?;
        Ok((Self { kept, jobs: Some(jobs), thread: Some(thread) }, note))
    }

    /// What is saved so far.
    pub fn view(&self) -> Arc<View> {
        self.kept.store.view()
    }

    /// Saves what `make` gives, and tells `done`. It is tried until there is room for it, or the end has come.
    pub fn save(
        &self,
        make: impl Fn() -> Saving + Send + 'static,
        done: impl FnOnce(Saved) + Send + 'static,
    ) {
        self.send(Job::Save(Box::new(make), Box::new(done)));
    }

    /// Saves at once, while the caller waits.
    pub fn save_now(&self, saving: Saving) -> Saved {
        self.kept.save(saving)
    }

    /// What cannot be saved from now on is given up.
    pub fn finish(&self) {
        self.send(Job::Finish);
    }

    /// Forgets everything, for it does not fit the log: the owner begins anew, with nothing saved.
    pub fn clear(&self) -> Result<(), StoreError> {
        let mut condemned = self.kept.lock();
        self.kept.store.clear()?;
        *condemned = false;
        Ok(())
    }

    /// Forgets everything, for it is damaged, while the owner holds only a part in memory. Nothing is saved any more,
    /// also what waits: it would be taken for the whole. The next start begins anew.
    pub fn condemn(&self) -> Result<(), StoreError> {
        self.kept.condemn()
    }

    fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The thread lives as long as this does, but for a panic, which ends the process.
            let _ = jobs.send(job);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the thread that saves derived tables ended with a panic");
        }
    }
}

/// What owner and thread share.
#[derive(Debug)]
struct Kept {
    store: Store,
    /// Whether nothing may be saved any more. Held while something is.
    condemned: Mutex<bool>,
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.condemned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, saving: Saving) -> Saved {
        let condemned = self.lock();
        if *condemned {
            return Err(StoreError::Condemned);
        }
        self.store.save(saving.tables, &saving.note)
    }

    fn condemn(&self) -> Result<(), StoreError> {
        let mut condemned = self.lock();
        *condemned = true;
        self.store.clear()
    }
}

struct Worker {
    kept: Arc<Kept>,
    jobs: Receiver<Job>,
    finishing: bool,
}

impl Worker {
    fn run(mut self) {
        while let Ok(job) = self.jobs.recv() {
            match job {
                Job::Save(make, done) => done(self.save(&make)),
                Job::Finish => self.finishing = true,
            }
        }
    }

    fn save(&mut self, make: &Make) -> Saved {
        let mut told = false;
        loop {
            let error = match self.kept.save(make()) {
                Ok(view) => return Ok(view),
                Err(error) => error,
            };
            // It is the damage that counts, whatever becomes of forgetting what is damaged.
            if error.is_damage()
                && let Err(second) = self.kept.condemn()
            {
                tracing::error!(error = %second, "damaged tables cannot be forgotten");
            }
            if error.is_damage() || self.finishing {
                return Err(error);
            }
            if !std::mem::replace(&mut told, true) {
                tracing::error!(%error, "derived tables cannot be saved; it is tried again");
            }
            match self.jobs.recv_timeout(RETRY) {
                Err(RecvTimeoutError::Timeout) => {}
                // Nobody saves two things at a time.
                Ok(Job::Finish | Job::Save(..)) => self.finishing = true,
                Err(RecvTimeoutError::Disconnected) => return Err(error),
            }
        }
    }
}

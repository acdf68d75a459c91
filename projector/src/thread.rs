//! A thread of its own for work that blocks or takes long, one piece after the other.
//!
//! What is allocated again and again on one thread is found there again; on threads that take turns, each keeps its own.

use std::fmt;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

/// A thread that has a state, and does one piece of work after the other on it.
///
/// When this is dropped, the thread has ended: what it does is done, and what was not begun is not begun any more.
pub(crate) struct Thread<S> {
    name: &'static str,
    /// Nothing once no more work comes.
    jobs: Option<mpsc::Sender<Job<S>>>,
    handle: Option<JoinHandle<()>>,
}

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Work has panicked; nothing is done on its thread any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the thread `{0}` has panicked")]
pub struct PanickedError(&'static str);

impl<S: Send + 'static> Thread<S> {
    /// Starts a thread called `name`.
    pub(crate) fn start(name: &'static str, mut state: S) -> std::io::Result<Self> {
        let (jobs, next) = mpsc::channel::<Job<S>>();
        let work = move || next.into_iter().for_each(|job| job(&mut state));
        let handle = thread::Builder::new().name(name.to_owned()).spawn(work)?;
        Ok(Self { name, jobs: Some(jobs), handle: Some(handle) })
    }

    /// Does `work` after what was asked for before. It is done to its end when nobody waits for it any more, but not
    /// begun then.
    pub(crate) async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, PanickedError> {
        let (send, done) = oneshot::channel();
        let job: Job<S> = Box::new(move |state| {
            if !send.is_closed() {
                // Nobody may wait any more.
                let _ = send.send(work(state));
            }
        });
        let is_asked = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        // Only a panic ends the thread before it is dropped, or takes the word with it.
        let done = if is_asked { done.await.ok() } else { None };
        done.ok_or(PanickedError(self.name))
    }
}

impl<S> Drop for Thread<S> {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(handle) = self.handle.take() {
            // Who waited for the work has heard of a panic.
            let _ = handle.join();
        }
    }
}

impl<S> fmt::Debug for Thread<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::task::Poll;

    use super::*;

    #[tokio::test]
    async fn work_is_done_in_its_order_on_one_state() {
        let mut thread = Thread::start("test", Vec::new()).unwrap();
        for number in 0..3 {
            thread.run(move |numbers: &mut Vec<i32>| numbers.push(number)).await.unwrap();
        }
        assert_eq!(thread.run(|numbers| numbers.clone()).await.unwrap(), [0, 1, 2]);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_done_before_the_thread_is_gone_or_not_begun() {
        let mut thread = Thread::start("test", ()).unwrap();
        let (open, gate) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let began = tell.clone();
        let first = thread.run(move |()| {
            began.send("begun").unwrap();
            // The gate opens when its other side is dropped.
            let _ = gate.recv();
            began.send("done").unwrap();
        });
        {
            let mut first = std::pin::pin!(first);
            poll_once(first.as_mut()).await;
            assert_eq!(told.recv().unwrap(), "begun");
        }
        let second = thread.run(move |()| tell.send("the second").unwrap());
        poll_once(std::pin::pin!(second)).await;
        drop(open);
        drop(thread);
        assert_eq!(told.iter().collect::<Vec<_>>(), ["done"]);
    }

    async fn poll_once<T>(mut future: Pin<&mut impl Future<Output = T>>) {
        poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
    }

    #[tokio::test]
    async fn after_a_panic_nothing_is_done() {
        let mut thread = Thread::start("test", ()).unwrap();
        let panicked = thread.run(|()| panic!("of this")).await;
        assert_eq!(panicked, Err::<(), _>(PanickedError("test")));
        assert!(thread.run(|()| ()).await.is_err());
    }
}

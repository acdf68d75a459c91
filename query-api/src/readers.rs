//! Threads for what reads: a statement of SQLite runs on the thread that asks for its rows, and some take long.
//!
//! They are a runtime of their own, to which a request comes as a whole and from which its answer goes back, so that
//! nobody waits who writes. What is recorded is then also always worked on by the same few threads, and needs less
//! memory.

use std::fmt;
use std::io;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinSet;

use crate::database::CONNECTIONS_MAX;
use crate::problem::Problem;

/// Threads for what reads. They end after it is dropped.
pub struct Readers(Option<Runtime>);

impl Readers {
    /// Starts one for each connection.
    pub fn start() -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let builder = builder.worker_threads(CONNECTIONS_MAX as usize).thread_name("reader").enable_all();
        builder.build().map(Some).map(Self)
    }

    /// What [`State`](crate::router::State) takes.
    pub fn handle(&self) -> Option<Handle> {
        self.0.as_ref().map(|runtime| runtime.handle().clone())
    }
}

/// What is under way is given up: who has asked is gone.
impl Drop for Readers {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}

/// `routes`, which are answered by `readers`; where there are none, by whoever asks.
pub(crate) fn answer(routes: Router, readers: Option<&Handle>) -> Router {
    match readers {
        Some(readers) => routes.layer(from_fn_with_state(readers.clone(), hand_over)),
        None => routes,
    }
}

async fn hand_over(State(readers): State<Handle>, request: Request, next: Next) -> Response {
    // When the caller hangs up, this is dropped, and what was asked for is given up: rows that come one by one at once,
    // anything else after the statement that is just being run.
    let mut answering = JoinSet::new();
    answering.spawn_on(next.run(request), &readers);
    match answering.join_next().await {
        Some(Ok(response)) => response,
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Some(Err(_)) | None => {
            Problem::unavailable("stopped", "the service stops", RETRY_SECONDS).into_response()
        }
    }
}

/// When a caller may come again whom a service that stops does not answer.
const RETRY_SECONDS: u32 = 5;

#[cfg(test)]
mod tests {
    use std::thread;

    use axum::body::Body;
    use axum::routing::get;
    use tokio::sync::oneshot;
    use tower::ServiceExt as _;

    use super::*;

    async fn asked(routes: Router) -> Response {
        routes.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn what_reads_is_answered_by_a_reader_where_there_are_some() {
        let is_reader = async || (thread::current().name() == Some("reader")).to_string();
        let routes = || Router::new().route("/", get(is_reader));
        let readers = Readers::start().unwrap();
        for (routes, expected) in
            [(answer(routes(), readers.handle().as_ref()), "true"), (answer(routes(), None), "false")]
        {
            let body = axum::body::to_bytes(asked(routes).await.into_body(), 10).await.unwrap();
            assert_eq!(body, expected);
        }
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_given_up() {
        let (held, given_up) = oneshot::channel::<()>();
        let (begun, begins) = oneshot::channel();
        let parts = std::sync::Mutex::new(Some((held, begun)));
        let wait = move || {
            let parts = parts.lock().unwrap().take();
            async move {
                let (_held, begun) = parts.unwrap();
                begun.send(()).unwrap();
                std::future::pending::<()>().await;
            }
        };
        let readers = Readers::start().unwrap();
        let shared = std::sync::Arc::new(wait);
        let routes = Router::new().route("/", get(move || shared()));
        let routes = answer(routes, readers.handle().as_ref());
        tokio::select! {
            _ = asked(routes) => panic!("it is never answered"),
            begun = begins => begun.unwrap(),
        }
        // The sender is dropped with the handler.
        assert!(given_up.await.is_err());
    }
}

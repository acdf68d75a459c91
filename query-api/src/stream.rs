//! `GET /v1/stream`: tells how far the read models are, whenever they have moved (Server-Sent Events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use events_schema::{Position, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep_until};

use crate::auth::Tokens;
use crate::auth::tokens::Shown;
use crate::problem::{Problem, ProblemDocument};
use crate::projected::Projected;

/// Streams at a time.
pub const STREAMS_MAX: usize = 256;
/// The shortest time between two positions: at most four a second.
const PAUSE: Duration = Duration::from_millis(250);
/// After how much silence a comment says that the stream is alive.
const BEAT: Duration = Duration::from_secs(15);
/// When a caller may come again who found no room.
const FULL_RETRY_SECONDS: u32 = 30;
/// What a stream begins with: when a browser comes again after it broke off, in milliseconds.
const RETRY: &str = "retry: 2000\n";
/// Tells a proxy not to collect what is sent.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What streams are made of.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    projected: watch::Receiver<Projected>,
    tokens: Tokens,
    stopping: watch::Receiver<bool>,
    room: Arc<Semaphore>,
}

impl Streams {
    /// Streams of `projected` for those who may still show what they came in with, until `stopping`.
    pub(crate) fn new(
        projected: watch::Receiver<Projected>,
        tokens: Tokens,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self { projected, tokens, stopping, room: Arc::new(Semaphore::new(STREAMS_MAX)) }
    }
}

/// Follow the figures
///
/// Server-Sent Events. `event: position` with `data: {"position": N}` comes at once, and whenever the figures reflect
/// more, at most four times a second; a comment after 15 seconds of silence. The stream ends when the token or session
/// does. A token of the role `screen` may stand in the address as `token`.
#[utoipa::path(
    get, path = "/v1/stream", tag = "reports",
    responses(
        (status = 200, description = "Positions, on and on", body = String, content_type = "text/event-stream"),
        (status = 503, description = "`too_many_streams`", body = ProblemDocument),
    )
)]
pub(crate) async fn stream(
    State(Streams { projected, tokens, stopping, room }): State<Streams>,
    Extension(shown): Extension<Shown>,
) -> Result<Response, Problem> {
    let turn = room.try_acquire_owned().map_err(|_| {
        let detail =
            format!("{STREAMS_MAX} streams are open: ask again, or ask for reports from time to time");
        Problem::unavailable("too_many_streams", detail, FULL_RETRY_SECONDS)
    })?;
    let now = Instant::now();
    let listener =
        Listener { projected, tokens, shown, stopping, told: None, next: now, beat: now + BEAT, _turn: turn };
    let headers =
        [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store"), (X_ACCEL_BUFFERING, "no")];
    let body = Body::from_stream(futures_util::stream::unfold(listener, Listener::next));
    Ok((headers, body).into_response())
}

/// One stream, between two events.
#[derive(Debug)]
struct Listener {
    projected: watch::Receiver<Projected>,
    tokens: Tokens,
    shown: Shown,
    stopping: watch::Receiver<bool>,
    /// The position that was told last.
    told: Option<Position>,
    /// When the next position may be told.
    next: Instant,
    /// When a comment is due.
    beat: Instant,
    /// The right to be one of the streams.
    _turn: OwnedSemaphorePermit,
}

impl Listener {
    /// Waits for what is to be sent next; nothing when the stream is over.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        loop {
            let is_over = *self.stopping.borrow();
            if is_over || self.tokens.admit(self.shown, Timestamp::now()).is_none() {
                return None;
            }
            let position = self.projected.borrow_and_update().position;
            let is_news = self.told != Some(position);
            if is_news && Instant::now() >= self.next {
                return Some(self.tell(position));
            }
            tokio::select! {
                stopping = self.stopping.changed() => stopping.ok()?,
                () = sleep_until(self.next), if is_news => {}
                moved = self.projected.changed(), if !is_news => moved.ok()?,
                () = sleep_until(self.beat) => {
                    self.beat = Instant::now() + BEAT;
                    // Whoever may not go on hears nothing more.
                    self.tokens.admit(self.shown, Timestamp::now())?;
                    return Some((Ok(Bytes::from_static(b":\n\n")), self));
                }
            }
        }
    }

    fn tell(mut self, position: Position) -> (Result<Bytes, Infallible>, Self) {
        let first = if self.told.is_none() { RETRY } else { "" };
        let text = format!("{first}event: position\ndata: {{\"position\":{}}}\n\n", position.get());
        let now = Instant::now();
        (self.told, self.next, self.beat) = (Some(position), now + PAUSE, now + BEAT);
        (Ok(Bytes::from(text)), self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::auth::token::Fingerprint;
    use crate::projected::ProjectorState;
    use http_body_util::BodyExt;

    fn at(position: u64) -> Projected {
        Projected { position: Position::new(position), state: ProjectorState::Running }
    }

    struct Scene {
        projector: watch::Sender<Projected>,
        stop: watch::Sender<bool>,
        tokens: Tokens,
        streams: Streams,
        _directory: tempfile::TempDir,
    }

    impl Scene {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let tokens = Tokens::open(directory.path(), Some("secret")).unwrap().tokens;
            let (projector, projected) = watch::channel(at(7));
            let (stop, stopping) = watch::channel(false);
            let streams = Streams::new(projected, tokens.clone(), stopping);
            Self { projector, stop, tokens, streams, _directory: directory }
        }

        async fn listen(&self, token: &str) -> Result<Body, Problem> {
            let shown = Shown::Token(Fingerprint::of(token));
            stream(State(self.streams.clone()), Extension(shown)).await.map(Response::into_body)
        }
    }

    /// What is sent next; nothing at the end.
    async fn heard(body: &mut Body) -> Option<String> {
        let frame = body.frame().await?.unwrap().into_data().unwrap();
        Some(String::from_utf8(frame.to_vec()).unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_position_is_told_at_once_and_then_no_more_than_four_times_a_second() {
        let scene = Scene::new();
        let mut body = scene.listen("secret").await.unwrap();
        let first = heard(&mut body).await.unwrap();
        assert_eq!(first, "retry: 2000\nevent: position\ndata: {\"position\":7}\n\n");
        let begin = Instant::now();
        for position in [8, 9] {
            scene.projector.send_replace(at(position));
            let expected = format!("event: position\ndata: {{\"position\":{position}}}\n\n");
            assert_eq!(heard(&mut body).await.unwrap(), expected);
        }
        assert_eq!(begin.elapsed(), 2 * PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_broken_by_comments() {
        let scene = Scene::new();
        let mut body = scene.listen("secret").await.unwrap();
        heard(&mut body).await.unwrap();
        let begin = Instant::now();
        for beats in 1..4 {
            // The same position again is nothing new.
            scene.projector.send_replace(at(7));
            assert_eq!(heard(&mut body).await.unwrap(), ":\n\n");
            assert_eq!(begin.elapsed(), beats * BEAT);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_with_its_token_and_with_the_service() {
        let scene = Scene::new();
        let (token, secret) = scene.tokens.create("wall".parse().unwrap(), Role::Screen, None).unwrap();
        let mut revoked = scene.listen(&secret).await.unwrap();
        let mut other = scene.listen("secret").await.unwrap();
        for body in [&mut revoked, &mut other] {
            heard(body).await.unwrap();
        }
        scene.tokens.revoke(&token.id).unwrap();
        assert_eq!(heard(&mut revoked).await, None);
        scene.stop.send_replace(true);
        assert_eq!(heard(&mut other).await, None);
    }

    #[tokio::test]
    async fn one_stream_too_many_is_told_so() {
        let scene = Scene::new();
        let mut all = Vec::new();
        for _ in 0..STREAMS_MAX {
            all.push(scene.listen("secret").await.unwrap());
        }
        assert_eq!(scene.listen("secret").await.unwrap_err().code(), "too_many_streams");
        all.pop();
        assert!(scene.listen("secret").await.is_ok());
    }
}

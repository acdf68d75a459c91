//! The body of a request that publishes: whole, in one piece, in time.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use query_api::problem::Problem;
use tokio::time::{Instant, timeout_at};

use super::intake::Room;

/// The largest body: more is refused whole.
const BYTES_MAX: usize = 16 * 1024 * 1024;
const TOO_LONG: &str = "the body has more than 16 MiB: send it in parts";
/// How long a body may take to come whole, and how long nothing of it may come: it has room in memory meanwhile.
const WAIT: Wait = Wait { whole: Duration::from_mins(1), pause: Duration::from_secs(10) };

/// The length of a body, where it is told.
pub(super) fn length(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > BYTES_MAX) {
        return Err(Problem::body_too_large(TOO_LONG));
    }
    Ok(length)
}

/// How long a sender may take.
#[derive(Clone, Copy, Debug)]
struct Wait {
    /// For the whole body.
    whole: Duration,
    /// Without sending any of it.
    pause: Duration,
}

/// The whole body, in one piece, for which `room` grows.
pub(super) async fn whole(length: Option<usize>, body: Body, room: &mut Room) -> Result<Bytes, Problem> {
    whole_within(WAIT, length, body, room).await
}

async fn whole_within(
    wait: Wait,
    length: Option<usize>,
    body: Body,
    room: &mut Room,
) -> Result<Bytes, Problem> {
    let mut whole = BytesMut::with_capacity(length.unwrap_or(0));
    let mut body = Limited::new(body, BYTES_MAX);
    let end = Instant::now() + wait.whole;
    loop {
        let frame = timeout_at(end.min(Instant::now() + wait.pause), body.frame()).await;
        let Some(frame) = frame.map_err(|_| Problem::body_too_slow())? else { return Ok(whole.freeze()) };
        let frame = frame.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Problem::body_too_large(TOO_LONG)
            } else {
                Problem::malformed_body(format!("the body did not come whole: {error}"))
            }
        })?;
        if let Ok(data) = frame.into_data() {
            room.grow_to(whole.len() + data.len()).await?;
            whole.extend_from_slice(&data);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::body::HttpBody;
    use hyper::body::Frame;
    use tokio::sync::mpsc;

    use super::super::Intake;
    use super::*;

    /// A body that comes as it is sent, and ends with its sender.
    struct Coming(mpsc::UnboundedReceiver<Bytes>);

    impl HttpBody for Coming {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.poll_recv(context).map(|data| data.map(|data| Ok(Frame::data(data))))
        }
    }

    fn coming() -> (mpsc::UnboundedSender<Bytes>, Body) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Body::new(Coming(receiver)))
    }

    async fn read(length: Option<usize>, body: Body, wait: Wait) -> Result<Bytes, Problem> {
        let intake = Intake::new(1 << 20);
        let mut room = intake.admit(length).await.unwrap();
        let whole = whole_within(wait, length, body, &mut room).await;
        drop(room);
        // Whatever became of it, its room is given back.
        drop(intake.admit(Some(1 << 20)).await.unwrap());
        whole
    }

    const LONG: Duration = Duration::from_mins(1);
    const SHORT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn a_body_comes_in_pieces_and_is_one() {
        let (sender, body) = coming();
        for piece in ["{\"a\"", ":", "1}"] {
            sender.send(Bytes::from(piece)).unwrap();
        }
        drop(sender);
        let read = read(None, body, Wait { whole: LONG, pause: LONG }).await;
        assert_eq!(read.unwrap(), "{\"a\":1}");
    }

    #[tokio::test]
    async fn a_sender_who_stops_half_way_is_not_waited_for() {
        let (sender, body) = coming();
        sender.send(Bytes::from("half")).unwrap();
        let refused = read(Some(8), body, Wait { whole: LONG, pause: SHORT }).await.unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.code()), (408, "body_too_slow"));
    }

    #[tokio::test]
    async fn a_sender_who_goes_on_for_ever_is_not_waited_for() {
        let (sender, body) = coming();
        let sending = tokio::spawn(async move {
            while sender.send(Bytes::from("x")).is_ok() {
                tokio::time::sleep(SHORT / 10).await;
            }
        });
        let refused = read(None, body, Wait { whole: SHORT, pause: LONG }).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), 408);
        sending.await.unwrap();
    }
}

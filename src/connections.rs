//! The connections of clients: how many there are at once, and how long one may keep silent.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep, sleep_until};

/// Limits of the connections of clients.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Most connections at once: more wait in the queue of the system.
    pub(crate) connections: usize,
    /// How long the head of a request may take to come whole, from the answer before it on, or from the beginning of
    /// the connection. It is also how long a connection may be idle.
    pub(crate) head: Duration,
    /// How often a connection of HTTP/2 is asked whether anybody is there, and how long the answer may take.
    pub(crate) ping: Duration,
}

/// Those of the service.
pub(crate) const LIMITS: Limits =
    Limits { connections: 4_096, head: Duration::from_mins(1), ping: Duration::from_secs(20) };

/// How long to wait where the system gives no more connections, for want of memory or files.
const ACCEPT_RETRY: Duration = Duration::from_millis(500);
/// How many bytes tell HTTP/1 from HTTP/2: the preface of a connection (RFC 9113 §3.4).
const PREFACE_BYTES: usize = 24;

/// Serves `router` until it is `stopping`, and then until all that is under way is answered.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(limits.ping).keep_alive_timeout(limits.ping);
    let open = GracefulShutdown::new();
    let accept = async {
        loop {
            // Nobody closes the semaphore.
            let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_RETRY).await;
                    continue;
                }
            };
            // Small answers must not wait for more.
            drop(stream.set_nodelay(true));
            let service = TowerToHyperService::new(router.clone());
            let stream = TokioIo::new(Impatient::new(stream, limits.head));
            let connection = open.watch(http.serve_connection(stream, service).into_owned());
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(error, "a connection broke off");
                }
                drop(place);
            });
        }
    };
    tokio::select! {
        () = accept => {}
        // A sender that is gone means the same.
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    drop(listener);
    open.shutdown().await;
}

/// A stream whose first bytes must come in time: until then nobody knows which protocol is spoken, and so no limit of a
/// protocol holds.
struct Impatient {
    stream: TcpStream,
    /// How many of the first bytes are missing, and until when they may come.
    missing: usize,
    end: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, missing: PREFACE_BYTES, end: Some(Box::pin(sleep_until(Instant::now() + patience))) }
    }
}

impl AsyncRead for Impatient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let filled = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Some(end) = &mut self.end else { return read };
        if read.is_pending() {
            ready!(end.as_mut().poll(context));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        self.missing = self.missing.saturating_sub(buffer.filled().len() - filled);
        if self.missing == 0 {
            self.end = None;
        }
        read
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const SHORT: Duration = Duration::from_millis(100);
    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    /// A service with these limits: where it listens, and how it is stopped.
    async fn started(limits: Limits) -> (std::net::SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        let router = Router::new().route("/", get(async || "here"));
        tokio::spawn(serve(listener, router, limits, stopping));
        (address, stop)
    }

    /// All that comes until the connection is closed.
    async fn rest(mut stream: TcpStream) -> String {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
        // One that is reset is closed as well.
        drop(read.expect("the connection stays open"));
        String::from_utf8(bytes).unwrap()
    }

    #[tokio::test]
    async fn who_keeps_silent_before_a_request_is_whole_is_left() {
        let (address, _stop) = started(Limits { head: SHORT, ..LIMITS }).await;
        for begun in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\nHost: a-name", REQUEST] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(begun).await.unwrap();
            let answered = rest(stream).await;
            assert_eq!(answered.ends_with("here"), begun == REQUEST, "{answered}");
        }
    }

    #[tokio::test]
    async fn more_connections_than_there_may_be_wait_for_one_that_ends() {
        let (address, stop) = started(Limits { connections: 1, ..LIMITS }).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        first.write_all(REQUEST).await.unwrap();
        let mut bytes = [0; 4];
        first.read_exact(&mut bytes).await.unwrap();
        let mut second = TcpStream::connect(address).await.unwrap();
        second.write_all(REQUEST).await.unwrap();
        assert!(tokio::time::timeout(SHORT, second.read(&mut bytes)).await.is_err(), "nobody answers yet");
        drop(first);
        second.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"HTTP");
        stop.send_replace(true);
        assert!(rest(second).await.ends_with("here"));
    }
}

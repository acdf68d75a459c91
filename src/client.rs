//! A small HTTP/1.1 client over one kept-alive connection, for `ledger import` and `ledger bench`.

use anyhow::{Context as _, bail};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Where a ledger listens, and the token that it is asked with.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// `host:port`.
    authority: String,
    /// The bearer token.
    token: String,
}

/// One connection to a ledger.
#[derive(Debug)]
pub(crate) struct Connection {
    server: Server,
    sender: SendRequest<Full<Bytes>>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its body.
    pub(crate) body: Bytes,
    headers: HeaderMap,
}

impl Reply {
    /// The number in a header, if there is one.
    pub(crate) fn number(&self, header: &HeaderName) -> Option<u64> {
        self.headers.get(header)?.to_str().ok()?.parse().ok()
    }
}

impl Server {
    /// The server at `url`, such as `http://127.0.0.1:8080`.
    pub(crate) fn new(url: &str, token: &str) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url} is not a URL"))?;
        if uri.scheme_str() != Some("http") {
            bail!("{url}: expected a URL that begins with http://");
        }
        let host = uri.host().with_context(|| format!("{url} names no host"))?;
        Ok(Self { authority: format!("{host}:{}", uri.port_u16().unwrap_or(80)), token: token.to_owned() })
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(&self.authority)
            .await
            .with_context(|| format!("no ledger answers at {}", self.authority))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // What goes wrong with the connection shows at the next request.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Connection { server: self.clone(), sender })
    }
}

impl Connection {
    /// Sends a `POST` and reads the whole answer.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        kind: &str,
        body: Bytes,
    ) -> anyhow::Result<(StatusCode, Bytes)> {
        let reply = self.send(Method::POST, path, kind, body).await?;
        Ok((reply.status, reply.body))
    }

    /// Sends a `GET` and reads the whole answer.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<(StatusCode, Bytes)> {
        let reply = self.send(Method::GET, path, "application/json", Bytes::new()).await?;
        Ok((reply.status, reply.body))
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        kind: &str,
        body: Bytes,
    ) -> anyhow::Result<Reply> {
        let request = self.request(method, path, kind, body)?;
        let (head, body) = self.answer(request).await?.into_parts();
        let body = body.collect().await.context("the answer broke off")?.to_bytes();
        Ok(Reply { status: head.status, body, headers: head.headers })
    }

    /// Sends a `GET` for something of any size, reads the answer without keeping it, and tells its length in bytes.
    pub(crate) async fn drain(&mut self, path: &str) -> anyhow::Result<u64> {
        let request = self.request(Method::GET, path, "application/json", Bytes::new())?;
        let (head, mut body) = self.answer(request).await?.into_parts();
        anyhow::ensure!(head.status == StatusCode::OK, "{path} answered {}", head.status);
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.with_context(|| format!("{path} broke off after {length} bytes"))?;
            length += frame.data_ref().map_or(0, Bytes::len) as u64;
        }
        Ok(length)
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        kind: &str,
        body: Bytes,
    ) -> anyhow::Result<Request<Full<Bytes>>> {
        Ok(Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.server.authority)
            .header(AUTHORIZATION, format!("Bearer {}", self.server.token))
            .header(CONTENT_TYPE, kind)
            .body(Full::new(body))?)
    }

    async fn answer(&mut self, request: Request<Full<Bytes>>) -> anyhow::Result<Response<Incoming>> {
        // A ledger closes a connection that was idle for a minute.
        if self.sender.is_closed() {
            *self = self.server.connect().await?;
        }
        self.sender.ready().await.context("the ledger closed the connection")?;
        self.sender.send_request(request).await.context("the ledger did not answer")
    }
}

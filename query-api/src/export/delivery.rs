//! From the writer of a file to the answer that carries it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, spawn_blocking};

use crate::export::writer::{CHUNKS_AHEAD_MAX, Chunk, Finished, SheetLimits, Writer};
use crate::export::xlsx::package;
use crate::export::{Export, FileFormat};
use crate::problem::Problem;

/// Bytes of a finished file that are read at once.
const READ_BYTES: usize = 64 * 1024;
/// When a caller may come again who found no room for a file.
const FULL_RETRY_SECONDS: u32 = 60;

/// What carries a file: its bytes, and how many there are, where that is known.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) body: Body,
    pub(super) length: Option<u64>,
}

/// Why a transfer breaks off: the file that was begun cannot be completed.
#[derive(Debug, thiserror::Error)]
#[error("the export broke off: {0}")]
struct BrokenOffError(String);

/// Has `write` write the file, and delivers it.
///
/// What fails before the first bytes are on their way is the problem that is returned; what fails later breaks the
/// transfer. When the answer is dropped, so is what `write` returned.
pub(super) async fn deliver<F>(
    export: &Export,
    limits: SheetLimits,
    write: impl FnOnce(Writer) -> F,
) -> Result<Delivery, Problem>
where
    F: Future<Output = Result<Finished, Problem>> + Send + 'static,
{
    let (sender, chunks) = mpsc::channel(CHUNKS_AHEAD_MAX);
    let producer = Producer::start(write(Writer::new(export, limits, sender)));
    match export.format {
        FileFormat::Csv => deliver_chunks(chunks, producer).await,
        FileFormat::Xlsx => deliver_file(chunks, producer).await,
    }
}

/// Sends chunks as they come.
async fn deliver_chunks(
    mut chunks: mpsc::Receiver<Chunk>,
    mut producer: Producer,
) -> Result<Delivery, Problem> {
    let Some(first) = chunks.recv().await else {
        return producer.end().await.map(|()| Delivery { body: Body::empty(), length: None });
    };
    let stream = ChunkStream { first: Some(first), chunks, producer };
    Ok(Delivery { body: Body::from_stream(stream), length: None })
}

/// Makes the whole file first, then sends it.
async fn deliver_file(chunks: mpsc::Receiver<Chunk>, mut producer: Producer) -> Result<Delivery, Problem> {
    let stored = spawn_blocking(move || package::write(chunks)).await;
    // Where the file cannot be stored its writer stops too, and knows less about why.
    let (file, length) =
        stored.map_err(|panic| Problem::internal(&panic))?.map_err(|error| not_stored(&error))?;
    producer.end().await?;
    let stream = FileStream { file: tokio::fs::File::from_std(file), buffer: vec![0; READ_BYTES].into() };
    Ok(Delivery { body: Body::from_stream(stream), length: Some(length) })
}

fn not_stored(error: &io::Error) -> Problem {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};

    if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        let detail = "there is no room for the file now: ask for CSV, which needs none, or come again";
        return Problem::unavailable("no_room", detail, FULL_RETRY_SECONDS);
    }
    Problem::internal(error)
}

/// The task that writes a file. It ends when it is dropped.
#[derive(Debug)]
struct Producer(JoinSet<Result<Finished, Problem>>);

impl Producer {
    fn start(write: impl Future<Output = Result<Finished, Problem>> + Send + 'static) -> Self {
        let mut task = JoinSet::new();
        task.spawn(write);
        Self(task)
    }

    /// Waits for its end; an error when the file is not complete.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Problem>> {
        Poll::Ready(match ready!(self.0.poll_join_next(context)) {
            Some(Ok(written)) => written.map(|Finished { .. }| ()),
            Some(Err(panic)) => Err(Problem::internal(&panic)),
            // It was asked before.
            None => Ok(()),
        })
    }

    async fn end(&mut self) -> Result<(), Problem> {
        std::future::poll_fn(|context| self.poll_end(context)).await
    }
}

/// Chunks on their way. Where they end without being all, the stream ends with an error.
struct ChunkStream {
    first: Option<Chunk>,
    chunks: mpsc::Receiver<Chunk>,
    producer: Producer,
}

impl Stream for ChunkStream {
    type Item = Result<Bytes, BrokenOffError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = match self.first.take() {
            Some(first) => Some(first),
            None => ready!(self.chunks.poll_recv(context)),
        };
        if let Some(chunk) = next {
            return Poll::Ready(Some(Ok(chunk.bytes.into())));
        }
        let ended = ready!(self.producer.poll_end(context));
        Poll::Ready(ended.err().map(|problem| Err(BrokenOffError(problem.detail().to_owned()))))
    }
}

/// A finished file on its way.
struct FileStream {
    file: tokio::fs::File,
    buffer: Box<[u8]>,
}

impl Stream for FileStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { file, buffer } = &mut *self;
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(file).poll_read(context, &mut buffer))?;
        let read = buffer.filled();
        Poll::Ready((!read.is_empty()).then(|| Ok(Bytes::copy_from_slice(read))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_not_a_fault_but_a_reason_to_come_again() {
        assert_eq!(not_stored(&io::ErrorKind::StorageFull.into()).code(), "no_room");
        assert_eq!(not_stored(&io::ErrorKind::PermissionDenied.into()).code(), "internal");
    }
}

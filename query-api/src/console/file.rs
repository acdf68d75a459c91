//! One file of the console, as it is sent.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::OnceLock;

use axum::http::HeaderValue;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::EmbeddedFile;

/// Below this many bytes a file is not worth compressing.
const COMPRESSED_BYTES_MIN: usize = 1_024;
/// What begins the media types of what becomes smaller.
const COMPRESSIBLE: [&str; 4] = ["text/", "application/javascript", "application/json", "image/svg+xml"];

/// A file of the console.
#[derive(Debug)]
pub(super) struct File {
    pub(super) body: Bytes,
    /// Its media type.
    pub(super) kind: HeaderValue,
    /// Names what is in it, compressed or not.
    pub(super) etag: HeaderValue,
    gzip: OnceLock<Option<Bytes>>,
}

impl File {
    /// A file of this media type, with these bytes, whose SHA-256 is `hash`.
    pub(super) fn new(kind: &str, body: Bytes, hash: [u8; 32]) -> Self {
        let text = kind.starts_with("text/") || kind == "application/javascript";
        let kind = if text { Cow::from(format!("{kind}; charset=utf-8")) } else { Cow::from(kind) };
        let hex = hash[..16].iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Self {
            body,
            kind: HeaderValue::from_str(&kind)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            etag: HeaderValue::try_from(format!("W/\"{hex}\"")).expect("it is printable ASCII"),
            gzip: OnceLock::new(),
        }
    }

    /// Its bytes compressed with gzip, where that makes it smaller. Takes its time when it is asked first.
    pub(super) fn compressed(&self) -> Option<Bytes> {
        self.gzip.get_or_init(|| self.compress()).clone()
    }

    fn compress(&self) -> Option<Bytes> {
        let kind = self.kind.to_str().unwrap_or_default();
        let compressible = COMPRESSIBLE.into_iter().any(|prefix| kind.starts_with(prefix));
        if !compressible || self.body.len() < COMPRESSED_BYTES_MIN {
            return None;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.body).ok()?;
        let bytes = encoder.finish().ok()?;
        (bytes.len() < self.body.len()).then(|| bytes.into())
    }
}

impl From<EmbeddedFile> for File {
    fn from(file: EmbeddedFile) -> Self {
        let body = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Self::new(file.metadata.mimetype(), body, file.metadata.sha256_hash())
    }
}

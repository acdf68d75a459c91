//! Where an export goes to: standard output, or a file in which it may have begun before.

use std::fs::{File, TryLockError};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use events_schema::{Position, hex};
use serde::Deserialize;

use crate::history::History;

/// How much of a file is read at once where the beginning of a line is looked for.
const LOOK_BYTES: u64 = 64 << 10;
/// What every line of an export begins with.
const BEGINNING: &[u8] = br#"{"specversion":"1.0","id":""#;

/// Where an export goes to.
pub(super) enum Target {
    /// Standard output.
    Standard,
    /// A file, locked for this export.
    File(File),
}

/// What tells where a line of an export stands in which log.
#[derive(Deserialize)]
struct Line {
    position: Position,
    hash: String,
}

impl Target {
    /// The file at `path`, cut after its last complete line, and the position of that line, after which the export goes
    /// on. A new file begins after `after`. A file that is no export of this log, or began elsewhere, is left as it is.
    pub(super) fn file(
        path: &Path,
        after: Option<Position>,
        history: &History,
    ) -> anyhow::Result<(Self, Position)> {
        let name = path.display();
        let opened = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = opened.with_context(|| format!("{name} cannot be written"))?;
        let unread = || format!("{name} cannot be read");
        let metadata = file.metadata().with_context(unread)?;
        if !metadata.is_file() {
            return Ok((Self::File(file), after.unwrap_or(Position::ZERO)));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another export writes to {name}"),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("{name} cannot be locked"));
            }
        }
        let end = last_break(&file, metadata.len()).with_context(unread)?.map_or(0, |at| at + 1);
        let last = if end == 0 {
            ensure!(begins_a_line(&file).with_context(unread)?, "{name} is no export: name another file");
            after.unwrap_or(Position::ZERO)
        } else {
            let first = line(&file, 0).with_context(unread)?;
            let start = last_break(&file, end - 1).with_context(unread)?.map_or(0, |at| at + 1);
            let last = line(&file, start).with_context(unread)?;
            check(&first, &last, after, history).with_context(|| format!("{name} cannot be gone on with"))?
        };
        file.set_len(end).with_context(|| format!("{name} cannot be cut"))?;
        file.seek(SeekFrom::Start(end)).with_context(unread)?;
        Ok((Self::File(file), last))
    }

    /// Makes durable what was written.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::File(file) if file.metadata()?.is_file() => {
                file.sync_all().context("the export cannot be made durable")
            }
            Self::Standard | Self::File(_) => Ok(()),
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard => io::stdout().write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard => io::stdout().flush(),
            Self::File(file) => file.flush(),
        }
    }
}

/// The position of the last line of a file that begins and ends with these lines, where it can be gone on with.
fn check(first: &[u8], last: &[u8], after: Option<Position>, history: &History) -> anyhow::Result<Position> {
    let no_export = "it holds something else than an export";
    let first: Line = serde_json::from_slice(first).context(no_export)?;
    let Line { position, hash } = serde_json::from_slice(last).context(no_export)?;
    if let Some(after) = after {
        ensure!(
            first.position == after.next(),
            "it begins with position {}, and not after position {after}",
            first.position
        );
    }
    ensure!(
        history.hash_at(position)?.is_some_and(|known| hex(&known) == hash),
        "it is the export of another log: this one has another event at position {position}, or none"
    );
    Ok(position)
}

/// Where the last line break before `end` stands.
fn last_break(file: &File, mut end: u64) -> io::Result<Option<u64>> {
    while end > 0 {
        let start = end.saturating_sub(LOOK_BYTES);
        let mut bytes = vec![0; usize::try_from(end - start).unwrap_or(usize::MAX)];
        file.read_exact_at(&mut bytes, start)?;
        if let Some(at) = bytes.iter().rposition(|byte| *byte == b'\n') {
            return Ok(Some(start + at as u64));
        }
        end = start;
    }
    Ok(None)
}

/// The line that begins at `start`.
fn line(mut file: &File, start: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(start))?;
    let mut line = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// Whether a file without a line break is empty, or begins as an export does.
fn begins_a_line(file: &File) -> io::Result<bool> {
    let text = line(file, 0)?;
    let known = BEGINNING.len().min(text.len());
    Ok(text[..known] == BEGINNING[..known])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        file
    }

    #[test]
    fn lines_are_found_from_the_end() {
        let long = "x".repeat(200_000);
        let text = format!("first\n{long}\ntorn");
        let found = file(text.as_bytes());
        let end = last_break(&found, text.len() as u64).unwrap().unwrap();
        assert_eq!(end, 200_006);
        let start = last_break(&found, end).unwrap().unwrap() + 1;
        assert_eq!((start, line(&found, start).unwrap().len()), (6, 200_001));
        assert_eq!(line(&found, 0).unwrap(), b"first\n");
        assert_eq!(last_break(&found, 5).unwrap(), None);
    }

    #[test]
    fn only_the_beginning_of_an_export_is_cut() {
        for text in [&b""[..], b"{", br#"{"specversion":"1.0","id":"7","sou"#] {
            assert!(begins_a_line(&file(text)).unwrap(), "{text:?}");
        }
        for text in [&b"dear diary"[..], b" ", br#"{"specversion":"1.1"#] {
            assert!(!begins_a_line(&file(text)).unwrap(), "{text:?}");
        }
    }
}

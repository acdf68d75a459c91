//! The manifest: which runs and which note belong together. What it does not name is not there.

use std::fs::{self, File};
use std::io::{self, Write};

use super::StoreError;
use super::bytes::{split_checksum, take_u32, take_u64, u32_of, usize_of};
use super::home::{Home, MANIFEST, MANIFEST_NEW};
use super::note::NoteInfo;
use super::run::RunInfo;

/// What the file begins with.
const MAGIC: [u8; 8] = *b"ledg-mft";

/// The version of the manifest, and of the directory as a whole.
const VERSION: u32 = 1;

/// Which runs and which note belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The user's version of the contents.
    pub(super) format: u32,
    /// The number of tables.
    pub(super) tables: usize,
    /// The note.
    pub(super) note: NoteInfo,
    /// The runs; of one table the newest first.
    pub(super) runs: Vec<RunInfo>,
}

impl Manifest {
    /// Reads the manifest of a directory; `None` when there is none.
    pub(super) fn read(home: &Home) -> Result<Option<Self>, StoreError> {
        let path = home.path(MANIFEST);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(StoreError::io(&path))?,
        };
        Self::decode(&bytes).map(Some).map_err(|reason| StoreError::damaged(&path, reason))
    }

    /// Writes the manifest beside the one that holds, and makes durable whatever it names.
    pub(super) fn prepare(&self, home: &Home) -> Result<(), StoreError> {
        let path = home.path(MANIFEST_NEW);
        let written = File::create(&path).and_then(|mut file| {
            file.write_all(&self.encode())?;
            file.sync_all()
        });
        written.map_err(StoreError::io(&path))?;
        home.sync()
    }

    /// Has the prepared manifest take the place of the one that holds. After an error it is not known which one does.
    pub(super) fn commit(home: &Home) -> Result<(), StoreError> {
        let path = home.path(MANIFEST);
        fs::rename(home.path(MANIFEST_NEW), &path).map_err(StoreError::io(&path))?;
        home.sync()
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(self.format.to_le_bytes());
        bytes.extend(u32_of(self.tables).to_le_bytes());
        bytes.extend(self.note.checksum.to_le_bytes());
        bytes.extend(self.note.number.to_le_bytes());
        bytes.extend(self.note.bytes.to_le_bytes());
        for run in &self.runs {
            bytes.extend(u32_of(run.table).to_le_bytes());
            bytes.extend(run.level.to_le_bytes());
            bytes.extend([run.number, run.entries, run.bytes].map(u64::to_le_bytes).as_flattened());
        }
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend(checksum.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let (bytes, checksum) = split_checksum(bytes).ok_or("it is too short")?;
        if crc32c::crc32c(bytes) != checksum {
            return Err("its checksum does not match");
        }
        let mut rest = bytes.strip_prefix(&MAGIC).ok_or("it is not a manifest")?;
        if take_u32(&mut rest) != Some(VERSION) {
            return Err("it is of another version of the program");
        }
        let manifest = Self::decode_body(rest).ok_or("it makes no sense")?;
        if manifest.runs.iter().any(|run| run.table >= manifest.tables) {
            return Err("it names a run of no table");
        }
        Ok(manifest)
    }

    fn decode_body(mut rest: &[u8]) -> Option<Self> {
        let rest = &mut rest;
        let (format, tables) = (take_u32(rest)?, usize_of(take_u32(rest)?.into()));
        let checksum = take_u32(rest)?;
        let note = NoteInfo { checksum, number: take_u64(rest)?, bytes: take_u64(rest)? };
        let mut runs = Vec::new();
        while !rest.is_empty() {
            runs.push(RunInfo {
                table: usize_of(take_u32(rest)?.into()),
                level: take_u32(rest)?,
                number: take_u64(rest)?,
                entries: take_u64(rest)?,
                bytes: take_u64(rest)?,
            });
        }
        Some(Self { format, tables, note, runs })
    }
}

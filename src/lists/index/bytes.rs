//! Bytes that an index lies in: in memory or mapped from a file.

use std::fs::File;
use std::io;
use std::ops::Deref;

use memmap2::Mmap;
use zerocopy::FromBytes;
use zerocopy::little_endian::U32;

/// Bytes that do not change.
pub(crate) enum Bytes {
    Memory(Vec<u8>),
    Mapped(Mmap),
}

impl Bytes {
    /// Maps a file.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: a map is unsound when the file is written while it is mapped.
        // Snapshots are never written in place: a new one is a new file that is renamed
        // in, and the folder belongs to the own user alone.
        #[allow(unsafe_code, reason = "the one way to map a file")]
        let map = unsafe { Mmap::map(file)? };
        Ok(Self::Mapped(map))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Memory(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

/// A part of the bytes as little-endian numbers; empty when it is not there or has not a
/// whole number of them, which a check at opening rules out.
pub(super) fn words(bytes: &[u8]) -> &[U32] {
    <[U32]>::ref_from_bytes(bytes).unwrap_or_default()
}

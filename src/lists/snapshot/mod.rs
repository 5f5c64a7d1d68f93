//! A list compiled into one file: signed, checked before use, mapped into memory.
//!
//! ```text
//! "VARCOLST"          8 bytes
//! format              4 bytes, little-endian: 1
//! length of the head  4 bytes, little-endian
//! head                JSON: what the list is, how many entries, the publisher's key,
//!                     length and SHA-256 of the index
//! signature           64 bytes, Ed25519, over everything before it
//! index               see docs/design/lists.md
//! ```
//!
//! The signature covers the head and the head names the hash of the index, so no byte can
//! change unseen. The digest that names a snapshot everywhere is the SHA-256 of
//! everything before the index, which for the same reason stands for the whole file.

mod key;
mod store;

pub use key::{PublisherKey, PublisherKeyError, SigningKey, SigningKeyError};
pub use store::{Installed, SnapshotStore, SnapshotStoreError};

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::index::{Bytes, Index, LayoutError};
use super::model::List;

const MAGIC: &[u8; 8] = b"VARCOLST";
const FORMAT: u32 = 1;
/// Bytes before the head.
const START: usize = 16;
const SIGNATURE: usize = 64;
/// Longest head that is read; a real one has some 1 kB.
const MAX_HEAD_BYTES: usize = 256 * 1024;

/// Why a snapshot cannot be used or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be opened.
    #[error("the snapshot {} cannot be read: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Something else.
    #[error("this is no compiled list (a *.varcolist file, from `varco lists import`)")]
    NoSnapshot,
    /// Of a newer program.
    #[error("the snapshot has format {found}, this program reads {FORMAT}: update the program")]
    Format {
        /// Its format.
        found: u32,
    },
    /// Cut off or too long.
    #[error("the snapshot is damaged: {0}; fetch or compile it anew")]
    Damaged(&'static str),
    /// Of somebody else, or changed.
    #[error(
        "the snapshot is signed with the key {found}, not with the trusted one ({trusted}): it is not used"
    )]
    Publisher {
        /// Who signed it, as it says.
        found: PublisherKey,
        /// Whose signature is asked for.
        trusted: PublisherKey,
    },
    /// The signature does not fit.
    #[error("the snapshot's signature is wrong: it was damaged or changed and is not used")]
    Signature,
    /// The head is no JSON of ours.
    #[error("the snapshot's head cannot be read: {0}")]
    Head(#[from] serde_json::Error),
    /// The index cannot be used.
    #[error("the snapshot's index cannot be used: {0}")]
    Index(#[from] LayoutError),
}

/// What names a snapshot: the SHA-256 of all before its index, which names that one's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

/// Text that is no digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no digest: it has 64 hexadecimal digits")]
pub struct DigestError(String);

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        from_hex(text).map(Self).ok_or_else(|| DigestError(text.chars().take(80).collect()))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.trim().as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
    }
    Some(bytes)
}

/// What a snapshot says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotHeader {
    /// The list, with its rules.
    pub list: List,
    /// Rises by one with each snapshot of the list.
    pub version: u64,
    /// When it was compiled.
    pub compiled_at: Timestamp,
    /// Entries.
    pub entries: u64,
    /// Different plates.
    pub plates: u64,
    /// Whose signature it has.
    pub publisher: PublisherKey,
    /// Bytes of the index.
    pub index_bytes: u64,
    /// SHA-256 of the index.
    pub index_sha256: Digest,
}

/// A compiled list that was checked. Cheap to clone.
#[derive(Clone)]
pub struct Snapshot {
    header: Arc<SnapshotHeader>,
    digest: Digest,
    bytes: Arc<Bytes>,
    index: Arc<Index>,
}

impl Snapshot {
    /// Opens a file: mapped into memory, with signature and hash checked. It must not be
    /// written as long as it is open; the files of a [`SnapshotStore`] never are.
    ///
    /// # Errors
    /// [`SnapshotError`] when it cannot be read or must not be used.
    pub fn open(file: &Path, trusted: &PublisherKey) -> Result<Self, SnapshotError> {
        let failed = |source| SnapshotError::Read { file: file.to_owned(), source };
        let bytes = File::open(file).and_then(|file| Bytes::map(&file)).map_err(failed)?;
        Self::check(bytes, trusted)
    }

    /// A snapshot in memory, checked in the same way.
    ///
    /// # Errors
    /// [`SnapshotError`] when it must not be used.
    pub fn from_bytes(bytes: Vec<u8>, trusted: &PublisherKey) -> Result<Self, SnapshotError> {
        Self::check(Bytes::Memory(bytes), trusted)
    }

    fn check(bytes: Bytes, trusted: &PublisherKey) -> Result<Self, SnapshotError> {
        let start = head_start(&bytes)?;
        let header: SnapshotHeader =
            serde_json::from_slice(bytes.get(START..start).unwrap_or_default())?;
        if header.publisher != *trusted {
            return Err(SnapshotError::Publisher { found: header.publisher, trusted: *trusted });
        }
        let index_start = start + SIGNATURE;
        let cut = || SnapshotError::Damaged("it is cut off");
        let signature = bytes.get(start..index_start).ok_or_else(cut)?;
        if !trusted.verifies(bytes.get(..start).unwrap_or_default(), signature) {
            return Err(SnapshotError::Signature);
        }
        let index = bytes.get(index_start..).unwrap_or_default();
        if (index.len() as u64) < header.index_bytes {
            return Err(cut());
        }
        if sha256(index) != header.index_sha256 {
            return Err(SnapshotError::Damaged("its content is not what was signed"));
        }
        let digest = sha256(bytes.get(..index_start).unwrap_or_default());
        let bytes = Arc::new(bytes);
        let index = Index::open(Arc::clone(&bytes), index_start)?;
        Ok(Self { header: Arc::new(header), digest, bytes, index: Arc::new(index) })
    }

    /// What it says of itself.
    #[must_use]
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// What names it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Its plates and entries.
    #[must_use]
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// The whole file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SnapshotHeader { list, version, entries, .. } = self.header();
        write!(f, "Snapshot({} {version}, {entries} entries, {})", list.id, self.digest)
    }
}

/// Where the head ends and the signature begins.
fn head_start(bytes: &[u8]) -> Result<usize, SnapshotError> {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|four| four.first_chunk::<4>().copied());
        four.map(u32::from_le_bytes).ok_or(SnapshotError::NoSnapshot)
    };
    if bytes.get(..MAGIC.len()) != Some(MAGIC) {
        return Err(SnapshotError::NoSnapshot);
    }
    let format = number(8)?;
    if format != FORMAT {
        return Err(SnapshotError::Format { found: format });
    }
    let length = number(12)? as usize;
    if length > MAX_HEAD_BYTES || START + length > bytes.len() {
        return Err(SnapshotError::Damaged("it is cut off"));
    }
    Ok(START + length)
}

fn sha256(bytes: &[u8]) -> Digest {
    let mut sum = [0; 32];
    for (to, from) in sum.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *to = *from;
    }
    Digest(sum)
}

/// Compiles a list: the bytes of its snapshot.
///
/// # Errors
/// [`SnapshotError::Head`] when the list's description cannot be written.
pub fn compile(
    list: List,
    version: u64,
    compiled_at: Timestamp,
    index: &Index,
    key: &SigningKey,
) -> Result<Vec<u8>, SnapshotError> {
    let content = index.as_bytes();
    let header = SnapshotHeader {
        list,
        version,
        compiled_at,
        entries: index.len() as u64,
        plates: index.plates() as u64,
        publisher: key.public(),
        index_bytes: content.len() as u64,
        index_sha256: sha256(content),
    };
    let head = serde_json::to_vec(&header)?;
    let mut bytes = Vec::with_capacity(START + head.len() + SIGNATURE + content.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&head);
    let signature = key.sign(&bytes);
    bytes.extend_from_slice(&signature);
    bytes.extend_from_slice(content);
    Ok(bytes)
}

#[cfg(test)]
mod tests;

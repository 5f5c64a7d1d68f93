//! Files that only the holder of a key can read: AES-256-GCM in pieces.
//!
//! ```text
//! header  b"VSEALED1" · key id (16 bytes) · nonce prefix (8 bytes, random)
//! piece   65,536 bytes encrypted (the last one may be shorter) · tag (16 bytes)
//! ```
//!
//! The nonce of a piece is the prefix and the piece's number; the header is
//! authenticated with each piece. So pieces cannot be changed, swapped or taken to
//! another file; that none is missing at the end is for the content's own digest to
//! say. A file can grow piece by piece, which a broken download needs.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::TryRngCore as _;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

use super::evidence::hex;

const MAGIC: &[u8; 8] = b"VSEALED1";
const HEADER: usize = 32;
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// It is no sealed file.
    #[error("it is no sealed file")]
    Form,
    /// It was sealed with another key.
    #[error("it was sealed with another key, which is withdrawn")]
    OtherKey,
    /// It was changed.
    #[error("it was changed after it was sealed, in piece {0}")]
    Changed(u32),
    /// It cannot be sealed.
    #[error("it cannot be sealed: {0}")]
    Seal(&'static str),
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A key for sealed files, 256 bits.
pub struct SealKey {
    key: LessSafeKey,
    id: [u8; 16],
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({})", self.id())
    }
}

impl SealKey {
    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Option<Self> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).ok()?);
        let digest = Sha256::digest([b"varco sealed file key".as_slice(), bytes].concat());
        let mut id = [0; 16];
        id.copy_from_slice(digest.get(..16)?);
        Some(Self { key, id })
    }

    /// Names the key without giving it away.
    #[must_use]
    pub fn id(&self) -> String {
        hex(&self.id)
    }

    /// 32 random bytes.
    ///
    /// # Errors
    /// [`SealedError::Seal`] when the system has none.
    pub fn random() -> Result<[u8; 32], SealedError> {
        random()
    }

    fn header(&self) -> Result<[u8; HEADER], SealedError> {
        let prefix: [u8; 8] = random()?;
        let mut header = [0; HEADER];
        let parts = MAGIC.iter().chain(&self.id).chain(&prefix);
        for (place, byte) in header.iter_mut().zip(parts) {
            *place = *byte;
        }
        Ok(header)
    }

    /// Whether a file with this header is sealed with this key.
    fn check(&self, header: &[u8; HEADER]) -> Result<(), SealedError> {
        if !header.starts_with(MAGIC) {
            return Err(SealedError::Form);
        }
        let same = header.get(8..24).is_some_and(|id| id == self.id);
        if same { Ok(()) } else { Err(SealedError::OtherKey) }
    }

    fn seal_piece(
        &self,
        header: &[u8; HEADER],
        number: u32,
        piece: &[u8],
    ) -> Result<Vec<u8>, SealedError> {
        let mut sealed = piece.to_vec();
        let aad = Aad::from(header.as_slice());
        self.key
            .seal_in_place_append_tag(nonce(header, number), aad, &mut sealed)
            .map_err(|_| SealedError::Seal("the cipher refused"))?;
        Ok(sealed)
    }

    /// Seals some bytes.
    ///
    /// # Errors
    /// [`SealedError::Seal`] when there is no randomness or the bytes are too many.
    pub fn seal(&self, bytes: &[u8]) -> Result<Vec<u8>, SealedError> {
        let header = self.header()?;
        let mut sealed = header.to_vec();
        for (number, piece) in bytes.chunks(PIECE).enumerate() {
            let number = u32::try_from(number).map_err(|_| SealedError::Seal("it is too long"))?;
            sealed.extend(self.seal_piece(&header, number, piece)?);
        }
        Ok(sealed)
    }

    /// The bytes of a sealed file.
    ///
    /// # Errors
    /// [`SealedError`] when it was sealed with another key or changed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, SealedError> {
        let header: &[u8; HEADER] = sealed.first_chunk().ok_or(SealedError::Form)?;
        self.check(header)?;
        let mut bytes = Vec::with_capacity(sealed.len());
        let pieces = sealed.get(HEADER..).unwrap_or_default().chunks(PIECE + TAG);
        for (number, piece) in (0_u32..).zip(pieces) {
            let mut piece = piece.to_vec();
            let opened = self
                .key
                .open_in_place(nonce(header, number), Aad::from(header.as_slice()), &mut piece)
                .map_err(|_| SealedError::Changed(number))?;
            bytes.extend_from_slice(opened);
        }
        Ok(bytes)
    }
}

fn random<const N: usize>() -> Result<[u8; N], SealedError> {
    let mut bytes = [0; N];
    rand::rngs::OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|_| SealedError::Seal("the system has no randomness"))?;
    Ok(bytes)
}

fn nonce(header: &[u8; HEADER], number: u32) -> Nonce {
    let mut nonce = [0; 12];
    let parts = header.get(24..).unwrap_or_default().iter().copied().chain(number.to_be_bytes());
    for (place, byte) in nonce.iter_mut().zip(parts) {
        *place = byte;
    }
    Nonce::assume_unique_for_key(nonce)
}

/// A sealed file that grows. What is not yet a whole piece is in memory only.
#[derive(Debug)]
pub struct SealedWriter<'a> {
    key: &'a SealKey,
    file: File,
    header: [u8; HEADER],
    pieces: u32,
    pending: Vec<u8>,
}

impl<'a> SealedWriter<'a> {
    /// Opens the file to go on with it, or begins it anew when it is none, or another
    /// key's. Also says how many bytes it holds.
    ///
    /// # Errors
    /// [`SealedError::Io`].
    pub fn open(path: &Path, key: &'a SealKey) -> Result<(Self, u64), SealedError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        let mut header = [0; HEADER];
        let known = file.read_exact(&mut header).is_ok() && key.check(&header).is_ok();
        let mut pieces = 0;
        if known {
            let held = file.metadata()?.len().saturating_sub(HEADER as u64);
            let whole = held / (PIECE + TAG) as u64;
            pieces = u32::try_from(whole).map_err(|_| SealedError::Form)?;
        } else {
            header = key.header()?;
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&header)?;
        }
        // A piece that a kill cut off, or a last short one, cannot be gone on with.
        let end = HEADER as u64 + u64::from(pieces) * (PIECE + TAG) as u64;
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        let held = u64::from(pieces) * PIECE as u64;
        Ok((Self { key, file, header, pieces, pending: Vec::new() }, held))
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`SealedError`] when they cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), SealedError> {
        self.pending.extend_from_slice(bytes);
        while self.pending.len() >= PIECE {
            let rest = self.pending.split_off(PIECE);
            let piece = std::mem::replace(&mut self.pending, rest);
            self.put(&piece)?;
        }
        Ok(())
    }

    /// Writes what is left. The file is then whole and cannot grow.
    ///
    /// # Errors
    /// [`SealedError`] when it cannot be written.
    pub fn finish(mut self) -> Result<(), SealedError> {
        let piece = std::mem::take(&mut self.pending);
        if !piece.is_empty() {
            self.put(&piece)?;
        }
        Ok(self.file.sync_all()?)
    }

    fn put(&mut self, piece: &[u8]) -> Result<(), SealedError> {
        let sealed = self.key.seal_piece(&self.header, self.pieces, piece)?;
        self.pieces =
            self.pieces.checked_add(1).ok_or(SealedError::Seal("the file is too long"))?;
        Ok(self.file.write_all(&sealed)?)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn key(seed: u8) -> SealKey {
        SealKey::new(&[seed; 32]).unwrap()
    }

    fn content(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|n| (n / 251) as u8).collect()
    }

    #[test]
    fn what_is_sealed_comes_back_with_the_key_and_with_no_other() {
        for bytes in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
            let content = content(bytes);
            let sealed = key(1).seal(&content).unwrap();
            assert_eq!(key(1).open(&sealed).unwrap(), content, "{bytes} bytes");
            assert!(matches!(key(2).open(&sealed), Err(SealedError::OtherKey)));
        }
        let same = content(1000);
        assert_ne!(key(1).seal(&same).unwrap(), key(1).seal(&same).unwrap(), "nonces differ");
    }

    #[test]
    fn a_plate_cannot_be_found_in_a_sealed_file() {
        let sealed = key(1).seal(&b"AB123CD,furto\n".repeat(10_000)).unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"AB123CD"));
    }

    #[test]
    fn any_flipped_bit_is_noticed_and_pieces_cannot_be_swapped() {
        let sealed = key(1).seal(&content(2 * PIECE)).unwrap();
        for place in (0..sealed.len()).step_by(997) {
            let mut bad = sealed.clone();
            bad[place] ^= 4;
            assert!(key(1).open(&bad).is_err(), "byte {place}");
        }
        let mut swapped = sealed.clone();
        let (first, second) = swapped[HEADER..].split_at_mut(PIECE + TAG);
        first.swap_with_slice(second);
        assert!(matches!(key(1).open(&swapped), Err(SealedError::Changed(0))));
    }

    #[test]
    fn a_file_grows_and_is_gone_on_with_after_a_kill() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.part");
        let (key, content) = (key(1), content(5 * PIECE + 100));
        let mut held = 0;
        // Each time some bytes are written and the writer is dropped, as a kill would.
        for _ in 0..3 {
            let (mut writer, start) = SealedWriter::open(&path, &key).unwrap();
            assert!(start >= held && start.is_multiple_of(PIECE as u64));
            held = start;
            writer.write(&content[start as usize..start as usize + PIECE + PIECE / 2]).unwrap();
        }
        // A piece cut in the middle, too.
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(file.metadata().unwrap().len() - 10).unwrap();
        let (mut writer, start) = SealedWriter::open(&path, &key).unwrap();
        assert_eq!(start, 2 * PIECE as u64);
        writer.write(&content[start as usize..]).unwrap();
        writer.finish().unwrap();
        assert_eq!(key.open(&fs::read(&path).unwrap()).unwrap(), content);
        // Another key's file is begun anew.
        let other = SealKey::new(&[9; 32]).unwrap();
        assert_eq!(SealedWriter::open(&path, &other).unwrap().1, 0);
    }
}

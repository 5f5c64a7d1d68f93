//! Evidence pictures as files named by their content.
//!
//! A picture lies at `<folder>/ab/<sha256>.jpg`, where `ab` are the first two
//! digits of its name. A file with its final name is always whole, and once
//! [`EvidenceStore::put`] returned it survives a power cut.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::durable::{self, Access, DurableError};

/// Why an evidence picture cannot be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// No space is left.
    #[error("no space left for evidence in {}; free some, or shorten the retention", path.display())]
    Full {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder cannot be made, written or read.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The name is not the SHA-256 of anything.
    #[error("{name:?} is no evidence name; it must be 64 lower-case hexadecimal digits")]
    Name {
        /// What was given.
        name: String,
    },
    /// The picture is not there.
    #[error("the evidence picture {sha256} is not stored (any more)")]
    Missing {
        /// Its name.
        sha256: String,
    },
    /// The bytes are not those that the name promises.
    #[error("the evidence picture {expected} is damaged: its content is {found}")]
    Mismatch {
        /// The name it came under.
        expected: String,
        /// The SHA-256 of the bytes.
        found: String,
    },
    /// The program is stopping.
    #[error("storing or reading evidence was cut off; the program is stopping")]
    Interrupted,
}

impl From<DurableError> for EvidenceError {
    fn from(error: DurableError) -> Self {
        let DurableError::File { action, path, source } = error;
        failed(action, &path)(source)
    }
}

impl EvidenceError {
    /// Whether it failed because the disk is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }
}

/// The SHA-256 of some bytes in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A folder of evidence pictures. All calls block on the disk.
#[derive(Debug, Clone)]
pub struct EvidenceStore {
    folder: PathBuf,
    /// Bytes of all pictures, counted when first asked for and kept up to date then.
    bytes: Arc<OnceLock<AtomicU64>>,
}

/// A file takes whole blocks of the disk.
const BLOCK: u64 = 4096;

/// What a file of so many bytes takes of the disk.
fn on_disk(bytes: u64) -> u64 {
    bytes.div_ceil(BLOCK) * BLOCK
}

/// Makes names of unfinished files unique within the process.
static UNFINISHED: AtomicU64 = AtomicU64::new(0);

impl EvidenceStore {
    /// Opens the folder, making it when missing, and removes what a killed process left unfinished.
    ///
    /// # Errors
    /// [`EvidenceError`] when the folder cannot be made or read.
    pub fn open(folder: &Path) -> Result<Self, EvidenceError> {
        fs::create_dir_all(folder).map_err(failed("make the evidence folder", folder))?;
        for entry in fs::read_dir(folder).map_err(failed("read the evidence folder", folder))? {
            let path = entry.map_err(failed("read the evidence folder", folder))?.path();
            if path.extension().is_some_and(|extension| extension == "part") {
                fs::remove_file(&path).map_err(failed("remove", &path))?;
            }
        }
        Ok(Self { folder: folder.to_path_buf(), bytes: Arc::default() })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Stores a picture and returns its name. Storing it again changes nothing.
    ///
    /// # Errors
    /// [`EvidenceError`] when it cannot be written; then nothing is left of it.
    pub fn put(&self, jpeg: &[u8]) -> Result<String, EvidenceError> {
        let sha256 = sha256_hex(jpeg);
        self.write(&sha256, jpeg)?;
        Ok(sha256)
    }

    /// Stores a picture that came under a name, if it is the one that the name promises.
    ///
    /// # Errors
    /// [`EvidenceError::Mismatch`] when it is not, others when it cannot be written.
    pub fn put_as(&self, sha256: &str, jpeg: &[u8]) -> Result<(), EvidenceError> {
        let found = sha256_hex(jpeg);
        if found != sha256 {
            return Err(EvidenceError::Mismatch { expected: sha256.to_owned(), found });
        }
        self.write(sha256, jpeg)
    }

    /// Reads a picture and checks that it is still what its name promises.
    ///
    /// # Errors
    /// [`EvidenceError::Missing`] when it is not there, [`EvidenceError::Mismatch`] when damaged.
    pub fn read(&self, sha256: &str) -> Result<Vec<u8>, EvidenceError> {
        let path = self.path(sha256)?;
        let jpeg = match fs::read(&path) {
            Ok(jpeg) => jpeg,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(EvidenceError::Missing { sha256: sha256.to_owned() });
            }
            Err(e) => return Err(failed("read", &path)(e)),
        };
        let found = sha256_hex(&jpeg);
        if found == sha256 {
            Ok(jpeg)
        } else {
            Err(EvidenceError::Mismatch { expected: sha256.to_owned(), found })
        }
    }

    /// Whether a picture is there (its content is checked only by [`Self::read`]).
    ///
    /// # Errors
    /// [`EvidenceError::Name`] for an impossible name.
    pub fn contains(&self, sha256: &str) -> Result<bool, EvidenceError> {
        Ok(self.path(sha256)?.is_file())
    }

    /// Removes a picture; one that is not there is no error.
    ///
    /// # Errors
    /// [`EvidenceError`] when the file cannot be removed.
    pub fn delete(&self, sha256: &str) -> Result<(), EvidenceError> {
        let path = self.path(sha256)?;
        let bytes = fs::metadata(&path).map_or(0, |file| on_disk(file.len()));
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("remove", &path)(e)),
            Err(_) => Ok(()),
            Ok(()) => {
                if let Some(counted) = self.bytes.get() {
                    let less = |now: u64| Some(now.saturating_sub(bytes));
                    // The closure always answers.
                    let _ = counted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
                }
                Ok(())
            }
        }
    }

    /// Bytes of the disk that the pictures take.
    ///
    /// # Errors
    /// [`EvidenceError`] when the folder cannot be read.
    pub fn bytes(&self) -> Result<u64, EvidenceError> {
        if let Some(counted) = self.bytes.get() {
            return Ok(counted.load(Ordering::Relaxed));
        }
        let mut bytes = 0;
        let read = |path: &Path| fs::read_dir(path).map_err(failed("read", path));
        for folder in read(&self.folder)? {
            let folder = folder.map_err(failed("read", &self.folder))?.path();
            if !folder.is_dir() {
                continue;
            }
            for entry in read(&folder)? {
                let entry = entry.map_err(failed("read", &folder))?;
                bytes += entry.metadata().map_or(0, |file| on_disk(file.len()));
            }
        }
        Ok(self.bytes.get_or_init(|| AtomicU64::new(bytes)).load(Ordering::Relaxed))
    }

    /// The names of all pictures stored before a time.
    ///
    /// # Errors
    /// [`EvidenceError`] when the folder cannot be read.
    pub fn older_than(&self, time: SystemTime) -> Result<Vec<String>, EvidenceError> {
        let mut names = Vec::new();
        let read = |path: &Path| fs::read_dir(path).map_err(failed("read", path));
        for folder in read(&self.folder)? {
            let folder = folder.map_err(failed("read", &self.folder))?.path();
            if !folder.is_dir() {
                continue;
            }
            for entry in read(&folder)? {
                let path = entry.map_err(failed("read", &folder))?.path();
                let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
                // Only files that this store made; anything else is not ours to judge.
                if self.path(name).is_ok_and(|own| own == path) {
                    let stored = fs::metadata(&path)
                        .and_then(|m| m.modified())
                        .map_err(failed("read", &path))?;
                    if stored < time {
                        names.push(name.to_owned());
                    }
                }
            }
        }
        Ok(names)
    }

    /// Where a picture lies. Only a real SHA-256 becomes part of a path.
    fn path(&self, sha256: &str) -> Result<PathBuf, EvidenceError> {
        let valid = sha256.len() == 64
            && sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match sha256.get(..2) {
            Some(start) if valid => Ok(self.folder.join(start).join(format!("{sha256}.jpg"))),
            _ => Err(EvidenceError::Name { name: sha256.chars().take(80).collect() }),
        }
    }

    fn write(&self, sha256: &str, jpeg: &[u8]) -> Result<(), EvidenceError> {
        let path = self.path(sha256)?;
        let folder = path.parent().unwrap_or(&self.folder);
        if !folder.is_dir() {
            fs::create_dir_all(folder).map_err(failed("make", folder))?;
            durable::flush_folder(&self.folder)?;
        }
        if path.is_file() {
            // It may have been renamed by a call that has not flushed the folder yet.
            return Ok(durable::flush_folder(folder)?);
        }
        let number = UNFINISHED.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.folder.join(format!("{}-{number}.part", std::process::id()));
        let written = durable::write_by(&unfinished, &path, jpeg, Access::Usual);
        // It also takes its place where only its folder could not be flushed.
        if let Some(counted) = self.bytes.get().filter(|_| path.is_file()) {
            counted.fetch_add(on_disk(jpeg.len() as u64), Ordering::Relaxed);
        }
        Ok(written?)
    }
}

fn failed<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> EvidenceError + use<'a> {
    move |source| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            EvidenceError::Full { path: path.to_path_buf() }
        }
        _ => EvidenceError::Io { action, path: path.to_path_buf(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_back_under_its_own_hash() {
        let folder = tempfile::tempdir().unwrap();
        let store = EvidenceStore::open(folder.path()).unwrap();
        let name = store.put(b"picture").unwrap();
        assert_eq!(name, sha256_hex(b"picture"));
        assert_eq!(store.put(b"picture").unwrap(), name);
        assert_eq!(store.read(&name).unwrap(), b"picture");
        assert!(folder.path().join(&name[..2]).join(format!("{name}.jpg")).is_file());
        store.delete(&name).unwrap();
        store.delete(&name).unwrap();
        assert!(matches!(store.read(&name), Err(EvidenceError::Missing { .. })));
    }

    #[test]
    fn a_name_cannot_lead_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = EvidenceStore::open(&folder.path().join("evidence")).unwrap();
        for name in ["../../etc/passwd", "", "ab", &"A".repeat(64), &"/".repeat(64)] {
            assert!(matches!(store.read(name), Err(EvidenceError::Name { .. })), "{name}");
        }
    }

    #[test]
    fn other_bytes_than_promised_are_refused_and_damage_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let store = EvidenceStore::open(folder.path()).unwrap();
        let name = sha256_hex(b"one");
        assert!(matches!(store.put_as(&name, b"two"), Err(EvidenceError::Mismatch { .. })));
        store.put_as(&name, b"one").unwrap();
        fs::write(folder.path().join(&name[..2]).join(format!("{name}.jpg")), b"0ne").unwrap();
        assert!(matches!(store.read(&name), Err(EvidenceError::Mismatch { .. })));
    }

    #[test]
    fn leftovers_of_a_killed_process_go_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1-0.part"), b"half").unwrap();
        EvidenceStore::open(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_full_disk_says_so() {
        // /dev/full answers every write with "no space left".
        let path = PathBuf::from("/dev/full");
        let source = fs::write(&path, b"x").unwrap_err();
        let full = EvidenceError::from(DurableError::File { action: "write", path, source });
        assert!(full.is_full(), "{full}");
    }
}

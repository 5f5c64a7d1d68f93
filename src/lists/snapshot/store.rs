//! A folder of snapshots: `<list>/<version>-<digest>.varcolist`, the newest good one
//! current. A power cut leaves the one before in use; a bad one is set aside (`*.bad`),
//! never used and never silently lost.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::{PublisherKey, Snapshot, SnapshotError};
use crate::durable::{self, Access, DurableError};

/// Snapshots of a list that are kept: the current one and those to go back to, from
/// which differences to the current one can be told.
const KEPT: usize = 3;

/// Why a snapshot cannot be kept or found.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotStoreError {
    /// The system refuses.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// File or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] DurableError),
    /// It must not be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Of another list.
    #[error("this is a snapshot of the list {found:?}, not of {expected:?}")]
    List {
        /// The list in it.
        found: String,
        /// The list that was asked for.
        expected: String,
    },
    /// Not newer.
    #[error("version {found} of the list {list:?} is not newer than the current one, {current}")]
    Old {
        /// The list.
        list: String,
        /// Its version.
        found: u64,
        /// The version in use.
        current: u64,
    },
}

/// The current snapshot of a list, and what was found wrong on the way to it.
#[derive(Debug)]
pub struct Installed {
    /// The newest good one.
    pub snapshot: Option<Snapshot>,
    /// Newer ones that were bad and set aside, with the reason.
    pub set_aside: Vec<(PathBuf, SnapshotError)>,
}

/// A folder of snapshots. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SnapshotStore {
    folder: PathBuf,
}

impl SnapshotStore {
    /// The store in a folder, which is made where it is missing, for the own user alone.
    ///
    /// # Errors
    /// [`SnapshotStoreError::File`] when it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, SnapshotStoreError> {
        make_folder(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of the key that signs what is put into the folder, for who puts it there.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.folder.join("publisher-key.pem")
    }

    /// The lists that have a folder, in order.
    #[must_use]
    pub fn lists(&self) -> Vec<String> {
        let Ok(folders) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut lists: Vec<String> = folders
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| is_id(name))
            .collect();
        lists.sort();
        lists
    }

    /// The snapshots of a list, newest first: version and file.
    #[must_use]
    pub fn versions(&self, list: &str) -> Vec<(u64, PathBuf)> {
        if !is_id(list) {
            return Vec::new();
        }
        let Ok(files) = fs::read_dir(self.folder.join(list)) else { return Vec::new() };
        let mut versions: Vec<(u64, PathBuf)> = files
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let name = path.file_name()?.to_str()?;
                let (version, _) = name.strip_suffix(".varcolist")?.split_once('-')?;
                Some((version.parse().ok()?, path))
            })
            .collect();
        versions.sort_by(|a, b| b.cmp(a));
        versions
    }

    /// Checks a snapshot and makes it the current one of its list.
    ///
    /// # Errors
    /// [`SnapshotStoreError`] when it must not be used, is not newer than the current one,
    /// or cannot be written; the current one then stays.
    pub fn install(
        &self,
        list: &str,
        bytes: &[u8],
        trusted: &PublisherKey,
    ) -> Result<Snapshot, SnapshotStoreError> {
        let snapshot = Snapshot::from_bytes(bytes.to_vec(), trusted)?;
        let header = snapshot.header();
        if header.list.id != list || !is_id(list) {
            let (found, expected) = (header.list.id.clone(), list.to_owned());
            return Err(SnapshotStoreError::List { found, expected });
        }
        if let Some((current, path)) = self.versions(list).into_iter().next()
            && header.version <= current
        {
            // Once more the same, as after a break between writing and telling.
            if let Ok(there) = Snapshot::open(&path, trusted)
                && there.digest() == snapshot.digest()
            {
                return Ok(there);
            }
            let (list, found) = (list.to_owned(), header.version);
            return Err(SnapshotStoreError::Old { list, found, current });
        }
        let folder = self.folder.join(list);
        make_folder(&folder)?;
        let digest = snapshot.digest().to_string();
        let short = digest.get(..16).unwrap_or(&digest);
        let path = folder.join(format!("{}-{short}.varcolist", header.version));
        durable::write(&path, bytes, Access::Usual)?;
        for (_, old) in self.versions(list).into_iter().skip(KEPT) {
            let action = "remove the old snapshot";
            fs::remove_file(&old).map_err(|source| SnapshotStoreError::File {
                action,
                path: old,
                source,
            })?;
        }
        Ok(Snapshot::open(&path, trusted)?)
    }

    /// The newest good snapshot of a list. Bad ones are renamed to `*.bad` and told.
    ///
    /// # Errors
    /// [`SnapshotStoreError::File`] when a bad one cannot be set aside.
    pub fn current(
        &self,
        list: &str,
        trusted: &PublisherKey,
    ) -> Result<Installed, SnapshotStoreError> {
        let mut set_aside = Vec::new();
        for (_, path) in self.versions(list) {
            match Snapshot::open(&path, trusted) {
                Ok(snapshot) => return Ok(Installed { snapshot: Some(snapshot), set_aside }),
                // It may be there again in a moment, or belong to another key.
                Err(error @ (SnapshotError::Read { .. } | SnapshotError::Publisher { .. })) => {
                    set_aside.push((path, error));
                }
                Err(error) => {
                    let action = "set aside the damaged snapshot";
                    fs::rename(&path, path.with_extension("bad")).map_err(|source| {
                        SnapshotStoreError::File { action, path: path.clone(), source }
                    })?;
                    set_aside.push((path, error));
                }
            }
        }
        Ok(Installed { snapshot: None, set_aside })
    }

    /// Deletes all snapshots of a list.
    ///
    /// # Errors
    /// [`SnapshotStoreError::File`] when the system refuses.
    pub fn remove(&self, list: &str) -> Result<(), SnapshotStoreError> {
        let path = self.folder.join(list);
        if !is_id(list) {
            return Ok(());
        }
        match fs::remove_dir_all(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(SnapshotStoreError::File { action: "remove", path, source })
            }
            _ => Ok(()),
        }
    }
}

/// Whether a name is a list's id and no way out of the folder.
fn is_id(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(plain)
}

fn make_folder(folder: &Path) -> Result<(), SnapshotStoreError> {
    let failed = |source| {
        let path = folder.to_owned();
        SnapshotStoreError::File { action: "make the folder", path, source }
    };
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)
}

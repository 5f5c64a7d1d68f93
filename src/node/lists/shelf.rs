//! Where the centre's snapshots lie on the node: as they are, or sealed.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::durable::{self, Access, DurableError};
use crate::lists::{PublisherKey, Snapshot, SnapshotError, SnapshotStore, SnapshotStoreError};
use crate::store::{SealKey, SealedError};

/// How sealed snapshots end.
const SEALED: &str = "sealed";
/// Versions of a list that are kept: the one in use, and the good one before it.
const KEPT: usize = 2;
/// Where broken downloads wait.
const INCOMING: &str = "incoming";

/// Why a snapshot cannot be kept or used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ShelfError {
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Store(#[from] SnapshotStoreError),
    #[error(transparent)]
    Sealed(#[from] SealedError),
    #[error(transparent)]
    Write(#[from] DurableError),
    #[error("cannot use {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
}

/// The centre's snapshots on the node.
pub(super) struct Shelf {
    folder: PathBuf,
    store: SnapshotStore,
    sealed: bool,
}

impl Shelf {
    /// Opens the folder, making it when missing. What lies there in the other form is
    /// removed: lists that are to be sealed do not stay readable beside it.
    pub(super) fn open(folder: &Path, sealed: bool) -> Result<Self, ShelfError> {
        let shelf = Self { folder: folder.to_owned(), store: SnapshotStore::open(folder)?, sealed };
        for list in shelf.lists()? {
            for file in files(&folder.join(&list))? {
                if (file.extension() == Some(OsStr::new(SEALED))) != sealed {
                    remove(&file)?;
                }
            }
        }
        Ok(shelf)
    }

    /// Where a download waits for its rest.
    pub(super) fn part(&self, list: &str, name: &str) -> PathBuf {
        let form = if self.sealed { "sealed-part" } else { "part" };
        self.folder.join(INCOMING).join(format!("{list}-{name}.{form}"))
    }

    /// Removes downloads that nothing will go on with: all but those of this beginning.
    pub(super) fn forget_parts(&self, keep: &[String]) -> Result<(), ShelfError> {
        for file in files(&self.folder.join(INCOMING))? {
            let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
            if !keep.iter().any(|start| name.starts_with(start.as_str())) {
                remove(&file)?;
            }
        }
        Ok(())
    }

    /// Lists of which there are snapshots.
    pub(super) fn lists(&self) -> Result<Vec<String>, ShelfError> {
        let mut lists = Vec::new();
        let read = fs::read_dir(&self.folder).map_err(failed(&self.folder))?;
        for entry in read {
            let path = entry.map_err(failed(&self.folder))?.path();
            let name = path.file_name().and_then(OsStr::to_str);
            if let Some(name) = name.filter(|name| path.is_dir() && *name != INCOMING) {
                lists.push(name.to_owned());
            }
        }
        lists.sort();
        Ok(lists)
    }

    /// The newest good snapshot of a list. A bad one is set aside for the one before it.
    pub(super) fn current(
        &self,
        list: &str,
        key: Option<&SealKey>,
        publisher: &PublisherKey,
    ) -> Result<Option<Snapshot>, ShelfError> {
        if !self.sealed {
            let installed = self.store.current(list, publisher)?;
            for (file, error) in installed.set_aside {
                tracing::error!("{} is not used: {error}", file.display());
            }
            return Ok(installed.snapshot);
        }
        let Some(key) = key else { return Ok(None) };
        for path in self.sealed_files(list)?.into_iter().rev() {
            let opened = fs::read(&path)
                .map_err(failed(&path))
                .and_then(|sealed| Ok(key.open(&sealed)?))
                .and_then(|bytes| Ok(Snapshot::from_bytes(bytes, publisher)?));
            match opened {
                Ok(snapshot) if snapshot.header().list.id == list => return Ok(Some(snapshot)),
                Ok(_) => set_aside(&path, "it is of another list")?,
                Err(error) => set_aside(&path, &error.to_string())?,
            }
        }
        Ok(None)
    }

    /// Keeps a snapshot; it is safe on the disk when this returns.
    pub(super) fn install(
        &self,
        list: &str,
        snapshot: Snapshot,
        key: Option<&SealKey>,
        publisher: &PublisherKey,
    ) -> Result<Snapshot, ShelfError> {
        let snapshot = if let (true, Some(key)) = (self.sealed, key) {
            let sealed = key.seal(snapshot.bytes())?;
            if snapshot.header().list.id != list {
                let other = snapshot.header().list.id.clone();
                return Err(self.other_list(list, &other));
            }
            let folder = self.folder.join(list);
            fs::create_dir_all(&folder).map_err(failed(&folder))?;
            let digest = snapshot.digest().to_string();
            let name = format!("{:010}-{}", snapshot.header().version, &digest[..16]);
            let path = folder.join(format!("{name}.{SEALED}"));
            durable::write(&path, &sealed, Access::Usual)?;
            snapshot
        } else if self.sealed {
            return Err(SealedError::OtherKey.into());
        } else {
            match self.store.install(list, snapshot.bytes(), publisher) {
                // The centre went back to it: what it called back does not come up again.
                Err(SnapshotStoreError::Old { .. }) => {
                    self.store.remove(list)?;
                    self.store.install(list, snapshot.bytes(), publisher)?
                }
                installed => installed?,
            }
        };
        self.prune(list, snapshot.header().version)?;
        Ok(snapshot)
    }

    /// Removes all snapshots of a list.
    pub(super) fn remove(&self, list: &str) -> Result<(), ShelfError> {
        let folder = self.folder.join(list);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&folder)(error)),
            _ => Ok(()),
        }
    }

    /// Removes everything: snapshots and what was on its way.
    pub(super) fn clear(&self) -> Result<(), ShelfError> {
        for list in self.lists()? {
            self.remove(&list)?;
        }
        self.forget_parts(&[])
    }

    /// Keeps the version in use and the one before it. A higher one was called back by
    /// the centre, and would be taken for the newest at the next start.
    fn prune(&self, list: &str, version: u64) -> Result<(), ShelfError> {
        let mut versions: Vec<(u64, PathBuf)> = if self.sealed {
            let files = self.sealed_files(list)?;
            files.into_iter().filter_map(|path| Some((version_of(&path)?, path))).collect()
        } else {
            self.store.versions(list)
        };
        versions.sort();
        let (mut older, higher): (Vec<_>, Vec<_>) =
            versions.into_iter().partition(|(it, _)| *it <= version);
        older.truncate(older.len().saturating_sub(KEPT));
        for (_, path) in older.iter().chain(&higher) {
            remove(path)?;
        }
        Ok(())
    }

    /// Sealed files of a list, by version.
    fn sealed_files(&self, list: &str) -> Result<Vec<PathBuf>, ShelfError> {
        let mut files = files(&self.folder.join(list))?;
        files.retain(|path| path.extension() == Some(OsStr::new(SEALED)));
        files.sort();
        Ok(files)
    }

    fn other_list(&self, list: &str, other: &str) -> ShelfError {
        let source = io::Error::other(format!("the snapshot is of the list {other:?}"));
        ShelfError::File { path: self.folder.join(list), source }
    }
}

fn version_of(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.split('-').next()?.parse().ok()
}

/// The files of a folder; none when there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>, ShelfError> {
    let read = match fs::read_dir(folder) {
        Ok(read) => read,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder)(error)),
    };
    let mut files = Vec::new();
    for entry in read {
        let path = entry.map_err(failed(folder))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

fn set_aside(path: &Path, why: &str) -> Result<(), ShelfError> {
    tracing::error!("{} cannot be used: {why}; the version before it is", path.display());
    fs::rename(path, path.with_extension("bad")).map_err(failed(path))
}

fn remove(path: &Path) -> Result<(), ShelfError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path)(error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ShelfError + use<> {
    let path = path.to_owned();
    move |source| ShelfError::File { path, source }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::lists::{Entry, Index, List, ListKind, SigningKey, compile};
    use crate::plate::PlateText;

    struct Town {
        folder: tempfile::TempDir,
        signing: SigningKey,
        key: SealKey,
    }

    impl Town {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let signing = SigningKey::load_or_make(&folder.path().join("key.pem")).unwrap();
            Self { folder, signing, key: SealKey::new(&[7; 32]).unwrap() }
        }

        fn snapshot(&self, version: u64) -> Snapshot {
            let index = Index::build([Entry::new(PlateText::new("AB123CD").unwrap())]).unwrap();
            let list = List::new("stolen", ListKind::Stolen, "test", "test");
            let at = Timestamp::UNIX_EPOCH;
            let bytes = compile(list, version, at, &index, &self.signing).unwrap();
            Snapshot::from_bytes(bytes, &self.signing.public()).unwrap()
        }

        fn shelf(&self, sealed: bool) -> Shelf {
            Shelf::open(&self.folder.path().join("lists"), sealed).unwrap()
        }

        /// Puts these versions in, in this order; says which one is then found.
        fn after(&self, sealed: bool, versions: &[u64]) -> Option<u64> {
            let (shelf, publisher) = (self.shelf(sealed), self.signing.public());
            for version in versions {
                let snapshot = self.snapshot(*version);
                shelf.install("stolen", snapshot, Some(&self.key), &publisher).unwrap();
            }
            self.found(sealed)
        }

        fn found(&self, sealed: bool) -> Option<u64> {
            let (shelf, publisher) = (self.shelf(sealed), self.signing.public());
            let found = shelf.current("stolen", Some(&self.key), &publisher).unwrap();
            found.map(|snapshot| snapshot.header().version)
        }

        fn files(&self) -> Vec<PathBuf> {
            let mut files = files(&self.folder.path().join("lists/stolen")).unwrap();
            files.sort();
            files
        }
    }

    #[test]
    fn the_newest_is_used_and_two_are_kept() {
        for sealed in [false, true] {
            let town = Town::new();
            assert_eq!(town.after(sealed, &[8, 9, 10]), Some(10));
            assert_eq!(town.files().len(), 2);
        }
    }

    #[test]
    fn a_version_that_the_centre_calls_back_does_not_come_up_again() {
        for sealed in [false, true] {
            assert_eq!(Town::new().after(sealed, &[1, 3, 2]), Some(2));
        }
    }

    #[test]
    fn a_damaged_newest_version_gives_way_to_the_one_before() {
        for sealed in [false, true] {
            let town = Town::new();
            town.after(sealed, &[1, 2]);
            let newest = town.files().pop().unwrap();
            let mut bytes = fs::read(&newest).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(&newest, bytes).unwrap();
            assert_eq!(town.found(sealed), Some(1));
            assert!(newest.with_extension("bad").is_file() && !newest.exists());
        }
    }

    #[test]
    fn what_is_to_be_sealed_does_not_stay_readable() {
        let town = Town::new();
        town.after(false, &[1]);
        assert_eq!(town.found(true), None);
        assert!(town.files().is_empty());
        town.after(true, &[1]);
        let bytes = fs::read(&town.files()[0]).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"stolen"));
        let (shelf, publisher) = (town.shelf(true), town.signing.public());
        assert!(shelf.current("stolen", None, &publisher).unwrap().is_none());
        assert_eq!(town.files().len(), 1, "without the key it only waits");
    }
}

//! A folder into which deliveries are put: each file is taken once it is complete, and moved
//! where it can be seen what became of it, with a report beside it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is the list now: folder `done`.
    Done,
    /// It waits for a person: folder `held`.
    Held,
    /// It could not be used: folder `refused`.
    Refused,
}

impl Fate {
    fn folder(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Held => "held",
            Self::Refused => "refused",
        }
    }
}

/// A watched folder that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the watched folder: {path}: {source}", path = path.display())]
pub struct InboxError {
    path: PathBuf,
    source: io::Error,
}

/// What a file looked like when it was last seen.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    bytes: u64,
    modified: Option<SystemTime>,
}

/// A watched folder. It is asked every few seconds; it keeps no thread of its own.
#[derive(Debug)]
pub struct Inbox {
    folder: PathBuf,
    quiet_for: Duration,
    /// Files seen before, how they looked and since when they look so.
    seen: BTreeMap<PathBuf, (Look, SystemTime)>,
}

/// Endings of files that are still being written, by the programs that copy them.
const PARTS: &[&str] = &["part", "partial", "tmp", "filepart", "crdownload", "swp"];

impl Inbox {
    /// Opens the folder and makes those for what was taken. A file is complete when neither
    /// size nor time of change moved for `quiet_for`.
    ///
    /// # Errors
    /// [`InboxError`] when a folder cannot be made or read.
    pub fn open(folder: &Path, quiet_for: Duration) -> Result<Self, InboxError> {
        for fate in [Fate::Done, Fate::Held, Fate::Refused] {
            let path = folder.join(fate.folder());
            fs::create_dir_all(&path).map_err(|source| InboxError { path, source })?;
        }
        Ok(Self { folder: folder.to_owned(), quiet_for, seen: BTreeMap::new() })
    }

    /// The files that are complete, by name, which for registers mostly is by date.
    ///
    /// # Errors
    /// [`InboxError`] when the folder cannot be read.
    pub fn ready(&mut self, now: SystemTime) -> Result<Vec<PathBuf>, InboxError> {
        let folder = self.folder.clone();
        let failed = |source| InboxError { path: folder.clone(), source };
        let mut here = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            // Gone between the listing and the look: the next round knows.
            let Ok(metadata) = entry.metadata() else { continue };
            // Links are not followed: they could point anywhere.
            if !metadata.is_file() || is_part(&path) {
                continue;
            }
            let look = Look { bytes: metadata.len(), modified: metadata.modified().ok() };
            let since = match self.seen.get(&path) {
                Some((before, since)) if *before == look => *since,
                _ => now,
            };
            here.insert(path, (look, since));
        }
        self.seen = here;
        let quiet = |since: &SystemTime| {
            now.duration_since(*since).is_ok_and(|quiet| quiet >= self.quiet_for)
        };
        let ready = self.seen.iter().filter(|(_, (look, since))| look.bytes > 0 && quiet(since));
        Ok(ready.map(|(path, _)| path.clone()).collect())
    }

    /// Moves a file that was dealt with, and writes the report beside it.
    ///
    /// # Errors
    /// [`InboxError`] when it cannot be moved; the file is then still in the folder.
    pub fn settle(
        &mut self,
        file: &Path,
        fate: Fate,
        report: &str,
        now: jiff::Timestamp,
    ) -> Result<PathBuf, InboxError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            |source| InboxError { path, source }
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        // A register uses the same name every day: the time keeps them apart.
        let stamp = now.strftime("%Y%m%dT%H%M%SZ");
        let folder = self.folder.join(fate.folder());
        let mut target = folder.join(format!("{stamp}-{name}"));
        let mut more = 1;
        while target.exists() {
            more += 1;
            target = folder.join(format!("{stamp}-{more}-{name}"));
        }
        let mut beside = target.clone().into_os_string();
        beside.push(".report.txt");
        let beside = PathBuf::from(beside);
        fs::write(&beside, report).map_err(failed(&beside))?;
        fs::rename(file, &target).map_err(failed(file))?;
        self.seen.remove(file);
        Ok(target)
    }
}

fn is_part(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    name.starts_with(['.', '~']) || ending.is_some_and(|ending| PARTS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_once_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path(), Duration::from_secs(3)).unwrap();
        let file = folder.path().join("stolen.csv");
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        fs::write(&file, "plate\n").unwrap();
        fs::write(folder.path().join("other.csv.part"), "plate\n").unwrap();
        fs::write(folder.path().join(".hidden.csv"), "plate\n").unwrap();
        fs::write(folder.path().join("empty.csv"), "").unwrap();
        assert!(inbox.ready(at(0)).unwrap().is_empty());
        fs::write(&file, "plate\nAB123CD\n").unwrap();
        assert!(inbox.ready(at(4)).unwrap().is_empty(), "it was still growing");
        assert!(inbox.ready(at(5)).unwrap().is_empty());
        assert_eq!(inbox.ready(at(7)).unwrap(), std::slice::from_ref(&file));

        let now: jiff::Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let moved = inbox.settle(&file, Fate::Held, "it waits", now).unwrap();
        assert_eq!(moved, folder.path().join("held/20261122T080000Z-stolen.csv"));
        let report = folder.path().join("held/20261122T080000Z-stolen.csv.report.txt");
        assert_eq!(fs::read_to_string(report).unwrap(), "it waits");
        assert!(inbox.ready(at(20)).unwrap().is_empty());

        fs::write(&file, "plate\nAB123CD\n").unwrap();
        let again = inbox.settle(&file, Fate::Held, "it waits", now).unwrap();
        assert_ne!(again, moved, "nothing is written over");
    }
}

//! A delivery into a new version of a list: what it would change is known before anything is
//! installed, and one that shrinks the list too much waits for a person.

use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::change::Change;
use super::config::{ListConfig, ListConfigError};
use super::diff::{Diff, apply};
use super::import::{ImportOptions, Report};
use super::index::{Index, IndexBuilder, IndexError};
use super::load::{LoadError, index_from, on_two_cores};
use super::snapshot::{
    Installed, PublisherKey, SigningKey, Snapshot, SnapshotError, SnapshotStore,
    SnapshotStoreError, compile,
};

/// Why a delivery could not become a version.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The list is not described as it should be.
    #[error(transparent)]
    List(#[from] ListConfigError),
    /// The file as a whole cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The list would be too big.
    #[error("the list would be too big: {0}")]
    Index(#[from] IndexError),
    /// A version cannot be compiled.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Versions cannot be read or written.
    #[error(transparent)]
    Store(#[from] SnapshotStoreError),
    /// The current version is of another publisher, or cannot be read now.
    #[error(
        "the current version of the list cannot be compared with: {}: {source}; \
         nothing was changed", file.display()
    )]
    Current {
        /// Its file.
        file: PathBuf,
        /// What is wrong with it.
        source: SnapshotError,
    },
    /// Not one row could be used, while there were some: that is the wrong file or format.
    #[error(
        "not one of the {rows} rows can be used, the first because of: {first}; \
         nothing was changed"
    )]
    NoGoodRow {
        /// Rows of the file.
        rows: u64,
        /// What is wrong with the first.
        first: String,
    },
}

/// How a delivery is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryOptions {
    /// How the file is read; its `increment` says whether it is one.
    pub import: ImportOptions,
    /// The share of its entries that the list may lose before a person is asked, 0 to 1.
    pub max_shrink: f64,
    /// A person has said that it may lose more.
    pub accept_shrink: bool,
    /// Only tell what would change.
    pub dry_run: bool,
    /// Plates of each sort of change that are told; all are counted.
    pub max_told: usize,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self {
            import: ImportOptions::default(),
            max_shrink: 0.2,
            accept_shrink: false,
            dry_run: false,
            max_told: 10,
        }
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is the current version of the list.
    Installed,
    /// It says what the current version says already: that one stays.
    Unchanged,
    /// It would be installed.
    DryRun,
    /// It shrinks the list too much: it waits for a person.
    Held,
}

/// A delivery that was looked through, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// What became of it.
    pub outcome: Outcome,
    /// What was in the file.
    pub report: Report,
    /// What it changes, against the version before.
    pub diff: Diff,
    /// The version before; `None` for the first one.
    pub version_before: Option<u64>,
    /// The version that it is, or would be.
    pub version: u64,
    /// Entries before.
    pub entries_before: u64,
    /// Entries after.
    pub entries: u64,
}

impl Delivery {
    /// The share of its entries that the list loses; 0 when it grows.
    #[must_use]
    pub fn shrinks_by(&self) -> f64 {
        let lost = self.entries_before.saturating_sub(self.entries);
        if lost == 0 { 0.0 } else { lost as f64 / self.entries_before as f64 }
    }
}

/// Takes a delivery of a list into a store of snapshots: reads it, compiles it, compares it
/// with the current version, and installs it unless there is a reason not to. `path` is only
/// named in errors.
///
/// # Errors
/// [`DeliveryError`]; the current version is then the one that it was.
pub fn deliver(
    store: &SnapshotStore,
    key: &SigningKey,
    config: &ListConfig,
    path: &Path,
    content: impl Read + Send,
    options: &DeliveryOptions,
    now: Timestamp,
) -> Result<Delivery, DeliveryError> {
    let list = config.list()?;
    let trusted = key.public();
    let current = current(store, &list.id, &trusted)?;
    let (index, report) = if options.import.increment {
        incremented(current.as_ref(), path, content, &options.import)?
    } else {
        index_from(path, content, &options.import)?
    };
    if report.rows > 0 && report.rows == report.rejected_count {
        let first = report.rejected.first().map_or_else(String::new, ToString::to_string);
        return Err(DeliveryError::NoGoodRow { rows: report.rows, first });
    }
    let version_before = current.as_ref().map(|snapshot| snapshot.header().version);
    let last = store.versions(&list.id).first().map(|(version, _)| *version);
    let index_before = current.as_ref().map(Snapshot::index);
    let diff = Diff::between(
        index_before.into_iter().flat_map(|index| index.iter()),
        index.iter(),
        options.max_told,
    );
    let mut delivery = Delivery {
        outcome: Outcome::Held,
        report,
        diff,
        version_before,
        version: last.max(version_before).map_or(1, |version| version + 1),
        entries_before: current.as_ref().map_or(0, |snapshot| snapshot.header().entries),
        entries: index.len() as u64,
    };
    let same_list = current.as_ref().is_some_and(|snapshot| snapshot.header().list == list);
    delivery.outcome = if delivery.shrinks_by() > options.max_shrink && !options.accept_shrink {
        Outcome::Held
    } else if options.dry_run {
        Outcome::DryRun
    } else if delivery.diff.is_empty() && same_list {
        Outcome::Unchanged
    } else {
        let id = list.id.clone();
        let bytes = compile(list, delivery.version, now, &index, key)?;
        drop(index);
        store.install(&id, &bytes, &trusted)?;
        Outcome::Installed
    };
    Ok(delivery)
}

/// The current version. One of another key is no reason to begin anew: its entries would be
/// lost from what is compared.
fn current(
    store: &SnapshotStore,
    list: &str,
    trusted: &PublisherKey,
) -> Result<Option<Snapshot>, DeliveryError> {
    let Installed { snapshot, set_aside } = store.current(list, trusted)?;
    for (file, source) in set_aside {
        if matches!(source, SnapshotError::Read { .. } | SnapshotError::Publisher { .. }) {
            return Err(DeliveryError::Current { file, source });
        }
        tracing::warn!("a damaged version of a list is set aside: {}: {source}", file.display());
    }
    Ok(snapshot)
}

/// The entries of the current version with the changes of an increment.
fn incremented(
    current: Option<&Snapshot>,
    path: &Path,
    content: impl Read + Send,
    options: &ImportOptions,
) -> Result<(Index, Report), DeliveryError> {
    let mut changes: Vec<Change> = Vec::new();
    let report = on_two_cores(content, options, |_, change| changes.push(change))
        .map_err(|source| LoadError::Import { file: path.to_owned(), source })?;
    let mut builder = IndexBuilder::default();
    let mut failed = None;
    let before = current.into_iter().flat_map(|snapshot| snapshot.index().iter());
    apply(before, changes, |entry| {
        if failed.is_none() {
            failed = builder.add(&entry).err();
        }
    });
    match failed {
        Some(error) => Err(error.into()),
        None => Ok((builder.build()?, report)),
    }
}

//! Lists at the centre: what lies in `<data>/lists` is published to the nodes, and
//! compared with the transits that are still kept.
//!
//! ```text
//! varco lists import --into <data>/lists
//!    │ a new snapshot, signed
//! watch ──► list_versions, audit ──► manifest ──► nodes (whole, or delta)
//!                  └──► look_back ──► hits on what passed before it was listed
//! ```

pub(super) mod look_back;
mod offer;
mod serve;
mod watch;

pub(super) use serve::router;
pub(super) use watch::keep_running;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::sync::{Mutex, Notify};

use super::config::ListsConfig;
use super::error::CentreError;
use crate::lists::{PublisherKey, SigningKey, Snapshot, SnapshotStore};

/// The lists of a running centre.
#[derive(Debug)]
pub(super) struct Lists {
    store: SnapshotStore,
    /// Deltas that were asked for.
    deltas: PathBuf,
    publisher: PublisherKey,
    pub(super) config: ListsConfig,
    published: RwLock<BTreeMap<String, Arc<Published>>>,
    /// Deltas cost memory and a core: one at a time.
    making: Arc<Mutex<()>>,
    /// A version was published that nobody has compared yet.
    to_compare: Notify,
}

/// A version that nodes can fetch.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) snapshot: Snapshot,
    path: PathBuf,
    pub(super) published_at: Timestamp,
}

impl Published {
    fn digest(&self) -> String {
        self.snapshot.digest().to_string()
    }
}

impl Lists {
    /// Opens the folders, making them, and the publisher's key, when missing.
    pub(super) fn open(data: &Path, config: ListsConfig) -> Result<Self, CentreError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| CentreError::Data { path, source }
        };
        let deltas = data.join("list-deltas");
        // They are made again when asked for.
        if deltas.exists() {
            std::fs::remove_dir_all(&deltas).map_err(failed(&deltas))?;
        }
        std::fs::create_dir_all(&deltas).map_err(failed(&deltas))?;
        let store = SnapshotStore::open(&data.join("lists"))?;
        let publisher = SigningKey::load_or_make(&store.key_file())?.public();
        Ok(Self {
            store,
            deltas,
            publisher,
            config,
            published: RwLock::default(),
            making: Arc::default(),
            to_compare: Notify::new(),
        })
    }

    /// What nodes can fetch, by identifier.
    pub(super) fn published(&self) -> BTreeMap<String, Arc<Published>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change<T>(&self, how: impl FnOnce(&mut BTreeMap<String, Arc<Published>>) -> T) -> T {
        how(&mut self.published.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// The file of a version that is still kept.
    fn file(&self, list: &str, digest: &str) -> Option<PathBuf> {
        let start = digest.get(..16)?;
        let versions = self.store.versions(list);
        let named = |path: &PathBuf| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|it| it.contains(start))
        };
        versions.into_iter().map(|(_, path)| path).find(named)
    }
}

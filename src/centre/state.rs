//! What every request handler may use.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{RwLock, Semaphore};
use tokio_util::sync::CancellationToken;

use super::config::{ClonedPlatesConfig, Config, RetentionConfig, sign_in_url};
use super::error::CentreError;
use super::ledger::Ledger;
use super::lists::Lists;
use super::live::Live;
use super::metrics::Metrics;
use super::presence::{Node, Presence};
use super::registry::Registry;
use super::throttle::Throttle;
use crate::store::centre::{CentreStore, Language, SessionLimits};
use crate::store::{DatabaseError, EvidenceStore};

/// Shared by all handlers.
pub(super) type App = Arc<Centre>;

/// A shift long without a request, a week at most.
pub(super) const SESSIONS: SessionLimits = SessionLimits {
    idle: SignedDuration::from_hours(12),
    absolute: SignedDuration::from_hours(7 * 24),
};

/// Passwords hashed at the same time: each takes 19 MiB and a core.
const HASHES_AT_ONCE: usize = 2;

/// A running centre.
#[derive(Debug)]
pub(super) struct Centre {
    pub(super) registry: Registry,
    pub(super) store: CentreStore,
    pub(super) evidence: EvidenceStore,
    pub(super) retention: RetentionConfig,
    pub(super) lists: Lists,
    pub(super) cloned_plates: Option<ClonedPlatesConfig>,
    /// Of what the centre itself writes into hits.
    pub(super) language: Language,
    pub(super) ledger: Ledger,
    pub(super) live: Live,
    pub(super) presence: Presence,
    pub(super) metrics: Metrics,
    pub(super) throttle: Throttle,
    /// Held for reading from an evidence file's arrival to the commit that
    /// refers to it, for writing while unused files are deleted.
    pub(super) evidence_gate: RwLock<()>,
    pub(super) hashing: Semaphore,
    /// Where people reach the control room, without a slash at the end.
    pub(super) url: String,
    pub(super) cancel: CancellationToken,
}

impl Centre {
    pub(super) fn new(
        registry: &Registry,
        evidence: EvidenceStore,
        config: &Config,
        ledger: Ledger,
        url: String,
        cancel: CancellationToken,
    ) -> Result<Self, CentreError> {
        Ok(Self {
            store: registry.store().clone(),
            registry: registry.acting_as("system"),
            evidence,
            retention: config.retention.clone(),
            lists: Lists::open(registry.folder(), config.lists.clone())?,
            cloned_plates: config.cloned_plates.clone(),
            language: config.language,
            ledger,
            live: Live::new(Timestamp::now()),
            presence: Presence::default(),
            metrics: Metrics::default(),
            throttle: Throttle::default(),
            evidence_gate: RwLock::new(()),
            hashing: Semaphore::new(HASHES_AT_ONCE),
            url,
            cancel,
        })
    }

    /// Whether people come over TLS: then cookies must not travel without.
    pub(super) fn secure(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// The address that signs an account in, once.
    pub(super) fn sign_in_url(&self, token: &str) -> String {
        sign_in_url(&self.url, token)
    }

    /// All nodes as they are now.
    pub(super) async fn nodes(&self, now: Timestamp) -> Result<Vec<Node>, DatabaseError> {
        let records = self.store.nodes().await?;
        Ok(records.into_iter().map(|record| self.presence.view(record, now)).collect())
    }
}

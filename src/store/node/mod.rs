//! What a node keeps: transits, hits, the outbox, and their evidence pictures.

mod budget;
mod correction;
mod decision;
mod outbox;
mod record;
mod retention;

pub use budget::Room;
pub use outbox::{OutboxCount, Waiting};
pub use record::{OpenTransit, Record};
pub use retention::Swept;

use std::path::Path;
use std::sync::Arc;

use sqlx::migrate::Migrator;
use tokio::sync::RwLock;

use super::{Database, DatabaseError, EvidenceError, EvidenceStore};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/node");

/// Why something cannot be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum NodeStoreError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A picture cannot be stored or read.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A message cannot be written as JSON.
    #[error("cannot write a message as JSON: {0}")]
    Document(#[from] serde_json::Error),
}

impl NodeStoreError {
    /// Whether it failed because the disk is full: worth another try later.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Database(error) => matches!(error, DatabaseError::Full { .. }),
            Self::Evidence(error) => error.is_full(),
            Self::Document(_) => false,
        }
    }
}

/// A node's store. Cloning it shares it.
#[derive(Debug, Clone)]
pub struct NodeStore {
    database: Database,
    evidence: EvidenceStore,
    /// Held shared from storing a picture to committing what names it, and alone
    /// while pictures that nothing names are deleted.
    pictures: Arc<RwLock<()>>,
}

impl NodeStore {
    /// Opens `node.db` and `evidence/` in the folder, making what is missing.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the folder cannot be written or the database not used.
    pub async fn open(folder: &Path) -> Result<Self, NodeStoreError> {
        let database = Database::open(&folder.join("node.db"), &MIGRATIONS).await?;
        let evidence = EvidenceStore::open(&folder.join("evidence"))?;
        Ok(Self { database, evidence, pictures: Arc::default() })
    }

    /// The pictures.
    #[must_use]
    pub fn evidence(&self) -> &EvidenceStore {
        &self.evidence
    }

    /// Closes the database in good order.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

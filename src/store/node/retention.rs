//! Deleting what is too old, and pictures that nothing names.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::{NodeStore, NodeStoreError};
use crate::store::EvidenceError;

/// A picture younger than this may belong to a transaction under way.
const YOUNG: Duration = Duration::from_secs(600);

/// What a sweep deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Transits, with their hits.
    pub transits: u64,
    /// Pictures.
    pub pictures: u64,
}

impl NodeStore {
    /// Deletes transits last seen before a time, with their hits, unless they still
    /// wait for the centre; then every picture that nothing names.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database or the disk fails; what is left goes next time.
    pub async fn sweep(&self, before: Timestamp) -> Result<Swept, NodeStoreError> {
        let explain = |e| self.database.explain(e);
        let mut tx = self.database.begin().await?;
        let deleted = sqlx::query(
            "DELETE FROM transits WHERE last_seen_ms < $1 AND NOT EXISTS
                 (SELECT 1 FROM outbox WHERE outbox.transit = transits.id AND refused IS NULL)",
        )
        .bind(before.as_millisecond())
        .execute(&mut *tx)
        .await
        .map_err(explain)?
        .rows_affected();
        sqlx::query(
            "DELETE FROM outbox WHERE refused IS NOT NULL AND
             (transit IS NULL OR transit NOT IN (SELECT id FROM transits))",
        )
        .execute(&mut *tx)
        .await
        .map_err(explain)?;
        tx.commit().await.map_err(explain)?;
        Ok(Swept { transits: deleted, pictures: self.sweep_pictures().await? })
    }

    async fn sweep_pictures(&self) -> Result<u64, NodeStoreError> {
        let evidence = self.evidence.clone();
        let oldest = SystemTime::now() - YOUNG;
        let stored = tokio::task::spawn_blocking(move || evidence.older_than(oldest))
            .await
            .map_err(|_| EvidenceError::Interrupted)??;
        let _alone = self.pictures.write().await;
        let named: Vec<String> = sqlx::query_scalar(
            "SELECT evidence FROM transits WHERE evidence IS NOT NULL
             UNION SELECT evidence FROM hits WHERE evidence IS NOT NULL
             UNION SELECT evidence FROM outbox WHERE evidence IS NOT NULL",
        )
        .fetch_all(self.database.pool())
        .await
        .map_err(|e| self.database.explain(e))?;
        let named: HashSet<String> = named.into_iter().collect();
        let evidence = self.evidence.clone();
        let deleted = tokio::task::spawn_blocking(move || {
            let mut deleted = 0;
            for sha256 in stored.iter().filter(|sha256| !named.contains(*sha256)) {
                evidence.delete(sha256)?;
                deleted += 1;
            }
            Ok::<u64, EvidenceError>(deleted)
        });
        Ok(deleted.await.map_err(|_| EvidenceError::Interrupted)??)
    }
}

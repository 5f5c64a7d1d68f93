//! Which evidence pictures there are. The files themselves are
//! [`EvidenceStore`](crate::store::EvidenceStore)'s.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{CentreStore, Writing};
use crate::store::DatabaseError;

const IN_USE: &str = "SELECT EXISTS (SELECT 1 FROM transits WHERE evidence = $1)
     OR EXISTS (SELECT 1 FROM hits WHERE evidence = $1)";

impl CentreStore {
    /// Whether a picture belongs to a transit or hit that is kept.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn evidence_in_use(&self, sha256: &str) -> Result<bool, DatabaseError> {
        sqlx::query_scalar(IN_USE)
            .bind(sha256)
            .fetch_one(self.pool())
            .await
            .map_err(|e| self.explain(e))
    }

    /// Pictures whose files may be deleted: nothing refers to them any more.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn unused_evidence(&self) -> Result<Vec<String>, DatabaseError> {
        sqlx::query_scalar(
            "SELECT sha256 FROM evidence e
             WHERE NOT EXISTS (SELECT 1 FROM transits WHERE evidence = e.sha256)
               AND NOT EXISTS (SELECT 1 FROM hits WHERE evidence = e.sha256)",
        )
        .fetch_all(self.pool())
        .await
        .map_err(|e| self.explain(e))
    }

    /// All pictures that the database knows.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn all_evidence(&self) -> Result<HashSet<String>, DatabaseError> {
        let rows: Vec<String> = sqlx::query_scalar("SELECT sha256 FROM evidence")
            .fetch_all(self.pool())
            .await
            .map_err(|e| self.explain(e))?;
        Ok(rows.into_iter().collect())
    }
}

impl Writing {
    /// Whether a picture belongs to a transit or hit that is kept, as this
    /// transaction sees it.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn evidence_in_use(&mut self, sha256: &str) -> Result<bool, DatabaseError> {
        let found = sqlx::query_scalar(IN_USE).bind(sha256).fetch_one(self.connection()).await;
        found.map_err(|e| self.database.explain(e))
    }

    /// Notes that a picture's file is there.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_evidence(
        &mut self,
        sha256: &str,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let done = sqlx::query(
            "INSERT INTO evidence (sha256, received_ms) VALUES ($1, $2)
             ON CONFLICT (sha256) DO NOTHING",
        )
        .bind(sha256)
        .bind(now.as_millisecond())
        .execute(self.connection())
        .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }

    /// Forgets a picture whose file was deleted.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn forget_evidence(&mut self, sha256: &str) -> Result<(), DatabaseError> {
        let done = sqlx::query("DELETE FROM evidence WHERE sha256 = $1")
            .bind(sha256)
            .execute(self.connection())
            .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }
}

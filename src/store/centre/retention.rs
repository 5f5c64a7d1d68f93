//! Deleting what may not be kept any longer.

use jiff::Timestamp;

use super::Writing;
use crate::store::DatabaseError;

/// What is older than these times is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoffs {
    /// Transits without a hit, by when they were seen or stored, whichever is earlier.
    pub transits: Timestamp,
    /// Closed hits with what was done about them, by their closing.
    pub hits: Timestamp,
    /// Pictures of closed hits, by their closing.
    pub evidence: Timestamp,
    /// Rows of the audit log.
    pub audit: Timestamp,
    /// Sign-in links and sessions that have expired.
    pub now: Timestamp,
    /// Sessions not used since.
    pub idle_sessions: Timestamp,
}

/// What was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deleted {
    /// Transits.
    pub transits: u64,
    /// Hits.
    pub hits: u64,
    /// Hits whose picture went while the hit is kept.
    pub pictures: u64,
    /// Rows of the audit log.
    pub audit: u64,
}

impl Deleted {
    /// Whether anything was deleted that somebody could miss.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

impl Writing {
    /// Deletes what is older than the cut-offs, but for transits, of which there
    /// may be very many: see [`Self::delete_transits`]. Evidence files are left to the
    /// caller: see [`CentreStore::unused_evidence`](super::CentreStore::unused_evidence).
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn delete_older(&mut self, cutoffs: &Cutoffs) -> Result<Deleted, DatabaseError> {
        let hits = self.run("DELETE FROM hits WHERE closed_ms < $1", cutoffs.hits).await?;
        let pictures = self
            .run(
                "UPDATE hits SET evidence = NULL WHERE closed_ms < $1 AND evidence IS NOT NULL",
                cutoffs.evidence,
            )
            .await?;
        // A hit's transit shows the same frame: its picture goes with the hit's.
        self.run(
            "UPDATE transits SET evidence = NULL
             WHERE evidence IS NOT NULL
               AND id IN (SELECT transit FROM hits WHERE closed_ms < $1)
               AND NOT EXISTS (SELECT 1 FROM hits
                               WHERE transit = transits.id AND hits.evidence IS NOT NULL)",
            cutoffs.evidence,
        )
        .await?;
        self.run("DELETE FROM sign_in_links WHERE expires_ms <= $1", cutoffs.now).await?;
        self.run("DELETE FROM sessions WHERE expires_ms <= $1", cutoffs.now).await?;
        self.run("DELETE FROM sessions WHERE last_used_ms <= $1", cutoffs.idle_sessions).await?;
        // Where officers were, and what they looked up, no longer than transits; their
        // decisions as long as hits, of which they are part.
        self.run("DELETE FROM unit_positions WHERE received_ms < $1", cutoffs.transits).await?;
        self.run("DELETE FROM unit_checks WHERE received_ms < $1", cutoffs.transits).await?;
        self.run(
            "DELETE FROM decisions WHERE received_ms < $1
                 AND NOT EXISTS (SELECT 1 FROM hits WHERE hits.id = decisions.hit)",
            cutoffs.hits,
        )
        .await?;
        let audit = self.forget_audit(cutoffs.audit).await?;
        Ok(Deleted { transits: 0, hits, pictures, audit })
    }

    /// Deletes at most `limit` transits without a hit from before a time. Says how many went.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn delete_transits(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<u64, DatabaseError> {
        let done = sqlx::query(
            "DELETE FROM transits WHERE id IN (
                 SELECT id FROM transits t
                 WHERE (first_seen_ms < $1 OR received_ms < $1)
                   AND NOT EXISTS (SELECT 1 FROM hits WHERE transit = t.id)
                 LIMIT $2)",
        )
        .bind(before.as_millisecond())
        .bind(limit)
        .execute(self.connection())
        .await;
        done.map(|done| done.rows_affected()).map_err(|e| self.database.explain(e))
    }

    async fn run(&mut self, sql: &'static str, time: Timestamp) -> Result<u64, DatabaseError> {
        let done = sqlx::query(sql).bind(time.as_millisecond()).execute(self.connection()).await;
        done.map(|done| done.rows_affected()).map_err(|e| self.database.explain(e))
    }
}

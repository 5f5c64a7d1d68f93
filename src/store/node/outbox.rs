//! Messages that wait for the centre.

use sqlx::{Sqlite, Transaction};

use super::{NodeStore, NodeStoreError};
use crate::event::Event;

/// A message that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Its number; rises, and is never used twice.
    pub seq: u64,
    /// The message.
    pub event: Event,
    /// The picture that it names.
    pub evidence: Option<String>,
}

/// How many messages are in the outbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCount {
    /// Waiting to be delivered.
    pub waiting: u64,
    /// Refused by the centre for good; kept until retention removes their transit.
    pub refused: u64,
}

impl NodeStore {
    pub(super) async fn post(
        &self,
        tx: &mut Transaction<'static, Sqlite>,
        kind: &'static str,
        transit: Option<&[u8]>,
        evidence: Option<&str>,
        event: &Event,
    ) -> Result<(), NodeStoreError> {
        sqlx::query(
            "INSERT INTO outbox (kind, transit, evidence, document) VALUES ($1, $2, $3, $4)",
        )
        .bind(kind)
        .bind(transit)
        .bind(evidence)
        .bind(serde_json::to_string(event)?)
        .execute(&mut **tx)
        .await
        .map_err(|e| self.database.explain(e))?;
        Ok(())
    }

    /// The next messages to deliver, at most `limit`, in the order of their numbers.
    ///
    /// Transits with a hit, and what was decided about it, go before all others: an
    /// alert must not wait behind
    /// the day's traffic when a centre comes back after an outage.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn waiting(&self, limit: u32) -> Result<Vec<Waiting>, NodeStoreError> {
        type Row = (i64, Option<String>, String);
        let urgent: Vec<Row> = sqlx::query_as(
            "SELECT seq, evidence, document FROM outbox
             WHERE refused IS NULL AND transit IN
                 (SELECT transit FROM outbox
                  WHERE kind IN ('hit', 'decision') AND refused IS NULL
                  ORDER BY seq LIMIT $1)
             ORDER BY seq LIMIT $1",
        )
        .bind(limit)
        .fetch_all(self.database.pool())
        .await
        .map_err(|e| self.database.explain(e))?;
        let rows = if urgent.is_empty() {
            sqlx::query_as(
                "SELECT seq, evidence, document FROM outbox
                 WHERE refused IS NULL ORDER BY seq LIMIT $1",
            )
            .bind(limit)
            .fetch_all(self.database.pool())
            .await
            .map_err(|e| self.database.explain(e))?
        } else {
            urgent
        };
        rows.into_iter()
            .map(|(seq, evidence, document): Row| {
                Ok(Waiting { seq: seq.unsigned_abs(), event: self.parse(&document)?, evidence })
            })
            .collect()
    }

    /// Takes messages out that the centre has.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails; they are then sent again.
    pub async fn delivered(&self, seqs: &[u64]) -> Result<(), NodeStoreError> {
        let mut tx = self.database.begin().await?;
        for seq in seqs {
            sqlx::query("DELETE FROM outbox WHERE seq = $1")
                .bind(seq.cast_signed())
                .execute(&mut *tx)
                .await
                .map_err(|e| self.database.explain(e))?;
        }
        tx.commit().await.map_err(|e| self.database.explain(e))?;
        Ok(())
    }

    /// Sets a message aside that the centre will never take, with its reason.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn refused(&self, seq: u64, reason: &str) -> Result<(), NodeStoreError> {
        sqlx::query("UPDATE outbox SET refused = $2 WHERE seq = $1")
            .bind(seq.cast_signed())
            .bind(reason)
            .execute(self.database.pool())
            .await
            .map_err(|e| self.database.explain(e))?;
        Ok(())
    }

    /// How many messages wait and how many were refused.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn outbox_count(&self) -> Result<OutboxCount, NodeStoreError> {
        let (waiting, refused): (i64, i64) = sqlx::query_as(
            "SELECT count(*) FILTER (WHERE refused IS NULL),
                    count(*) FILTER (WHERE refused IS NOT NULL) FROM outbox",
        )
        .fetch_one(self.database.pool())
        .await
        .map_err(|e| self.database.explain(e))?;
        Ok(OutboxCount { waiting: waiting.unsigned_abs(), refused: refused.unsigned_abs() })
    }
}

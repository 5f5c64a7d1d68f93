//! What the people on a unit did, and what their screen shows after a restart.

use jiff::Timestamp;
use uuid::Uuid;

use super::{NodeStore, NodeStoreError};
use crate::clock::Boot;
use crate::event::{
    CheckEvent, DecisionEvent, Event, HitEvent, PositionEvent, TransitEvent, Verdict,
};

/// Most positions that wait for the centre: two days of one each ten seconds. Older
/// ones give way.
const POSITIONS: i64 = 20_000;

impl NodeStore {
    /// Stores a decision, with its outbox row when `to_centre`; once it returned, the
    /// decision survives a power cut. `false`: there is no such hit (any more). A
    /// decision that is stored already is not stored again.
    ///
    /// # Errors
    /// [`NodeStoreError`]; then nothing is stored.
    pub async fn decide(
        &self,
        decision: &DecisionEvent,
        to_centre: bool,
    ) -> Result<bool, NodeStoreError> {
        let hit = decision.hit.into_bytes().to_vec();
        let mut tx = self.database.begin().await?;
        let transit: Option<Vec<u8>> = sqlx::query_scalar("SELECT transit FROM hits WHERE id = $1")
            .bind(&hit)
            .fetch_optional(&mut *tx)
            .await
            .map_err(|e| self.database.explain(e))?;
        let Some(transit) = transit else { return Ok(false) };
        let boot = Boot::now();
        let written = sqlx::query(
            "INSERT INTO decisions (id, hit, verdict, at_ms, document, boot, boot_started_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
        )
        .bind(decision.id.into_bytes().to_vec())
        .bind(&hit)
        .bind(verdict_name(decision.verdict))
        .bind(decision.at.as_millisecond())
        .bind(serde_json::to_string(decision)?)
        .bind(boot.as_ref().map(|boot| &boot.id))
        .bind(boot.as_ref().map(|boot| boot.started_ms))
        .execute(&mut *tx)
        .await
        .map_err(|e| self.database.explain(e))?;
        if to_centre && written.rows_affected() > 0 {
            let event = Event::Decision(decision.clone());
            self.post(&mut tx, "decision", Some(&transit), None, &event).await?;
        }
        tx.commit().await.map_err(|e| self.database.explain(e))?;
        Ok(true)
    }

    /// Stores a plate that was typed, with its outbox row when `to_centre`.
    ///
    /// # Errors
    /// [`NodeStoreError`]; then nothing is stored.
    pub async fn put_check(
        &self,
        check: &CheckEvent,
        to_centre: bool,
    ) -> Result<(), NodeStoreError> {
        let boot = Boot::now();
        let mut tx = self.database.begin().await?;
        sqlx::query(
            "INSERT INTO checks (id, plate, at_ms, document, boot, boot_started_ms)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
        )
        .bind(check.id.into_bytes().to_vec())
        .bind(check.plate.as_str())
        .bind(check.at.as_millisecond())
        .bind(serde_json::to_string(check)?)
        .bind(boot.as_ref().map(|boot| &boot.id))
        .bind(boot.as_ref().map(|boot| boot.started_ms))
        .execute(&mut *tx)
        .await
        .map_err(|e| self.database.explain(e))?;
        if to_centre {
            self.post(&mut tx, "check", None, None, &Event::Check(check.clone())).await?;
        }
        tx.commit().await.map_err(|e| self.database.explain(e))?;
        Ok(())
    }

    /// Puts a position into the outbox; the oldest ones give way when there are too many.
    ///
    /// # Errors
    /// [`NodeStoreError`]; then nothing is stored.
    pub async fn post_position(&self, position: &PositionEvent) -> Result<(), NodeStoreError> {
        let mut tx = self.database.begin().await?;
        self.post(&mut tx, "position", None, None, &Event::Position(position.clone())).await?;
        sqlx::query(
            "DELETE FROM outbox WHERE kind = 'position' AND seq <=
                 (SELECT seq FROM outbox WHERE kind = 'position'
                  ORDER BY seq DESC LIMIT 1 OFFSET $1)",
        )
        .bind(POSITIONS)
        .execute(&mut *tx)
        .await
        .map_err(|e| self.database.explain(e))?;
        tx.commit().await.map_err(|e| self.database.explain(e))?;
        Ok(())
    }

    /// The hits since a time with the last decision about each, oldest first, at most
    /// `limit` of the newest ones.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn decided_hits(
        &self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(HitEvent, Option<DecisionEvent>)>, NodeStoreError> {
        let rows: Vec<(String, Option<String>)> = sqlx::query_as(
            "SELECT hits.document,
                    (SELECT decisions.document FROM decisions WHERE decisions.hit = hits.id
                     ORDER BY decisions.id DESC LIMIT 1)
             FROM hits WHERE captured_ms >= $1 ORDER BY captured_ms DESC, id DESC LIMIT $2",
        )
        .bind(since.as_millisecond())
        .bind(limit)
        .fetch_all(self.database.pool())
        .await
        .map_err(|e| self.database.explain(e))?;
        rows.into_iter()
            .rev()
            .map(|(hit, decision)| {
                let decision = decision.map(|text| self.parse(&text)).transpose()?;
                Ok((self.parse(&hit)?, decision))
            })
            .collect()
    }

    /// The last transits, oldest first.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn last_transits(&self, limit: u32) -> Result<Vec<TransitEvent>, NodeStoreError> {
        let documents: Vec<String> =
            sqlx::query_scalar("SELECT document FROM transits ORDER BY last_seen_ms DESC LIMIT $1")
                .bind(limit)
                .fetch_all(self.database.pool())
                .await
                .map_err(|e| self.database.explain(e))?;
        documents.iter().rev().map(|text| self.parse(text)).collect()
    }

    /// Everything that was decided about a hit, oldest first.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn decisions_of(&self, hit: Uuid) -> Result<Vec<DecisionEvent>, NodeStoreError> {
        let documents: Vec<String> =
            sqlx::query_scalar("SELECT document FROM decisions WHERE hit = $1 ORDER BY id")
                .bind(hit.into_bytes().to_vec())
                .fetch_all(self.database.pool())
                .await
                .map_err(|e| self.database.explain(e))?;
        documents.iter().map(|text| self.parse(text)).collect()
    }
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accept => "accept",
        Verdict::Reject => "reject",
        Verdict::NotNow => "not-now",
    }
}

//! What patrol units send besides transits and hits: each is kept once, however often
//! it is delivered.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Action, CentreStore, Writing, from_json, to_json};
use crate::event::{CheckEvent, DecisionEvent, PositionEvent};
use crate::store::DatabaseError;

/// What became of a message that was to be kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is new.
    New,
    /// It was kept already, with another time.
    Corrected {
        /// The time that it had.
        from: Timestamp,
    },
    /// It was kept already.
    Known,
}

impl CentreStore {
    /// Where a unit was between two times, oldest first, at most `limit` points.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn positions(
        &self,
        node: &str,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<PositionEvent>, DatabaseError> {
        let documents: Vec<String> = sqlx::query_scalar(
            "SELECT document FROM unit_positions WHERE node = $1 AND at_ms BETWEEN $2 AND $3
             ORDER BY at_ms LIMIT $4",
        )
        .bind(node)
        .bind(from.as_millisecond())
        .bind(to.as_millisecond())
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .map_err(|e| self.explain(e))?;
        documents.iter().map(|text| from_json(text, &self.database)).collect()
    }
}

impl Writing {
    /// Keeps a decision unless it is kept already. One whose time its unit has corrected
    /// since takes the place of what was kept.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_decision(
        &mut self,
        event: &DecisionEvent,
        now: Timestamp,
    ) -> Result<Kept, DatabaseError> {
        let document = to_json(event, &self.database)?;
        let id = event.id.as_bytes().to_vec();
        let known: Result<Option<String>, _> =
            sqlx::query_scalar("SELECT document FROM decisions WHERE id = $1 AND node = $2")
                .bind(&id)
                .bind(&event.node)
                .fetch_optional(self.connection())
                .await;
        if let Some(known) = known.map_err(|e| self.database.explain(e))? {
            let known: DecisionEvent = from_json(&known, &self.database)?;
            if known.clock_offset_ms == event.clock_offset_ms {
                return Ok(Kept::Known);
            }
            let done = sqlx::query("UPDATE decisions SET document = $2 WHERE id = $1")
                .bind(&id)
                .bind(document)
                .execute(self.connection())
                .await;
            done.map_err(|e| self.database.explain(e))?;
            return Ok(Kept::Corrected { from: known.at });
        }
        let done = sqlx::query(
            "INSERT INTO decisions (id, hit, node, received_ms, document)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id)
        .bind(event.hit.as_bytes().to_vec())
        .bind(&event.node)
        .bind(now.as_millisecond())
        .bind(document)
        .execute(self.connection())
        .await;
        // Of another node under the same identifier: what was there stays.
        done.map(|done| if done.rows_affected() > 0 { Kept::New } else { Kept::Known })
            .map_err(|e| self.database.explain(e))
    }

    /// Moves what was done about a hit to a better time. Says whether there was such an action.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn move_action(
        &mut self,
        hit: Uuid,
        account: &str,
        action: Action,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let done = sqlx::query(
            "UPDATE hit_actions SET at_ms = $4
             WHERE hit = $1 AND account = $2 AND at_ms = $3 AND action = $5",
        )
        .bind(hit.as_bytes().to_vec())
        .bind(account)
        .bind(from.as_millisecond())
        .bind(to.as_millisecond())
        .bind(action.name())
        .execute(self.connection())
        .await;
        let moved = done.map_err(|e| self.database.explain(e))?.rows_affected() > 0;
        // Where that closed the hit, it was closed at the better time.
        let done =
            sqlx::query("UPDATE hits SET closed_ms = $3 WHERE id = $1 AND closed_ms = $2 AND $4")
                .bind(hit.as_bytes().to_vec())
                .bind(from.as_millisecond())
                .bind(to.as_millisecond())
                .bind(moved)
                .execute(self.connection())
                .await;
        done.map_err(|e| self.database.explain(e))?;
        Ok(moved)
    }

    /// Keeps a typed plate unless it is kept already. One whose time its unit has corrected
    /// since takes the place of what was kept. Says whether it was new.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_check(
        &mut self,
        event: &CheckEvent,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let document = to_json(event, &self.database)?;
        let done = sqlx::query(
            "INSERT INTO unit_checks (id, node, plate, received_ms, document)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
        )
        .bind(event.id.as_bytes().to_vec())
        .bind(&event.node)
        .bind(event.plate.as_str())
        .bind(now.as_millisecond())
        .bind(&document)
        .execute(self.connection())
        .await;
        let new = done.map_err(|e| self.database.explain(e))?.rows_affected() > 0;
        if !new && event.clock_offset_ms != 0 {
            let done =
                sqlx::query("UPDATE unit_checks SET document = $3 WHERE id = $1 AND node = $2")
                    .bind(event.id.as_bytes().to_vec())
                    .bind(&event.node)
                    .bind(document)
                    .execute(self.connection())
                    .await;
            done.map_err(|e| self.database.explain(e))?;
        }
        Ok(new)
    }

    /// Keeps a point of a unit's way; another one of the same moment is left out.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_position(
        &mut self,
        event: &PositionEvent,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let document = to_json(event, &self.database)?;
        let done = sqlx::query(
            "INSERT INTO unit_positions (node, at_ms, received_ms, document)
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(&event.node)
        .bind(event.at.as_millisecond())
        .bind(now.as_millisecond())
        .bind(document)
        .execute(self.connection())
        .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }
}

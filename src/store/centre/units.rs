//! What patrol units send besides transits and hits: each is kept once, however often
//! it is delivered.

use jiff::Timestamp;

use super::{CentreStore, Writing, from_json, to_json};
use crate::event::{CheckEvent, DecisionEvent, PositionEvent};
use crate::store::DatabaseError;

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
    /// Keeps a decision unless it is kept already. Says whether it was new.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_decision(
        &mut self,
        event: &DecisionEvent,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let document = to_json(event, &self.database)?;
        let done = sqlx::query(
            "INSERT INTO decisions (id, hit, node, received_ms, document)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
        )
        .bind(event.id.as_bytes().to_vec())
        .bind(event.hit.as_bytes().to_vec())
        .bind(&event.node)
        .bind(now.as_millisecond())
        .bind(document)
        .execute(self.connection())
        .await;
        done.map(|done| done.rows_affected() > 0).map_err(|e| self.database.explain(e))
    }

    /// Keeps a typed plate unless it is kept already. Says whether it was new.
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
        .bind(document)
        .execute(self.connection())
        .await;
        done.map(|done| done.rows_affected() > 0).map_err(|e| self.database.explain(e))
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

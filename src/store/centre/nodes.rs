//! Admitted nodes.

use jiff::Timestamp;
use sqlx::FromRow;

use super::model::{NodeRecord, Origin};
use super::{CentreStore, Writing, from_json, time, to_json, to_named};
use crate::event::HeartbeatEvent;
use crate::store::{Database, DatabaseError};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    key: String,
    origin: String,
    admitted_ms: i64,
    last_seen_ms: Option<i64>,
    heartbeat: Option<String>,
}

impl Row {
    fn record(self, database: &Database) -> Result<NodeRecord, DatabaseError> {
        Ok(NodeRecord {
            origin: to_named(&self.origin, database)?,
            id: self.id,
            name: self.name,
            key: self.key,
            admitted_at: time(self.admitted_ms),
            last_seen_at: self.last_seen_ms.map(time),
            heartbeat: self.heartbeat.map(|text| from_json(&text, database)).transpose()?,
        })
    }
}

impl CentreStore {
    /// All admitted nodes by name.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn nodes(&self) -> Result<Vec<NodeRecord>, DatabaseError> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM nodes ORDER BY name, id")
            .fetch_all(self.pool())
            .await
            .map_err(|e| self.explain(e))?;
        rows.into_iter().map(|row| row.record(&self.database)).collect()
    }

    /// The node that holds a key.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn node_by_key(&self, key: &str) -> Result<Option<NodeRecord>, DatabaseError> {
        let row: Option<Row> = sqlx::query_as("SELECT * FROM nodes WHERE key = $1")
            .bind(key)
            .fetch_optional(self.pool())
            .await
            .map_err(|e| self.explain(e))?;
        row.map(|row| row.record(&self.database)).transpose()
    }
}

impl Writing {
    /// Admits a node, or gives an admitted one a new name or key. A key belongs
    /// to one node: with a key of another one, `false` is returned and nothing done.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn admit(
        &mut self,
        id: &str,
        name: &str,
        key: &str,
        origin: Origin,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let done = sqlx::query(
            "INSERT INTO nodes (id, name, key, origin, admitted_ms)
             SELECT $1, $2, $3, $4, $5
             WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE key = $3 AND id <> $1)
             ON CONFLICT (id) DO UPDATE
             SET name = excluded.name, key = excluded.key, origin = excluded.origin",
        )
        .bind(id)
        .bind(name)
        .bind(key)
        .bind(origin.name())
        .bind(now.as_millisecond())
        .execute(self.connection())
        .await;
        done.map(|done| done.rows_affected() > 0).map_err(|e| self.database.explain(e))
    }

    /// Takes a node's admission away; its transits and hits stay. `false`: there is none.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn dismiss(&mut self, id: &str) -> Result<bool, DatabaseError> {
        let done = sqlx::query("DELETE FROM nodes WHERE id = $1")
            .bind(id)
            .execute(self.connection())
            .await;
        done.map(|done| done.rows_affected() > 0).map_err(|e| self.database.explain(e))
    }

    /// Keeps a node's sign of life.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_heartbeat(
        &mut self,
        id: &str,
        heartbeat: &HeartbeatEvent,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let text = to_json(heartbeat, &self.database)?;
        let done = sqlx::query("UPDATE nodes SET last_seen_ms = $2, heartbeat = $3 WHERE id = $1")
            .bind(id)
            .bind(now.as_millisecond())
            .bind(text)
            .execute(self.connection())
            .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }
}

//! Transits: the highest revision of each, newest first.

use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::model::Transit;
use super::{CentreStore, Writing, from_json, time, to_json, to_uuid};
use crate::event::TransitEvent;
use crate::store::DatabaseError;

#[derive(FromRow)]
struct Row {
    received_ms: i64,
    document: String,
    // Identifiers of its hits in hexadecimal, separated by commas.
    hits: Option<String>,
}

/// After every identifier that there can be.
const AFTER_ALL: Uuid = Uuid::max();

/// After every character that a plate can have.
const AFTER_PLATES: char = char::MAX;

impl CentreStore {
    /// Transits before one of them (from the newest when `None`), newest first.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn transits(
        &self,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Transit>, DatabaseError> {
        let rows: Result<Vec<Row>, _> = sqlx::query_as(
            "SELECT received_ms, document,
                    (SELECT group_concat(hex(h.id)) FROM hits h WHERE h.transit = t.id) AS hits
             FROM transits t WHERE id < $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(before.unwrap_or(AFTER_ALL).as_bytes().to_vec())
        .bind(limit)
        .fetch_all(self.pool())
        .await;
        self.transits_of(rows)
    }

    /// Transits with a plate, or with plates that start with it, newest first.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn transits_with_plate(
        &self,
        plate: &str,
        prefix: bool,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Transit>, DatabaseError> {
        let last = if prefix { format!("{plate}{AFTER_PLATES}") } else { plate.to_owned() };
        let rows: Result<Vec<Row>, _> = sqlx::query_as(
            "SELECT received_ms, document,
                    (SELECT group_concat(hex(h.id)) FROM hits h WHERE h.transit = t.id) AS hits
             FROM transits t WHERE plate >= $1 AND plate <= $2 AND id < $3
             ORDER BY id DESC LIMIT $4",
        )
        .bind(plate)
        .bind(last)
        .bind(before.unwrap_or(AFTER_ALL).as_bytes().to_vec())
        .bind(limit)
        .fetch_all(self.pool())
        .await;
        self.transits_of(rows)
    }

    /// One transit.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn transit(&self, id: Uuid) -> Result<Option<Transit>, DatabaseError> {
        let rows: Result<Vec<Row>, _> = sqlx::query_as(
            "SELECT received_ms, document,
                    (SELECT group_concat(hex(h.id)) FROM hits h WHERE h.transit = t.id) AS hits
             FROM transits t WHERE id = $1",
        )
        .bind(id.as_bytes().to_vec())
        .fetch_all(self.pool())
        .await;
        Ok(self.transits_of(rows)?.pop())
    }

    /// How many transits were first seen since a time.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn count_transits_since(&self, since: Timestamp) -> Result<i64, DatabaseError> {
        sqlx::query_scalar("SELECT COUNT(*) FROM transits WHERE first_seen_ms >= $1")
            .bind(since.as_millisecond())
            .fetch_one(self.pool())
            .await
            .map_err(|e| self.explain(e))
    }

    fn transits_of(
        &self,
        rows: Result<Vec<Row>, sqlx::Error>,
    ) -> Result<Vec<Transit>, DatabaseError> {
        let rows = rows.map_err(|e| self.explain(e))?;
        rows.into_iter()
            .map(|row| {
                let hits = row.hits.unwrap_or_default();
                let mut hits = hits
                    .split(',')
                    .filter(|hex| !hex.is_empty())
                    .map(|hex| {
                        Uuid::try_parse(hex).map_err(|e| self.database.bad_value(e.to_string()))
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                hits.sort_unstable();
                Ok(Transit {
                    event: from_json(&row.document, &self.database)?,
                    received_at: time(row.received_ms),
                    hits,
                })
            })
            .collect()
    }
}

impl Writing {
    /// Keeps a transit if it is new, or newer than the revision that is kept.
    /// Says whether it was. Another node's transit is never changed.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_transit(
        &mut self,
        event: &TransitEvent,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let document = to_json(event, &self.database)?;
        let done = sqlx::query(
            "INSERT INTO transits
                 (id, revision, node, camera, plate, first_seen_ms, received_ms, evidence, document)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (id) DO UPDATE
             SET revision = excluded.revision, camera = excluded.camera, plate = excluded.plate,
                 first_seen_ms = excluded.first_seen_ms, evidence = excluded.evidence,
                 document = excluded.document
             WHERE excluded.revision > transits.revision AND excluded.node = transits.node",
        )
        .bind(event.id.as_bytes().to_vec())
        .bind(event.revision)
        .bind(&event.place.node)
        .bind(&event.place.camera)
        .bind(event.plate.as_str())
        .bind(event.first_seen_at.as_millisecond())
        .bind(now.as_millisecond())
        .bind(event.evidence.as_ref().map(|e| e.sha256.as_str()))
        .bind(document)
        .execute(self.connection())
        .await;
        let kept = done.map_err(|e| self.database.explain(e))?.rows_affected() > 0;
        if kept {
            self.put_texts(event).await?;
        }
        Ok(kept)
    }

    /// Identifiers of a transit's hits, as this transaction sees them.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn hits_of_transit(&mut self, transit: Uuid) -> Result<Vec<Uuid>, DatabaseError> {
        let rows: Result<Vec<Vec<u8>>, _> =
            sqlx::query_scalar("SELECT id FROM hits WHERE transit = $1 ORDER BY id")
                .bind(transit.as_bytes().to_vec())
                .fetch_all(self.connection())
                .await;
        let rows = rows.map_err(|e| self.database.explain(e))?;
        rows.iter().map(|bytes| to_uuid(bytes, &self.database)).collect()
    }
}

//! Storing transits and hits, and finding them again after a restart.

use std::sync::Arc;

use jiff::Timestamp;

use super::{NodeStore, NodeStoreError};
use crate::clock::Boot;
use crate::event::{Event, HitEvent, TransitEvent};
use crate::store::EvidenceError;
use crate::tracking::TransitState;

/// One message on a transit with the hits that come with it and their picture.
#[derive(Debug, Clone)]
pub struct Record {
    /// The transit.
    pub transit: TransitEvent,
    /// Hits found with this revision.
    pub hits: Vec<HitEvent>,
    /// The JPEG that transit and hits name as evidence; `None` when it was stored before.
    pub jpeg: Option<Arc<Vec<u8>>>,
}

/// A transit that a node had decided and not ended when it stopped.
#[derive(Debug, Clone)]
pub struct OpenTransit {
    /// Its last revision.
    pub transit: TransitEvent,
    /// Its hits.
    pub hits: Vec<HitEvent>,
    /// Whether it was stored since the machine was started: a clock that is found to be
    /// wrong now was as wrong then.
    pub this_boot: bool,
}

impl NodeStore {
    /// Stores a record: the picture first, then everything else in one transaction,
    /// with its outbox rows when `to_centre`. When it returns, it survives a power cut.
    /// A revision that is stored already is not stored again.
    ///
    /// # Errors
    /// [`NodeStoreError`]; then nothing of the record is stored (at most the
    /// picture, which the next sweep removes).
    pub async fn record(&self, record: &Record, to_centre: bool) -> Result<(), NodeStoreError> {
        let _naming = self.pictures.read().await;
        if let Some(jpeg) = &record.jpeg {
            let (evidence, jpeg) = (self.evidence.clone(), Arc::clone(jpeg));
            let stored = tokio::task::spawn_blocking(move || evidence.put(&jpeg)).await;
            stored.map_err(|_| EvidenceError::Interrupted)??;
        }
        let transit = &record.transit;
        let id = transit.id.into_bytes().to_vec();
        let boot = Boot::now();
        let mut tx = self.database.begin().await?;
        let written = sqlx::query(
            "INSERT INTO transits
                 (id, revision, state, camera, plate, first_seen_ms, last_seen_ms, evidence,
                  document, boot, boot_started_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, state = excluded.state,
                 plate = excluded.plate, first_seen_ms = excluded.first_seen_ms,
                 last_seen_ms = excluded.last_seen_ms, evidence = excluded.evidence,
                 document = excluded.document, boot = excluded.boot,
                 boot_started_ms = excluded.boot_started_ms
             WHERE excluded.revision > transits.revision",
        )
        .bind(&id)
        .bind(i64::from(transit.revision))
        .bind(state_name(transit.state))
        .bind(&transit.place.camera)
        .bind(transit.plate.as_str())
        .bind(transit.first_seen_at.as_millisecond())
        .bind(transit.last_seen_at.as_millisecond())
        .bind(transit.evidence.as_ref().map(|e| e.sha256.as_str()))
        .bind(serde_json::to_string(transit)?)
        .bind(boot.as_ref().map(|boot| &boot.id))
        .bind(boot.as_ref().map(|boot| boot.started_ms))
        .execute(&mut *tx)
        .await
        .map_err(|e| self.database.explain(e))?;
        if to_centre && written.rows_affected() > 0 {
            let sha256 = transit.evidence.as_ref().map(|e| e.sha256.as_str());
            let event = Event::Transit(transit.clone());
            self.post(&mut tx, "transit", Some(&id), sha256, &event).await?;
        }
        for hit in &record.hits {
            let written = sqlx::query(
                "INSERT INTO hits
                     (id, transit, camera, list, listed_plate, captured_ms, evidence, document)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (id) DO NOTHING",
            )
            .bind(hit.id.into_bytes().to_vec())
            .bind(&id)
            .bind(&hit.place.camera)
            .bind(&hit.list.id)
            .bind(hit.entry.plate.as_str())
            .bind(hit.captured_at.as_millisecond())
            .bind(&hit.evidence.sha256)
            .bind(serde_json::to_string(hit)?)
            .execute(&mut *tx)
            .await
            .map_err(|e| self.database.explain(e))?;
            if to_centre && written.rows_affected() > 0 {
                let sha256 = Some(hit.evidence.sha256.as_str());
                self.post(&mut tx, "hit", Some(&id), sha256, &Event::Hit(hit.clone())).await?;
            }
        }
        tx.commit().await.map_err(|e| self.database.explain(e))?;
        Ok(())
    }

    /// The hits whose frame was taken at or after a time, oldest first.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn hits_since(&self, since: Timestamp) -> Result<Vec<HitEvent>, NodeStoreError> {
        let documents: Vec<String> = sqlx::query_scalar(
            "SELECT document FROM hits WHERE captured_ms >= $1 ORDER BY captured_ms, id",
        )
        .bind(since.as_millisecond())
        .fetch_all(self.database.pool())
        .await
        .map_err(|e| self.database.explain(e))?;
        documents.iter().map(|text| self.parse(text)).collect()
    }

    /// The transits that are decided and not ended, oldest first.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn open_transits(&self) -> Result<Vec<OpenTransit>, NodeStoreError> {
        let boot = Boot::now().map(|boot| boot.id);
        let rows: Vec<(Vec<u8>, String, Option<String>)> = sqlx::query_as(
            "SELECT id, document, boot FROM transits WHERE state = 'decided' ORDER BY last_seen_ms",
        )
        .fetch_all(self.database.pool())
        .await
        .map_err(|e| self.database.explain(e))?;
        let mut open = Vec::with_capacity(rows.len());
        for (id, document, of_boot) in rows {
            let hits: Vec<String> =
                sqlx::query_scalar("SELECT document FROM hits WHERE transit = $1 ORDER BY id")
                    .bind(id)
                    .fetch_all(self.database.pool())
                    .await
                    .map_err(|e| self.database.explain(e))?;
            open.push(OpenTransit {
                transit: self.parse(&document)?,
                hits: hits.iter().map(|text| self.parse(text)).collect::<Result<_, _>>()?,
                this_boot: of_boot.is_some() && of_boot == boot,
            });
        }
        Ok(open)
    }

    /// How many transits and hits are stored.
    ///
    /// # Errors
    /// [`NodeStoreError`] when the database fails.
    pub async fn count(&self) -> Result<(u64, u64), NodeStoreError> {
        let (transits, hits): (i64, i64) =
            sqlx::query_as("SELECT (SELECT count(*) FROM transits), (SELECT count(*) FROM hits)")
                .fetch_one(self.database.pool())
                .await
                .map_err(|e| self.database.explain(e))?;
        Ok((transits.unsigned_abs(), hits.unsigned_abs()))
    }

    pub(super) fn parse<T: serde::de::DeserializeOwned>(
        &self,
        document: &str,
    ) -> Result<T, NodeStoreError> {
        serde_json::from_str(document)
            .map_err(|e| self.database.bad_value(format!("a stored message: {e}")).into())
    }
}

fn state_name(state: TransitState) -> &'static str {
    match state {
        TransitState::Decided => "decided",
        TransitState::Ended => "ended",
    }
}

//! How much of the disk the node may use.

use std::collections::BTreeSet;

use super::{NodeStore, NodeStoreError};
use crate::store::EvidenceError;

/// Transits deleted in one transaction.
const AT_ONCE: u32 = 200;

/// What making room came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    /// Bytes that database and pictures take now.
    pub used: u64,
    /// Transits deleted that the centre had.
    pub delivered: u64,
    /// Transits deleted that the centre never had.
    pub undelivered: u64,
}

impl NodeStore {
    /// Bytes that pages in use of the database and the pictures take.
    ///
    /// # Errors
    /// [`NodeStoreError`] when database or disk fails.
    pub async fn used_bytes(&self) -> Result<u64, NodeStoreError> {
        let pages: i64 = sqlx::query_scalar(
            "SELECT (SELECT page_count FROM pragma_page_count)
                    - (SELECT freelist_count FROM pragma_freelist_count)",
        )
        .fetch_one(self.database.pool())
        .await
        .map_err(|e| self.database.explain(e))?;
        let page: i64 = sqlx::query_scalar("SELECT page_size FROM pragma_page_size")
            .fetch_one(self.database.pool())
            .await
            .map_err(|e| self.database.explain(e))?;
        let evidence = self.evidence.clone();
        let pictures = tokio::task::spawn_blocking(move || evidence.bytes())
            .await
            .map_err(|_| EvidenceError::Interrupted)??;
        Ok(pages.saturating_mul(page).unsigned_abs() + pictures)
    }

    /// Deletes ended transits without hits, oldest first, until no more than `most`
    /// bytes are used: first those that the centre has (or that nobody waits for), then
    /// those that still wait. A transit with a hit is never deleted here.
    ///
    /// # Errors
    /// [`NodeStoreError`] when database or disk fails; what is deleted stays so.
    pub async fn make_room(&self, most: u64) -> Result<Room, NodeStoreError> {
        let mut room = Room { used: self.used_bytes().await?, ..Room::default() };
        for waiting in [false, true] {
            while room.used > most {
                let gone = self.delete_oldest(waiting).await?;
                if gone == 0 {
                    break;
                }
                if waiting {
                    room.undelivered += gone;
                } else {
                    room.delivered += gone;
                }
                room.used = self.used_bytes().await?;
            }
        }
        Ok(room)
    }

    /// Deletes a batch with its pictures; returns how many transits it was.
    async fn delete_oldest(&self, waiting: bool) -> Result<u64, NodeStoreError> {
        let explain = |e| self.database.explain(e);
        let mut tx = self.database.begin().await?;
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT id FROM transits WHERE state = 'ended'
                 AND NOT EXISTS (SELECT 1 FROM hits WHERE hits.transit = transits.id)
                 AND EXISTS (SELECT 1 FROM outbox WHERE outbox.transit = transits.id
                             AND refused IS NULL) = $1
             ORDER BY last_seen_ms LIMIT $2",
        )
        .bind(waiting)
        .bind(AT_ONCE)
        .fetch_all(&mut *tx)
        .await
        .map_err(explain)?;
        let mut pictures: BTreeSet<String> = BTreeSet::new();
        for id in &ids {
            let named: Vec<String> = sqlx::query_scalar(
                "SELECT evidence FROM transits WHERE id = $1 AND evidence IS NOT NULL
                 UNION SELECT evidence FROM outbox WHERE transit = $1 AND evidence IS NOT NULL",
            )
            .bind(id)
            .fetch_all(&mut *tx)
            .await
            .map_err(explain)?;
            pictures.extend(named);
            for delete in
                ["DELETE FROM outbox WHERE transit = $1", "DELETE FROM transits WHERE id = $1"]
            {
                sqlx::query(delete).bind(id).execute(&mut *tx).await.map_err(explain)?;
            }
        }
        tx.commit().await.map_err(explain)?;
        self.delete_unnamed(pictures).await?;
        Ok(ids.len() as u64)
    }

    /// Deletes those of the pictures that nothing names any more.
    async fn delete_unnamed(&self, pictures: BTreeSet<String>) -> Result<(), NodeStoreError> {
        let _alone = self.pictures.write().await;
        let mut unnamed = Vec::new();
        for sha256 in pictures {
            let named: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM transits WHERE evidence = $1)
                     OR EXISTS (SELECT 1 FROM hits WHERE evidence = $1)
                     OR EXISTS (SELECT 1 FROM outbox WHERE evidence = $1)",
            )
            .bind(&sha256)
            .fetch_one(self.database.pool())
            .await
            .map_err(|e| self.database.explain(e))?;
            if !named {
                unnamed.push(sha256);
            }
        }
        let evidence = self.evidence.clone();
        let deleting = tokio::task::spawn_blocking(move || {
            unnamed.iter().try_for_each(|sha256| evidence.delete(sha256))
        });
        Ok(deleting.await.map_err(|_| EvidenceError::Interrupted)??)
    }
}

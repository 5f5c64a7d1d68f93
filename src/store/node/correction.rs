//! Correcting the times of what was stored while the clock was wrong.

use super::{NodeStore, NodeStoreError};
use crate::clock::Boot;
use crate::event::{CheckEvent, DecisionEvent, Event, HitEvent, TransitEvent};

/// Times that are less wrong stay as they are.
const WRONG_MS: i64 = 2_000;
/// Rows in one transaction: a hit must not wait long for the disk.
const AT_ONCE: usize = 100;

/// A row whose times are to be moved: its identifier, its transit's if it has one, by how
/// much its clock was wrong, its message.
type Wrong = (Vec<u8>, Option<Vec<u8>>, i64, String);

impl NodeStore {
    /// Moves the times of every ended transit, of its hits, and of what people decided and
    /// typed since the machine was started, to the true time: `boot` with `started_ms` by
    /// true time. Each keeps both, by its `clock_offset_ms`, and goes to the centre (once
    /// more): a transit as a new revision. What is right already is left alone. Returns how
    /// many were moved.
    ///
    /// # Errors
    /// [`NodeStoreError`]; what was moved until then stays so, the rest goes next time.
    pub async fn correct_times(&self, boot: &Boot, to_centre: bool) -> Result<u64, NodeStoreError> {
        let transits = self
            .wrong(
                boot,
                "SELECT id, id, $2 - boot_started_ms, document FROM transits
                 WHERE boot = $1 AND abs(boot_started_ms - $2) > $3 AND state = 'ended'
                   AND abs($2 - boot_started_ms
                           - coalesce(json_extract(document, '$.clock_offset_ms'), 0)) > $3
                 ORDER BY id",
            )
            .await?;
        for batch in transits.chunks(AT_ONCE) {
            let mut tx = self.database.begin().await?;
            for (id, _, offset_ms, document) in batch {
                let mut transit: TransitEvent = self.parse(document)?;
                transit.correct_clock(*offset_ms);
                transit.revision = transit.revision.saturating_add(1);
                let done = sqlx::query(
                    "UPDATE transits SET revision = $2, first_seen_ms = $3, last_seen_ms = $4,
                         document = $5 WHERE id = $1 AND revision < $2",
                )
                .bind(id)
                .bind(i64::from(transit.revision))
                .bind(transit.first_seen_at.as_millisecond())
                .bind(transit.last_seen_at.as_millisecond())
                .bind(serde_json::to_string(&transit)?)
                .execute(&mut *tx)
                .await
                .map_err(|e| self.database.explain(e))?;
                if to_centre && done.rows_affected() > 0 {
                    let sha256 = transit.evidence.as_ref().map(|e| e.sha256.clone());
                    let event = Event::Transit(transit);
                    self.post(&mut tx, "transit", Some(id), sha256.as_deref(), &event).await?;
                }
            }
            tx.commit().await.map_err(|e| self.database.explain(e))?;
        }
        // Also those whose transit was still open when the clock was found to be wrong.
        let hits = self
            .wrong(
                boot,
                "SELECT hits.id, hits.transit, $2 - boot_started_ms, hits.document
                 FROM hits JOIN transits ON transits.id = hits.transit
                 WHERE boot = $1 AND abs(boot_started_ms - $2) > $3 AND state = 'ended'
                   AND abs($2 - boot_started_ms
                           - coalesce(json_extract(hits.document, '$.clock_offset_ms'), 0)) > $3
                 ORDER BY hits.id",
            )
            .await?;
        for batch in hits.chunks(AT_ONCE) {
            let mut tx = self.database.begin().await?;
            for (id, transit, offset_ms, document) in batch {
                let mut hit: HitEvent = self.parse(document)?;
                hit.correct_clock(*offset_ms);
                sqlx::query("UPDATE hits SET captured_ms = $2, document = $3 WHERE id = $1")
                    .bind(id)
                    .bind(hit.captured_at.as_millisecond())
                    .bind(serde_json::to_string(&hit)?)
                    .execute(&mut *tx)
                    .await
                    .map_err(|e| self.database.explain(e))?;
                if to_centre {
                    let sha256 = hit.evidence.sha256.clone();
                    let event = Event::Hit(hit);
                    self.post(&mut tx, "hit", transit.as_deref(), Some(&sha256), &event).await?;
                }
            }
            tx.commit().await.map_err(|e| self.database.explain(e))?;
        }
        let said = self.correct_decisions(boot, to_centre).await?
            + self.correct_checks(boot, to_centre).await?;
        Ok((transits.len() + hits.len() + said) as u64)
    }

    async fn correct_decisions(
        &self,
        boot: &Boot,
        to_centre: bool,
    ) -> Result<usize, NodeStoreError> {
        let decisions = self
            .wrong(
                boot,
                "SELECT decisions.id, hits.transit, $2 - decisions.boot_started_ms,
                        decisions.document
                 FROM decisions JOIN hits ON hits.id = decisions.hit
                 WHERE decisions.boot = $1 AND abs(decisions.boot_started_ms - $2) > $3
                   AND abs($2 - decisions.boot_started_ms
                           - coalesce(json_extract(decisions.document, '$.clock_offset_ms'), 0)) > $3
                 ORDER BY decisions.id",
            )
            .await?;
        for batch in decisions.chunks(AT_ONCE) {
            let mut tx = self.database.begin().await?;
            for (id, transit, offset_ms, document) in batch {
                let mut decision: DecisionEvent = self.parse(document)?;
                decision.correct_clock(*offset_ms);
                sqlx::query("UPDATE decisions SET at_ms = $2, document = $3 WHERE id = $1")
                    .bind(id)
                    .bind(decision.at.as_millisecond())
                    .bind(serde_json::to_string(&decision)?)
                    .execute(&mut *tx)
                    .await
                    .map_err(|e| self.database.explain(e))?;
                if to_centre {
                    let event = Event::Decision(decision);
                    self.post(&mut tx, "decision", transit.as_deref(), None, &event).await?;
                }
            }
            tx.commit().await.map_err(|e| self.database.explain(e))?;
        }
        Ok(decisions.len())
    }

    async fn correct_checks(&self, boot: &Boot, to_centre: bool) -> Result<usize, NodeStoreError> {
        let checks = self
            .wrong(
                boot,
                "SELECT id, NULL, $2 - boot_started_ms, document FROM checks
                 WHERE boot = $1 AND abs(boot_started_ms - $2) > $3
                   AND abs($2 - boot_started_ms
                           - coalesce(json_extract(document, '$.clock_offset_ms'), 0)) > $3
                 ORDER BY id",
            )
            .await?;
        for batch in checks.chunks(AT_ONCE) {
            let mut tx = self.database.begin().await?;
            for (id, _, offset_ms, document) in batch {
                let mut check: CheckEvent = self.parse(document)?;
                check.correct_clock(*offset_ms);
                sqlx::query("UPDATE checks SET at_ms = $2, document = $3 WHERE id = $1")
                    .bind(id)
                    .bind(check.at.as_millisecond())
                    .bind(serde_json::to_string(&check)?)
                    .execute(&mut *tx)
                    .await
                    .map_err(|e| self.database.explain(e))?;
                if to_centre {
                    self.post(&mut tx, "check", None, None, &Event::Check(check)).await?;
                }
            }
            tx.commit().await.map_err(|e| self.database.explain(e))?;
        }
        Ok(checks.len())
    }

    async fn wrong(&self, boot: &Boot, query: &'static str) -> Result<Vec<Wrong>, NodeStoreError> {
        sqlx::query_as(query)
            .bind(&boot.id)
            .bind(boot.started_ms)
            .bind(WRONG_MS)
            .fetch_all(self.database.pool())
            .await
            .map_err(|e| self.database.explain(e).into())
    }
}

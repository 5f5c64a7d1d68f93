//! Published lists, the keys of sealed units, and what the centre itself finds.

use jiff::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::{CentreStore, Writing, from_json, time, to_json};
use crate::event::TransitEvent;
use crate::lists::ListKind;
use crate::store::DatabaseError;

/// Alternatives that are less probable are not looked for again. As in the migration.
const LEAST_TEXT: f32 = 0.02;

/// A version of a list that nodes can fetch, or could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListVersion {
    /// Identifier of the list.
    pub list: String,
    /// SHA-256 of the snapshot file.
    pub digest: String,
    /// Version of the snapshot.
    pub version: u64,
    /// Name of the list for people.
    pub name: String,
    /// What it is of.
    pub kind: ListKind,
    /// Entries in it.
    pub entries: u64,
    /// Length of the file.
    pub bytes: u64,
    /// When it was compiled.
    pub compiled_at: Timestamp,
    /// When it was last published.
    pub published_at: Timestamp,
    /// Whether its new entries were compared with the kept transits.
    pub compared: bool,
}

#[derive(FromRow)]
struct Row {
    list: String,
    digest: String,
    version: i64,
    name: String,
    kind: String,
    entries: i64,
    bytes: i64,
    compiled_ms: i64,
    published_ms: i64,
    compared_ms: Option<i64>,
}

impl CentreStore {
    /// All versions that were ever published, the latest first.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn list_versions(&self) -> Result<Vec<ListVersion>, DatabaseError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM list_versions ORDER BY published_ms DESC, version DESC")
                .fetch_all(self.pool())
                .await
                .map_err(|e| self.explain(e))?;
        rows.into_iter()
            .map(|row| {
                let kind = serde_json::Value::String(row.kind);
                Ok(ListVersion {
                    list: row.list,
                    digest: row.digest,
                    version: row.version.cast_unsigned(),
                    name: row.name,
                    kind: serde_json::from_value(kind)
                        .map_err(|e| self.database.bad_value(format!("list kind: {e}")))?,
                    entries: row.entries.cast_unsigned(),
                    bytes: row.bytes.cast_unsigned(),
                    compiled_at: time(row.compiled_ms),
                    published_at: time(row.published_ms),
                    compared: row.compared_ms.is_some(),
                })
            })
            .collect()
    }

    /// Transits first seen since a time whose plate is, or may be, one of these texts.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn transits_with_texts(
        &self,
        texts: &[&str],
        since: Timestamp,
    ) -> Result<Vec<TransitEvent>, DatabaseError> {
        let documents: Vec<String> = sqlx::query_scalar(
            "SELECT document FROM transits WHERE first_seen_ms >= $2 AND id IN (
                 SELECT t.id FROM json_each($1) AS wanted
                     JOIN transits AS t ON t.plate = wanted.value
                 UNION
                 SELECT x.transit FROM json_each($1) AS wanted
                     JOIN transit_texts AS x ON x.text = wanted.value)
             ORDER BY id",
        )
        .bind(to_json(&texts, &self.database)?)
        .bind(since.as_millisecond())
        .fetch_all(self.pool())
        .await
        .map_err(|e| self.explain(e))?;
        documents.iter().map(|text| from_json(text, &self.database)).collect()
    }
}

impl Writing {
    /// Keeps that a version was published.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_list_version(&mut self, it: &ListVersion) -> Result<(), DatabaseError> {
        let kind = serde_json::to_value(it.kind).unwrap_or_default();
        let done = sqlx::query(
            "INSERT INTO list_versions (list, digest, version, name, kind, entries, bytes,
                                        compiled_ms, published_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (list, digest) DO UPDATE SET published_ms = excluded.published_ms",
        )
        .bind(&it.list)
        .bind(&it.digest)
        .bind(it.version.cast_signed())
        .bind(&it.name)
        .bind(kind.as_str().unwrap_or_default())
        .bind(it.entries.cast_signed())
        .bind(it.bytes.cast_signed())
        .bind(it.compiled_at.as_millisecond())
        .bind(it.published_at.as_millisecond())
        .execute(self.connection())
        .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }

    /// The new entries of a version were compared with the kept transits, and with them
    /// those of the versions before it that nobody came to.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn list_compared(
        &mut self,
        list: &str,
        published_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let done = sqlx::query(
            "UPDATE list_versions SET compared_ms = $3
             WHERE list = $1 AND published_ms <= $2 AND compared_ms IS NULL",
        )
        .bind(list)
        .bind(published_at.as_millisecond())
        .bind(now.as_millisecond())
        .execute(self.connection())
        .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }

    /// The key with which a node seals its lists: the one it has, or else `new`. Says
    /// whether it is new. `None`: the node is not admitted.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn lend_list_key(
        &mut self,
        node: &str,
        new: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<([u8; 32], bool)>, DatabaseError> {
        let row: Result<Option<(Vec<u8>, i64)>, _> = sqlx::query_as(
            "INSERT INTO list_keys (node, key, made_ms, lent_ms)
             SELECT id, $2, $3, $3 FROM nodes WHERE id = $1
             ON CONFLICT (node) DO UPDATE SET lent_ms = excluded.lent_ms
             RETURNING key, made_ms = lent_ms AND key = $2",
        )
        .bind(node)
        .bind(new.to_vec())
        .bind(now.as_millisecond())
        .fetch_optional(self.connection())
        .await;
        let Some((key, made)) = row.map_err(|e| self.database.explain(e))? else {
            return Ok(None);
        };
        let key = key.try_into().map_err(|_| self.database.bad_value("list key"))?;
        Ok(Some((key, made != 0)))
    }

    /// Whether the centre found a hit for this cause, with a passage at that time or later.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn found_since(
        &mut self,
        cause: &str,
        since: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let found: Result<i64, _> = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM centre_hits WHERE cause = $1 AND at_ms >= $2)",
        )
        .bind(cause)
        .bind(since.as_millisecond())
        .fetch_one(self.connection())
        .await;
        found.map(|found| found != 0).map_err(|e| self.database.explain(e))
    }

    /// Notes what a hit of the centre's own was found for.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_cause(
        &mut self,
        hit: Uuid,
        cause: &str,
        at: Timestamp,
    ) -> Result<(), DatabaseError> {
        let done = sqlx::query("INSERT INTO centre_hits (hit, cause, at_ms) VALUES ($1, $2, $3)")
            .bind(hit.as_bytes().to_vec())
            .bind(cause)
            .bind(at.as_millisecond())
            .execute(self.connection())
            .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }

    /// Whether somebody was told already that this listed plate passed, on that transit or
    /// in that time.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn told_of(
        &mut self,
        list: &str,
        listed_plate: &str,
        transit: Uuid,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let found: Result<i64, _> = sqlx::query_scalar(
            "SELECT EXISTS (
                 SELECT 1 FROM hits
                 WHERE listed_plate = $2 AND (transit = $5 OR captured_ms BETWEEN $3 AND $4)
                   AND json_extract(document, '$.list.id') = $1)",
        )
        .bind(list)
        .bind(listed_plate)
        .bind(from.as_millisecond())
        .bind(to.as_millisecond())
        .bind(transit.as_bytes().to_vec())
        .fetch_one(self.connection())
        .await;
        found.map(|found| found != 0).map_err(|e| self.database.explain(e))
    }

    /// Other transits whose plate is, or may be, one of these texts, first seen in a time.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn transits_like(
        &mut self,
        texts: &[&str],
        but: Uuid,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<TransitEvent>, DatabaseError> {
        let texts = to_json(&texts, &self.database)?;
        let documents: Result<Vec<String>, _> = sqlx::query_scalar(
            "SELECT document FROM transits
             WHERE first_seen_ms BETWEEN $3 AND $4 AND id <> $2 AND id IN (
                 SELECT t.id FROM json_each($1) AS wanted
                     JOIN transits AS t ON t.plate = wanted.value
                 UNION
                 SELECT x.transit FROM json_each($1) AS wanted
                     JOIN transit_texts AS x ON x.text = wanted.value)
             ORDER BY id DESC LIMIT $5",
        )
        .bind(texts)
        .bind(but.as_bytes().to_vec())
        .bind(from.as_millisecond())
        .bind(to.as_millisecond())
        .bind(limit)
        .fetch_all(self.connection())
        .await;
        let documents = documents.map_err(|e| self.database.explain(e))?;
        documents.iter().map(|text| from_json(text, &self.database)).collect()
    }

    /// Keeps what else a transit's plate may be, in place of what an earlier revision said.
    pub(super) async fn put_texts(&mut self, event: &TransitEvent) -> Result<(), DatabaseError> {
        let id = event.id.as_bytes().to_vec();
        if event.revision > 1 {
            let done = sqlx::query("DELETE FROM transit_texts WHERE transit = $1")
                .bind(id.clone())
                .execute(self.connection())
                .await;
            done.map_err(|e| self.database.explain(e))?;
        }
        let texts: Vec<&str> = event
            .alternatives
            .iter()
            .filter(|other| other.confidence >= LEAST_TEXT && other.text != event.plate)
            .map(|other| other.text.as_str())
            .collect();
        if texts.is_empty() {
            return Ok(());
        }
        let texts = to_json(&texts, &self.database)?;
        let done = sqlx::query(
            "INSERT OR IGNORE INTO transit_texts (text, transit)
             SELECT value, $2 FROM json_each($1)",
        )
        .bind(texts)
        .bind(id)
        .execute(self.connection())
        .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }
}

//! The audit log: append-only, each row chained to the one before it by SHA-256.

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use super::model::AuditRow;
use super::{CentreStore, Writing, time};
use crate::store::DatabaseError;

#[derive(Clone, FromRow)]
struct Row {
    seq: i64,
    at_ms: i64,
    account: String,
    action: String,
    subject: String,
    reason: Option<String>,
    hash: String,
}

impl From<Row> for AuditRow {
    fn from(row: Row) -> Self {
        Self {
            seq: row.seq,
            at: time(row.at_ms),
            account: row.account,
            action: row.action,
            subject: row.subject,
            reason: row.reason,
            hash: row.hash,
        }
    }
}

/// The hash of a row: SHA-256 over the previous row's hash (64 hexadecimal
/// digits), the number, the time in milliseconds, account, action, subject and
/// reason, each written as its length in bytes, a colon, the bytes, a comma; an
/// absent reason is `-` alone. Lengths keep two fields from being read as others.
fn chained(previous: &str, row: &Row) -> String {
    let mut hasher = Sha256::new();
    let (seq, at_ms) = (row.seq.to_string(), row.at_ms.to_string());
    for field in [previous, &seq, &at_ms, &row.account, &row.action, &row.subject] {
        hasher.update(format!("{}:{field},", field.len()));
    }
    match &row.reason {
        Some(reason) => hasher.update(format!("{}:{reason},", reason.len())),
        None => hasher.update("-"),
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An audit log that was found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    /// Rows that were checked.
    pub rows: u64,
    /// Number of the first kept row.
    pub first_seq: i64,
    /// Hash of the last row. Kept elsewhere, it shows later whether rows were cut off the end.
    pub head: String,
}

/// What is wrong with an audit log.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// It cannot be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Rows are missing.
    #[error("the audit log was tampered with: row {expected} is missing (row {found} follows)")]
    Missing {
        /// The number that should come.
        expected: i64,
        /// The number that came.
        found: i64,
    },
    /// A row is not what it was when it was written.
    #[error(
        "the audit log was tampered with: row {seq} ({at}, {account}, {action}) or the one before it was changed"
    )]
    Changed {
        /// Number of the row.
        seq: i64,
        /// Its time, as it now says.
        at: Timestamp,
        /// Its account, as it now says.
        account: String,
        /// Its action, as it now says.
        action: String,
    },
    /// A hash that was noted earlier is not in the log.
    #[error("the audit log was tampered with: no row has the hash {0}, which it once had")]
    HeadGone(String),
}

impl CentreStore {
    /// Rows before one of them (from the newest when `None`), newest first.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn audit(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>, DatabaseError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM audit WHERE seq < $1 ORDER BY seq DESC LIMIT $2")
                .bind(before.unwrap_or(i64::MAX))
                .bind(limit)
                .fetch_all(self.pool())
                .await
                .map_err(|e| self.explain(e))?;
        Ok(rows.into_iter().map(AuditRow::from).collect())
    }

    /// Checks the whole chain; with `known`, a hash noted earlier, also that it is still in it.
    ///
    /// # Errors
    /// [`AuditError`] names the first row at which the chain does not hold.
    pub async fn verify_audit(&self, known: Option<&str>) -> Result<AuditCheck, AuditError> {
        let mut reading = self.pool().begin().await.map_err(|e| self.explain(e))?;
        let (first_seq, previous): (i64, String) =
            sqlx::query_as("SELECT first_seq, previous FROM audit_start")
                .fetch_one(&mut *reading)
                .await
                .map_err(|e| self.explain(e))?;
        let mut check = AuditCheck { rows: 0, first_seq, head: previous };
        let mut known_seen = known.is_none_or(|known| known == check.head);
        let mut expected = first_seq;
        let mut rows = sqlx::query_as("SELECT * FROM audit ORDER BY seq").fetch(&mut *reading);
        while let Some(row) = rows.try_next().await.map_err(|e| self.explain(e))? {
            let row: Row = row;
            if row.seq != expected {
                return Err(AuditError::Missing { expected, found: row.seq });
            }
            if chained(&check.head, &row) != row.hash {
                return Err(AuditError::Changed {
                    seq: row.seq,
                    at: time(row.at_ms),
                    account: row.account,
                    action: row.action,
                });
            }
            known_seen = known_seen || known == Some(row.hash.as_str());
            check.head = row.hash;
            check.rows += 1;
            expected += 1;
        }
        match known {
            Some(known) if !known_seen => Err(AuditError::HeadGone(known.to_owned())),
            _ => Ok(check),
        }
    }
}

impl Writing {
    /// Appends a row: `account` did `action` to `subject`, for `reason`.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn audit(
        &mut self,
        now: Timestamp,
        account: &str,
        action: &str,
        subject: &str,
        reason: Option<&str>,
    ) -> Result<(), DatabaseError> {
        let last: Result<(i64, String), _> = sqlx::query_as(
            "SELECT seq, hash FROM (
                 SELECT seq, hash FROM audit
                 UNION ALL SELECT first_seq - 1, previous FROM audit_start)
             ORDER BY seq DESC LIMIT 1",
        )
        .fetch_one(self.connection())
        .await;
        let (last_seq, previous) = last.map_err(|e| self.database.explain(e))?;
        let mut row = Row {
            seq: last_seq + 1,
            at_ms: now.as_millisecond(),
            account: account.to_owned(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            reason: reason.map(str::to_owned),
            hash: String::new(),
        };
        row.hash = chained(&previous, &row);
        let done = sqlx::query(
            "INSERT INTO audit (seq, at_ms, account, action, subject, reason, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(row.seq)
        .bind(row.at_ms)
        .bind(row.account)
        .bind(row.action)
        .bind(row.subject)
        .bind(row.reason)
        .bind(row.hash)
        .execute(self.connection())
        .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }

    /// Deletes rows older than a time, from the front, and notes where the kept
    /// part starts. Says how many went.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn forget_audit(&mut self, before: Timestamp) -> Result<u64, DatabaseError> {
        // Only a run from the front: a row with a wrong clock keeps those after it.
        let last: Result<Option<(i64, String)>, _> = sqlx::query_as(
            "SELECT seq, hash FROM audit
             WHERE seq < COALESCE((SELECT MIN(seq) FROM audit WHERE at_ms >= $1),
                                  (SELECT MAX(seq) + 1 FROM audit))
             ORDER BY seq DESC LIMIT 1",
        )
        .bind(before.as_millisecond())
        .fetch_optional(self.connection())
        .await;
        let last = last.map_err(|e| self.database.explain(e))?;
        let Some((last_seq, hash)) = last else { return Ok(0) };
        let done = sqlx::query("UPDATE audit_start SET first_seq = $1, previous = $2")
            .bind(last_seq + 1)
            .bind(hash)
            .execute(self.connection())
            .await;
        done.map_err(|e| self.database.explain(e))?;
        let done = sqlx::query("DELETE FROM audit WHERE seq <= $1")
            .bind(last_seq)
            .execute(self.connection())
            .await;
        done.map(|done| done.rows_affected()).map_err(|e| self.database.explain(e))
    }
}

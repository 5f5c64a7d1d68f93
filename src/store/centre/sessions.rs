//! Signed-in browsers. Only hashes of their tokens are kept.

use jiff::{SignedDuration, Timestamp};
use sqlx::FromRow;

use super::model::{Account, Language, Role};
use super::{CentreStore, Writing, from_json, time, to_named};
use crate::store::DatabaseError;

/// How long a session holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without any request.
    pub idle: SignedDuration,
    /// Whatever the use.
    pub absolute: SignedDuration,
}

/// A signed-in account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Number of the account.
    pub account: i64,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Language of its screens.
    pub language: Language,
    /// Groups it belongs to; in none, it is told of everything.
    pub groups: Vec<String>,
    /// When it last asked for something (kept to the minute).
    pub last_used_at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    account: i64,
    name: String,
    role: String,
    language: String,
    groups: String,
    last_used_ms: i64,
}

impl CentreStore {
    /// The account behind a session's token (its SHA-256), if the session still holds.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn session(
        &self,
        token: &[u8; 32],
        limits: SessionLimits,
        now: Timestamp,
    ) -> Result<Option<Session>, DatabaseError> {
        let idle_since = now - limits.idle;
        let row: Option<Row> = sqlx::query_as(
            "SELECT s.account, a.name, a.role, a.language, a.groups, s.last_used_ms
             FROM sessions s JOIN accounts a ON a.id = s.account
             WHERE s.token = $1 AND s.expires_ms > $2 AND s.last_used_ms > $3
               AND a.disabled_ms IS NULL",
        )
        .bind(token.to_vec())
        .bind(now.as_millisecond())
        .bind(idle_since.as_millisecond())
        .fetch_optional(self.pool())
        .await
        .map_err(|e| self.explain(e))?;
        row.map(|row| {
            Ok(Session {
                account: row.account,
                name: row.name,
                role: to_named(&row.role, &self.database)?,
                language: to_named(&row.language, &self.database)?,
                groups: from_json(&row.groups, &self.database)?,
                last_used_at: time(row.last_used_ms),
            })
        })
        .transpose()
    }
}

impl Writing {
    /// Starts a session and notes that the account signed in.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn start_session(
        &mut self,
        token: &[u8; 32],
        account: &Account,
        limits: SessionLimits,
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let done = sqlx::query(
            "INSERT INTO sessions (token, account, created_ms, last_used_ms, expires_ms)
             VALUES ($1, $2, $3, $3, $4)",
        )
        .bind(token.to_vec())
        .bind(account.id)
        .bind(now.as_millisecond())
        .bind((now + limits.absolute).as_millisecond())
        .execute(self.connection())
        .await;
        done.map_err(|e| self.database.explain(e))?;
        let done = sqlx::query("UPDATE accounts SET last_sign_in_ms = $2 WHERE id = $1")
            .bind(account.id)
            .bind(now.as_millisecond())
            .execute(self.connection())
            .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn touch_session(
        &mut self,
        token: &[u8; 32],
        now: Timestamp,
    ) -> Result<(), DatabaseError> {
        let done = sqlx::query("UPDATE sessions SET last_used_ms = $2 WHERE token = $1")
            .bind(token.to_vec())
            .bind(now.as_millisecond())
            .execute(self.connection())
            .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn end_session(&mut self, token: &[u8; 32]) -> Result<(), DatabaseError> {
        let done = sqlx::query("DELETE FROM sessions WHERE token = $1")
            .bind(token.to_vec())
            .execute(self.connection())
            .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }
}

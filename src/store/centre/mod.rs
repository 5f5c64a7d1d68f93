//! The centre's database: nodes, transits, hits and what was done about them,
//! accounts and sessions, the audit log.
//!
//! Reading goes through [`CentreStore`]; whatever changes something goes through
//! one [`Writing`] at a time, so that an action and its audit row are in one
//! transaction. Nothing here reads a clock: the caller says what time it is.

mod accounts;
mod audit;
mod evidence;
mod hits;
mod lists;
mod model;
mod nodes;
mod retention;
mod sessions;
mod transits;
mod units;

pub use accounts::NewAccount;
pub use audit::{AuditCheck, AuditError};
pub use lists::ListVersion;
pub use model::{
    Account, Action, AuditRow, Hit, HitAction, HitFilter, HitState, Language, NodeRecord, Origin,
    Outcome, Role, Transit, UnknownName,
};
pub use retention::{Cutoffs, Deleted};
pub use sessions::{Session, SessionLimits};
pub use units::Kept;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::migrate::Migrator;
use sqlx::{Sqlite, SqliteConnection, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Database, DatabaseError};

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/centre");

/// The centre's database, open.
#[derive(Debug, Clone)]
pub struct CentreStore {
    database: Database,
    // SQLite has one writer at a time and lets the others poll; a queue is
    // fairer and, above all, faster for the one whose turn it is.
    turn: Arc<Mutex<()>>,
}

impl CentreStore {
    /// Opens the database file, making it when missing, and brings it up to date.
    ///
    /// # Errors
    /// [`DatabaseError`] when the file cannot be used.
    pub async fn open(path: &Path) -> Result<Self, DatabaseError> {
        let database = Database::open(path, &MIGRATIONS).await?;
        Ok(Self { database, turn: Arc::default() })
    }

    /// Starts a transaction that writes, when no other is under way.
    ///
    /// # Errors
    /// [`DatabaseError`] when another process writes for too long.
    pub async fn write(&self) -> Result<Writing, DatabaseError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let transaction = self.database.begin().await?;
        Ok(Writing { database: self.database.clone(), transaction, _turn: turn })
    }

    /// Closes the file after moving the write-ahead log into it.
    pub async fn close(&self) {
        self.database.close().await;
    }

    fn pool(&self) -> &sqlx::SqlitePool {
        self.database.pool()
    }

    fn explain(&self, error: sqlx::Error) -> DatabaseError {
        self.database.explain(error)
    }
}

/// A transaction that writes. Dropped without [`Writing::commit`], nothing of it holds.
#[derive(Debug)]
pub struct Writing {
    database: Database,
    transaction: Transaction<'static, Sqlite>,
    // After the transaction, so that the next writer starts when this one ended.
    _turn: OwnedMutexGuard<()>,
}

impl Writing {
    /// Makes everything hold, also after a power cut.
    ///
    /// # Errors
    /// [`DatabaseError`] when the disk is full or fails; then nothing holds.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        let database = self.database;
        self.transaction.commit().await.map_err(|e| database.explain(e))
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

/// A time from the database; every `_ms` column was written from a valid one.
fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A stored message's text.
fn to_json<T: serde::Serialize>(value: &T, database: &Database) -> Result<String, DatabaseError> {
    serde_json::to_string(value).map_err(|e| database.bad_value(format!("message: {e}")))
}

/// A stored message.
fn from_json<T: serde::de::DeserializeOwned>(
    text: &str,
    database: &Database,
) -> Result<T, DatabaseError> {
    serde_json::from_str(text).map_err(|e| database.bad_value(format!("message: {e}")))
}

/// A stored identifier.
fn to_uuid(bytes: &[u8], database: &Database) -> Result<uuid::Uuid, DatabaseError> {
    uuid::Uuid::from_slice(bytes).map_err(|e| database.bad_value(format!("identifier: {e}")))
}

/// A stored word, such as a role.
fn to_named<T: std::str::FromStr<Err = UnknownName>>(
    name: &str,
    database: &Database,
) -> Result<T, DatabaseError> {
    name.parse().map_err(|e: UnknownName| database.bad_value(e.to_string()))
}

#[cfg(test)]
mod tests;

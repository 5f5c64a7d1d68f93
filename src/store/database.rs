//! Opening an SQLite database so that what was committed stays committed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

/// How long a statement waits for another connection's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// One writer at a time is SQLite's rule; the others read.
const CONNECTIONS: u32 = 4;

/// Why a database cannot be used, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The folder is missing and cannot be made.
    #[error("cannot make the data folder {}: {source}; make it, or set another one", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file or its folder cannot be written.
    #[error(
        "cannot write the database {}: {detail}; the user that runs varco needs write permission on the file and its folder",
        path.display()
    )]
    Unwritable {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// No space is left.
    #[error(
        "no space left for the database {}; free some, or shorten the retention",
        path.display()
    )]
    Full {
        /// The database file.
        path: PathBuf,
    },
    /// A newer program made it.
    #[error(
        "the database {} was made by a newer varco (schema {found}, this one knows {known}); update varco, or restore the backup made before the update",
        path.display()
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Schema version in the file.
        found: i64,
        /// Newest schema version of this program.
        known: i64,
    },
    /// It is no database, or a broken one.
    #[error(
        "the database {} is damaged or no database: {detail}; move it away and start again, or restore a backup",
        path.display()
    )]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// Another process holds it.
    #[error(
        "the database {} is locked by another process; is a second varco running on the same folder?",
        path.display()
    )]
    Locked {
        /// The database file.
        path: PathBuf,
    },
    /// Its schema cannot be brought up to date.
    #[error("cannot bring the database {} up to date: {source}", path.display())]
    Migration {
        /// The database file.
        path: PathBuf,
        /// What went wrong.
        source: MigrateError,
    },
    /// A statement failed for another reason.
    #[error("the database {} failed: {source}", path.display())]
    Query {
        /// The database file.
        path: PathBuf,
        /// What went wrong.
        source: sqlx::Error,
    },
    /// A stored value cannot be understood.
    #[error("the database {} holds a value that cannot be read: {detail}", path.display())]
    Value {
        /// The database file.
        path: PathBuf,
        /// Which value, and why.
        detail: String,
    },
}

/// An open SQLite database: write-ahead log, every commit synced to the disk.
#[derive(Debug, Clone)]
pub struct Database {
    pool: SqlitePool,
    path: PathBuf,
}

impl Database {
    /// Opens the database file, making it and its folder when missing, and brings
    /// its schema up to date.
    ///
    /// # Errors
    /// [`DatabaseError`] when the folder or file cannot be written, the file is
    /// damaged, or a newer program made it.
    pub async fn open(path: &Path, migrator: &Migrator) -> Result<Self, DatabaseError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| DatabaseError::Folder { path: folder.to_path_buf(), source })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect_with(options)
            .await
            .map_err(|source| explain(path, source))?;
        let database = Self { pool, path: path.to_path_buf() };
        migrator.run(&database.pool).await.map_err(|e| database.explain_migration(e, migrator))?;
        Ok(database)
    }

    /// The connections, for reading.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts a transaction that writes: it waits for other writers here, not in its middle.
    ///
    /// # Errors
    /// [`DatabaseError`] when no connection can be had or the wait was too long.
    pub async fn begin(&self) -> Result<Transaction<'static, Sqlite>, DatabaseError> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(|e| self.explain(e))
    }

    /// Turns a failed statement's error into one that says what to do.
    #[must_use]
    pub fn explain(&self, source: sqlx::Error) -> DatabaseError {
        explain(&self.path, source)
    }

    /// An error for a stored value that cannot be understood.
    pub fn bad_value(&self, detail: impl Into<String>) -> DatabaseError {
        DatabaseError::Value { path: self.path.clone(), detail: detail.into() }
    }

    /// Closes all connections after moving the write-ahead log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    fn explain_migration(&self, error: MigrateError, migrator: &Migrator) -> DatabaseError {
        let path = self.path.clone();
        let known = migrator.iter().map(|m| m.version).max().unwrap_or(0);
        match error {
            MigrateError::VersionMissing(found) if found > known => {
                DatabaseError::Newer { path, found, known }
            }
            MigrateError::Execute(source) => explain(&path, source),
            source => DatabaseError::Migration { path, source },
        }
    }
}

/// SQLite's primary result codes (<https://www.sqlite.org/rescode.html>).
fn explain(path: &Path, source: sqlx::Error) -> DatabaseError {
    let path = path.to_path_buf();
    let code = source
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .and_then(|code| code.parse::<i32>().ok())
        .map(|extended| extended & 0xff);
    let detail = source.as_database_error().map(|e| e.message().to_owned()).unwrap_or_default();
    match code {
        Some(5 | 6) => DatabaseError::Locked { path },
        Some(8 | 14) => DatabaseError::Unwritable { path, detail },
        Some(13) => DatabaseError::Full { path },
        Some(11 | 26) => DatabaseError::Damaged { path, detail },
        _ => DatabaseError::Query { path, source },
    }
}

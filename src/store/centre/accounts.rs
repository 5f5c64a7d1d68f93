//! People's accounts and their one-time sign-in links.

use jiff::Timestamp;
use sqlx::FromRow;

use super::model::{Account, Language, Role};
use super::{CentreStore, Writing, from_json, time, to_json, to_named};
use crate::store::{Database, DatabaseError};

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    role: String,
    language: String,
    groups: String,
    password: Option<String>,
    created_ms: i64,
    disabled_ms: Option<i64>,
    last_sign_in_ms: Option<i64>,
}

impl Row {
    fn account(self, database: &Database) -> Result<Account, DatabaseError> {
        Ok(Account {
            id: self.id,
            role: to_named(&self.role, database)?,
            language: to_named(&self.language, database)?,
            groups: from_json(&self.groups, database)?,
            name: self.name,
            password: self.password,
            created_at: time(self.created_ms),
            disabled_at: self.disabled_ms.map(time),
            last_sign_in_at: self.last_sign_in_ms.map(time),
        })
    }
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Name to sign in with.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Language of its screens.
    pub language: Language,
    /// Groups it belongs to; in none, it is told of everything.
    pub groups: Vec<String>,
    /// argon2id hash (PHC string); `None`: signs in by link only.
    pub password: Option<String>,
}

impl CentreStore {
    /// All accounts by name.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn accounts(&self) -> Result<Vec<Account>, DatabaseError> {
        let rows: Vec<Row> = sqlx::query_as("SELECT * FROM accounts ORDER BY name")
            .fetch_all(self.pool())
            .await
            .map_err(|e| self.explain(e))?;
        rows.into_iter().map(|row| row.account(&self.database)).collect()
    }

    /// An account by its name, in any case of letters.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn account(&self, name: &str) -> Result<Option<Account>, DatabaseError> {
        let row: Option<Row> = sqlx::query_as("SELECT * FROM accounts WHERE name = $1")
            .bind(name)
            .fetch_optional(self.pool())
            .await
            .map_err(|e| self.explain(e))?;
        row.map(|row| row.account(&self.database)).transpose()
    }
}

impl Writing {
    /// Makes an account; `None`: the name is taken.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn add_account(
        &mut self,
        account: &NewAccount,
        now: Timestamp,
    ) -> Result<Option<i64>, DatabaseError> {
        let groups = to_json(&account.groups, &self.database)?;
        let id = sqlx::query_scalar(
            "INSERT INTO accounts (name, role, language, password, created_ms, groups)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING RETURNING id",
        )
        .bind(&account.name)
        .bind(account.role.name())
        .bind(account.language.name())
        .bind(&account.password)
        .bind(now.as_millisecond())
        .bind(groups)
        .fetch_optional(self.connection())
        .await;
        id.map_err(|e| self.database.explain(e))
    }

    /// Changes what an account may do, its language, its groups, its password (when one is
    /// given), and whether it can sign in; ends its sessions, so that the change
    /// holds at once.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn change_account(
        &mut self,
        id: i64,
        change: &NewAccount,
        disabled_at: Option<Timestamp>,
    ) -> Result<(), DatabaseError> {
        let groups = to_json(&change.groups, &self.database)?;
        let done = sqlx::query(
            "UPDATE accounts SET role = $2, language = $3, password = COALESCE($4, password),
                                 disabled_ms = $5, groups = $6
             WHERE id = $1",
        )
        .bind(id)
        .bind(change.role.name())
        .bind(change.language.name())
        .bind(&change.password)
        .bind(disabled_at.map(Timestamp::as_millisecond))
        .bind(groups)
        .execute(self.connection())
        .await;
        done.map_err(|e| self.database.explain(e))?;
        for sql in [
            "DELETE FROM sessions WHERE account = $1",
            "DELETE FROM sign_in_links WHERE account = $1",
        ] {
            let done = sqlx::query(sql).bind(id).execute(self.connection()).await;
            done.map_err(|e| self.database.explain(e))?;
        }
        Ok(())
    }

    /// Keeps a sign-in link by the SHA-256 of its token.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_link(
        &mut self,
        token: &[u8; 32],
        account: i64,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), DatabaseError> {
        let done = sqlx::query(
            "INSERT INTO sign_in_links (token, account, created_ms, expires_ms)
             VALUES ($1, $2, $3, $4)",
        )
        .bind(token.to_vec())
        .bind(account)
        .bind(now.as_millisecond())
        .bind(expires_at.as_millisecond())
        .execute(self.connection())
        .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }

    /// Uses a sign-in link up and says whose it was; `None`: there is none, or it
    /// has expired, or its account cannot sign in.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn take_link(
        &mut self,
        token: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Account>, DatabaseError> {
        let taken: Result<Option<(i64, i64)>, _> = sqlx::query_as(
            "DELETE FROM sign_in_links WHERE token = $1 RETURNING account, expires_ms",
        )
        .bind(token.to_vec())
        .fetch_optional(self.connection())
        .await;
        let taken = taken.map_err(|e| self.database.explain(e))?;
        let Some((account, expires_ms)) = taken else { return Ok(None) };
        if expires_ms <= now.as_millisecond() {
            return Ok(None);
        }
        let row: Result<Option<Row>, _> =
            sqlx::query_as("SELECT * FROM accounts WHERE id = $1 AND disabled_ms IS NULL")
                .bind(account)
                .fetch_optional(self.connection())
                .await;
        let row = row.map_err(|e| self.database.explain(e))?;
        row.map(|row| row.account(&self.database)).transpose()
    }
}

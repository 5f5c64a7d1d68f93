//! Hits and what was done about them, newest first.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, FromRow, SqliteConnection};
use uuid::Uuid;

use super::model::{Hit, HitAction, HitFilter, HitState};
use super::{CentreStore, Writing, from_json, time, to_json, to_named};
use crate::event::HitEvent;
use crate::store::{Database, DatabaseError};

/// Whether somebody in the groups of `$1` is told of a hit: [`crate::event::ListedIn::tells`]
/// in SQL, so that pages are full and counts right.
const TOLD: &str = "(told = '[]' OR $1 = '[]' OR EXISTS (
    SELECT 1 FROM json_each(told) AS theirs JOIN json_each($1) AS own ON own.value = theirs.value))";

#[derive(FromRow)]
struct Row {
    id: Vec<u8>,
    received_ms: i64,
    state: String,
    outcome: Option<String>,
    document: String,
}

#[derive(FromRow)]
struct ActionRow {
    hit: Vec<u8>,
    at_ms: i64,
    account: String,
    action: String,
    outcome: Option<String>,
    note: Option<String>,
    unit: Option<String>,
}

impl ActionRow {
    fn action(self, database: &Database) -> Result<HitAction, DatabaseError> {
        Ok(HitAction {
            at: time(self.at_ms),
            account: self.account,
            action: to_named(&self.action, database)?,
            outcome: self.outcome.map(|name| to_named(&name, database)).transpose()?,
            note: self.note,
            unit: self.unit,
        })
    }
}

async fn with_actions(
    connection: &mut SqliteConnection,
    database: &Database,
    rows: Vec<Row>,
) -> Result<Vec<Hit>, DatabaseError> {
    let mut actions: HashMap<Vec<u8>, Vec<HitAction>> = HashMap::new();
    // Also a new one may have been put off.
    let acted_on: Vec<String> = rows.iter().map(|row| to_hex(&row.id)).collect();
    if !acted_on.is_empty() {
        // One query for the page; a JSON array stands in for a list of values.
        let found: Vec<ActionRow> = sqlx::query_as(
            "SELECT hit, at_ms, account, action, outcome, note, unit FROM hit_actions
             WHERE hit IN (SELECT unhex(value) FROM json_each($1)) ORDER BY id",
        )
        .bind(to_json(&acted_on, database)?)
        .fetch_all(connection)
        .await
        .map_err(|e| database.explain(e))?;
        for row in found {
            actions.entry(row.hit.clone()).or_default().push(row.action(database)?);
        }
    }
    rows.into_iter()
        .map(|row| {
            Ok(Hit {
                event: from_json(&row.document, database)?,
                received_at: time(row.received_ms),
                state: to_named(&row.state, database)?,
                outcome: row.outcome.map(|name| to_named(&name, database)).transpose()?,
                actions: actions.remove(&row.id).unwrap_or_default(),
            })
        })
        .collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn one(
    connection: &mut SqliteConnection,
    database: &Database,
    id: Uuid,
) -> Result<Option<Hit>, DatabaseError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT id, received_ms, state, outcome, document FROM hits WHERE id = $1")
            .bind(id.as_bytes().to_vec())
            .fetch_all(&mut *connection)
            .await
            .map_err(|e| database.explain(e))?;
    Ok(with_actions(connection, database, rows).await?.pop())
}

impl CentreStore {
    /// Hits of which somebody in these groups is told ([`crate::event::ListedIn::tells`]),
    /// before one of them (from the newest when `None`), newest first.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn hits(
        &self,
        groups: &[String],
        filter: HitFilter,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Hit>, DatabaseError> {
        let wanted = match filter {
            HitFilter::All => "TRUE",
            HitFilter::Open => "state <> 'closed'",
            HitFilter::Closed => "state = 'closed'",
        };
        let sql = format!(
            "SELECT id, received_ms, state, outcome, document FROM hits
             WHERE {wanted} AND id < $2 AND {TOLD} ORDER BY id DESC LIMIT $3"
        );
        let groups = to_json(&groups, &self.database)?;
        // One read transaction: hits and their actions of the same moment.
        let mut reading = self.pool().begin().await.map_err(|e| self.explain(e))?;
        let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(groups)
            .bind(before.unwrap_or(Uuid::max()).as_bytes().to_vec())
            .bind(limit)
            .fetch_all(&mut *reading)
            .await
            .map_err(|e| self.explain(e))?;
        with_actions(&mut reading, &self.database, rows).await
    }

    /// One hit.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn hit(&self, id: Uuid) -> Result<Option<Hit>, DatabaseError> {
        let mut reading = self.pool().begin().await.map_err(|e| self.explain(e))?;
        one(&mut reading, &self.database, id).await
    }

    /// How many hits are open, and how many were captured since a time, of those of which
    /// somebody in these groups is told.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn count_hits(
        &self,
        groups: &[String],
        since: Timestamp,
    ) -> Result<(i64, i64), DatabaseError> {
        let sql = format!(
            "SELECT (SELECT COUNT(*) FROM hits WHERE state <> 'closed' AND {TOLD}),
                    (SELECT COUNT(*) FROM hits WHERE captured_ms >= $2 AND {TOLD})"
        );
        sqlx::query_as(AssertSqlSafe(sql))
            .bind(to_json(&groups, &self.database)?)
            .bind(since.as_millisecond())
            .fetch_one(self.pool())
            .await
            .map_err(|e| self.explain(e))
    }
}

impl Writing {
    /// Keeps a hit unless it is kept already. Says whether it was new. One whose times
    /// its node has corrected since takes the place of what was kept.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn put_hit(
        &mut self,
        event: &HitEvent,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let document = to_json(event, &self.database)?;
        let kind = serde_json::to_value(event.list.kind).unwrap_or_default();
        let done = sqlx::query(
            "INSERT INTO hits (id, transit, node, plate, listed_plate, list_kind, captured_ms,
                               received_ms, state, evidence, document, told)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'new', $9, $10, $11)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(event.id.as_bytes().to_vec())
        .bind(event.transit.as_bytes().to_vec())
        .bind(&event.place.node)
        .bind(event.plate.as_str())
        .bind(event.entry.plate.as_str())
        .bind(kind.as_str().unwrap_or_default())
        .bind(event.captured_at.as_millisecond())
        .bind(now.as_millisecond())
        .bind(&event.evidence.sha256)
        .bind(document)
        .bind(to_json(&event.list.told, &self.database)?)
        .execute(self.connection())
        .await;
        let new = done.map_err(|e| self.database.explain(e))?.rows_affected() > 0;
        if !new && event.clock_offset_ms != 0 {
            let document = to_json(event, &self.database)?;
            let done = sqlx::query(
                "UPDATE hits SET captured_ms = $2, document = $3
                 WHERE id = $1 AND node = $4
                   AND coalesce(json_extract(document, '$.clock_offset_ms'), 0) <> $5",
            )
            .bind(event.id.as_bytes().to_vec())
            .bind(event.captured_at.as_millisecond())
            .bind(document)
            .bind(&event.place.node)
            .bind(event.clock_offset_ms)
            .execute(self.connection())
            .await;
            done.map_err(|e| self.database.explain(e))?;
        }
        Ok(new)
    }

    /// One hit, as this transaction sees it.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn hit(&mut self, id: Uuid) -> Result<Option<Hit>, DatabaseError> {
        let database = self.database.clone();
        one(self.connection(), &database, id).await
    }

    /// Records an action and the state that it leads to.
    ///
    /// # Errors
    /// [`DatabaseError`].
    pub async fn act(
        &mut self,
        hit: Uuid,
        action: &HitAction,
        state: HitState,
    ) -> Result<(), DatabaseError> {
        let at_ms = action.at.as_millisecond();
        let outcome = action.outcome.map(super::Outcome::name);
        let done = sqlx::query(
            "INSERT INTO hit_actions (hit, at_ms, account, action, outcome, note, unit)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(hit.as_bytes().to_vec())
        .bind(at_ms)
        .bind(&action.account)
        .bind(action.action.name())
        .bind(outcome)
        .bind(&action.note)
        .bind(&action.unit)
        .execute(self.connection())
        .await;
        done.map_err(|e| self.database.explain(e))?;
        let closed_ms = (state == HitState::Closed).then_some(at_ms);
        let done =
            sqlx::query("UPDATE hits SET state = $2, outcome = $3, closed_ms = $4 WHERE id = $1")
                .bind(hit.as_bytes().to_vec())
                .bind(state.name())
                .bind(outcome)
                .bind(closed_ms)
                .execute(self.connection())
                .await;
        done.map(|_| ()).map_err(|e| self.database.explain(e))
    }
}

//! What the databases of node and centre hold, read while they run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Row, SqlitePool};

/// Identifiers as hexadecimal; empty before the database exists.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Transit and its highest revision.
    pub(crate) transits: BTreeSet<(String, i64)>,
    /// Hit and its transit.
    pub(crate) hits: BTreeSet<(String, String)>,
    /// Messages in the outbox (none at the centre).
    pub(crate) waiting: i64,
}

impl Ledger {
    pub(crate) fn of(file: &Path) -> Self {
        if !file.exists() {
            return Self::default();
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // A database that is just being made, or is busy, is looked at again by the caller.
        runtime.block_on(Self::read(file)).unwrap_or_default()
    }

    async fn read(file: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        let pool: SqlitePool =
            SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        let transits =
            sqlx::query("SELECT hex(id), revision FROM transits").fetch_all(&pool).await?;
        let hits = sqlx::query("SELECT hex(id), hex(transit) FROM hits").fetch_all(&pool).await?;
        let outbox = sqlx::query("SELECT count(*) FROM sqlite_schema WHERE name = 'outbox'");
        let has_outbox: i64 = outbox.fetch_one(&pool).await?.get(0);
        let waiting = if has_outbox == 1 {
            sqlx::query("SELECT count(*) FROM outbox").fetch_one(&pool).await?.get(0)
        } else {
            0
        };
        pool.close().await;
        Ok(Self {
            transits: transits.iter().map(|row| (row.get(0), row.get(1))).collect(),
            hits: hits.iter().map(|row| (row.get(0), row.get(1))).collect(),
            waiting,
        })
    }

    pub(crate) fn hits_by_transit(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for (_, transit) in &self.hits {
            *counts.entry(transit.as_str()).or_default() += 1;
        }
        counts
    }
}

/// Whether both hold the same, and something at all.
pub(crate) fn agree(node: &Ledger, centre: &Ledger) -> bool {
    !node.transits.is_empty() && node.transits == centre.transits && node.hits == centre.hits
}

//! The node's store on a real disk: killed in the middle, unwritable, full, newer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod sample;

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};
use varco::event::Event;
use varco::store::{Database, DatabaseError, NodeStore, NodeStoreError};

/// Tells a copy of this program to write into a folder until it is killed.
const WRITE_INTO: &str = "VARCO_TEST_WRITE_INTO";

/// The part of the test that runs in a process of its own; without a folder it has nothing to do.
#[tokio::test]
async fn writes_until_killed() {
    let Some(folder) = std::env::var_os(WRITE_INTO) else { return };
    let store = NodeStore::open(Path::new(&folder)).await.unwrap();
    for n in 0..100_000 {
        let record = sample::record(n % 1000, n % 3 == 0);
        store.record(&record, true).await.unwrap();
        // Only what is said here was promised.
        println!("stored {}", record.transit.id);
        std::io::stdout().flush().unwrap();
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut promised = HashSet::new();
    for round in 0..3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writes_until_killed", "--nocapture"])
            .env(WRITE_INTO, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stored = lines.map_while(Result::ok).filter_map(|line| {
            line.strip_prefix("stored ").map(|id| id.parse::<uuid::Uuid>().unwrap())
        });
        for (n, id) in stored.enumerate() {
            promised.insert(id);
            // Killed in the middle of the next record; what it still said is read on.
            if n == 20 + round {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();

        let store = NodeStore::open(folder.path()).await.unwrap();
        let waiting = store.waiting(100_000).await.unwrap();
        let mut seqs = HashSet::new();
        let mut transits = HashSet::new();
        let mut hits_of = HashSet::new();
        for message in &waiting {
            assert!(seqs.insert(message.seq), "number {} twice", message.seq);
            let sha256 = message.evidence.as_ref().unwrap();
            assert!(!store.evidence().read(sha256).unwrap().is_empty());
            match &message.event {
                Event::Transit(t) => assert!(transits.insert(t.id), "{} twice", t.id),
                Event::Hit(hit) => assert!(hits_of.insert(hit.transit), "{} twice", hit.transit),
                other => panic!("in the outbox: {other:?}"),
            }
        }
        // Hits go first, so read the others behind them too.
        let others: Vec<u64> = waiting.iter().map(|m| m.seq).collect();
        store.delivered(&others).await.unwrap();
        for message in store.waiting(100_000).await.unwrap() {
            if let Event::Transit(t) = message.event {
                transits.insert(t.id);
            }
        }
        let (count, _) = store.count().await.unwrap();
        assert!(count as usize >= promised.len(), "{count} of {}", promised.len());
        assert!(hits_of.is_subset(&transits));
        store.close().await;
    }
    assert!(promised.len() > 60);
}

#[tokio::test]
async fn transit_and_hit_are_stored_once_and_the_highest_revision_holds() {
    let folder = tempfile::tempdir().unwrap();
    let store = NodeStore::open(folder.path()).await.unwrap();
    let record = sample::record(1, true);
    let ended = sample::ended(&record);
    store.record(&record, true).await.unwrap();
    store.record(&record, true).await.unwrap();
    assert_eq!(store.open_transits().await.unwrap().len(), 1);
    store.record(&ended, true).await.unwrap();
    store.record(&record, true).await.unwrap();
    assert_eq!(store.count().await.unwrap(), (1, 1));
    assert!(store.open_transits().await.unwrap().is_empty());
    let waiting = store.waiting(10).await.unwrap();
    let kinds: Vec<&str> = waiting
        .iter()
        .map(|m| match &m.event {
            Event::Transit(t) if t.revision == 1 => "first",
            Event::Transit(_) => "second",
            _ => "hit",
        })
        .collect();
    assert_eq!(kinds, ["first", "hit", "second"]);
    let since = Timestamp::now() - SignedDuration::from_secs(60);
    assert_eq!(store.hits_since(since).await.unwrap(), record.hits);
}

#[tokio::test]
async fn a_node_without_a_centre_fills_no_outbox() {
    let folder = tempfile::tempdir().unwrap();
    let store = NodeStore::open(folder.path()).await.unwrap();
    store.record(&sample::record(1, true), false).await.unwrap();
    assert_eq!(store.count().await.unwrap(), (1, 1));
    assert!(store.waiting(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_alert_does_not_wait_behind_the_days_traffic() {
    let folder = tempfile::tempdir().unwrap();
    let store = NodeStore::open(folder.path()).await.unwrap();
    for n in 0..30 {
        store.record(&sample::record(n, false), true).await.unwrap();
    }
    store.record(&sample::record(99, true), true).await.unwrap();
    let first = store.waiting(10).await.unwrap();
    assert_eq!(first.len(), 2);
    assert!(matches!(first[1].event, Event::Hit(_)));
}

#[tokio::test]
async fn retention_spares_what_waits_and_takes_pictures_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = NodeStore::open(folder.path()).await.unwrap();
    let (kept, gone) = (sample::record(1, false), sample::record(2, true));
    store.record(&gone, true).await.unwrap();
    store.record(&kept, true).await.unwrap();
    let waiting = store.waiting(10).await.unwrap();
    store.delivered(&waiting.iter().map(|m| m.seq).collect::<Vec<_>>()).await.unwrap();
    // Pictures of the last minutes may belong to a record under way: make these old.
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    for record in [&kept, &gone] {
        let sha256 = &record.transit.evidence.as_ref().unwrap().sha256;
        let path = store.evidence().folder().join(&sha256[..2]).join(format!("{sha256}.jpg"));
        std::fs::File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
    }
    let later = Timestamp::now() + SignedDuration::from_secs(10);
    let swept = store.sweep(later).await.unwrap();
    assert_eq!((swept.transits, swept.pictures), (1, 1));
    assert_eq!(store.count().await.unwrap(), (1, 0));
    let picture = |r: &varco::store::Record| r.transit.evidence.as_ref().unwrap().sha256.clone();
    assert!(store.evidence().contains(&picture(&kept)).unwrap());
    assert!(!store.evidence().contains(&picture(&gone)).unwrap());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = NodeStore::open(&file.join("data")).await.unwrap_err().to_string();
    assert!(error.contains("file/data") && error.contains("set another one"), "{error}");
    // A folder that even root cannot write.
    let error = NodeStore::open(Path::new("/proc/self")).await.unwrap_err();
    assert!(matches!(error, NodeStoreError::Database(DatabaseError::Unwritable { .. })), "{error}");
    assert!(error.to_string().contains("write permission"), "{error}");
}

#[tokio::test]
async fn a_newer_and_a_damaged_database_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let store = NodeStore::open(folder.path()).await.unwrap();
    store.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', 1, x'00', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    pool.close().await;
    let error = NodeStore::open(folder.path()).await.unwrap_err().to_string();
    assert!(error.contains("newer varco") && error.contains("9999"), "{error}");

    std::fs::write(&path, "not a database at all, but long enough to be looked at".repeat(100))
        .unwrap();
    let error = NodeStore::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, NodeStoreError::Database(DatabaseError::Damaged { .. })), "{error}");
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/node");

#[tokio::test]
async fn a_full_disk_is_known_as_such_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("node.db"), &MIGRATIONS).await.unwrap();
    let mut tx = database.begin().await.unwrap();
    // SQLite answers "full" beyond its page limit just as it does when the disk is.
    sqlx::query("PRAGMA max_page_count = 1").execute(&mut *tx).await.unwrap();
    let fill =
        "INSERT INTO outbox (kind, transit, document) VALUES ('hit', x'00', zeroblob(9) || $1)";
    let error = sqlx::query(fill).bind("x".repeat(100_000)).execute(&mut *tx).await.unwrap_err();
    let error = database.explain(error);
    assert!(matches!(error, DatabaseError::Full { .. }), "{error}");
    assert!(NodeStoreError::Database(error).is_full());
    drop(tx);
    let mut tx = database.begin().await.unwrap();
    sqlx::query("PRAGMA max_page_count = 100000").execute(&mut *tx).await.unwrap();
    sqlx::query(fill).bind("x".repeat(100_000)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

//! What a patrol unit's store does besides: keeps to the disk's bound, keeps decisions,
//! corrects times, brings an older database up to date.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod sample;

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use uuid::Uuid;
use varco::clock::Boot;
use varco::event::{
    CheckEvent, DecisionEvent, Event, GeoPosition, PositionEvent, PositionSource, RejectReason,
    VERSION, Verdict,
};
use varco::plate::PlateText;
use varco::store::{NodeStore, Record, sha256_hex};

/// An ended passage `n` seconds after the beginning, with a picture of its own of 40 kB.
fn passage(n: u32, with_hit: bool) -> Record {
    let mut record = sample::ended(&sample::record(n, with_hit));
    if with_hit {
        record.hits = sample::record(n, true).hits;
        record.hits[0].transit = record.transit.id;
    }
    let jpeg = format!("{n} {}", "y".repeat(40_000)).into_bytes();
    let sha256 = sha256_hex(&jpeg);
    record.transit.last_seen_at =
        Timestamp::now() - SignedDuration::from_hours(1) + SignedDuration::from_secs(n.into());
    record.transit.evidence.as_mut().unwrap().sha256.clone_from(&sha256);
    for hit in &mut record.hits {
        hit.evidence.sha256.clone_from(&sha256);
    }
    record.jpeg = Some(Arc::new(jpeg));
    record
}

async fn kept(store: &NodeStore) -> Vec<Uuid> {
    store.last_transits(10_000).await.unwrap().iter().map(|transit| transit.id).collect()
}

#[tokio::test]
async fn a_full_disk_costs_the_oldest_delivered_transits_first_and_never_a_hit() {
    let folder = tempfile::tempdir().unwrap();
    let store = NodeStore::open(folder.path()).await.unwrap();
    let empty = store.used_bytes().await.unwrap();
    let mut passages = Vec::new();
    for n in 0..600 {
        // Every hundredth is a hit, among them the oldest of all.
        let record = passage(n, n % 100 == 0);
        store.record(&record, true).await.unwrap();
        passages.push(record);
    }
    // The centre has the first 250, without their hits' transits.
    let waiting = store.waiting(100_000).await.unwrap();
    store.delivered(&waiting.iter().map(|it| it.seq).collect::<Vec<_>>()).await.unwrap();
    let rest = store.waiting(100_000).await.unwrap();
    assert_eq!(rest.len(), 594, "the rest comes after what is urgent");
    store.delivered(&rest.iter().take(250).map(|it| it.seq).collect::<Vec<_>>()).await.unwrap();

    let full = store.used_bytes().await.unwrap();
    assert!(full - empty > 600 * 40_000, "{full} of {empty}");
    let on_disk = |store: &NodeStore| walk(store.evidence().folder());
    assert_eq!(on_disk(&store), 600);

    // Room enough: nothing happens.
    assert_eq!(store.make_room(full).await.unwrap().delivered, 0);
    assert_eq!(kept(&store).await.len(), 600);

    // A little too much: only what the centre has goes, the oldest first.
    let room = store.make_room(full - 2_000_000).await.unwrap();
    assert!(room.used <= full - 2_000_000, "{room:?}");
    assert_eq!((room.delivered, room.undelivered), (200, 0));
    let left = kept(&store).await;
    let gone = |n: usize| !left.contains(&passages[n].transit.id);
    assert!(gone(1) && gone(150) && !gone(0) && !gone(100) && !gone(250), "oldest, no hit");
    assert_eq!(on_disk(&store), 400, "pictures go with their transits");

    // Far too much: then also what waits; the hits stay, whatever the bound.
    let room = store.make_room(0).await.unwrap();
    assert_eq!((room.delivered, room.undelivered), (50, 344));
    assert!(room.used > 0, "and it says that the bound does not hold");
    assert_eq!(store.count().await.unwrap(), (6, 6));
    assert_eq!(on_disk(&store), 6);
    assert_eq!(store.outbox_count().await.unwrap().waiting, 0);
    for n in (0..600).step_by(100) {
        let sha256 = &passages[n].hits[0].evidence.sha256;
        assert!(!store.evidence().read(sha256).unwrap().is_empty());
    }
}

/// Pictures in the folder.
fn walk(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { walk(&path) } else { 1 })
        .sum()
}

fn decision(hit: Uuid, verdict: Verdict) -> DecisionEvent {
    DecisionEvent {
        version: VERSION,
        id: Uuid::now_v7(),
        hit,
        node: "porta-nord".into(),
        at: Timestamp::now(),
        verdict,
        reason: (verdict == Verdict::Reject).then_some(RejectReason::Misread),
        note: None,
        position: None,
        clock_offset_ms: 0,
    }
}

#[tokio::test]
async fn decisions_are_kept_once_and_follow_their_hit() {
    let folder = tempfile::tempdir().unwrap();
    let store = NodeStore::open(folder.path()).await.unwrap();
    for n in 0..5 {
        store.record(&sample::record(n, false), true).await.unwrap();
    }
    let record = sample::record(7, true);
    let hit = record.hits[0].id;
    assert!(!store.decide(&decision(hit, Verdict::Accept), true).await.unwrap(), "no such hit");
    store.record(&record, true).await.unwrap();
    let later = decision(hit, Verdict::NotNow);
    let rejected = decision(hit, Verdict::Reject);
    for decision in [&later, &rejected, &rejected] {
        assert!(store.decide(decision, true).await.unwrap());
    }
    let shown = store.decided_hits(Timestamp::UNIX_EPOCH, 10).await.unwrap();
    assert_eq!(shown, [(record.hits[0].clone(), Some(rejected.clone()))], "the last one holds");
    // Transit, hit, and what was decided, before all others and in this order.
    let urgent = store.waiting(10).await.unwrap();
    let kinds: Vec<&str> = urgent
        .iter()
        .map(|waiting| match &waiting.event {
            Event::Transit(_) => "transit",
            Event::Hit(_) => "hit",
            Event::Decision(decision) if decision.id == later.id => "not now",
            Event::Decision(decision) if decision.id == rejected.id => "rejected",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["transit", "hit", "not now", "rejected"]);
    // Decided when the hit has long been delivered: still urgent.
    store.delivered(&urgent.iter().map(|it| it.seq).collect::<Vec<_>>()).await.unwrap();
    store.decide(&decision(hit, Verdict::Accept), true).await.unwrap();
    let next = store.waiting(1).await.unwrap();
    assert!(matches!(&next[0].event, Event::Decision(it) if it.verdict == Verdict::Accept));
}

/// Everything that waits, in the order in which it goes; nothing waits after that.
async fn deliver_all(store: &NodeStore) -> Vec<Event> {
    let mut sent = Vec::new();
    loop {
        let waiting = store.waiting(100).await.unwrap();
        if waiting.is_empty() {
            return sent;
        }
        let seqs: Vec<u64> = waiting.iter().map(|it| it.seq).collect();
        store.delivered(&seqs).await.unwrap();
        sent.extend(waiting.into_iter().map(|it| it.event));
    }
}

#[tokio::test]
async fn times_stored_under_a_wrong_clock_are_corrected_and_keep_both() {
    let folder = tempfile::tempdir().unwrap();
    let store = NodeStore::open(folder.path()).await.unwrap();
    let open = sample::record(1, true);
    let mut ended = passage(2, true);
    ended.transit.revision = 2;
    for record in [&open, &ended] {
        store.record(record, true).await.unwrap();
    }
    let decided = decision(ended.hits[0].id, Verdict::Accept);
    assert!(store.decide(&decided, true).await.unwrap());
    let typed = CheckEvent {
        version: VERSION,
        id: Uuid::now_v7(),
        node: "porta-nord".into(),
        at: Timestamp::now(),
        plate: PlateText::new("AB123CD").unwrap(),
        matches: Vec::new(),
        position: None,
        clock_offset_ms: 0,
    };
    store.put_check(&typed, true).await.unwrap();
    deliver_all(&store).await;

    let hour_ms = 3_600_000;
    let mut boot = Boot::now().unwrap();
    assert_eq!(store.correct_times(&boot, true).await.unwrap(), 0, "the clock is right");
    boot.started_ms += hour_ms;
    let other = Boot { id: "another boot".into(), ..boot.clone() };
    assert_eq!(store.correct_times(&other, true).await.unwrap(), 0, "another boot's clock");
    // The open one is still its camera's business.
    let moved = store.correct_times(&boot, true).await.unwrap();
    assert_eq!(moved, 4, "transit, hit, decision, typed plate");
    assert_eq!(store.correct_times(&boot, true).await.unwrap(), 0, "once is enough");

    let sent = deliver_all(&store).await;
    let [
        Event::Transit(transit),
        Event::Hit(hit),
        Event::Decision(of_decision),
        Event::Check(of_check),
    ] = sent.as_slice()
    else {
        panic!("{sent:?}")
    };
    assert_eq!((transit.id, transit.revision), (ended.transit.id, 3));
    let by = transit.clock_offset_ms;
    assert!(by.abs_diff(hour_ms) < 1000, "{by}");
    let original = |at: Timestamp| at - SignedDuration::from_millis(by);
    assert_eq!(original(transit.first_seen_at), ended.transit.first_seen_at);
    assert_eq!(original(transit.last_seen_at), ended.transit.last_seen_at);
    assert_eq!((hit.id, hit.clock_offset_ms), (ended.hits[0].id, by));
    assert_eq!(original(hit.captured_at), ended.hits[0].captured_at);
    // When the machine was started is known to the millisecond only: each has its own offset.
    let original = |at: Timestamp, by: i64| at - SignedDuration::from_millis(by);
    let by = of_decision.clock_offset_ms;
    assert!(by.abs_diff(hour_ms) < 1000, "{by}");
    assert_eq!((of_decision.id, original(of_decision.at, by)), (decided.id, decided.at));
    let kept = store.decisions_of(decided.hit).await.unwrap();
    assert_eq!(kept, std::slice::from_ref(of_decision));
    let by = of_check.clock_offset_ms;
    assert_eq!((of_check.id, original(of_check.at, by)), (typed.id, typed.at));
    let stored = store.last_transits(10).await.unwrap();
    assert!(stored.contains(transit) && stored.contains(&open.transit));
}

#[tokio::test]
async fn positions_that_wait_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let store = NodeStore::open(folder.path()).await.unwrap();
    let options = SqliteConnectOptions::new().filename(folder.path().join("node.db"));
    let pool = SqlitePool::connect_with(options).await.unwrap();
    // As if the unit had been without network for days.
    let event = PositionEvent {
        version: VERSION,
        id: Uuid::now_v7(),
        node: "n".into(),
        at: Timestamp::now(),
        position: GeoPosition {
            lat_deg: 45.0,
            lon_deg: 9.0,
            heading_deg: None,
            speed_kmh: None,
            accuracy_m: None,
            fixed_at: Some(Timestamp::now()),
            stale: false,
            source: PositionSource::Gps,
        },
    };
    let document = serde_json::to_string(&Event::Position(event.clone())).unwrap();
    sqlx::query(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
         INSERT INTO outbox (kind, document) SELECT 'position', $1 FROM n",
    )
    .bind(document)
    .execute(&pool)
    .await
    .unwrap();
    store.record(&sample::record(1, false), true).await.unwrap();
    store.post_position(&event).await.unwrap();
    assert_eq!(store.outbox_count().await.unwrap().waiting, 20_000 + 1, "the transit stays");
}

#[tokio::test]
async fn a_database_of_the_version_before_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let first = include_str!("../migrations/node/0001_first.sql");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let migrator = sqlx::migrate!("migrations/node");
    let before = sqlx::migrate::Migrator {
        migrations: migrator.iter().take(1).cloned().collect::<Vec<_>>().into(),
        ..sqlx::migrate::Migrator::DEFAULT
    };
    assert_eq!(before.iter().next().unwrap().sql.as_str(), first);
    before.run(&pool).await.unwrap();
    // Forty messages were sent, two wait.
    let document =
        serde_json::to_string(&Event::Transit(sample::record(1, false).transit)).unwrap();
    for seq in [41, 42] {
        sqlx::query(
            "INSERT INTO outbox (seq, kind, transit, document) VALUES ($1, 'transit', $2, $3)",
        )
        .bind(seq)
        .bind(vec![1_u8; 16])
        .bind(&document)
        .execute(&pool)
        .await
        .unwrap();
    }
    sqlx::query("DELETE FROM outbox WHERE seq = 42").execute(&pool).await.unwrap();
    pool.close().await;

    let store = NodeStore::open(folder.path()).await.unwrap();
    store.record(&sample::record(2, true), true).await.unwrap();
    let seqs: Vec<u64> = store.waiting(1).await.unwrap().iter().map(|it| it.seq).collect();
    assert_eq!(seqs, [43], "a number is never used twice");
    assert_eq!(store.outbox_count().await.unwrap().waiting, 3);
}

//! A real node: clip in, transits and hits out, on the real store.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use sqlx::SqlitePool;
use tokio_util::sync::CancellationToken;
use varco::frame::Frame;
use varco::node::{self, NodeError, Pipeline};
use varco::store::{NodeStore, sha256_hex};
use varco::video::{Location, Next, Pace, Source, SourceConfig};

/// What drives through the clip, by its own label file.
const PLATE: &str = "LR257DT";

fn clip() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clips/one-car.mp4")
}

/// A pipeline file of one camera that plays the clip frame by frame, and a list with its plate.
fn write_pipeline(folder: &Path, more: &str) -> PathBuf {
    fs::write(folder.join("stolen.csv"), format!("plate,reason\n{PLATE},furto\nAB123CD,furto\n"))
        .unwrap();
    let file = folder.join("gate.toml");
    let text = format!(
        r#"
[node]
id = "porta-nord"
name = "Porta Nord"
data = "data"

[[cameras]]
id = "in"
name = "Entrata"
site = "Porta Nord"
url = "{}"
every_frame = true
purpose = "Ricerca di veicoli rubati"
legal_basis = "Ordinanza 12/2026"
{more}

[[lists]]
id = "stolen"
kind = "stolen"
purpose = "Ricerca"
legal_basis = "art. 54 TUEL"
file = "stolen.csv"
"#,
        clip().display()
    );
    fs::write(&file, text).unwrap();
    file
}

/// How many transits of the plate have ended; asks the node's database while the node runs.
async fn ended_transits(folder: &Path) -> i64 {
    let path = folder.join("data/node.db");
    if !path.exists() {
        return 0;
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true);
    let Ok(pool) = SqlitePool::connect_with(options).await else { return 0 };
    let query = "SELECT count(*) FROM transits WHERE state = 'ended' AND plate = $1";
    let count = sqlx::query_scalar(query).bind(PLATE).fetch_one(&pool).await;
    pool.close().await;
    count.unwrap_or(0)
}

/// Runs a node until that many transits have ended.
async fn run_until_ended(file: &Path, transits: i64) {
    let folder = file.parent().unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(node::run(Pipeline::load(file).unwrap(), stop.clone()));
    let began = Instant::now();
    while ended_transits(folder).await < transits && !running.is_finished() {
        assert!(began.elapsed() < Duration::from_secs(300), "no transit ended in five minutes");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

/// The frame of the clip with that number.
fn frame_of_clip(sequence: u64) -> Frame {
    let mut config = SourceConfig::new(Location::parse(clip().to_str().unwrap()).unwrap());
    config.pace = Pace::EveryFrame;
    let mut source = Source::start(config).unwrap();
    loop {
        match source.next(Duration::from_secs(10)) {
            Next::Frame(frame) if frame.sequence == sequence => return frame,
            Next::Frame(_) => {}
            other => panic!("frame {sequence} is not in the clip: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_car_becomes_one_hit_with_the_frame_that_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_pipeline(folder.path(), "");
    run_until_ended(&file, 1).await;
    assert_eq!(ended_transits(folder.path()).await, 1);
    let store = NodeStore::open(&folder.path().join("data")).await.unwrap();
    assert_eq!(store.count().await.unwrap().1, 1);
    let since = Timestamp::now() - SignedDuration::from_secs(600);
    let hit = store.hits_since(since).await.unwrap().remove(0);
    assert_eq!(hit.entry.plate.as_str(), PLATE);
    assert_eq!((hit.place.camera.as_str(), hit.list.id.as_str()), ("in", "stolen"));
    // Byte for byte the picture of the clip's own frame.
    let frame = frame_of_clip(hit.evidence.frame_sequence);
    let jpeg = node::encode_jpeg(&frame.picture, 85).unwrap();
    assert_eq!(hit.evidence.sha256, sha256_hex(&jpeg));
    assert_eq!(store.evidence().read(&hit.evidence.sha256).unwrap(), jpeg);
    store.close().await;

    // The same car again after a restart: another passage, but no second alert so soon.
    run_until_ended(&file, 2).await;
    let store = NodeStore::open(&folder.path().join("data")).await.unwrap();
    assert_eq!(store.count().await.unwrap().1, 1);
    assert_eq!(store.outbox_count().await.unwrap().waiting, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_ride_says_where_each_hit_was() {
    let folder = tempfile::tempdir().unwrap();
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/gps/ride.nmea");
    let file = write_pipeline(folder.path(), &format!("[gps]\nlog = {log:?}"));
    run_until_ended(&file, 1).await;
    let store = NodeStore::open(&folder.path().join("data")).await.unwrap();
    let hit = store.hits_since(Timestamp::UNIX_EPOCH).await.unwrap().remove(0);
    let transit = store.last_transits(1).await.unwrap().remove(0);
    // The ride begins with the clip: some 11 m to the north each second.
    let position = hit.position.unwrap();
    let metres = (position.lat_deg - 44.4056) * 111_195.0;
    assert!((11.0..200.0).contains(&metres), "{metres} m from the start: {position:?}");
    assert_eq!((position.heading_deg, position.stale), (Some(0.0), false));
    assert!(transit.position.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_whose_legal_basis_lapsed_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_pipeline(folder.path(), "valid_to = 2020-12-31");
    let pipeline = Pipeline::load(&file).unwrap();
    let said = node::check(&pipeline).unwrap().join("\n");
    assert!(said.contains("does not run") && said.contains("lapsed on 2020-12-31"), "{said}");
    let stop = CancellationToken::new();
    let running = tokio::spawn(node::run(pipeline, stop.clone()));
    tokio::time::sleep(Duration::from_secs(3)).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let store = NodeStore::open(&folder.path().join("data")).await.unwrap();
    assert_eq!(store.count().await.unwrap(), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_do_not_share_a_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_pipeline(folder.path(), "valid_to = 2020-12-31");
    let stop = CancellationToken::new();
    let first = tokio::spawn(node::run(Pipeline::load(&file).unwrap(), stop.clone()));
    let began = Instant::now();
    while !folder.path().join("data/node.db").exists() {
        assert!(began.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let second = node::run(Pipeline::load(&file).unwrap(), stop.clone()).await;
    assert!(matches!(second, Err(NodeError::Running { .. })), "{second:?}");
    stop.cancel();
    first.await.unwrap().unwrap();
}

fn varco(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_varco")).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_command_tells_a_wrong_file_by_line_and_nearest_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_pipeline(folder.path(), "analyze_fps = 5");
    let (status, _, said) = varco(&["node", file.to_str().unwrap()]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("gate.toml:15:1: unknown field `analyze_fps`"), "{said}");
    assert!(said.contains("did you mean `analyse_fps`?"), "{said}");

    let (status, _, said) = varco(&["node", "no/such.toml"]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("no/such.toml"), "{said}");

    let file = write_pipeline(folder.path(), "");
    fs::write(
        folder.path().join("stolen.csv"),
        "targa;motivo;colore del cielo\nAB123CD;furto;blu\n",
    )
    .unwrap();
    let (status, _, said) = varco(&["node", "check", file.to_str().unwrap()]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("list stolen") && said.contains("stolen.csv"), "{said}");
}

#[test]
fn the_command_shows_the_key_and_stops_in_good_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = write_pipeline(folder.path(), "");
    let name = file.to_str().unwrap();
    let (status, key, said) = varco(&["node", "key", name]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(key.trim().len(), 64);
    assert_eq!(varco(&["node", "key", name]).1, key);

    let child = Command::new(env!("CARGO_BIN_EXE_varco"))
        .args(["node", name])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while !folder.path().join("data/node.db").exists() {
        assert!(began.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_secs(1));
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    // SAFETY: the process is our own child and has not been waited for.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGTERM) }, 0);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains(key.trim()) && said.contains("works alone"), "{said}");
}

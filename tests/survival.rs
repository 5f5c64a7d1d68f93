//! Camera, node and centre as processes of their own, each killed in turn with SIGKILL:
//! every transit and hit arrives, and arrives once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "parts/port.rs"]
mod port;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use port::free_port;
use sqlx::SqlitePool;

/// What drives through the clip, again and again.
const PLATE: &str = "LR257DT";

/// A running `varco`, killed at the end of the test whatever happens.
struct Process(Child);

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_varco"))
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// SIGKILL: no chance to tidy up.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn output(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_varco")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The settings of all three, and the ports that they keep over restarts.
struct Town {
    folder: tempfile::TempDir,
    camera_port: u16,
}

impl Town {
    fn new() -> Self {
        let town = Self { folder: tempfile::tempdir().unwrap(), camera_port: free_port() };
        let link_port = free_port();
        // First without the other side's key: the keys are made now.
        town.write_centre(link_port, None);
        let centre_key = output(&["centre", "key", "--config", &town.path("centre.toml")]);
        town.write_node(link_port, &centre_key);
        let node_key = output(&["node", "key", &town.path("gate.toml")]);
        town.write_centre(link_port, Some(&node_key));
        town
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn write_centre(&self, link_port: u16, node_key: Option<&str>) {
        let http_port = free_port();
        let mut text = format!(
            "data = {:?}\n[http]\nlisten = \"127.0.0.1:{http_port}\"\n\
             [link]\nlisten = \"127.0.0.1:{link_port}\"\n",
            self.path("centre")
        );
        if let Some(key) = node_key {
            text += &format!("[[nodes]]\nid = \"gate\"\nname = \"Gate\"\nkey = \"{key}\"\n");
        }
        fs::write(self.path("centre.toml"), text).unwrap();
    }

    fn write_node(&self, link_port: u16, centre_key: &str) {
        fs::write(self.path("stolen.csv"), format!("plate,reason\n{PLATE},furto\n")).unwrap();
        let text = format!(
            r#"
[node]
id = "gate"
name = "Gate"
data = "node"

[centre]
url = "https://127.0.0.1:{link_port}"
key = "{centre_key}"
heartbeat_s = 0.5

[[cameras]]
id = "in"
name = "Entrata"
site = "Gate"
url = "rtsp://127.0.0.1:{}/stream"
transport = "tcp"
purpose = "Ricerca di veicoli rubati"
legal_basis = "Ordinanza 12/2026"

[[lists]]
id = "stolen"
kind = "stolen"
purpose = "Ricerca"
legal_basis = "art. 54 TUEL"
file = "stolen.csv"
"#,
            self.camera_port
        );
        fs::write(self.path("gate.toml"), text).unwrap();
    }

    fn camera(&self) -> Process {
        let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clips/one-car.mp4");
        let port = self.camera_port.to_string();
        Process::start(&["rtsp-serve", clip.to_str().unwrap(), "--port", &port])
    }

    fn node(&self) -> Process {
        Process::start(&["node", &self.path("gate.toml")])
    }

    fn centre(&self) -> Process {
        Process::start(&["centre", &self.path("centre.toml")])
    }

    /// What one side has: transits with their revision, and hits with their listed plate.
    async fn kept(&self, database: &str) -> Kept {
        Kept::read(self.folder.path().join(database)).await.unwrap_or_default()
    }

    async fn until(&self, what: &str, holds: impl Fn(&Kept, &Kept) -> bool) {
        let began = Instant::now();
        loop {
            let (node, centre) =
                (self.kept("node/node.db").await, self.kept("centre/centre.db").await);
            if holds(&node, &centre) {
                return;
            }
            assert!(
                began.elapsed() < Duration::from_secs(90),
                "in 90 s it was never so that {what}: node {node:?}, centre {centre:?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[derive(Debug, Default, PartialEq)]
struct Kept {
    transits: BTreeMap<Vec<u8>, i64>,
    hits: BTreeMap<Vec<u8>, String>,
}

impl Kept {
    async fn read(path: PathBuf) -> Result<Self, sqlx::Error> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .busy_timeout(Duration::from_secs(5));
        let pool = SqlitePool::connect_with(options).await?;
        let transits: Vec<(Vec<u8>, i64)> =
            sqlx::query_as("SELECT id, revision FROM transits").fetch_all(&pool).await?;
        let hits: Vec<(Vec<u8>, String)> =
            sqlx::query_as("SELECT id, listed_plate FROM hits").fetch_all(&pool).await?;
        pool.close().await;
        Ok(Self { transits: transits.into_iter().collect(), hits: hits.into_iter().collect() })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_every_transit_and_hit_arrives_once() {
    let town = Town::new();
    let mut centre = town.centre();
    let mut camera = town.camera();
    let mut node = town.node();
    town.until("the first hit is at the centre", |_, centre| centre.hits.len() == 1).await;

    // The node, while the car passes again and again.
    node.kill();
    let killed = town.kept("node/node.db").await;
    node = town.node();
    town.until("the node has reported since", |node, _| node.transits != killed.transits).await;

    // The centre, and the node with it: what was reported meanwhile waits on its disk.
    centre.kill();
    node.kill();
    let before = town.kept("node/node.db").await;
    node = town.node();
    tokio::time::sleep(Duration::from_secs(2)).await;
    centre = town.centre();

    // The stream: the camera comes back a second later.
    camera.kill();
    tokio::time::sleep(Duration::from_secs(1)).await;
    camera = town.camera();
    tokio::time::sleep(Duration::from_secs(4)).await;

    // At rest: the stream is over, everything in view is ended and delivered.
    camera.kill();
    town.until("both sides have the same", |node, centre| {
        node == centre && node.transits.len() >= before.transits.len()
    })
    .await;
    node.kill();
    centre.kill();
    let (at_node, at_centre) =
        (town.kept("node/node.db").await, town.kept("centre/centre.db").await);
    assert_eq!(at_node, at_centre);
    // One wanted car, one alert: restarts repeat nothing within the cooldown.
    assert_eq!(at_centre.hits.values().map(String::as_str).collect::<Vec<_>>(), [PLATE]);
    for id in before.transits.keys() {
        assert!(at_centre.transits.contains_key(id), "a transit of before the kills is gone");
    }
}

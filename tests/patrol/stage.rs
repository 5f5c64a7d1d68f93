//! A patrol car and its town: a camera (RTSP server), a centre, a unit with its screen.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{FromRow, SqlitePool};
use varco::event::{DecisionEvent, HitEvent, TransitEvent};

use crate::parts::{Ground, Process, free_port, wait_for};

pub(crate) struct Stage {
    ground: Ground,
    camera_port: u16,
    http_port: u16,
    /// Where the centre listens.
    pub(crate) link_port: u16,
    /// Where the unit thinks that it does: the network lies between.
    pub(crate) road_port: u16,
    pub(crate) screen_port: u16,
    pub(crate) gps_port: u16,
}

impl Stage {
    /// A centre that has admitted a unit with a list. `settings`: more of the camera's.
    pub(crate) fn new(list: &str, camera: &str, matching: &str) -> Self {
        let stage = Self {
            ground: Ground::new(),
            camera_port: free_port(),
            http_port: free_port(),
            link_port: free_port(),
            road_port: free_port(),
            screen_port: free_port(),
            gps_port: free_port(),
        };
        let centre = format!(
            "data = \"centre\"\n[http]\nlisten = \"127.0.0.1:{}\"\n\
             [link]\nlisten = \"127.0.0.1:{}\"\n",
            stage.http_port, stage.link_port
        );
        fs::write(stage.path("centre.toml"), centre).unwrap();
        fs::write(stage.path("stolen.csv"), list).unwrap();
        let key = stage.ground.ask(&["centre", "key", "--config", "centre.toml"]);
        let Self { camera_port, road_port, screen_port, gps_port, .. } = stage;
        let pipeline = format!(
            r#"
[node]
id = "pattuglia-3"
name = "Pattuglia 3"
data = "node"
[centre]
url = "https://127.0.0.1:{road_port}"
key = "{key}"
heartbeat_s = 0.5
[gps]
gpsd = "127.0.0.1:{gps_port}"
send_every_s = 2
[screen]
listen = "127.0.0.1:{screen_port}"
[[cameras]]
id = "front"
name = "Davanti"
site = "Pattuglia 3"
url = "rtsp://127.0.0.1:{camera_port}/stream"
transport = "tcp"
purpose = "Test"
legal_basis = "Test"
{camera}
[[lists]]
id = "stolen"
name = "Rubate"
kind = "stolen"
purpose = "Test"
legal_basis = "Test"
on_hit = "Fermare il veicolo in sicurezza, verificare in banca dati"
file = "stolen.csv"
[matching]
{matching}
"#
        );
        fs::write(stage.path("patrol.toml"), pipeline).unwrap();
        let node_key = stage.ground.ask(&["node", "key", "patrol.toml"]);
        let admit = ["centre", "admit", "--config", "centre.toml", "--id", "pattuglia-3"];
        stage.ground.ask(&[&admit[..], &["--name", "Pattuglia 3", &node_key]].concat());
        stage
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.ground.path(name)
    }

    /// A camera whose stream goes on while the unit is not there: somebody else looks, too.
    pub(crate) fn camera(&self, clip: &Path) -> (Process, Process) {
        let port = self.camera_port.to_string();
        let camera = {
            let clip = clip.to_str().unwrap();
            self.ground.start(&["rtsp-serve", clip, "--port", &port], Some("rtsp://"))
        };
        let look = format!("rtspsrc location=rtsp://127.0.0.1:{port}/stream protocols=tcp");
        let other = Command::new("gst-launch-1.0")
            .args(["-q"])
            .args(look.split_whitespace())
            .args(["!", "fakesink"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        (camera, other.into())
    }

    pub(crate) fn centre(&self) -> Process {
        self.ground.start(&["centre", "centre.toml"], Some("control room"))
    }

    /// Starts the unit and waits until its screen is served.
    pub(crate) fn unit(&self) -> Process {
        let unit = self.ground.start(&["node", "patrol.toml"], None);
        wait_for("the in-car screen", Duration::from_secs(60), || reachable(self.screen_port));
        unit
    }

    pub(crate) fn log(&self, name: &str) -> String {
        self.ground.log(name)
    }

    pub(crate) fn at_unit(&self) -> Kept {
        kept(&self.path("node/node.db"), false)
    }

    pub(crate) fn at_centre(&self) -> Kept {
        kept(&self.path("centre/centre.db"), true)
    }
}

fn reachable(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// What one side keeps, in the order of the messages' identifiers.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) transits: Vec<TransitEvent>,
    pub(crate) hits: Vec<HitEvent>,
    pub(crate) decisions: Vec<DecisionEvent>,
    /// At the centre: hit (hexadecimal), state, outcome.
    pub(crate) states: Vec<(String, String, Option<String>)>,
    /// At the centre: hit (hexadecimal), account, action, unit.
    pub(crate) actions: Vec<Action>,
    /// Plates that were typed.
    pub(crate) checks: Vec<String>,
    /// At the centre: points of the unit's way.
    pub(crate) points: i64,
    /// At the unit: messages that wait.
    pub(crate) waiting: i64,
}

#[derive(Debug, Clone, PartialEq, FromRow)]
pub(crate) struct Action {
    pub(crate) hit: String,
    pub(crate) account: String,
    pub(crate) action: String,
    pub(crate) unit: Option<String>,
}

/// Reads a database while its owner runs; one that is just being made reads as empty.
fn kept(file: &Path, centre: bool) -> Kept {
    if !file.exists() {
        return Kept::default();
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(read(file, centre)).unwrap_or_default()
}

async fn read(file: &Path, centre: bool) -> sqlx::Result<Kept> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(Duration::from_secs(5));
    let pool = SqlitePool::connect_with(options).await?;
    let (transits, hits, decisions) = (
        documents(&pool, "SELECT document FROM transits ORDER BY id").await?,
        documents(&pool, "SELECT document FROM hits ORDER BY id").await?,
        documents(&pool, "SELECT document FROM decisions ORDER BY id").await?,
    );
    let mut kept = Kept { transits, hits, decisions, ..Kept::default() };
    if centre {
        kept.states = sqlx::query_as("SELECT hex(id), state, outcome FROM hits ORDER BY id")
            .fetch_all(&pool)
            .await?;
        kept.actions = sqlx::query_as(
            "SELECT hex(hit) AS hit, account, action, unit FROM hit_actions ORDER BY id",
        )
        .fetch_all(&pool)
        .await?;
        kept.checks = sqlx::query_scalar("SELECT plate FROM unit_checks ORDER BY id")
            .fetch_all(&pool)
            .await?;
        kept.points =
            sqlx::query_scalar("SELECT count(*) FROM unit_positions").fetch_one(&pool).await?;
    } else {
        kept.checks =
            sqlx::query_scalar("SELECT plate FROM checks ORDER BY id").fetch_all(&pool).await?;
        kept.waiting = sqlx::query_scalar("SELECT count(*) FROM outbox WHERE kind <> 'position'")
            .fetch_one(&pool)
            .await?;
    }
    pool.close().await;
    Ok(kept)
}

async fn documents<T: serde::de::DeserializeOwned>(
    pool: &SqlitePool,
    query: &'static str,
) -> sqlx::Result<Vec<T>> {
    let documents: Vec<String> = sqlx::query_scalar(query).fetch_all(pool).await?;
    Ok(documents.iter().map(|text| serde_json::from_str(text).unwrap()).collect())
}

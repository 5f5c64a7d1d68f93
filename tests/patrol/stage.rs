//! The real processes: a camera (RTSP server), a centre, a unit with its screen.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{FromRow, SqlitePool};
use tempfile::TempDir;
use varco::event::{DecisionEvent, HitEvent, TransitEvent};

/// The processes take both cores: one stage at a time.
static ONE_STAGE: Mutex<()> = Mutex::new(());

pub(crate) const VARCO: &str = env!("CARGO_BIN_EXE_varco");

/// A process that is killed with the test.
pub(crate) struct Process(Child);

impl Process {
    /// SIGKILL: the process gets no chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) struct Stage {
    folder: TempDir,
    camera_port: u16,
    http_port: u16,
    /// Where the centre listens.
    pub(crate) link_port: u16,
    /// Where the unit thinks that it does: the network lies between.
    pub(crate) road_port: u16,
    pub(crate) screen_port: u16,
    pub(crate) gps_port: u16,
    _alone: MutexGuard<'static, ()>,
}

impl Stage {
    /// A centre that has admitted a unit with a list. `settings`: more of the camera's.
    pub(crate) fn new(list: &str, camera: &str, matching: &str) -> Self {
        let alone = ONE_STAGE.lock().unwrap_or_else(PoisonError::into_inner);
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
            camera_port: free_port(),
            http_port: free_port(),
            link_port: free_port(),
            road_port: free_port(),
            screen_port: free_port(),
            gps_port: free_port(),
            _alone: alone,
        };
        let centre = format!(
            "data = \"centre\"\n[http]\nlisten = \"127.0.0.1:{}\"\n\
             [link]\nlisten = \"127.0.0.1:{}\"\n",
            stage.http_port, stage.link_port
        );
        fs::write(stage.path("centre.toml"), centre).unwrap();
        fs::write(stage.path("stolen.csv"), list).unwrap();
        let key = stage.ask(&["centre", "key", "--config", "centre.toml"]);
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
        let node_key = stage.ask(&["node", "key", "patrol.toml"]);
        let admit = ["centre", "admit", "--config", "centre.toml", "--id", "pattuglia-3"];
        stage.ask(&[&admit[..], &["--name", "Pattuglia 3", &node_key]].concat());
        stage
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ask(&self, arguments: &[&str]) -> String {
        let output =
            Command::new(VARCO).args(arguments).current_dir(self.folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "varco {arguments:?} failed: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A camera whose stream goes on while the unit is not there: somebody else looks, too.
    pub(crate) fn camera(&self, clip: &Path) -> (Process, Process) {
        let port = self.camera_port.to_string();
        let camera = self.start(&["rtsp-serve", clip.to_str().unwrap(), "--port", &port]);
        wait_for("the camera", Duration::from_secs(20), || reachable(self.camera_port));
        let look = format!("rtspsrc location=rtsp://127.0.0.1:{port}/stream protocols=tcp");
        let other = Command::new("gst-launch-1.0")
            .args(["-q"])
            .args(look.split_whitespace())
            .args(["!", "fakesink"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        (camera, Process(other))
    }

    pub(crate) fn centre(&self) -> Process {
        let centre = self.start(&["centre", "centre.toml"]);
        wait_for("the centre", Duration::from_secs(20), || reachable(self.link_port));
        centre
    }

    /// Starts the unit and waits until its screen is served.
    pub(crate) fn unit(&self) -> Process {
        let unit = self.start(&["node", "patrol.toml"]);
        wait_for("the in-car screen", Duration::from_secs(60), || reachable(self.screen_port));
        unit
    }

    fn start(&self, arguments: &[&str]) -> Process {
        let log = self.path(&format!("{}.log", arguments[0]));
        let log = fs::File::options().create(true).append(true).open(log).unwrap();
        let mut child = Command::new(VARCO)
            .args(arguments)
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        // Nobody reads it; a full pipe must not hold the process up.
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Process(child)
    }

    pub(crate) fn log(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default()
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

/// Waits for something to become true; says what was waited for when it does not.
pub(crate) fn wait_for(what: &str, patience: Duration, mut ready: impl FnMut() -> bool) {
    let started = Instant::now();
    while !ready() {
        assert!(started.elapsed() < patience, "waited {patience:?} in vain for {what}");
        thread::sleep(Duration::from_millis(100));
    }
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

/// A fixture of the repository.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

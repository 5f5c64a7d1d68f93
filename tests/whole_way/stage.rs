//! The real processes: a camera (RTSP server), a centre, a node, a browser.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

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

/// Folder, ports and settings that outlive the processes.
pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    camera_port: u16,
    centre_port: u16,
    link_port: u16,
    _alone: MutexGuard<'static, ()>,
}

impl Stage {
    /// A town with one camera and one wanted plate; the centre has admitted the node.
    pub(crate) fn new(plate: &str, same_passage_s: f64) -> Self {
        let alone = ONE_STAGE.lock().unwrap_or_else(PoisonError::into_inner);
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
            camera_port: free_port(),
            centre_port: free_port(),
            link_port: free_port(),
            _alone: alone,
        };
        let centre = format!(
            "data = {:?}\n[http]\nlisten = \"127.0.0.1:{}\"\n[link]\nlisten = \"127.0.0.1:{}\"\n",
            stage.path("centre"),
            stage.centre_port,
            stage.link_port
        );
        fs::write(stage.path("centre.toml"), centre).unwrap();
        let key = stage.ask(&["centre", "key", "--config", "centre.toml"]);
        fs::write(
            stage.path("stolen.csv"),
            format!("plate,reason\n{plate},Reported stolen\nZZ999ZZ,Another one\n"),
        )
        .unwrap();
        let pipeline = format!(
            r#"
[node]
id = "gate"
name = "Gate server"
data = "node"
[centre]
url = "https://127.0.0.1:{}"
key = "{key}"
[[cameras]]
id = "north"
name = "North, in"
site = "North gate"
url = "rtsp://127.0.0.1:{}/stream"
transport = "tcp"
purpose = "Test"
legal_basis = "Test"
same_passage_s = {same_passage_s:?}
[[lists]]
id = "stolen"
kind = "stolen"
purpose = "Test"
legal_basis = "Test"
file = "stolen.csv"
[matching]
cooldown_s = 0
"#,
            stage.link_port, stage.camera_port
        );
        fs::write(stage.path("gate.toml"), pipeline).unwrap();
        let node_key = stage.ask(&["node", "key", "gate.toml"]);
        let admit =
            ["centre", "admit", "--config", "centre.toml", "--id", "gate", "--name", "Gate"];
        stage.ask(&[&admit[..], &[node_key.as_str()]].concat());
        stage
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command to its end and returns what it prints.
    pub(crate) fn ask(&self, arguments: &[&str]) -> String {
        let output =
            Command::new(VARCO).args(arguments).current_dir(self.folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "varco {arguments:?} failed: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) fn camera(&self, clip: &Path) -> Process {
        let port = self.camera_port.to_string();
        let clip = clip.to_str().unwrap();
        self.start(&["rtsp-serve", clip, "--port", &port], "rtsp://")
    }

    pub(crate) fn centre(&self) -> Process {
        self.start(&["centre", "centre.toml"], "control room")
    }

    pub(crate) fn node(&self) -> Process {
        let log =
            fs::File::options().create(true).append(true).open(self.path("node.log")).unwrap();
        let child = Command::new(VARCO)
            .args(["node", "gate.toml"])
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Process(child)
    }

    /// A one-time sign-in address of the running centre.
    pub(crate) fn sign_in_link(&self) -> String {
        self.ask(&["centre", "sign-in-link", "--config", "centre.toml"])
    }

    pub(crate) fn centre_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.centre_port)
    }

    /// Starts a process and waits until it prints a line with the given beginning.
    fn start(&self, arguments: &[&str], ready: &str) -> Process {
        let log = self.path(&format!("{}.log", arguments[0]));
        let log = fs::File::options().create(true).append(true).open(log).unwrap();
        let mut child = Command::new(VARCO)
            .args(arguments)
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let process = Process(child);
        let found = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with(ready));
        assert!(found, "varco {arguments:?} ended early: {}", self.log(arguments[0]));
        // Nobody reads the rest; a full pipe must not hold the process up.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        process
    }

    pub(crate) fn log(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default()
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits for something to become true; says what was waited for when it does not.
pub(crate) fn wait_for(what: &str, patience: Duration, mut ready: impl FnMut() -> bool) {
    let started = Instant::now();
    while !ready() {
        assert!(started.elapsed() < patience, "waited {patience:?} in vain for {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

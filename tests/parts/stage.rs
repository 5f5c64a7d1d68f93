//! Processes of the product in a folder of their own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The processes take both cores: one stage at a time.
static ONE_STAGE: Mutex<()> = Mutex::new(());

const VARCO: &str = env!("CARGO_BIN_EXE_varco");

/// A process that is killed with the test.
pub(crate) struct Process(Child);

impl Process {
    /// SIGKILL: the process gets no chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl From<Child> for Process {
    fn from(child: Child) -> Self {
        Self(child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The folder in which processes run; only one test at a time has one.
pub(crate) struct Ground {
    folder: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let alone = ONE_STAGE.lock().unwrap_or_else(PoisonError::into_inner);
        Self { folder: tempfile::tempdir().unwrap(), _alone: alone }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command of the product to its end and returns what it prints.
    pub(crate) fn ask(&self, arguments: &[&str]) -> String {
        let output =
            Command::new(VARCO).args(arguments).current_dir(self.folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "varco {arguments:?} failed: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Starts a process; where a beginning is given, waits until it prints such a line.
    pub(crate) fn start(&self, arguments: &[&str], ready: Option<&str>) -> Process {
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
        if let Some(ready) = ready {
            let found = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with(ready));
            assert!(found, "varco {arguments:?} ended early: {}", self.log(arguments[0]));
        }
        // Nobody reads the rest; a full pipe must not hold the process up.
        thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        process
    }

    /// What the processes of a command wrote to their log.
    pub(crate) fn log(&self, command: &str) -> String {
        fs::read_to_string(self.path(&format!("{command}.log"))).unwrap_or_default()
    }
}

/// Waits for something to become true; says what was waited for when it does not.
pub(crate) fn wait_for(what: &str, patience: Duration, mut ready: impl FnMut() -> bool) {
    let started = Instant::now();
    while !ready() {
        assert!(started.elapsed() < patience, "waited {patience:?} in vain for {what}");
        thread::sleep(Duration::from_millis(100));
    }
}

/// A fixture of the repository.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

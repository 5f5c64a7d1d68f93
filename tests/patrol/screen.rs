//! An officer at the in-car screen: headless Chromium, driven by `web/e2e/incar.mjs`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde::Deserialize;

/// A hit as it filled the screen.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Seen {
    pub(crate) listed: String,
    pub(crate) exact: bool,
    /// From the moment of its decision to the hit on the screen.
    pub(crate) decided_to_shown_ms: f64,
    /// … with its picture.
    pub(crate) evidence_ms: f64,
    /// From the capture of the frame that was read.
    pub(crate) frame_to_shown_ms: f64,
    /// From the touch to the decision stored.
    pub(crate) stored_ms: f64,
    pub(crate) small_targets: Vec<String>,
    pub(crate) console_errors: Vec<String>,
}

/// A plate that was typed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Typed {
    pub(crate) typed: String,
    pub(crate) matches: u32,
    pub(crate) small_targets: Vec<String>,
}

pub(crate) struct Officer {
    child: Child,
    errors: BufReader<ChildStderr>,
}

impl Drop for Officer {
    fn drop(&mut self) {
        // The script ends its browser when it is asked to; a killed one could not.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Officer {
    /// Opens the screen, and returns once it is live.
    pub(crate) fn sits_down(port: u16, arguments: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/web/e2e/incar.mjs");
        let mut command = Command::new("node");
        command.arg(script).args(["--url", &format!("http://127.0.0.1:{port}")]).args(arguments);
        // For a person who wants to see what the test sees.
        if let Some(folder) = std::env::var_os("VARCO_SCREENSHOTS") {
            command.arg("--screenshots").arg(folder);
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Node.js runs the browser: scripts/setup.sh --test installs it");
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.ends_with("ready\n") {
            let read = errors.read_line(&mut said).unwrap();
            assert!(read > 0, "the screen did not get ready: {said}");
        }
        Self { child, errors }
    }

    /// What the officer saw and typed, once all is done.
    pub(crate) fn saw(mut self) -> Result<(Vec<Seen>, Vec<Typed>), String> {
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let status = self.child.wait().unwrap();
        if !status.success() {
            let mut said = String::new();
            self.errors.read_to_string(&mut said).unwrap();
            return Err(format!("the officer saw too little ({status}): {said}\n{out}"));
        }
        let (typed, seen): (Vec<&str>, Vec<&str>) =
            out.lines().partition(|line| line.starts_with("{\"typed\""));
        Ok((
            seen.iter().map(|line| serde_json::from_str(line).unwrap()).collect(),
            typed.iter().map(|line| serde_json::from_str(line).unwrap()).collect(),
        ))
    }
}

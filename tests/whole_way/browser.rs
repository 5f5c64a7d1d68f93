//! A person at the control room: headless Chromium, driven by `web/e2e/hit.mjs`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::stage::Stage;

/// A hit as the page showed it.
#[derive(Debug, Deserialize)]
pub(crate) struct Seen {
    pub(crate) exact: bool,
    /// From the capture of the frame that was read to the hit on the page.
    pub(crate) latency_ms: f64,
    pub(crate) evidence_sha256: String,
    pub(crate) acknowledged_ms: Option<f64>,
    pub(crate) console_errors: Vec<String>,
}

pub(crate) struct Browser {
    child: Child,
    errors: BufReader<std::process::ChildStderr>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The script ends its browser when it is asked to; a killed one could not.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// Opens the control room and returns once the page is live.
pub(crate) fn wait_for_hits(
    stage: &Stage,
    plate: &str,
    count: usize,
    acknowledge: bool,
) -> Browser {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/web/e2e/hit.mjs");
    let mut command = Command::new("node");
    if acknowledge {
        command.arg(script).arg("--acknowledge");
    } else {
        command.arg(script);
    }
    let mut child = command
        .args(["--url", &stage.centre_url(), "--link", &stage.sign_in_link(), "--plate", plate])
        .args(["--json", "--timeout", "180", "--count", &count.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Node.js runs the browser: scripts/setup.sh --test installs it");
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.ends_with("ready\n") {
        let read = errors.read_line(&mut said).unwrap();
        assert!(read > 0, "the browser did not get ready: {said}");
    }
    Browser { child, errors }
}

impl Browser {
    /// What the page showed, in the order in which it showed it.
    pub(crate) fn seen(mut self) -> Result<Vec<Seen>, String> {
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let status = self.child.wait().unwrap();
        if !status.success() {
            let mut said = String::new();
            self.errors.read_to_string(&mut said).unwrap();
            return Err(format!("the browser saw too little ({status}): {said}\n{out}"));
        }
        out.lines()
            .map(|line| serde_json::from_str(line).map_err(|e| format!("{e}: {line}")))
            .collect()
    }
}

//! A person at the control room: headless Chromium, driven by `web/e2e/hit.mjs`.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::stage::Stage;

/// A hit as the page showed it.
#[derive(Debug, Deserialize)]
pub struct Seen {
    pub exact: bool,
    /// From the capture of the frame that was read to the hit on the page.
    pub latency_ms: f64,
    pub evidence_sha256: String,
    pub acknowledged_ms: Option<f64>,
    pub console_errors: Vec<String>,
}

pub struct Browser {
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
pub fn wait_for_hits(stage: &Stage, plate: &str, count: usize) -> Browser {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/web/e2e/hit.mjs");
    let mut child = Command::new("node")
        .arg(script)
        .args(["--url", &stage.centre_url(), "--link", &stage.sign_in_link(), "--plate", plate])
        .args(["--acknowledge", "--json", "--timeout", "120", "--count", &count.to_string()])
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
    pub fn seen(mut self) -> Result<Vec<Seen>, String> {
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

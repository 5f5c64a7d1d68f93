//! A person at a browser: headless Chromium, driven by a script of `web/e2e`.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

/// A script that runs.
pub(crate) struct Script {
    child: Child,
    errors: BufReader<ChildStderr>,
}

impl Drop for Script {
    fn drop(&mut self) {
        // The script ends its browser when it is asked to; a killed one could not.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Script {
    /// Starts a script and returns once its page is live.
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/e2e").join(name);
        let mut child = Command::new("node")
            .arg(script)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Node.js runs the browser: scripts/setup.sh --test installs it");
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.ends_with("ready\n") {
            let read = errors.read_line(&mut said).unwrap();
            assert!(read > 0, "{name} did not get ready: {said}");
        }
        Self { child, errors }
    }

    /// What it printed until it was done; else what it complained of.
    pub(crate) fn printed(mut self) -> Result<String, String> {
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let status = self.child.wait().unwrap();
        if status.success() {
            return Ok(out);
        }
        let mut said = String::new();
        self.errors.read_to_string(&mut said).unwrap();
        Err(format!("the page showed too little ({status}): {said}\n{out}"))
    }
}

//! A person at the control room: headless Chromium, driven by `web/e2e/hit.mjs`.

use serde::Deserialize;

use super::stage::Stage;
use crate::parts::Script;

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

pub(crate) struct Browser(Script);

/// Opens the control room and returns once the page is live.
pub(crate) fn wait_for_hits(
    stage: &Stage,
    plate: &str,
    count: usize,
    acknowledge: bool,
) -> Browser {
    let (url, link, count) = (stage.centre_url(), stage.sign_in_link(), count.to_string());
    let mut arguments = vec!["--url", &url, "--link", &link, "--plate", plate];
    arguments.extend(["--json", "--timeout", "180", "--count", &count]);
    if acknowledge {
        arguments.push("--acknowledge");
    }
    Browser(Script::start("hit.mjs", &arguments))
}

impl Browser {
    /// What the page showed, in the order in which it showed it.
    pub(crate) fn seen(self) -> Result<Vec<Seen>, String> {
        let lines = self.0.printed()?;
        lines
            .lines()
            .map(|line| serde_json::from_str(line).map_err(|e| format!("{e}: {line}")))
            .collect()
    }
}

//! An officer at the in-car screen: headless Chromium, driven by `web/e2e/incar.mjs`.

use serde::Deserialize;

use crate::parts::Script;

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

pub(crate) struct Officer(Script);

impl Officer {
    /// Opens the screen, and returns once it is live.
    pub(crate) fn sits_down(port: u16, arguments: &[&str]) -> Self {
        let url = format!("http://127.0.0.1:{port}");
        // For a person who wants to see what the test sees.
        let folder = std::env::var("VARCO_SCREENSHOTS").ok();
        let mut all = vec!["--url", &url];
        all.extend(arguments);
        all.extend(folder.iter().flat_map(|folder| ["--screenshots", folder]));
        Self(Script::start("incar.mjs", &all))
    }

    /// What the officer saw and typed, once all is done.
    pub(crate) fn saw(self) -> Result<(Vec<Seen>, Vec<Typed>), String> {
        let out = self.0.printed()?;
        let (typed, seen): (Vec<&str>, Vec<&str>) =
            out.lines().partition(|line| line.starts_with("{\"typed\""));
        Ok((
            seen.iter().map(|line| serde_json::from_str(line).unwrap()).collect(),
            typed.iter().map(|line| serde_json::from_str(line).unwrap()).collect(),
        ))
    }
}

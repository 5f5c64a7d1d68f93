//! What a probe found, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cli::failure::Failure;
use crate::frame::Frame;
use crate::siting::{Finding, Grade, Siting};
use crate::video::{Fault, SourceHealth};

/// What a probe found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    source: String,
    width_px: u32,
    height_px: u32,
    /// Frames a second, by the stream's own times.
    fps: f64,
    codec: Option<String>,
    /// Seconds of the stream that were watched.
    watched_s: f64,
    /// Pictures with damage in them.
    decode_errors: u64,
    /// What is wrong with the picture as a whole.
    faults: Vec<&'static str>,
    /// Frames that were looked at, and places in them that look like a plate.
    looks: u64,
    found: u64,
    /// Passages of vehicles whose plate was found.
    passages: usize,
    /// Aspect by aspect.
    findings: Vec<Said>,
    /// The worst of all; `None` when it cannot be judged.
    verdict: Option<Grade>,
    /// Why no plate camera can be judged by this.
    not_judged: Option<&'static str>,
    #[serde(skip)]
    frames: u64,
    #[serde(skip)]
    first_s: Option<f64>,
    #[serde(skip)]
    error: Option<String>,
}

/// A finding with its advice in words.
#[derive(Debug, Serialize)]
struct Said {
    #[serde(flatten)]
    finding: Finding,
    unit: &'static str,
    what_to_do: Option<&'static str>,
}

impl Report {
    pub(super) fn new(source: String) -> Self {
        Self {
            source,
            width_px: 0,
            height_px: 0,
            fps: 0.0,
            codec: None,
            watched_s: 0.0,
            decode_errors: 0,
            faults: Vec::new(),
            looks: 0,
            found: 0,
            passages: 0,
            findings: Vec::new(),
            verdict: None,
            not_judged: None,
            frames: 0,
            first_s: None,
            error: None,
        }
    }

    /// A frame came.
    pub(super) fn came(&mut self, frame: &Frame) {
        let at_s = frame.stream_time.as_secs_f64();
        let first_s = *self.first_s.get_or_insert(at_s);
        self.watched_s = at_s - first_s;
        if self.watched_s > 0.0 {
            self.fps = self.frames as f64 / self.watched_s;
        }
        self.frames += 1;
        (self.width_px, self.height_px) = (frame.picture.width_px(), frame.picture.height_px());
    }

    /// It was looked at, and so many plates were found.
    pub(super) fn looked(&mut self, found: usize) {
        self.looks += 1;
        self.found += found as u64;
    }

    /// How the source was at the end.
    pub(super) fn health(&mut self, health: SourceHealth) {
        self.codec = health.codec;
        self.decode_errors = health.decode_errors;
        self.error = health.error;
        self.faults = health
            .faults
            .iter()
            .map(|fault| match fault {
                Fault::Dark => "almost nothing is lit",
                Fault::Blurred => "no edge is sharp",
                Fault::Frozen => "the same picture again and again",
            })
            .collect();
    }

    pub(super) fn judge(&mut self, siting: &Siting) {
        self.passages = siting.passages();
        let findings = siting.findings();
        self.verdict = findings.iter().map(|finding| finding.grade).min();
        self.findings = findings
            .into_iter()
            .map(|finding| Said {
                finding,
                unit: finding.aspect.unit(),
                what_to_do: finding.advice.map(crate::siting::Advice::text),
            })
            .collect();
        self.not_judged = match (self.verdict, self.frames, self.found) {
            (Some(_), ..) => None,
            (None, 0, _) => Some("no frame came"),
            (None, _, 0) => Some(
                "no plate was found: did vehicles pass? If so, their plates are too small (60 pixels \
                 of the picture's width at least), too blurred or too dark to be found",
            ),
            (None, ..) => Some("fewer than three vehicles passed: watch longer"),
        };
    }

    /// Whether plates can be read with this view.
    pub(super) fn is_good_enough(&self) -> bool {
        self.verdict.is_some_and(|verdict| verdict >= Grade::Weak)
    }

    pub(super) fn json(&self) -> Result<String, Failure> {
        serde_json::to_string(self)
            .map_err(|error| Failure::failed(format!("cannot write the report: {error}")))
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |it: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{it}");
        };
        let codec = self.codec.as_deref().unwrap_or("pictures");
        line(self.source.clone());
        line(format!(
            "{}x{}, {:.1} frames a second, {codec}; watched for {:.0} s, passages: {}",
            self.width_px, self.height_px, self.fps, self.watched_s, self.passages
        ));
        if let Some(error) = &self.error {
            line(format!("the camera says: {error}"));
        }
        if self.decode_errors > 0 {
            line(format!(
                "{} damaged pictures: packets are lost on the way, use TCP or mend the network",
                self.decode_errors
            ));
        }
        for fault in &self.faults {
            line(format!("the picture as a whole: {fault}"));
        }
        for Said { finding, unit, what_to_do } in &self.findings {
            let bound = if finding.aspect.rises() { "at least" } else { "at most" };
            line(format!(
                "{:<4}  {:<20} {:>6.1} {unit}, good: {bound} {:.0}",
                finding.grade, finding.aspect, finding.value, finding.wanted
            ));
            if let Some(what_to_do) = what_to_do {
                line(format!("      → {what_to_do}"));
            }
        }
        line(match (self.verdict, self.not_judged) {
            (Some(Grade::Good), _) => "The view is good.".to_owned(),
            (Some(Grade::Weak), _) => "The view works, and could be better.".to_owned(),
            (Some(Grade::Bad), _) => "With this view plates are lost.".to_owned(),
            (None, why) => format!("Not judged: {}.", why.unwrap_or("too little was seen")),
        });
        text.trim_end().to_owned()
    }
}

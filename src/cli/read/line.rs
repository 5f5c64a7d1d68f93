//! The results of `varco read`, as JSON and as text.

use std::fmt::Write as _;

use serde::Serialize;

use crate::frame::{Quad, Rect};
use crate::plate::{Alternative, Country, PlateText, grammar};
use crate::tracking::{Direction, Transit};
use crate::vision::{Sighting, VehicleDetection, VehicleKind};

/// A plate has at least so many characters.
const MIN_CHARACTERS: usize = 3;
/// Texts that the reader gives less than this are not text.
const MIN_CONFIDENCE: f32 = 0.03;
/// Texts named beside the best one.
const ALTERNATIVES: usize = 3;
/// Texts less probable than this are not named.
const MIN_ALTERNATIVE: f32 = 0.01;

/// What was read of one picture.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct PictureLine {
    pub(in crate::cli) source: String,
    pub(in crate::cli) width: u32,
    pub(in crate::cli) height: u32,
    pub(in crate::cli) plates: Vec<PlateLine>,
    /// Vehicles, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) vehicles: Option<Vec<VehicleLine>>,
    pub(in crate::cli) elapsed_ms: f64,
}

/// One plate of a picture.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct PlateLine {
    pub(in crate::cli) text: PlateText,
    pub(in crate::cli) confidence: f32,
    pub(in crate::cli) country: Option<Country>,
    #[serde(rename = "box")]
    pub(in crate::cli) rect: Rect,
    pub(in crate::cli) quad: Quad,
    pub(in crate::cli) rows: u8,
    pub(in crate::cli) score: f32,
    pub(in crate::cli) alternatives: Vec<Alternative>,
}

/// One vehicle of a picture.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct VehicleLine {
    kind: VehicleKind,
    score: f32,
    #[serde(rename = "box")]
    rect: Rect,
}

/// One passage of a vehicle in a video.
#[derive(Debug, Serialize)]
pub(super) struct TransitLine {
    source: String,
    transit: u64,
    pub(super) text: PlateText,
    confidence: f32,
    country: Option<Country>,
    first_s: f64,
    last_s: f64,
    read_s: f64,
    frames: u32,
    #[serde(rename = "box")]
    rect: Rect,
    quad: Quad,
    direction: Direction,
    vehicle: Option<VehicleKind>,
    alternatives: Vec<Alternative>,
}

impl PlateLine {
    /// A plate with its text once syntax had its say; `None` when it is unreadable.
    pub(in crate::cli) fn of(sighting: &Sighting) -> Option<Self> {
        let mut ranked =
            grammar::rank(&sighting.reading, ALTERNATIVES + 1, MIN_ALTERNATIVE).into_iter();
        let best = ranked.next()?;
        Some(Self {
            country: grammar::country(&best.text, sighting.reading.country),
            text: best.text,
            confidence: rounded(best.confidence),
            rect: rounded_rect(sighting.detection.rect),
            quad: rounded_quad(sighting.detection.quad),
            rows: sighting.rows,
            score: rounded(sighting.detection.score),
            alternatives: ranked.map(rounded_alternative).collect(),
        })
    }
}

impl PlateLine {
    /// Whether there is text at all: badges, lamps and signs that look like a plate give
    /// a character or two that the reader itself does not believe in.
    pub(super) fn is_legible(&self) -> bool {
        self.text.as_str().chars().count() >= MIN_CHARACTERS && self.confidence >= MIN_CONFIDENCE
    }
}

impl VehicleLine {
    pub(super) fn of(found: &VehicleDetection) -> Self {
        let VehicleDetection { rect, score, .. } = *found;
        Self { kind: found.kind(), score: rounded(score), rect: rounded_rect(rect) }
    }
}

impl TransitLine {
    pub(super) fn of(source: &str, number: u64, transit: &Transit) -> Self {
        Self {
            source: source.to_owned(),
            transit: number,
            text: transit.text.clone(),
            confidence: rounded(transit.confidence),
            country: transit.country,
            first_s: rounded_s(transit.first_s),
            last_s: rounded_s(transit.last_s),
            read_s: rounded_s(transit.look.frame.stream_time.as_secs_f64()),
            frames: transit.frames,
            rect: rounded_rect(transit.look.detection.rect),
            quad: rounded_quad(transit.look.detection.quad),
            direction: transit.direction,
            vehicle: transit.vehicle,
            alternatives: transit
                .alternatives
                .iter()
                .take(ALTERNATIVES)
                .cloned()
                .map(rounded_alternative)
                .collect(),
        }
    }

    /// For a person: when, what, how sure, which way.
    pub(super) fn table_row(&self) -> String {
        format!(
            "{:>8.2} s  {:<12} {:>4.0} %  {:<2}  {:?}\n",
            self.first_s,
            self.text.to_string(),
            self.confidence * 100.0,
            self.country.map(|c| c.to_string()).unwrap_or_default(),
            self.direction,
        )
    }
}

impl PictureLine {
    /// For a person: the picture, then its plates.
    pub(super) fn table_rows(&self) -> String {
        let mut text = self.source.clone();
        text.push_str(if self.plates.is_empty() { "\n  no plate found\n" } else { "\n" });
        for plate in &self.plates {
            let also: Vec<&str> = plate.alternatives.iter().map(|a| a.text.as_str()).collect();
            let also =
                if also.is_empty() { String::new() } else { format!("  or {}", also.join(", ")) };
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "  {:<12} {:>4.0} %  {:<2} {}",
                plate.text.to_string(),
                plate.confidence * 100.0,
                plate.country.map(|c| c.to_string()).unwrap_or_default(),
                also,
            );
        }
        for VehicleLine { kind, score, .. } in self.vehicles.iter().flatten() {
            let _ = writeln!(text, "  {:<12} {:>4.0} %", kind.name(), score * 100.0);
        }
        text
    }
}

/// Four decimals say all that a probability can.
fn rounded(value: f32) -> f32 {
    (value * 10_000.0).round() / 10_000.0
}

fn rounded_s(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// Tenths of a pixel.
fn rounded_px(value: f32) -> f32 {
    (value * 10.0).round() / 10.0
}

fn rounded_rect(rect: Rect) -> Rect {
    Rect::from(<[f32; 4]>::from(rect).map(rounded_px))
}

fn rounded_quad(quad: Quad) -> Quad {
    Quad(quad.0.map(|corner| corner.map(rounded_px)))
}

fn rounded_alternative(alternative: Alternative) -> Alternative {
    Alternative { confidence: rounded(alternative.confidence), ..alternative }
}

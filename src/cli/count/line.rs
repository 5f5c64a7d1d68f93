//! The results of `varco count`, as JSON and as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::frame::Rect;
use crate::tracking::Direction;
use crate::traffic::{Heading, Passage};
use crate::vision::VehicleKind;

/// Said where the detector did not know what passed.
const UNKNOWN: &str = "unknown";

/// One passage of a vehicle.
#[derive(Debug, Serialize)]
pub(super) struct PassageLine {
    source: String,
    passage: u64,
    kind: Option<VehicleKind>,
    kind_confidence: f32,
    direction: Direction,
    heading: Heading,
    first_s: f64,
    last_s: f64,
    frames: u32,
    largest_share: f32,
    /// Time and box: where it was first, at its largest, and last.
    path: Vec<(f64, Rect)>,
}

/// What passed in one source.
#[derive(Debug, Serialize)]
pub(super) struct Totals {
    source: String,
    totals: Sums,
}

#[derive(Debug, Default, Serialize)]
struct Sums {
    vehicles: u64,
    by_direction: BTreeMap<&'static str, u64>,
    by_heading: BTreeMap<&'static str, u64>,
    by_kind: BTreeMap<&'static str, u64>,
}

impl PassageLine {
    /// `totals`: with this passage counted.
    pub(super) fn of(totals: &Totals, passage: &Passage) -> Self {
        let path = &passage.path;
        let largest = path.iter().max_by(|a, b| a.rect.area().total_cmp(&b.rect.area()));
        let places = [path.first(), largest, path.last()];
        Self {
            source: totals.source.clone(),
            passage: totals.totals.vehicles,
            kind: passage.kind,
            kind_confidence: (passage.kind_confidence * 10_000.0).round() / 10_000.0,
            direction: passage.direction,
            heading: passage.heading,
            first_s: rounded_s(passage.first_s),
            last_s: rounded_s(passage.last_s),
            frames: passage.frames,
            largest_share: (passage.largest_share * 10_000.0).round() / 10_000.0,
            path: places
                .into_iter()
                .flatten()
                .map(|place| (rounded_s(place.at_s), rounded_rect(place.rect)))
                .collect(),
        }
    }

    /// For a person: when, what, which way.
    pub(super) fn table_row(&self) -> String {
        format!(
            "{:>8.2} s  {:<11} {:<12} {}\n",
            self.first_s,
            self.kind.map_or(UNKNOWN, VehicleKind::name),
            direction_name(self.direction),
            self.heading.name(),
        )
    }
}

impl Totals {
    pub(super) fn of(source: &str) -> Self {
        Self { source: source.to_owned(), totals: Sums::default() }
    }

    pub(super) fn add(&mut self, passage: &Passage) {
        let sums = &mut self.totals;
        sums.vehicles += 1;
        *sums.by_direction.entry(direction_name(passage.direction)).or_default() += 1;
        *sums.by_heading.entry(passage.heading.name()).or_default() += 1;
        *sums.by_kind.entry(passage.kind.map_or(UNKNOWN, VehicleKind::name)).or_default() += 1;
    }

    pub(super) fn vehicles(&self) -> u64 {
        self.totals.vehicles
    }

    /// For a person: how many, and how they divide.
    pub(super) fn table_rows(&self) -> String {
        let sums = &self.totals;
        let mut text = format!("{}: {} vehicles\n", self.source, sums.vehicles);
        let parts = [
            ("direction", &sums.by_direction),
            ("heading", &sums.by_heading),
            ("kind", &sums.by_kind),
        ];
        for (name, counts) in parts {
            let counts: Vec<String> =
                counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
            if !counts.is_empty() {
                // Writing to a string does not fail.
                let _ = writeln!(text, "  {name:<10} {}", counts.join(", "));
            }
        }
        text
    }
}

fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Approaching => "approaching",
        Direction::Receding => "receding",
        Direction::Left => "left",
        Direction::Right => "right",
        Direction::Still => "still",
        Direction::Unknown => UNKNOWN,
    }
}

fn rounded_s(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// Tenths of a pixel.
fn rounded_rect(rect: Rect) -> Rect {
    Rect::from(<[f32; 4]>::from(rect).map(|value| (value * 10.0).round() / 10.0))
}

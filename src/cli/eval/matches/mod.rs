//! What lists make of real readings: how many hits are false, and whether a match's
//! probability means what it says.
//!
//! For every labelled plate a list is drawn from the plates that exist: half of all
//! texts of its country's format are taken to exist, the plate itself among them. A text
//! that the reading could be confused with is put on the list far more often than chance
//! would, and counts for as much less; so each reading is tried against the neighbours
//! that matter. The list is filled up with random plates to its full size and built,
//! searched and matched by the product's own code. Beside it stand what comparing the
//! text alone would give, and what allowing one wrong character (Levenshtein 1) would.

mod around;
mod drawing;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
use serde::Serialize;

use super::share::rounded;
use crate::cli::failure::Failure;
use crate::cli::read::PlateLine;
use crate::lists::{List, ListKind, Passage};
use crate::matching::{GIVEN_OUT, MIN_PROBABILITY, Match, Matcher, Watch};
use crate::plate::{PlateText, Reading};
use crate::tracking::Direction;
use crate::vision::Sighting;
use drawing::{Drawing, Shares};

/// Texts of a format that exist.
const EXISTING: f64 = 0.5;
/// Sizes of the lists.
const SIZES: [usize; 3] = [10_000, 1_000_000, 10_000_000];
/// Draws of each list.
const DRAWS: u64 = 4;
/// Classes of probability.
const BINS: usize = 10;

/// A labelled plate with what was read of it.
pub(super) struct Read {
    truth: PlateText,
    reading: Reading,
    voted: PlateText,
    confidence: f32,
}

impl Read {
    /// `None` for a plate without a text, which no list is compared with.
    pub(super) fn new(truth: &str, sighting: &Sighting, line: &PlateLine) -> Option<Self> {
        Some(Self {
            truth: PlateText::new(truth).ok()?,
            reading: sighting.reading.clone(),
            voted: line.text.clone(),
            confidence: line.confidence,
        })
    }
}

/// What came of the lists of one size.
#[derive(Debug, Default, Serialize)]
pub(super) struct OfSize {
    /// Plates in the list.
    plates: usize,
    /// Passages that were tried.
    tried: u64,
    /// By what is compared.
    ways: BTreeMap<&'static str, Way>,
    /// Said and true probability of the matches, by classes of what was said; matches are
    /// weighed as often as they would come.
    reliability: Vec<Class>,
    /// Mean distance of said and true probability, weighed likewise.
    expected_error: f64,
}

/// One way of comparing.
#[derive(Debug, Default, Clone, Serialize)]
pub(super) struct Way {
    /// False hits in 100,000 passages.
    false_hits: f64,
    /// Right hits in 100,000 passages.
    right_hits: f64,
    /// Listed vehicles that are hits, and all of them.
    found: u64,
    listed: u64,
}

/// Matches of about the same probability.
#[derive(Debug, Default, Clone, Copy, Serialize)]
struct Class {
    from: f64,
    matches: u64,
    /// In 100,000 passages.
    weight: f64,
    said: f64,
    right: f64,
}

/// Tries the readings against lists of all sizes.
pub(super) fn measure(reads: &[Read]) -> Result<Vec<OfSize>, Failure> {
    let shares = Shares::new(reads);
    SIZES.into_iter().map(|size| of_size(size, reads, &shares)).collect()
}

fn of_size(size: usize, reads: &[Read], shares: &Shares) -> Result<OfSize, Failure> {
    let mut tally = Tally::default();
    let listed = (size as f64 / f64::from(GIVEN_OUT)).min(1.0);
    let each = 100_000.0 / (reads.len() as f64 * DRAWS as f64);
    for draw in 0..DRAWS {
        let drawing = Drawing::new(shares, size, draw)?;
        let mut list = List::new("drawn", ListKind::Stolen, "measure", "none");
        list.rules.everywhere.min_probability = Some(0.01);
        let index = Arc::clone(&drawing.index);
        let matcher = Matcher::new(vec![Watch { list: Arc::new(list), index }]);
        for read in reads {
            let passed = Passed {
                read,
                itself: drawing.holds(&read.truth),
                // How often the hit would come in 100,000 passages, were lists drawn by chance.
                weight: &|plate| {
                    let exists = if *plate == read.truth { 1.0 } else { EXISTING };
                    each * listed * exists / shares.of(plate)
                },
            };
            tally.tried += 1;
            let same = drawing.index.has(&read.voted).then(|| read.voted.clone());
            tally.count("text", &passed, same.as_slice());
            let near = around::one_off(&read.voted, &drawing.index);
            tally.count("one wrong character", &passed, &near);
            let matches = matches_of(&matcher, read);
            for (name, least) in [("probability 0.6", MIN_PROBABILITY), ("probability 0.3", 0.3)] {
                let probable = matches.iter().filter(|found| found.probability >= least);
                let hits: Vec<PlateText> = probable.map(|m| m.entry.plate.clone()).collect();
                tally.count(name, &passed, &hits);
            }
            for found in &matches {
                tally.classify(&passed, found);
            }
        }
    }
    Ok(tally.of_size(size))
}

fn matches_of(matcher: &Matcher, read: &Read) -> Vec<Match> {
    let at = date(2026, 1, 1).at(12, 0, 0, 0);
    let passage = Passage { camera: "any", direction: Direction::Unknown, at };
    matcher.matches(&read.reading, &read.voted, read.confidence, None, &passage)
}

/// A passage past a drawn list.
struct Passed<'a> {
    read: &'a Read,
    /// Whether the plate itself is on the list.
    itself: bool,
    weight: &'a dyn Fn(&PlateText) -> f64,
}

impl Passed<'_> {
    fn is_right(&self, plate: &PlateText) -> bool {
        *plate == self.read.truth
    }
}

/// What is being counted for the lists of one size.
#[derive(Default)]
struct Tally {
    tried: u64,
    ways: BTreeMap<&'static str, Way>,
    classes: [Class; BINS],
}

impl Tally {
    fn count(&mut self, way: &'static str, passed: &Passed<'_>, hits: &[PlateText]) {
        let way = self.ways.entry(way).or_default();
        way.listed += u64::from(passed.itself);
        for hit in hits {
            let weight = (passed.weight)(hit);
            if passed.is_right(hit) {
                way.found += 1;
                way.right_hits += weight;
            } else {
                way.false_hits += weight;
            }
        }
    }

    fn classify(&mut self, passed: &Passed<'_>, found: &Match) {
        let weight = (passed.weight)(&found.entry.plate);
        let said = f64::from(found.probability);
        let class = &mut self.classes[((said * BINS as f64) as usize).min(BINS - 1)];
        class.matches += 1;
        class.weight += weight;
        class.said += said * weight;
        class.right += if passed.is_right(&found.entry.plate) { weight } else { 0.0 };
    }

    fn of_size(mut self, plates: usize) -> OfSize {
        let all: f64 = self.classes.iter().map(|class| class.weight).sum();
        let apart: f64 = self.classes.iter().map(|class| (class.said - class.right).abs()).sum();
        let reliability = self
            .classes
            .into_iter()
            .zip(0_u32..)
            .filter(|(class, _)| class.matches > 0)
            .map(|(class, place)| Class {
                from: f64::from(place) / BINS as f64,
                weight: rounded(class.weight),
                said: rounded(class.said / class.weight),
                right: rounded(class.right / class.weight),
                ..class
            })
            .collect();
        for way in self.ways.values_mut() {
            way.false_hits = rounded(way.false_hits);
            way.right_hits = rounded(way.right_hits);
        }
        let expected_error = rounded(apart / all.max(f64::MIN_POSITIVE));
        OfSize { plates, tried: self.tried, ways: self.ways, reliability, expected_error }
    }
}

impl OfSize {
    /// Lines for people.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines =
            vec![format!("list of {} plates, {} passages tried", self.plates, self.tried)];
        for (name, way) in &self.ways {
            lines.push(format!(
                "  {name:<22} {:>9.1} false hits and {:>9.1} right ones in 100,000 passages; {} of {} listed found",
                way.false_hits, way.right_hits, way.found, way.listed
            ));
        }
        lines.push(format!(
            "  probability said and right, expected error {:.3}:",
            self.expected_error
        ));
        for class in &self.reliability {
            lines.push(format!(
                "    from {:.1}: said {:.3}, right {:.3}, {} matches that stand for {:.1}",
                class.from, class.said, class.right, class.matches, class.weight
            ));
        }
        lines
    }
}

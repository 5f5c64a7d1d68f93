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

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::date;

use super::share::rounded;
use crate::cli::failure::Failure;
use crate::cli::read::PlateLine;
use crate::lists::{Entry, Index, IndexBuilder, List, ListKind, Passage};
use crate::matching::{MIN_PROBABILITY, Matcher, Watch};
use crate::plate::{ALPHABET, PlateText, Reading, character_index, grammar};
use crate::tracking::Direction;
use crate::vision::Sighting;

/// Plates that are given out in the country of which the lists are: half of the texts
/// of the Italian format.
const GIVEN_OUT: f64 = 117_128_000.0;
/// Texts of a format that exist.
const EXISTING: f64 = 0.5;
/// Sizes of the lists.
const SIZES: [usize; 3] = [10_000, 1_000_000, 10_000_000];
/// Draws of each list.
const DRAWS: u64 = 4;
/// Share of the plates themselves, and of the texts around them, that are drawn.
const DRAWN: f64 = 0.5;
const DRAWN_AROUND: f64 = 0.05;
/// Texts that have less of a reading's probability are not drawn, unless they are one
/// character away.
const LEAST: f32 = 1e-4;
/// Most texts around one plate.
const MOST: usize = 2000;
/// Classes of probability.
const BINS: usize = 10;

/// A labelled plate with what was read of it.
pub(super) struct Read {
    truth: PlateText,
    reading: Reading,
    line: PlateLine,
}

impl Read {
    /// `None` for a plate without a text, which no list is compared with.
    pub(super) fn new(truth: &str, sighting: &Sighting) -> Option<Self> {
        Some(Self {
            truth: PlateText::new(truth).ok()?,
            reading: sighting.reading.clone(),
            line: PlateLine::of(sighting)?,
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
    let around: Vec<Vec<PlateText>> = reads.iter().map(texts_around).collect();
    SIZES.into_iter().map(|size| of_size(size, reads, &around)).collect()
}

fn of_size(size: usize, reads: &[Read], around: &[Vec<PlateText>]) -> Result<OfSize, Failure> {
    let mut ways: BTreeMap<&'static str, Way> = BTreeMap::new();
    let mut classes = [Class::default(); BINS];
    let mut tried = 0;
    let listed = (size as f64 / GIVEN_OUT).min(1.0);
    let each = 100_000.0 / (reads.len() as f64 * DRAWS as f64);
    let (of_right, of_false) = (each * listed / DRAWN, each * listed * EXISTING / DRAWN_AROUND);
    for draw in 0..DRAWS {
        let mut dice = StdRng::seed_from_u64(draw * 31 + size as u64);
        let mut drawn: HashSet<&PlateText> = HashSet::new();
        let mut itself = Vec::new();
        for (read, around) in reads.iter().zip(around) {
            itself.push(dice.random_bool(DRAWN));
            if itself.last() == Some(&true) {
                drawn.insert(&read.truth);
            }
            drawn.extend(around.iter().filter(|_| dice.random_bool(DRAWN_AROUND)));
        }
        let index = Arc::new(index(size, &drawn, &mut dice)?);
        let mut list = List::new("drawn", ListKind::Stolen, "measure", "none");
        list.rules.everywhere.min_probability = Some(0.01);
        let matcher = Matcher::new(vec![Watch { list: Arc::new(list), index: Arc::clone(&index) }]);
        for (read, itself) in reads.iter().zip(itself) {
            tried += 1;
            let mut count = |way: &'static str, hits: &[PlateText]| {
                let way = ways.entry(way).or_default();
                way.listed += u64::from(itself);
                for hit in hits {
                    if *hit == read.truth && itself {
                        way.found += 1;
                        way.right_hits += of_right;
                    } else if *hit != read.truth {
                        way.false_hits += of_false;
                    }
                }
            };
            let voted = &read.line.text;
            let same: Vec<PlateText> =
                index.has(voted).then(|| voted.clone()).into_iter().collect();
            count("text", &same);
            count("one wrong character", &one_off(voted, &index));
            let matches = matcher.matches(
                &read.reading,
                voted,
                read.line.confidence,
                None,
                &Passage {
                    camera: "any",
                    direction: Direction::Unknown,
                    at: date(2026, 1, 1).at(12, 0, 0, 0),
                },
            );
            for (name, least) in [("probability 0.6", MIN_PROBABILITY), ("probability 0.3", 0.3)] {
                let probable = matches.iter().filter(|found| found.probability >= least);
                let hits: Vec<PlateText> = probable.map(|m| m.entry.plate.clone()).collect();
                count(name, &hits);
            }
            for found in &matches {
                let right = found.entry.plate == read.truth;
                if right && !itself {
                    continue;
                }
                let weight = if right { of_right } else { of_false };
                let said = f64::from(found.probability);
                let class = &mut classes[((said * BINS as f64) as usize).min(BINS - 1)];
                class.matches += 1;
                class.weight += weight;
                class.said += said * weight;
                class.right += if right { weight } else { 0.0 };
            }
        }
    }
    let all: f64 = classes.iter().map(|class| class.weight).sum();
    let apart: f64 = classes.iter().map(|class| (class.said - class.right).abs()).sum();
    let reliability = classes
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
    for way in ways.values_mut() {
        way.false_hits = rounded(way.false_hits);
        way.right_hits = rounded(way.right_hits);
    }
    let expected_error = rounded(apart / all.max(f64::MIN_POSITIVE));
    Ok(OfSize { plates: size, tried, ways, reliability, expected_error })
}

/// A list of a size with the drawn plates in it.
fn index(size: usize, drawn: &HashSet<&PlateText>, dice: &mut StdRng) -> Result<Index, Failure> {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXYZ";
    let failed = |error| Failure::failed(format!("cannot build the list: {error}"));
    let mut builder = IndexBuilder::default();
    let mut left = size;
    for plate in drawn {
        builder.add(&Entry::new((*plate).clone())).map_err(failed)?;
        left = left.saturating_sub(1);
    }
    for _ in 0..left {
        let mut letter = || char::from(LETTERS[dice.random_range(0..LETTERS.len())]);
        // Of a form that no reading has, so that only what was drawn is near one.
        let [a, b, c, d] = [letter(), letter(), letter(), letter()];
        let text = format!("{a}{b}{c}{d}{:05}", dice.random_range(0..100_000));
        if let Ok(plate) = PlateText::new(&text) {
            builder.add(&Entry::new(plate)).map_err(failed)?;
        }
    }
    builder.build().map_err(failed)
}

/// Listed plates at a Levenshtein distance of at most one.
fn one_off(text: &PlateText, index: &Index) -> Vec<PlateText> {
    let characters: Vec<char> = text.as_str().chars().collect();
    let mut near = HashSet::new();
    for at in 0..=characters.len() {
        for other in ALPHABET {
            let mut longer = characters.clone();
            longer.insert(at, other);
            near.insert(longer);
            if at < characters.len() {
                let mut changed = characters.clone();
                changed[at] = other;
                near.insert(changed);
            }
        }
        if at < characters.len() {
            let mut shorter = characters.clone();
            shorter.remove(at);
            near.insert(shorter);
        }
    }
    let texts = near
        .into_iter()
        .filter_map(|near| PlateText::new(&near.into_iter().collect::<String>()).ok());
    texts.filter(|text| index.has(text)).collect()
}

/// Texts of the plate's own country that it could be confused with, without itself.
fn texts_around(read: &Read) -> Vec<PlateText> {
    let mut around: HashMap<String, f32> = HashMap::new();
    let voted: Vec<char> = read.line.text.as_str().chars().collect();
    for at in 0..voted.len() {
        for other in ALPHABET {
            let mut changed = voted.clone();
            changed[at] = other;
            around.insert(changed.into_iter().collect(), 0.0);
        }
    }
    for longer in ALPHABET {
        around.insert(std::iter::once(longer).chain(voted.iter().copied()).collect(), 0.0);
        around.insert(voted.iter().copied().chain([longer]).collect(), 0.0);
    }
    around.insert(voted.iter().skip(1).collect(), 0.0);
    around.insert(voted.iter().take(voted.len().saturating_sub(1)).collect(), 0.0);
    by_probability(&read.reading, &mut String::new(), 1.0, &mut around);
    let mut texts: Vec<PlateText> = around
        .into_keys()
        .filter_map(|text| PlateText::new(&text).ok())
        .filter(|text| *text != read.truth && alike(text, &read.truth))
        .collect();
    // A fixed order: what is drawn must be the same in every run.
    texts.sort();
    texts
}

fn by_probability(reading: &Reading, text: &mut String, p: f32, around: &mut HashMap<String, f32>) {
    let Some(position) = reading.positions.get(text.chars().count()) else {
        around.insert(text.clone(), p);
        return;
    };
    for (character, q) in ALPHABET.iter().zip(position.probabilities()) {
        if p * q >= LEAST && around.len() < MOST {
            text.push(*character);
            by_probability(reading, text, p * q, around);
            text.pop();
        }
    }
}

/// Whether a text can be a plate of the same register: it has a format of a country
/// whose format the plate has, or, where that has none, letters and digits in the same
/// places.
fn alike(text: &PlateText, truth: &PlateText) -> bool {
    let countries: Vec<_> = grammar::formats(truth).iter().map(|format| format.country).collect();
    if countries.is_empty() {
        let pattern = |text: &PlateText| -> Vec<bool> {
            text.as_str().chars().map(|c| character_index(c).is_some_and(|i| i < 10)).collect()
        };
        return pattern(text) == pattern(truth);
    }
    grammar::formats(text).iter().any(|format| countries.contains(&format.country))
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

//! Lists drawn by chance around what was read.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::Read;
use super::around::texts_around;
use crate::cli::failure::Failure;
use crate::lists::{Entry, Index, IndexBuilder};
use crate::plate::PlateText;

/// Share of the plates themselves, and of the texts around them, that are drawn.
const OF_PLATES: f64 = 0.5;
const OF_OTHERS: f64 = 0.05;

/// How likely each text is to be drawn.
pub(super) struct Shares(BTreeMap<PlateText, f64>);

impl Shares {
    pub(super) fn new(reads: &[Read]) -> Self {
        let around = reads.iter().flat_map(texts_around).map(|text| (text, OF_OTHERS));
        // After the others: a plate that lies around another one is drawn as a plate.
        let plates = reads.iter().map(|read| (read.truth.clone(), OF_PLATES));
        Self(around.chain(plates).collect())
    }

    /// How likely a text of a drawn list was to be drawn.
    pub(super) fn of(&self, text: &PlateText) -> f64 {
        self.0.get(text).copied().unwrap_or(OF_OTHERS)
    }
}

/// A list that was drawn.
pub(super) struct Drawing<'a> {
    drawn: HashSet<&'a PlateText>,
    /// The drawn texts, filled up with random ones.
    pub(super) index: Arc<Index>,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(shares: &'a Shares, size: usize, draw: u64) -> Result<Self, Failure> {
        let mut dice = StdRng::seed_from_u64(draw * 31 + size as u64);
        let drawn: HashSet<&PlateText> = shares
            .0
            .iter()
            .filter(|(_, share)| dice.random_bool(**share))
            .map(|(text, _)| text)
            .collect();
        let index = Arc::new(index(size, &drawn, &mut dice)?);
        Ok(Self { drawn, index })
    }

    pub(super) fn holds(&self, text: &PlateText) -> bool {
        self.drawn.contains(text)
    }
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

//! From the network's columns to a text: connectionist temporal classification.
//!
//! A text's probability is the sum over all ways of spreading it over the columns (Graves et al.,
//! ICML 2006). The most probable texts are found by prefix beam search (Hannun et al., 2014), so
//! that texts of different lengths compete: a thin character beside a wide one is easily lost, and
//! syntax may know that one is missing.

use crate::plate::{ALPHABET, Country, PlateText, Position, character_index, grammar};

/// Blank and the alphabet.
pub(super) const CLASSES: usize = ALPHABET.len() + 1;
/// Texts that are followed at the same time.
const BEAM: usize = 16;
/// A character below this probability is not tried at a column.
const LEAST_CHARACTER: f32 = 2e-3;
/// A column that is blank to this degree only passes on what there is.
const SURELY_BLANK: f32 = 0.9995;
/// A text below this part of the best one is dropped.
const LEAST_SHARE: f64 = 1e-5;
/// Characters that many plate scripts draw alike (the British one O and 0, most I and 1 without
/// serifs): the network's preference rests on habit more than on shape.
const DRAWN_ALIKE: [(char, char); 2] = [('0', 'O'), ('1', 'I')];
/// How much of the one's probability the other keeps, so that syntax can decide.
const ALIKE_SHARE: f32 = 0.08;
/// Characters of the longest text.
const MOST_CHARACTERS: usize = 12;

/// What stands on a plate by its columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decoded {
    /// One distribution per character; none: unreadable.
    pub(super) positions: Vec<Position>,
    /// Rows of characters, 1 or 2.
    pub(super) rows: u8,
}

/// A text on its way through the columns.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    /// Classes, from 1.
    text: [u8; MOST_CHARACTERS],
    length: usize,
    /// Probability of all ways that end in a blank.
    blank: f64,
    /// Probability of all ways that end in the text's last character.
    label: f64,
}

impl Prefix {
    fn total(&self) -> f64 {
        self.blank + self.label
    }

    fn classes(&self) -> &[u8] {
        &self.text[..self.length]
    }

    fn last(&self) -> Option<u8> {
        self.classes().last().copied()
    }

    /// Whether this is the other text and one character more.
    fn extends(&self, other: &Self) -> bool {
        self.length == other.length + 1 && self.text[..other.length] == *other.classes()
    }

    fn extended(&self, class: u8) -> Option<Self> {
        let mut text = self.text;
        *text.get_mut(self.length)? = class;
        Some(Self { text, length: self.length + 1, blank: 0.0, label: 0.0 })
    }
}

/// Turns probabilities per column (`steps` x [`CLASSES`], class 0 the blank; columns of the upper
/// row, then of the lower one) into positions.
///
/// The length is that of the text that is most probable once syntax has weighed it
/// ([`grammar::weight`], with the country that the picture suggests). Each position sums up its own
/// columns; what speaks for other lengths is spread evenly over the alphabet, so that a
/// reading that may lack a character is no certain reading.
pub(super) fn decode(columns: &[f32], country: Option<(Country, f32)>) -> Decoded {
    let texts = beam(columns);
    let unreadable = Decoded { positions: Vec::new(), rows: 1 };
    if texts.first().is_none_or(|best| best.length == 0) {
        return unreadable;
    }
    let weighed: Vec<f64> =
        texts.iter().map(|text| text.total() * weight(text.classes(), country)).collect();
    let all: f64 = weighed.iter().sum();
    let best = weighed.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let Some(chosen) = best.map(|(index, _)| &texts[index]).filter(|text| text.length > 0) else {
        return unreadable;
    };
    let same = texts.iter().zip(&weighed).filter(|(text, _)| text.length == chosen.length);
    let length_share = same.map(|(_, weight)| weight).sum::<f64>() / all.max(f64::MIN_POSITIVE);
    let present = length_share.powf(1.0 / chosen.length as f64).min(1.0) as f32;
    let runs = align(columns, chosen.classes());
    let half = columns.len() / CLASSES / 2;
    let lower = runs.iter().filter(|run| run.start >= half).count();
    let rows = if lower > 0 && lower < runs.len() { 2 } else { 1 };
    let positions = runs.into_iter().map(|run| position(columns, run, present)).collect();
    Decoded { positions, rows }
}

/// How much syntax speaks for a text.
fn weight(classes: &[u8], country: Option<(Country, f32)>) -> f64 {
    let text: String = classes.iter().map(|class| ALPHABET[usize::from(*class) - 1]).collect();
    PlateText::new(&text).map_or(1.0, |text| f64::from(grammar::weight(&text, country)))
}

/// The most probable texts, best first.
fn beam(columns: &[f32]) -> Vec<Prefix> {
    let empty = Prefix { text: [0; MOST_CHARACTERS], length: 0, blank: 1.0, label: 0.0 };
    let mut texts = vec![empty];
    let mut next: Vec<Prefix> = Vec::with_capacity(BEAM * 4);
    let mut longer = Vec::with_capacity(BEAM);
    for column in columns.chunks_exact(CLASSES) {
        let blank = f64::from(column[0]);
        if column[0] >= SURELY_BLANK {
            for text in &mut texts {
                (text.blank, text.label) = (text.total() * blank, 0.0);
            }
            continue;
        }
        next.clear();
        for text in &texts {
            let again = text.last().map_or(0.0, |last| f64::from(column[usize::from(last)]));
            next.push(Prefix { blank: text.total() * blank, label: text.label * again, ..*text });
        }
        let least = next.iter().map(Prefix::total).fold(0.0, f64::max) * LEAST_SHARE;
        for text in &texts {
            // Two different texts never become the same one, so a longer text is known only when
            // it is followed already.
            longer.clear();
            longer.extend((0..texts.len()).filter(|at| texts[*at].extends(text)));
            for (class, p) in (0_u8..).zip(column).skip(1).filter(|(_, p)| **p > LEAST_CHARACTER) {
                // The same character twice needs a blank in between.
                let from = if text.last() == Some(class) { text.blank } else { text.total() };
                let gained = from * f64::from(*p);
                if let Some(at) = longer.iter().find(|at| texts[**at].last() == Some(class)) {
                    next[*at].label += gained;
                } else if gained >= least
                    && let Some(text) = text.extended(class)
                {
                    next.push(Prefix { label: gained, ..text });
                }
            }
        }
        if next.len() > BEAM {
            next.select_nth_unstable_by(BEAM, |a, b| b.total().total_cmp(&a.total()));
            next.truncate(BEAM);
        }
        let least = next.iter().map(Prefix::total).fold(0.0, f64::max) * LEAST_SHARE;
        texts.clear();
        texts.extend(next.iter().filter(|text| text.total() >= least));
    }
    texts.sort_unstable_by(|a, b| b.total().total_cmp(&a.total()));
    texts
}

/// The columns of each character on the best way of spreading the text over them (Viterbi).
fn align(columns: &[f32], classes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let steps = columns.len() / CLASSES;
    // States: blank, first character, blank, second character, ..., blank.
    let states = 2 * classes.len() + 1;
    let class =
        |state: usize| if state.is_multiple_of(2) { 0 } else { usize::from(classes[state / 2]) };
    let mut score = vec![f32::NEG_INFINITY; states];
    let mut from = vec![0_u8; steps * states];
    for (step, column) in columns.chunks_exact(CLASSES).enumerate() {
        let ln = |state: usize| column[class(state)].max(1e-12).ln();
        if step == 0 {
            (score[0], score[1]) = (ln(0), ln(1));
            continue;
        }
        for state in (0..states).rev() {
            let mut best = (score[state], 0);
            if state > 0 && score[state - 1] > best.0 {
                best = (score[state - 1], 1);
            }
            let skips = state > 1 && state % 2 == 1 && class(state) != class(state - 2);
            if skips && score[state - 2] > best.0 {
                best = (score[state - 2], 2);
            }
            score[state] = best.0 + ln(state);
            from[step * states + state] = best.1;
        }
    }
    let mut runs = vec![0..0; classes.len()];
    let mut state = if score[states - 2] > score[states - 1] { states - 2 } else { states - 1 };
    for step in (0..steps).rev() {
        if state % 2 == 1 {
            let run = &mut runs[state / 2];
            *run = if run.end == 0 { step..step + 1 } else { step..run.end };
        }
        state -= usize::from(from[step * states + state]);
    }
    runs
}

/// The distribution over characters of a run of columns, without the blank.
fn position(columns: &[f32], run: std::ops::Range<usize>, present: f32) -> Position {
    let mut weights = [0.0_f32; ALPHABET.len()];
    for column in columns.chunks_exact(CLASSES).skip(run.start).take(run.len()) {
        for (weight, p) in weights.iter_mut().zip(&column[1..]) {
            *weight += p;
        }
    }
    for (a, b) in DRAWN_ALIKE {
        if let (Some(a), Some(b)) = (character_index(a), character_index(b)) {
            let (first, second) = (weights[a], weights[b]);
            weights[a] += ALIKE_SHARE * (second - first);
            weights[b] += ALIKE_SHARE * (first - second);
        }
    }
    let sum: f32 = weights.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    let absent = (1.0 - present).max(0.0) / ALPHABET.len() as f32;
    Position::new(weights.map(|weight| weight / sum * present + absent))
}

#[cfg(test)]
mod tests;

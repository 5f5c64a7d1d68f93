//! The texts that columns may mean, and how probable each is.

use super::CLASSES;

/// Texts that are followed at the same time.
const BEAM: usize = 16;
/// A character below this probability is not tried at a column.
const LEAST_CHARACTER: f32 = 2e-3;
/// A column that is blank to this degree only passes on what there is.
const SURELY_BLANK: f32 = 0.9995;
/// A text below this part of the best one is dropped.
const LEAST_SHARE: f64 = 1e-5;
/// Characters of the longest text.
const MOST_CHARACTERS: usize = 12;

/// A text on its way through the columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prefix {
    /// Classes, from 1.
    text: [u8; MOST_CHARACTERS],
    pub(super) length: usize,
    /// Probability of all ways that end in a blank.
    blank: f64,
    /// Probability of all ways that end in the text's last character.
    label: f64,
}

impl Prefix {
    /// Probability of the text.
    pub(super) fn total(&self) -> f64 {
        self.blank + self.label
    }

    /// Its characters as classes, from 1.
    pub(super) fn classes(&self) -> &[u8] {
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

/// The most probable texts, best first.
pub(super) fn beam(columns: &[f32]) -> Vec<Prefix> {
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

/// The probability of a text: the sum over all ways of spreading it over the columns.
pub(super) fn forward(columns: &[f32], classes: &[u8]) -> f64 {
    // States: blank, first character, blank, second character, ..., blank.
    let states = 2 * classes.len() + 1;
    let class =
        |state: usize| if state.is_multiple_of(2) { 0 } else { usize::from(classes[state / 2]) };
    let mut reached = vec![0.0_f64; states];
    reached[0] = 1.0;
    for column in columns.chunks_exact(CLASSES) {
        for state in (0..states).rev() {
            let mut from = reached[state];
            if state > 0 {
                from += reached[state - 1];
            }
            if state > 1 && class(state) != 0 && class(state) != class(state - 2) {
                from += reached[state - 2];
            }
            reached[state] = from * f64::from(column[class(state)]);
        }
    }
    reached[states - 1] + if states > 1 { reached[states - 2] } else { 0.0 }
}

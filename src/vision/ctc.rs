//! From the network's columns to a text: connectionist temporal classification.
//!
//! A text's probability is the sum over all ways of spreading it over the columns (Graves et al.,
//! ICML 2006). The most probable texts are found by prefix beam search (Hannun et al., 2014), so
//! that texts of different lengths compete: a thin character beside a wide one is easily lost, and
//! syntax may know that one is missing.

mod beam;
mod pool;

use beam::{Prefix, beam, forward};
use pool::{Heard, LEAST_OPINION, Weights, share_of};

use crate::plate::{ALPHABET, Country, PlateText, Position, character_index, grammar};

/// Blank and the alphabet.
pub(super) const CLASSES: usize = ALPHABET.len() + 1;
/// Characters that many plate scripts draw alike (the British one O and 0, most I and 1 without
/// serifs): the network's preference rests on habit more than on shape.
const DRAWN_ALIKE: [(char, char); 2] = [('0', 'O'), ('1', 'I')];
/// How much of the one's probability the other keeps, so that syntax can decide.
const ALIKE_SHARE: f32 = 0.08;
/// How much of both together each of such a pair has at least, where it stands between its like: letters
/// between letters, digits between digits.
const AMONG_ITS_LIKE: f32 = 0.5;
/// A text that no network gives this part of its likeliest one is not asked about.
const WORTH_ASKING: f64 = 1e-3;

/// What stands on a plate by its columns.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decoded {
    /// One distribution per character; none: unreadable.
    pub(super) positions: Vec<Position>,
    /// Rows of characters, 1 or 2.
    pub(super) rows: u8,
}

/// Turns probabilities per column (`steps` x [`CLASSES`], class 0 the blank; columns of the upper
/// row, then of the lower one) into positions: those of one network, or of several that have seen
/// the same plate.
///
/// The length is that of the text that is most probable once syntax has weighed it
/// ([`grammar::weight`], with the country that the picture suggests). Each position sums up its own
/// columns; what speaks for other lengths is spread evenly over the alphabet, so that a
/// reading that may lack a character is no certain reading. Several networks are heard as one by
/// the geometric mean of what they hold probable (a logarithmic opinion pool): first of whole
/// texts, then, within the chosen one, of each character, with a share of their arithmetic mean ([`Heard`]).
/// Their columns are not comparable.
pub(super) fn decode(networks: &[&[f32]], country: Option<(Country, f32)>) -> Decoded {
    let texts = texts(networks);
    let unreadable = Decoded { positions: Vec::new(), rows: 1 };
    let likeliest = texts.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    if likeliest.is_none_or(|(text, _)| text.is_empty()) {
        return unreadable;
    }
    let weighed: Vec<f64> =
        texts.iter().map(|(text, probability)| probability * weight(text, country)).collect();
    let all: f64 = weighed.iter().sum();
    let best = weighed.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    let Some(chosen) = best.map(|(index, _)| &texts[index].0).filter(|text| !text.is_empty())
    else {
        return unreadable;
    };
    let same = texts.iter().zip(&weighed).filter(|((text, _), _)| text.len() == chosen.len());
    let length_share = same.map(|(_, weight)| weight).sum::<f64>() / all.max(f64::MIN_POSITIVE);
    let present = length_share.powf(1.0 / chosen.len() as f64).min(1.0) as f32;
    let mut rows = 1;
    let mut heard = vec![Heard::NOTHING; chosen.len()];
    for (index, columns) in networks.iter().enumerate() {
        let runs = align(columns, chosen);
        if index == 0 {
            let half = columns.len() / CLASSES / 2;
            let lower = runs.iter().filter(|run| run.start >= half).count();
            rows = if lower > 0 && lower < runs.len() { 2 } else { 1 };
        }
        for (heard, run) in heard.iter_mut().zip(runs) {
            heard.add(&characters(columns, run), networks.len());
        }
    }
    let weights: Vec<Weights> = heard.iter().map(Heard::together).collect();
    let kinds: Vec<Kind> = weights.iter().map(Kind::of).collect();
    let surroundings = (0..weights.len()).map(|place| surrounding(&kinds, place));
    let positions = weights.iter().zip(surroundings);
    let positions = positions.map(|(weights, like)| position(*weights, present, like)).collect();
    Decoded { positions, rows }
}

/// Every text that a network holds possible, as classes from 1, with the probability that all
/// networks together give it (not normalised).
fn texts(networks: &[&[f32]]) -> Vec<(Vec<u8>, f64)> {
    let heard: Vec<Vec<Prefix>> = networks.iter().map(|columns| beam(columns)).collect();
    if let [only] = &heard[..] {
        return only.iter().map(|text| (text.classes().to_vec(), text.total())).collect();
    }
    let mut texts: Vec<(Vec<u8>, f64)> = Vec::new();
    for mine in &heard {
        let least = mine.first().map_or(0.0, Prefix::total) * WORTH_ASKING;
        for text in mine.iter().filter(|text| text.total() >= least) {
            if texts.iter().all(|(known, _)| known != text.classes()) {
                texts.push((text.classes().to_vec(), 1.0));
            }
        }
    }
    for (columns, mine) in networks.iter().zip(&heard) {
        // No network can rule out altogether what another one sees.
        let least = mine.first().map_or(0.0, Prefix::total) * f64::from(LEAST_OPINION);
        for (text, probability) in &mut texts {
            *probability *= forward(columns, text).max(least).powf(share_of(networks.len()));
        }
    }
    texts
}

/// How much syntax speaks for a text.
fn weight(classes: &[u8], country: Option<(Country, f32)>) -> f64 {
    let text: String = classes.iter().map(|class| ALPHABET[usize::from(*class) - 1]).collect();
    PlateText::new(&text).map_or(1.0, |text| f64::from(grammar::weight(&text, country)))
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
fn characters(columns: &[f32], run: std::ops::Range<usize>) -> Weights {
    let mut weights = [0.0_f32; ALPHABET.len()];
    for column in columns.chunks_exact(CLASSES).skip(run.start).take(run.len()) {
        for (weight, p) in weights.iter_mut().zip(&column[1..]) {
            *weight += p;
        }
    }
    let sum = weights.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    weights.map(|weight| weight / sum)
}

/// What a position plainly shows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Digit,
    Letter,
    /// One of this pair of [`DRAWN_ALIKE`].
    Either(usize),
}

impl Kind {
    fn of(weights: &Weights) -> Self {
        let best = weights.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let character = best.and_then(|(index, _)| ALPHABET.get(index)).copied().unwrap_or('0');
        let pair = |(digit, letter): &(char, char)| [*digit, *letter].contains(&character);
        match DRAWN_ALIKE.iter().position(pair) {
            Some(pair) => Self::Either(pair),
            None if character.is_ascii_digit() => Self::Digit,
            None => Self::Letter,
        }
    }
}

/// What stands on both sides of a position or of the run of the same look-alikes around it, if that is the
/// same: POOL has two O and no 01, but 01 is a number. A number also goes on to the end of the text, 566I:
/// of the 2,685 texts of the pack none ends in two digits and an I or O, 335 in two digits and a 1 or 0.
fn surrounding(kinds: &[Kind], place: usize) -> Option<Kind> {
    let own = kinds.get(place)?;
    let other = |kind: &Kind| kind != own;
    let before = kinds.get(..place)?.iter().rposition(other)?;
    match kinds.get(place + 1..)?.iter().find(|kind| other(kind)) {
        Some(after) => (kinds[before] == *after).then_some(*after),
        // One digit before it may be a group of its own: I1I.
        None => {
            let number = before > 0 && kinds[before - 1..=before] == [Kind::Digit; 2];
            number.then_some(Kind::Digit)
        }
    }
}

/// A position that is there with probability `present`, by the weights of its characters and by what stands
/// on both sides of it.
fn position(mut weights: Weights, present: f32, surrounding: Option<Kind>) -> Position {
    for (digit, letter) in DRAWN_ALIKE {
        if let (Some(digit), Some(letter)) = (character_index(digit), character_index(letter)) {
            let both = weights[digit] + weights[letter];
            let kept = ALIKE_SHARE * both + (1.0 - 2.0 * ALIKE_SHARE) * weights[letter];
            weights[letter] = match surrounding {
                Some(Kind::Letter) => kept.max(AMONG_ITS_LIKE * both),
                Some(Kind::Digit) => kept.min((1.0 - AMONG_ITS_LIKE) * both),
                _ => kept,
            };
            weights[digit] = both - weights[letter];
        }
    }
    let sum: f32 = weights.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    let absent = (1.0 - present).max(0.0) / ALPHABET.len() as f32;
    Position::new(weights.map(|weight| weight / sum * present + absent))
}

#[cfg(test)]
mod tests;

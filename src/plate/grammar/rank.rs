//! A mild prior from syntax: it decides between look-alikes and nothing else.

use super::super::reading::{Alternative, Reading};
use super::super::text::{ALPHABET, Country, PlateText};
use super::format::{Frequency, fitting};
use super::search::{best, first};

/// How much more a text of a known, common format weighs than one of none.
const KNOWN: f32 = 6.0;
/// The same for a format that is rarely met.
const KNOWN_RARE: f32 = 3.0;
/// The same for a format of a country from which few vehicles come: no more than letters and digits in groups.
const KNOWN_VISITOR: f32 = 1.0;
/// From which probability on the picture suggests such a country: more likely than all others.
const LEAST_FOR_VISITOR: f32 = 0.5;
/// How much weight a format of the country that the picture suggests can add.
const SUGGESTED: f32 = 18.0;

/// The least that syntax can weigh: a text of no known format whose letters and digits change places more than once: all over the
/// world they stand in groups.
pub const MIN_WEIGHT: f32 = 0.8;

/// The most that syntax can weigh.
///
/// Between the best and the worst text lies a ratio of 30. So a character that the pixels give
/// a probability above `30 / 31` = 0.97 stays, whatever the syntax says of it: any text with
/// another character there is, before syntax, more than 30 times less probable than the same
/// text with it.
pub const MAX_WEIGHT: f32 = KNOWN + SUGGESTED;

/// Texts looked at in one reading at most.
const MAX_TEXTS: usize = 192;

/// The weight of a text (as places in the alphabet): 1 for one of no known format whose letters
/// and digits stand in two groups at most, a little less for any other of no known format, up to
/// [`MAX_WEIGHT`] for one of the format that the picture suggests.
#[must_use]
pub fn weight_of(text: &[u8], hint: Option<(Country, f32)>) -> f32 {
    let mut known: f32 = 0.0;
    let mut suggested: f32 = 0.0;
    for format in fitting(text) {
        known = known.max(match format.frequency {
            Frequency::Common => KNOWN,
            Frequency::Rare => KNOWN_RARE,
            Frequency::Visitor => KNOWN_VISITOR,
        });
        if let Some((country, probability)) = hint
            && format.country == country
            && (format.frequency < Frequency::Visitor || probability >= LEAST_FOR_VISITOR)
        {
            let share =
                if format.frequency == Frequency::Common { 1.0 } else { KNOWN_RARE / KNOWN };
            suggested = suggested.max(share * SUGGESTED * probability.clamp(0.0, 1.0));
        }
    }
    if known > 0.0 { known + suggested } else { grouped(text) }
}

/// What the order of letters and digits says of a text of no known format.
fn grouped(text: &[u8]) -> f32 {
    let digit = |character: &u8| *character < 10;
    let changes = text.windows(2).filter(|pair| digit(&pair[0]) != digit(&pair[1])).count();
    if changes > 1 { MIN_WEIGHT } else { 1.0 }
}

/// How much syntax speaks for a text, from [`MIN_WEIGHT`] (no known format, letters and
/// digits scattered) to [`MAX_WEIGHT`] (a common format of the country that the picture is sure of).
#[must_use]
pub fn weight(text: &PlateText, hint: Option<(Country, f32)>) -> f32 {
    weight_of(&super::format::indices(text.as_str()), hint)
}

/// Texts that cannot reach this part of the best one's probability are not looked at.
const LEAST_SHARE: f32 = 0.01;

/// The texts that a reading allows, most probable first once syntax has its say.
///
/// The most probable texts by pixels alone are enumerated exactly, weighed by
/// [`weight`] (a format of the country that the picture suggests, before a format of
/// any country, before none) and share out the probability that pixels gave them
/// together: nothing is added to what the reader saw, only moved between texts.
/// Gives at most `most` texts of at least `min_probability`, and always the best one;
/// none only for a reading without positions or longer than any plate.
#[must_use]
pub fn rank(reading: &Reading, most: usize, min_probability: f32) -> Vec<Alternative> {
    let Some(first) = first(reading) else { return Vec::new() };
    // No text weighs more than the most: one below this could neither win nor come
    // near the winner, however well it fits.
    let of_first = first.probability * weight_of(first.characters(), reading.country);
    let floor = of_first / MAX_WEIGHT * min_probability.clamp(1e-4, LEAST_SHARE);
    let texts = best(reading, MAX_TEXTS, floor.min(first.probability));
    let covered: f32 = texts.iter().map(|text| text.probability).sum();
    let mut weighed: Vec<([u8; 12], usize, f32)> = Vec::with_capacity(texts.len());
    let mut total = 0.0;
    for text in &texts {
        let characters = text.characters();
        let weight = text.probability * weight_of(characters, reading.country);
        total += weight;
        let mut copy = [0; 12];
        copy[..characters.len()].copy_from_slice(characters);
        weighed.push((copy, characters.len(), weight));
    }
    // Stable: texts of equal weight stay in the order that pixels gave them.
    weighed.sort_by(|a, b| b.2.total_cmp(&a.2));
    weighed
        .into_iter()
        .take(most.max(1))
        .enumerate()
        .map(|(place, (text, length, weight))| (place, text, length, covered * weight / total))
        .take_while(|(place, _, _, probability)| *place == 0 || *probability >= min_probability)
        .filter_map(|(_, text, length, probability)| {
            let text: String = text[..length].iter().map(|c| ALPHABET[usize::from(*c)]).collect();
            let text = PlateText::new(&text).ok()?;
            Some(Alternative { text, confidence: probability.min(1.0) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::reading::Position;
    use super::super::super::text::character_index;
    use super::*;

    /// A reading from the characters of each position with their weights.
    fn reading(positions: &[&[(char, f32)]], country: Option<(&str, f32)>) -> Reading {
        let positions = positions
            .iter()
            .map(|characters| {
                let mut weights = [0.0; ALPHABET.len()];
                for (character, weight) in *characters {
                    weights[character_index(*character).unwrap()] = *weight;
                }
                Position::new(weights)
            })
            .collect();
        let country = country.map(|(code, p)| (Country::new(code).unwrap(), p));
        Reading { positions, country }
    }

    fn texts(ranked: &[Alternative]) -> Vec<&str> {
        ranked.iter().map(|a| a.text.as_str()).collect()
    }

    #[test]
    fn syntax_decides_between_lookalikes() {
        // The 7 and the Z, the 1 and the I: the pixels lean the wrong way.
        let muddy = reading(
            &[
                &[('1', 1.0)],
                &[('Z', 0.55), ('7', 0.45)],
                &[('4', 1.0)],
                &[('I', 0.6), ('1', 0.4)],
                &[('G', 1.0)],
                &[('W', 1.0)],
                &[('Y', 1.0)],
            ],
            None,
        );
        let ranked = rank(&muddy, 5, 0.0);
        assert_eq!(texts(&ranked)[0], "1741GWY");
        assert_eq!(ranked.len(), 4);
        let sum: f32 = ranked.iter().map(|a| a.confidence).sum();
        assert!((sum - 1.0).abs() < 1e-4, "what pixels gave is kept: {sum}");
    }

    #[test]
    fn the_picture_decides_between_countries() {
        // GB 012 CD of Italy or G-8012 CD of Graz.
        let positions: &[&[(char, f32)]] = &[
            &[('G', 1.0)],
            &[('8', 0.55), ('B', 0.45)],
            &[('O', 0.6), ('0', 0.4)],
            &[('1', 1.0)],
            &[('2', 1.0)],
            &[('C', 1.0)],
            &[('D', 1.0)],
        ];
        for (country, text) in [("IT", "GB012CD"), ("AT", "G8012CD")] {
            let ranked = rank(&reading(positions, Some((country, 0.6))), 2, 0.0);
            assert_eq!(texts(&ranked)[0], text, "{country}");
        }
    }

    #[test]
    fn without_a_format_letters_and_digits_stand_in_groups() {
        let name: &[&[(char, f32)]] =
            &[&[('R', 1.0)], &[('0', 0.52), ('O', 0.48)], &[('X', 1.0)], &[('Y', 1.0)]];
        assert_eq!(texts(&rank(&reading(name, None), 2, 0.0)), ["ROXY", "R0XY"]);
    }

    #[test]
    fn the_suggested_country_counts_more_than_any_other() {
        let positions: &[&[(char, f32)]] = &[
            &[('Y', 1.0)],
            &[('A', 1.0)],
            &[('1', 1.0)],
            &[('2', 1.0)],
            &[('3', 1.0)],
            &[('A', 1.0)],
            &[('U', 0.7), ('V', 0.3)],
        ];
        let ranked = rank(&reading(positions, Some(("IT", 0.9))), 2, 0.0);
        assert_eq!(texts(&ranked)[0], "YA123AV", "no U on an Italian plate");
    }

    #[test]
    fn a_plate_of_no_known_format_is_given_as_read() {
        let positions: &[&[(char, f32)]] =
            &[&[('Ö', 0.9), ('O', 0.1)], &[('Ä', 1.0)], &[('7', 1.0)], &[('Ü', 1.0)]];
        let ranked = rank(&reading(positions, Some(("IT", 1.0))), 3, 0.01);
        assert_eq!(texts(&ranked)[0], "ÖÄ7Ü");
        assert!(rank(&reading(&[], None), 3, 0.0).is_empty());
    }

    #[test]
    fn least_probability_and_number_are_kept() {
        let position: &[(char, f32)] = &[('A', 0.9), ('B', 0.08), ('C', 0.02)];
        let sure = reading(&[position; 3], None);
        assert_eq!(rank(&sure, 4, 0.0).len(), 4);
        let ranked = rank(&sure, 50, 0.05);
        assert!(ranked.iter().all(|a| a.confidence >= 0.05), "{ranked:?}");
        assert_eq!(rank(&sure, 1, 1.0).len(), 1, "the best one always comes");
    }

    proptest! {
        /// The promise of [`MAX_WEIGHT`]: what the pixels are sure of, stays.
        #[test]
        fn strong_pixels_are_never_overridden(
            tops in prop::collection::vec((0_usize..36, 0_usize..36, 0.0_f32..1.0), 1..9),
            country in prop::sample::select(vec!["IT", "DE", "FR", "GB"]),
        ) {
            let positions: Vec<Position> = tops
                .iter()
                .map(|(a, b, p)| {
                    let mut weights = [0.002 / 39.0; ALPHABET.len()];
                    weights[*a] += p;
                    weights[*b] += 1.0 - p;
                    Position::new(weights)
                })
                .collect();
            let reading =
                Reading { positions, country: Some((Country::new(country).unwrap(), 1.0)) };
            let best = &rank(&reading, 1, 0.0)[0];
            for (position, character) in reading.positions.iter().zip(best.text.as_str().chars()) {
                let (top, p) = position.best();
                prop_assert!(
                    p < 0.975 || ALPHABET[top] == character,
                    "{character} for {} at {p}", ALPHABET[top]
                );
            }
        }
    }
}

//! Where a plate as read and a plate as listed are not the same.

use super::model::Difference;
use crate::lists::{LOST, gained};
use crate::plate::{PlateText, Reading, character_index};

/// The places where the two texts differ, with what the reading gave the listed
/// character. Texts of different lengths are laid side by side at the end where they
/// agree better.
pub(super) fn differences(
    reading: &Reading,
    read: &PlateText,
    listed: &PlateText,
) -> Vec<Difference> {
    let read: Vec<char> = read.as_str().chars().collect();
    let listed: Vec<char> = listed.as_str().chars().collect();
    let longer = read.len().max(listed.len());
    let from_start: Vec<_> =
        (0..longer).map(|n| (n, read.get(n).copied(), listed.get(n).copied())).collect();
    let from_end: Vec<_> = (0..longer)
        .map(|n| {
            let at = |text: &[char]| (n + text.len()).checked_sub(longer).map(|n| text[n]);
            ((n + read.len()).saturating_sub(longer), at(&read), at(&listed))
        })
        .collect();
    let unlike = |pairs: &[(usize, Option<char>, Option<char>)]| {
        pairs.iter().filter(|(_, read, listed)| read != listed).count()
    };
    let best = if unlike(&from_end) < unlike(&from_start) { from_end } else { from_start };
    // Votes may come from other looks, of another length than the one reading.
    let same_length = reading.positions.len() == read.len();
    best.into_iter()
        .filter(|(_, read, listed)| read != listed)
        .map(|(place, read, listed)| {
            let position = reading.positions.get(place).filter(|_| same_length);
            let probability = match (read, listed) {
                (Some(_), Some(listed)) => position
                    .zip(character_index(listed))
                    .map_or(0.0, |(position, index)| position.probability(index)),
                (Some(_), None) => position.map_or(0.0, gained),
                _ => LOST,
            };
            Difference { place: place as u32, read, listed, probability }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plate::{ALPHABET, Position};

    fn of(read: &str, listed: &str) -> Vec<(u32, Option<char>, Option<char>)> {
        let positions = read
            .chars()
            .map(|c| {
                let mut weights = [0.001; ALPHABET.len()];
                weights[character_index(c).unwrap()] = 1.0;
                Position::new(weights)
            })
            .collect();
        let reading = Reading { positions, country: None };
        let text = |t| PlateText::new(t).unwrap();
        differences(&reading, &text(read), &text(listed))
            .into_iter()
            .inspect(|d| assert!(d.probability > 0.0 && d.probability < 0.1))
            .map(|d| (d.place, d.read, d.listed))
            .collect()
    }

    #[test]
    fn each_kind_of_difference_is_named_at_its_place() {
        assert!(of("AB123CD", "AB123CD").is_empty());
        assert_eq!(of("AB123CD", "AB128CD"), [(4, Some('3'), Some('8'))]);
        assert_eq!(of("IAB123CD", "AB123CD"), [(0, Some('I'), None)]);
        assert_eq!(of("AB123CDI", "AB123CD"), [(7, Some('I'), None)]);
        assert_eq!(of("B123CD", "AB123CD"), [(0, None, Some('A'))]);
        assert_eq!(of("AB123C", "AB123CD"), [(6, None, Some('D'))]);
    }
}

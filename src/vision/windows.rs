//! Other places in a detection where the plate may be.
//!
//! Detector and aligner sometimes take a whole grille with the plate in it for the plate. When
//! the reader makes little of a quad as a whole, the plate is looked for in parts of it, and the
//! part that the reader is surest of is the plate.

use super::rectify::Homography;
use crate::frame::Quad;
use crate::plate::Reading;

/// A quad that was read with this confidence needs no second try.
const GOOD_CONFIDENCE: f32 = 0.6;
/// Two rows are seldom read as well as one; this is good enough for them.
const GOOD_TWO_ROWS: f32 = 0.3;
/// A part must be read so much better than the whole.
const GAIN: f32 = 0.15;
/// Fewer characters in a part are a piece of a plate, or none.
const MIN_CHARACTERS: usize = 5;

/// The parts: left, top, right, bottom, in widths and heights of the quad: the lower half, where
/// most grilles carry the plate, the upper one, the middle.
const PARTS: [[f32; 4]; 3] = [[0.0, 0.5, 1.0, 1.0], [0.0, 0.0, 1.0, 0.5], [0.1, 0.25, 0.9, 0.75]];

/// Whether parts of the quad should be tried.
pub(super) fn worth_trying(whole: &Reading, rows: u8) -> bool {
    let good = if rows == 2 { GOOD_TWO_ROWS } else { GOOD_CONFIDENCE };
    whole.confidence() < good
}

/// The parts of a quad, as quads.
pub(super) fn parts(quad: &Quad) -> [Quad; PARTS.len()] {
    let place = Homography::of_unit_square(quad);
    PARTS.map(|edges| part(&place, edges))
}

/// A part (left, top, right, bottom) of the quad that the map takes the unit square to.
fn part(place: &Homography, [left, top, right, bottom]: [f32; 4]) -> Quad {
    let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
    Quad(corners.map(|[u, v]| place.at(u, v)))
}

/// Which of the parts' readings to take in place of the whole's, if any.
pub(super) fn better<'r>(
    whole: &Reading,
    parts: impl Iterator<Item = &'r Reading>,
) -> Option<usize> {
    parts
        .enumerate()
        .filter(|(_, reading)| reading.positions.len() >= MIN_CHARACTERS)
        .map(|(index, reading)| (index, reading.confidence()))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, confidence)| *confidence > whole.confidence() + GAIN)
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Rect;
    use crate::plate::{ALPHABET, Position};

    fn reading(characters: usize, p: f32) -> Reading {
        let mut weights = [(1.0 - p) / 38.0; ALPHABET.len()];
        weights[10] = p;
        Reading { positions: vec![Position::new(weights); characters], country: None }
    }

    #[test]
    fn the_surest_part_of_enough_characters_is_taken() {
        let whole = reading(7, 0.5);
        let parts = [reading(7, 0.9), reading(3, 0.99), reading(7, 0.97), reading(6, 0.8)];
        assert_eq!(better(&whole, parts.iter()), Some(2));
        assert_eq!(better(&reading(7, 0.98), parts.iter()), None);
        assert!(worth_trying(&whole, 1) && !worth_trying(&reading(7, 0.95), 1));
        assert!(!worth_trying(&reading(7, 0.85), 2));
    }

    #[test]
    fn parts_lie_within_an_upright_quad_as_they_are_told() {
        let quad = Rect::from([100.0, 50.0, 200.0, 100.0]).quad();
        let lower = parts(&quad)[0].bounds();
        assert!((lower.y - 100.0).abs() < 1e-3 && (lower.h - 50.0).abs() < 1e-3);
        assert!((lower.x - 100.0).abs() < 1e-3 && (lower.w - 200.0).abs() < 1e-3);
    }
}

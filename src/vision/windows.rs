//! Other places in and around a detection where the line of text may be.
//!
//! A quad may end before the plate does: with a little more around it, the reader sees
//! the characters that were cut off.
//!
//! The detector sometimes takes a whole grille with the plate in it for the plate, or
//! cuts a plate that is turned. When the reader makes little of the quad as a whole,
//! parts of it are read too, and the part that the reader is surest of is the plate.

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

/// The parts: left, top, right, bottom, in widths and heights of the quad.
const PARTS: [[f32; 4]; 8] = [
    [0.0, 0.45, 1.0, 1.0],
    [0.0, 0.55, 1.0, 1.0],
    [0.03, 0.62, 0.97, 0.98],
    [0.06, 0.55, 0.94, 0.97],
    [0.0, 0.3, 1.0, 0.85],
    [0.0, 0.0, 1.0, 0.55],
    [0.06, 0.08, 0.94, 0.92],
    [-0.05, -0.1, 1.05, 1.1],
];

/// How much is added on each side: in widths, in heights.
const WIDER: [f32; 2] = [0.06, 0.04];
/// With its surroundings a plate must be read at least so surely.
const COMPLETE_CONFIDENCE: f32 = 0.5;

/// The quad with a little more around it.
pub(super) fn wider(quad: &Quad) -> Quad {
    let [x, y] = WIDER;
    part(&Homography::of_unit_square(quad), [-x, -y, 1.0 + x, 1.0 + y])
}

/// Whether the wider look found the narrow one's characters and more of them.
pub(super) fn completes(narrow: &Reading, wide: &Reading) -> bool {
    if wide.positions.len() <= narrow.positions.len() || wide.confidence() < COMPLETE_CONFIDENCE {
        return false;
    }
    match (narrow.text(), wide.text()) {
        (Some(narrow), Some(wide)) => {
            wide.as_str().starts_with(narrow.as_str()) || wide.as_str().ends_with(narrow.as_str())
        }
        _ => false,
    }
}

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

    fn digit() -> Position {
        let mut weights = [0.0; ALPHABET.len()];
        weights[3] = 1.0;
        Position::new(weights)
    }

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
    fn a_wider_look_counts_when_it_adds_characters_at_an_end() {
        let cut = reading(6, 0.97);
        assert!(completes(&cut, &reading(7, 0.95)));
        assert!(!completes(&cut, &reading(6, 0.99)), "nothing added");
        assert!(!completes(&cut, &reading(7, 0.9)), "unsure: 0.9 to the 7th is below a half");
        let mut other = reading(7, 0.99);
        other.positions[0] = digit();
        other.positions[6] = digit();
        assert!(!completes(&cut, &other), "another text");
    }

    #[test]
    fn the_wider_quad_reaches_beyond_the_quad_on_every_side() {
        let wide = wider(&Rect::from([100.0, 50.0, 200.0, 100.0]).quad()).bounds();
        assert!((wide.x - 88.0).abs() < 1e-3 && (wide.w - 224.0).abs() < 1e-3);
        assert!((wide.y - 46.0).abs() < 1e-3 && (wide.h - 108.0).abs() < 1e-3);
    }

    #[test]
    fn parts_lie_within_an_upright_quad_as_they_are_told() {
        let quad = Rect::from([100.0, 50.0, 200.0, 100.0]).quad();
        let lower = parts(&quad)[1].bounds();
        assert!((lower.y - 105.0).abs() < 1e-3 && (lower.h - 45.0).abs() < 1e-3);
        assert!((lower.x - 100.0).abs() < 1e-3 && (lower.w - 200.0).abs() < 1e-3);
    }
}

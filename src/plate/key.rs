//! A plate text in one machine word, for sorting, searching and storing by the million.

use super::text::{ALPHABET, PlateText, character_index};

/// Longest plate text, in characters.
pub const MAX_CHARACTERS: usize = 12;

/// Digits of the number: a character's place in [`ALPHABET`] plus one; 0 is none.
const BASE: u64 = 40;

/// A plate text as a number: twelve digits in base 40, the first character the highest
/// digit, so that the order of numbers is the order of texts. 40¹² < 2⁶⁴.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlateKey(u64);

impl PlateKey {
    /// The key of a plate.
    #[must_use]
    pub fn new(plate: &PlateText) -> Self {
        let indices = plate.as_str().chars().filter_map(character_index);
        let mut number = 0;
        let mut length = 0;
        for index in indices.take(MAX_CHARACTERS) {
            number = number * BASE + index as u64 + 1;
            length += 1;
        }
        Self(number * BASE.pow(MAX_CHARACTERS as u32 - length))
    }

    /// The key of characters given as places in [`ALPHABET`]; `None` for none, for too
    /// many, or for places that are not in it.
    #[must_use]
    pub fn from_indices(indices: &[u8]) -> Option<Self> {
        let good = indices.iter().all(|index| usize::from(*index) < ALPHABET.len());
        if indices.is_empty() || indices.len() > MAX_CHARACTERS || !good {
            return None;
        }
        let number = indices.iter().fold(0, |n, index| n * BASE + u64::from(*index) + 1);
        Some(Self(number * BASE.pow((MAX_CHARACTERS - indices.len()) as u32)))
    }

    /// Places in [`ALPHABET`] of its characters, and how many there are.
    #[must_use]
    pub fn indices(self) -> ([u8; MAX_CHARACTERS], usize) {
        let mut indices = [0; MAX_CHARACTERS];
        let (mut rest, mut length) = (self.0, 0);
        for (place, index) in indices.iter_mut().enumerate().rev() {
            let digit = rest % BASE;
            rest /= BASE;
            if digit > 0 {
                *index = (digit - 1) as u8;
                length = length.max(place + 1);
            }
        }
        (indices, length)
    }

    /// Number of characters.
    #[must_use]
    pub fn length(self) -> usize {
        self.indices().1
    }

    /// The plate.
    #[must_use]
    pub fn text(self) -> Option<PlateText> {
        let (indices, length) = self.indices();
        let text: Option<String> =
            indices.iter().take(length).map(|index| ALPHABET.get(usize::from(*index))).collect();
        PlateText::new(&text?).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_its_plate_and_sorts_like_it(
            a in prop::collection::vec(0_u8..39, 1..=12),
            b in prop::collection::vec(0_u8..39, 1..=12),
        ) {
            let key = PlateKey::from_indices(&a).unwrap();
            let (indices, length) = key.indices();
            prop_assert_eq!(&indices[..length], &a[..]);
            let plate = key.text().unwrap();
            prop_assert_eq!(PlateKey::new(&plate), key);
            let other = PlateKey::from_indices(&b).unwrap();
            prop_assert_eq!(key.cmp(&other), a.cmp(&b));
        }
    }

    #[test]
    fn what_is_no_plate_has_no_key() {
        for bad in [&[][..], &[39], &[0; 13]] {
            assert_eq!(PlateKey::from_indices(bad), None);
        }
    }
}

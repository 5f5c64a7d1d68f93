//! Plate text in the one form that the whole system uses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The characters that a plate text is made of, in the reader's order.
pub const ALPHABET: [char; 39] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I',
    'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö',
    'Ü',
];

/// The longest plate text accepted, in characters.
const MAX_CHARACTERS: usize = 12;

/// Place of a character in [`ALPHABET`], if it is in it.
#[must_use]
pub fn character_index(character: char) -> Option<usize> {
    match character {
        '0'..='9' => Some(character as usize - '0' as usize),
        'A'..='Z' => Some(character as usize - 'A' as usize + 10),
        'Ä' => Some(36),
        'Ö' => Some(37),
        'Ü' => Some(38),
        _ => None,
    }
}

/// Why a string is no plate text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlateTextError {
    /// Nothing is left once separators are gone.
    #[error("no letter or digit in {0:?}: give the plate as it is painted, such as \"AB123CD\"")]
    Empty(String),
    /// A character that no plate has.
    #[error("{character:?} in {text:?} is on no plate: use A-Z, 0-9, Ä, Ö, Ü")]
    Character {
        /// The offending character.
        character: char,
        /// The text as given.
        text: String,
    },
    /// Longer than any plate.
    #[error("{0:?} is longer than any plate (12 characters)")]
    TooLong(String),
}

/// A plate text: `A–Z`, `0–9`, `Ä Ö Ü`, upper case, no separators, 1 to 12 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlateText(String);

impl PlateText {
    /// Normalises what a person or a register writes: upper case; spaces,
    /// hyphens, dots, bullets and slashes dropped; Cyrillic and Greek letters
    /// that have a Latin twin on plates folded to it.
    ///
    /// # Errors
    /// [`PlateTextError`] says what is wrong with the text.
    pub fn new(text: &str) -> Result<Self, PlateTextError> {
        let mut plate = String::with_capacity(text.len());
        let mut characters = 0;
        for original in text.chars() {
            for character in original.to_uppercase() {
                let character = latin_twin(character);
                if is_separator(character) {
                    continue;
                }
                if character_index(character).is_none() {
                    return Err(PlateTextError::Character {
                        character: original,
                        text: text.to_owned(),
                    });
                }
                plate.push(character);
                characters += 1;
            }
        }
        match characters {
            0 => Err(PlateTextError::Empty(text.to_owned())),
            1..=MAX_CHARACTERS => Ok(Self(plate)),
            _ => Err(PlateTextError::TooLong(text.to_owned())),
        }
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '–' | '.' | '·' | '•' | '/' | '_' | '*')
}

/// The letters of the Cyrillic and Greek alphabets that plates use because they
/// look like Latin ones (Vienna Convention on Road Traffic, annex 2).
fn latin_twin(character: char) -> char {
    match character {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'Е' | 'Ε' => 'E',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Н' | 'Η' => 'H',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'С' => 'C',
        'Т' | 'Τ' => 'T',
        'У' | 'Υ' => 'Y',
        'Х' | 'Χ' => 'X',
        'І' | 'Ι' => 'I',
        'Ζ' => 'Z',
        'Ν' => 'N',
        other => other,
    }
}

impl fmt::Display for PlateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PlateText {
    type Err = PlateTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for PlateText {
    type Error = PlateTextError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<PlateText> for String {
    fn from(text: PlateText) -> Self {
        text.0
    }
}

/// Why a string is no country code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no country code: use two letters of ISO 3166-1, such as IT or DE (XK for Kosovo)"
)]
pub struct CountryError(String);

/// A country by its two letters (ISO 3166-1 alpha-2; `XK` for Kosovo).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

impl Country {
    /// A country from its code, in either case.
    ///
    /// # Errors
    /// [`CountryError`] when the code is not two ASCII letters.
    pub fn new(code: &str) -> Result<Self, CountryError> {
        match code.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(CountryError(code.to_owned())),
        }
    }

    /// A country known when the program is built; two ASCII capitals.
    #[must_use]
    pub const fn literal(code: [u8; 2]) -> Self {
        Self(code)
    }

    /// The code in capitals.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::new(&code)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_and_its_index_agree() {
        for (index, character) in ALPHABET.iter().enumerate() {
            assert_eq!(character_index(*character), Some(index));
        }
        assert_eq!(character_index('a'), None);
        assert_eq!(character_index('-'), None);
    }

    #[test]
    fn separators_case_and_lookalike_alphabets_are_normalised() {
        let texts = ["ab-123 cd", "AB·123·CD", "АВ123СD"];
        for text in texts {
            let plate = PlateText::new(text);
            assert_eq!(plate.as_ref().map(PlateText::as_str), Ok("AB123CD"), "{text}");
        }
        assert_eq!(PlateText::new("gö ab 1").map(String::from), Ok("GÖAB1".to_owned()));
    }

    #[test]
    fn bad_texts_say_what_is_wrong() {
        assert!(matches!(PlateText::new(" - "), Err(PlateTextError::Empty(_))));
        assert!(matches!(
            PlateText::new("AB?1"),
            Err(PlateTextError::Character { character: '?', .. })
        ));
        assert!(matches!(PlateText::new("ABCDEFGHIJKLM"), Err(PlateTextError::TooLong(_))));
    }

    #[test]
    fn countries_are_two_letters() {
        assert_eq!(Country::new("it").map(|c| c.to_string()), Ok("IT".to_owned()));
        assert!(Country::new("ITA").is_err());
        assert!(Country::new("1T").is_err());
    }
}

//! Number plates as text: normalisation, readings, country grammars.
//!
//! Nothing here looks at a picture, does I/O or reads a clock.

pub mod grammar;
mod key;
mod reading;
mod text;

pub use key::{MAX_CHARACTERS, PlateKey};
pub use reading::{Alternative, Position, Reading};
pub use text::{ALPHABET, Country, CountryError, PlateText, PlateTextError, character_index};

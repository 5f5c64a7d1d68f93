//! Number plates as text: normalisation, readings, country grammars.
//!
//! Nothing here looks at a picture, does I/O or reads a clock.

pub mod grammar;
mod reading;
mod text;

pub use reading::{Alternative, Position, Reading};
pub use text::{ALPHABET, Country, CountryError, PlateText, PlateTextError, character_index};

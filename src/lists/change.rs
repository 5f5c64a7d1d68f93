//! What a delivery does to a list, row by row.

use super::model::Entry;
use crate::plate::{Country, PlateText};

/// What a row of a delivery asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The entry is to be in the list, instead of one with the same plate, country and
    /// reference.
    Add(Entry),
    /// Entries go.
    Remove(Removal),
}

/// Entries that an increment takes away: those of the plate that agree with all that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The plate.
    pub plate: PlateText,
    /// Only entries of this country.
    pub country: Option<Country>,
    /// Only the entry with this reference.
    pub reference: Option<String>,
}

impl Change {
    /// The plate that it is about.
    #[must_use]
    pub fn plate(&self) -> &PlateText {
        match self {
            Self::Add(entry) => &entry.plate,
            Self::Remove(removal) => &removal.plate,
        }
    }

    /// Does what it asks for to the entries that a list has of its plate.
    pub fn apply(self, entries: &mut Vec<Entry>) {
        match self {
            Self::Add(entry) => {
                let same = |other: &&mut Entry| {
                    (other.country, &other.reference) == (entry.country, &entry.reference)
                };
                match entries.iter_mut().find(same) {
                    Some(other) => *other = entry,
                    None => entries.push(entry),
                }
            }
            Self::Remove(removal) => entries.retain(|entry| !removal.takes(entry)),
        }
    }
}

impl Removal {
    /// Whether an entry of the plate is among those that go.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        self.country.is_none_or(|country| entry.country == Some(country))
            && (self.reference.is_none() || self.reference == entry.reference)
    }
}

//! A list in memory, made for look-ups: a sorted automaton of plates and compact rows.

use std::collections::HashMap;
use std::fmt;

use jiff::civil::Date;

use super::model::{Entry, Vehicle};
use super::walk::{self, Found};
use crate::plate::{ALPHABET, Country, PlateText, Reading, character_index};

/// Why an index could not be built.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// More entries or text than the index can number.
    #[error("the list has too many entries or too much text for one index ({0}): split it")]
    TooBig(&'static str),
    /// The automaton could not be built.
    #[error("the list's index could not be built: {0}")]
    Automaton(#[from] fst::Error),
}

/// Place of an interned text; 0 is none.
type TextPlace = u32;

/// What an entry says beyond its plate.
struct Row {
    /// The next row is of the same plate.
    followed: bool,
    country: Option<Country>,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    reason: TextPlace,
    reference: TextPlace,
    make: TextPlace,
    model: TextPlace,
    colour: TextPlace,
}

/// Texts, each kept once.
#[derive(Default)]
struct Texts {
    buffer: String,
    /// End of each text in `buffer`; a text starts where the one before it ends.
    ends: Vec<u32>,
}

impl Texts {
    fn get(&self, place: TextPlace) -> Option<&str> {
        let place = (place as usize).checked_sub(1)?;
        let start =
            place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.buffer.get(start as usize..*self.ends.get(place)? as usize)
    }
}

/// A plate's key in place, without an allocation of its own. Unused places are 0, so
/// that the order of bytes and then length is the order of the keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SortKey {
    bytes: [u8; 12],
    length: u8,
}

impl SortKey {
    fn new(plate: &PlateText) -> Self {
        let mut bytes = [0; 12];
        let mut length = 0;
        for (place, byte) in bytes.iter_mut().zip(key(plate)) {
            *place = byte;
            length += 1;
        }
        Self { bytes, length }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

/// Builds an [`Index`] entry by entry, without keeping the entries themselves.
#[derive(Default)]
pub struct IndexBuilder {
    rows: Vec<(SortKey, Row)>,
    texts: Texts,
    known: HashMap<String, TextPlace>,
}

impl IndexBuilder {
    /// Adds an entry.
    ///
    /// # Errors
    /// [`IndexError::TooBig`] when entries or texts pass 4 GiB.
    pub fn add(&mut self, entry: Entry) -> Result<(), IndexError> {
        let row = Row {
            followed: false,
            country: entry.country,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
            reason: self.intern(entry.reason)?,
            // Every entry has its own: looking for it again is a waste.
            reference: entry.reference.map_or(Ok(0), |text| self.append(&text))?,
            make: self.intern(entry.vehicle.make)?,
            model: self.intern(entry.vehicle.model)?,
            colour: self.intern(entry.vehicle.colour)?,
        };
        self.rows.push((SortKey::new(&entry.plate), row));
        Ok(())
    }

    fn intern(&mut self, text: Option<String>) -> Result<TextPlace, IndexError> {
        let Some(text) = text else { return Ok(0) };
        if let Some(place) = self.known.get(&text) {
            return Ok(*place);
        }
        let place = self.append(&text)?;
        self.known.insert(text, place);
        Ok(place)
    }

    fn append(&mut self, text: &str) -> Result<TextPlace, IndexError> {
        self.texts.buffer.push_str(text);
        let end = u32::try_from(self.texts.buffer.len()).map_err(|_| IndexError::TooBig("text"))?;
        self.texts.ends.push(end);
        u32::try_from(self.texts.ends.len()).map_err(|_| IndexError::TooBig("texts"))
    }

    /// Sorts what was added and builds the index.
    ///
    /// # Errors
    /// [`IndexError`] when there are more entries than can be numbered.
    pub fn build(self) -> Result<Index, IndexError> {
        drop(self.known);
        let mut rows = self.rows;
        // Stable: entries of one plate stay in the order of the file.
        rows.sort_by_key(|(key, _)| *key);
        let mut builder = fst::MapBuilder::memory();
        // The place of a plate's first row grows with the plate, which the automaton
        // stores in few bytes.
        let mut start = 0_u64;
        for same in rows.chunk_by_mut(|a, b| a.0 == b.0) {
            if let Some((key, _)) = same.first() {
                builder.insert(key.as_bytes(), start)?;
            }
            start += same.len() as u64;
            if let [followed @ .., _] = same {
                for (_, row) in followed {
                    row.followed = true;
                }
            }
        }
        let plates = fst::Map::new(builder.into_inner()?)?;
        Ok(Index {
            plates,
            rows: rows.into_iter().map(|(_, row)| row).collect(),
            texts: self.texts,
        })
    }
}

/// A plate as the automaton's key: a byte for each character, its place in [`ALPHABET`].
pub(super) fn key(plate: &PlateText) -> Vec<u8> {
    plate.as_str().chars().filter_map(character_index).map(|index| index as u8).collect()
}

/// The plate of a key.
pub(super) fn plate(key: &[u8]) -> Option<PlateText> {
    let text: Option<String> = key.iter().map(|c| ALPHABET.get(usize::from(*c))).collect();
    PlateText::new(&text?).ok()
}

/// A plate of the list that a reading allows.
#[derive(Debug, Clone, PartialEq)]
pub struct LookAlike {
    /// The plate as listed.
    pub plate: PlateText,
    /// How much of the reading's probability it has; see [`Index::look_alikes`].
    pub likelihood: f32,
    /// True when it has as many characters as the reading.
    pub same_length: bool,
}

/// A list's plates and entries, ready to be asked. Cheap to share behind an `Arc`.
pub struct Index {
    plates: fst::Map<Vec<u8>>,
    rows: Vec<Row>,
    texts: Texts,
}

impl Index {
    /// An index of entries.
    ///
    /// # Errors
    /// [`IndexError`] when there are more than can be numbered.
    pub fn build(entries: impl IntoIterator<Item = Entry>) -> Result<Self, IndexError> {
        let mut builder = IndexBuilder::default();
        for entry in entries {
            builder.add(entry)?;
        }
        builder.build()
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Number of different plates.
    #[must_use]
    pub fn plates(&self) -> usize {
        self.plates.len()
    }

    /// Whether it has an entry of exactly this plate.
    #[must_use]
    pub fn has(&self, plate: &PlateText) -> bool {
        self.plates.contains_key(key(plate))
    }

    /// The entries of exactly this plate, in the order of the file.
    #[must_use]
    pub fn entries(&self, plate: &PlateText) -> Vec<Entry> {
        let Some(start) = self.plates.get(key(plate)) else { return Vec::new() };
        let rows = self.rows.get(start as usize..).unwrap_or_default();
        let followed = rows.iter().take_while(|row| row.followed).count();
        rows.iter().take(followed + 1).map(|row| self.entry(plate, row)).collect()
    }

    fn entry(&self, plate: &PlateText, row: &Row) -> Entry {
        let text = |place| self.texts.get(place).map(str::to_owned);
        Entry {
            plate: plate.clone(),
            country: row.country,
            reason: text(row.reason),
            reference: text(row.reference),
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            vehicle: Vehicle {
                make: text(row.make),
                model: text(row.model),
                colour: text(row.colour),
            },
        }
    }

    /// The listed plates that a reading allows with a likelihood of at least `floor`,
    /// most likely first.
    ///
    /// The likelihood is the product of the probabilities that the reading gives the
    /// plate's characters. A plate with one character less or more than the reading
    /// at either end (a border read as `I`, an end in shadow) counts too, with
    /// [`gained`](super::gained) or [`LOST`](super::LOST) as a factor.
    #[must_use]
    pub fn look_alikes(&self, reading: &Reading, floor: f32) -> Vec<LookAlike> {
        let found = walk::walk(self.plates.as_fst(), &reading.positions, floor);
        found
            .into_iter()
            .filter_map(|Found { key, likelihood, same_length }| {
                Some(LookAlike { plate: plate(&key)?, likelihood, same_length })
            })
            .collect()
    }

    /// Bytes that the automaton takes.
    #[must_use]
    pub fn automaton_bytes(&self) -> usize {
        self.plates.as_fst().as_bytes().len()
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("entries", &self.len())
            .field("plates", &self.plates())
            .finish_non_exhaustive()
    }
}

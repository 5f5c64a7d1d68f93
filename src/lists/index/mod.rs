//! A list made for look-ups: its plates packed so that a reading's probabilities can be
//! followed through them, and what is said of each in columns.
//!
//! All of it is one run of bytes, in memory or mapped from a snapshot's file, and is
//! used as it lies there: opening costs nothing, and memory is what the file is long.
//! `docs/design/lists.md` describes the layout.

mod attributes;
mod builder;
mod bytes;
mod directory;
mod layout;
mod packed;
mod search;
mod texts;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use builder::{IndexBuilder, IndexError, Repeated, Repeats};
pub(super) use bytes::Bytes;
pub use layout::LayoutError;
pub use search::{LOST, gained};

use attributes::Columns;
use directory::Directory;
use layout::Layout;
use packed::Group;

use super::model::Entry;
use crate::plate::{PlateKey, PlateText, Position, Reading};

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

/// The same without a text of its own, for the millions that are looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The plate as listed.
    pub key: PlateKey,
    /// See [`LookAlike`].
    pub likelihood: f32,
    /// See [`LookAlike`].
    pub same_length: bool,
    /// Its entries' numbers.
    pub entries: Range<u32>,
}

/// A list's plates and entries, ready to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Index {
    bytes: Arc<Bytes>,
    /// Where the index begins in the bytes.
    start: usize,
    layout: Arc<Layout>,
    /// Of each of the layout's groups.
    directories: Arc<[Option<Directory>]>,
}

impl Index {
    /// An index of entries.
    ///
    /// # Errors
    /// [`IndexError`] when there are more than can be numbered.
    pub fn build(entries: impl IntoIterator<Item = Entry>) -> Result<Self, IndexError> {
        let mut builder = IndexBuilder::default();
        for entry in entries {
            builder.add(&entry)?;
        }
        builder.build()
    }

    /// The index that lies in bytes from `start` to their end.
    ///
    /// # Errors
    /// [`LayoutError`] when they are no index. What is inside is not looked through: a
    /// wrong number there gives a wrong answer, and never a fault.
    pub(super) fn open(bytes: Arc<Bytes>, start: usize) -> Result<Self, LayoutError> {
        let layout = Layout::read(bytes.get(start..).unwrap_or_default())?;
        let of_index = bytes.get(start..).unwrap_or_default();
        let directories = layout
            .groups
            .iter()
            .map(|group| Group::new(of_index, group).and_then(|group| Directory::new(&group)))
            .collect();
        Ok(Self { bytes, start, layout: Arc::new(layout), directories })
    }

    /// The index that lies in bytes.
    ///
    /// # Errors
    /// [`LayoutError`] when they are no index.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, LayoutError> {
        Self::open(Arc::new(Bytes::Memory(bytes)), 0)
    }

    /// The bytes that it lies in.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layout.entries as usize
    }

    /// True when it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of different plates.
    #[must_use]
    pub fn plates(&self) -> usize {
        self.layout.plates as usize
    }

    /// Bytes that the plates alone take.
    #[must_use]
    pub fn plates_bytes(&self) -> usize {
        self.layout.groups.iter().map(layout::GroupLayout::bytes).sum()
    }

    fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        let bytes = self.as_bytes();
        self.layout.groups.iter().zip(self.directories.iter()).filter_map(|(layout, directory)| {
            Some(Group::new(bytes, layout)?.with(directory.as_ref()))
        })
    }

    fn columns(&self) -> Columns<'_> {
        Columns { bytes: self.as_bytes(), layout: &self.layout }
    }

    /// The numbers of the entries of exactly this plate; an empty range for none.
    #[must_use]
    pub fn find(&self, key: PlateKey) -> Range<u32> {
        let (indices, length) = key.indices();
        let indices = indices.get(..length).unwrap_or_default();
        let mut groups = self.groups();
        groups.find(|group| group.length == length).map_or(0..0, |group| group.find(indices))
    }

    /// Whether it has an entry of exactly this plate.
    #[must_use]
    pub fn has(&self, plate: &PlateText) -> bool {
        !self.find(PlateKey::new(plate)).is_empty()
    }

    /// The entries of exactly this plate, in the order of the file.
    #[must_use]
    pub fn entries(&self, plate: &PlateText) -> Vec<Entry> {
        let columns = self.columns();
        self.find(PlateKey::new(plate)).map(|n| columns.entry(plate.clone(), n)).collect()
    }

    /// The entries of a plate that was found.
    #[must_use]
    pub fn entries_of(&self, found: &Found) -> Vec<Entry> {
        let Some(plate) = found.key.text() else { return Vec::new() };
        let columns = self.columns();
        found.entries.clone().map(|n| columns.entry(plate.clone(), n)).collect()
    }

    /// All entries: by number of characters, then in the order of plates.
    pub fn iter(&self) -> impl Iterator<Item = Entry> + '_ {
        let columns = self.columns();
        self.groups().flat_map(move |group| {
            (group.first()..group.first() + group.len()).filter_map(move |n| {
                let plate = group.key(n - group.first())?.text()?;
                Some(columns.entry(plate, n))
            })
        })
    }

    /// All plates, each once, in the order of [`Self::iter`].
    pub fn keys(&self) -> impl Iterator<Item = PlateKey> + '_ {
        let mut last = None;
        self.groups()
            .flat_map(|group| (0..group.len()).filter_map(move |n| group.key(n)))
            .filter(move |key| last.replace(*key) != Some(*key))
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
        let mut found = Vec::new();
        self.search(&reading.positions, floor, &mut found);
        found
            .into_iter()
            .filter_map(|Found { key, likelihood, same_length, .. }| {
                Some(LookAlike { plate: key.text()?, likelihood, same_length })
            })
            .collect()
    }

    /// What [`Self::look_alikes`] finds, into a buffer that is emptied first.
    pub fn search(&self, positions: &[Position], floor: f32, found: &mut Vec<Found>) {
        found.clear();
        search::search(self.groups(), positions, floor, found);
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

#[cfg(test)]
mod tests;

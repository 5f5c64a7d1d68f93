//! Where what lies in an index: a small JSON text at its beginning.

use serde::{Deserialize, Serialize};

use super::packed::{PREFIX, suffix_bytes};
use crate::plate::MAX_CHARACTERS;

/// Longest layout that is read; a real one has less than 4 kB.
const MAX_LAYOUT_BYTES: usize = 64 * 1024;

/// Bytes that are no index.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// Cut off.
    #[error("it ends in the middle: {0} bytes are missing at least")]
    Short(usize),
    /// No description of what lies where.
    #[error("its table of contents cannot be read: {0}")]
    Contents(#[from] serde_json::Error),
    /// The description cannot be right.
    #[error("its table of contents is wrong: {0}")]
    Wrong(&'static str),
}

/// What is said of an entry beyond its plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Field {
    Country,
    ValidFrom,
    ValidTo,
    Reason,
    Reference,
    Make,
    Model,
    Colour,
}

impl Field {
    pub(super) const ALL: [Self; 8] = [
        Self::Country,
        Self::ValidFrom,
        Self::ValidTo,
        Self::Reason,
        Self::Reference,
        Self::Make,
        Self::Model,
        Self::Colour,
    ];
}

/// The plates of one length, packed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupLayout {
    /// Characters.
    pub(super) length: u8,
    /// Different beginnings.
    pub(super) prefixes: u32,
    /// Entries, several of one plate counted each.
    pub(super) entries: u32,
    /// Number of the first entry.
    pub(super) first: u32,
    /// Where: the prefixes, then where each one's entries begin (and the end), then
    /// the rest of each plate.
    pub(super) at: u64,
}

impl GroupLayout {
    pub(super) fn bytes(&self) -> usize {
        let suffixes = self.entries as usize * suffix_bytes(usize::from(self.length));
        (2 * self.prefixes as usize + 1) * 4 + suffixes
    }
}

/// One field of all entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnLayout {
    pub(super) field: Field,
    /// Texts, each with its end; then the texts themselves.
    pub(super) texts: u32,
    pub(super) text_bytes: u32,
    /// Bytes of an entry's code: 0 when all have the same one.
    pub(super) code_bytes: u8,
    /// The code of all, where they have the same.
    pub(super) code: u32,
    /// Every entry has a text of its own, in order, and no code; an empty one is none.
    pub(super) own: bool,
    pub(super) at: u64,
}

impl ColumnLayout {
    pub(super) fn bytes(&self, entries: u32) -> usize {
        let codes = entries as usize * usize::from(self.code_bytes);
        self.texts as usize * 4 + self.text_bytes as usize + codes
    }
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub(super) entries: u32,
    pub(super) plates: u32,
    /// By length.
    pub(super) groups: Vec<GroupLayout>,
    pub(super) columns: Vec<ColumnLayout>,
    /// Bytes of the text that this was read from, with its length before it: places
    /// are counted from there.
    #[serde(skip)]
    pub(super) own_bytes: usize,
}

impl Layout {
    /// Reads what stands at the beginning of an index and checks that all it speaks of
    /// is there.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, LayoutError> {
        let short = |needed: usize| LayoutError::Short(needed.saturating_sub(bytes.len()));
        let head = bytes.first_chunk::<4>().ok_or_else(|| short(4))?;
        let length = u32::from_le_bytes(*head) as usize;
        if length > MAX_LAYOUT_BYTES {
            return Err(LayoutError::Wrong("it is too long"));
        }
        let text = bytes.get(4..4 + length).ok_or_else(|| short(4 + length))?;
        let mut layout: Self = serde_json::from_slice(text)?;
        layout.own_bytes = 4 + length;
        layout.check(bytes.len())?;
        Ok(layout)
    }

    fn check(&self, bytes: usize) -> Result<(), LayoutError> {
        let mut end = self.own_bytes as u64;
        let mut first = 0_u32;
        let mut shortest = 0;
        let mut part = |at: u64, bytes: usize| {
            if at != end {
                return Err(LayoutError::Wrong("its parts do not follow each other"));
            }
            end += bytes as u64;
            Ok(())
        };
        for group in &self.groups {
            if group.length <= shortest || usize::from(group.length) > MAX_CHARACTERS {
                return Err(LayoutError::Wrong("plates of an impossible length"));
            }
            if group.first != first || group.prefixes > group.entries {
                return Err(LayoutError::Wrong("the numbers of entries do not add up"));
            }
            shortest = group.length;
            first =
                first.checked_add(group.entries).ok_or(LayoutError::Wrong("too many entries"))?;
            part(group.at.saturating_add(self.own_bytes as u64), group.bytes())?;
        }
        if first != self.entries || self.plates > self.entries {
            return Err(LayoutError::Wrong("the numbers of entries do not add up"));
        }
        for column in &self.columns {
            if !matches!(column.code_bytes, 0 | 1 | 2 | 4) {
                return Err(LayoutError::Wrong("codes of an impossible width"));
            }
            if column.own && column.texts != self.entries {
                return Err(LayoutError::Wrong("a column has too few texts"));
            }
            part(column.at.saturating_add(self.own_bytes as u64), column.bytes(self.entries))?;
        }
        if end > bytes as u64 {
            return Err(LayoutError::Short((end - bytes as u64) as usize));
        }
        if end < bytes as u64 {
            return Err(LayoutError::Wrong("something lies behind its end"));
        }
        Ok(())
    }

    /// Where something lies, from the beginning of the index.
    pub(super) fn place(&self, at: u64) -> usize {
        at as usize + self.own_bytes
    }
}

/// Characters of a plate that are looked up first.
pub(super) fn prefix_length(length: usize) -> usize {
    length.min(PREFIX)
}

//! Texts of one field, each kept once while a list is read.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// From so many different texts on, when they are most of all, looking for a known one
/// is given up: memory would go into texts that come once.
const MANY: usize = 1 << 18;

/// Texts by number, from 1; 0 is none.
#[derive(Default)]
pub(super) struct Texts {
    buffer: Vec<u8>,
    /// End of each text in `buffer`.
    ends: Vec<u32>,
    /// Number by hash; a text whose hash another one has is kept again.
    known: HashMap<u64, u32>,
    hasher: RandomState,
    given: usize,
}

impl Texts {
    /// The number of a text; `None` when there is more than 4 GiB of it.
    pub(super) fn number(&mut self, text: &str) -> Option<u32> {
        self.given += 1;
        let looking = self.ends.len() < MANY || self.ends.len() * 2 < self.given;
        if !looking {
            self.known = HashMap::new();
            return self.append(text);
        }
        let hash = self.hasher.hash_one(text);
        if let Some(number) = self.known.get(&hash)
            && self.get(*number) == text.as_bytes()
        {
            return Some(*number);
        }
        let number = self.append(text)?;
        self.known.insert(hash, number);
        Some(number)
    }

    fn append(&mut self, text: &str) -> Option<u32> {
        self.buffer.extend_from_slice(text.as_bytes());
        self.ends.push(u32::try_from(self.buffer.len()).ok()?);
        u32::try_from(self.ends.len()).ok()
    }

    /// A text by its number; empty for 0.
    pub(super) fn get(&self, number: u32) -> &[u8] {
        let Some(place) = (number as usize).checked_sub(1) else { return &[] };
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(place).copied().unwrap_or(0) as usize;
        self.buffer.get(start.unwrap_or(0) as usize..end).unwrap_or_default()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// All of them, one behind the other, and where each ends.
    pub(super) fn parts(&self) -> (&[u32], &[u8]) {
        (&self.ends, &self.buffer)
    }

    /// Frees what is only needed while texts are added.
    pub(super) fn finish(&mut self) {
        self.known = HashMap::new();
    }
}

//! Plates of one length, packed: their first four characters once for all plates that
//! begin with them, the rest of each in as few bytes as it needs (two for the usual
//! seven characters), in order, so that the place of a plate is the number of its entry.

use std::ops::Range;

use zerocopy::little_endian::U32;

use super::bytes::words;
use super::directory::Directory;
use super::layout::{GroupLayout, prefix_length};
use crate::plate::{ALPHABET, MAX_CHARACTERS, PlateKey};

/// Characters of a plate's beginning that are kept once: 39⁴ fits any directory.
pub(super) const PREFIX: usize = 4;

/// Digits of packed numbers: places in the alphabet.
pub(super) const BASE: u64 = ALPHABET.len() as u64;

/// Bytes that the rest of a plate takes: as many as 39ⁿ − 1 needs.
pub(super) const fn suffix_bytes(length: usize) -> usize {
    match length {
        0..=PREFIX => 0,
        5 => 1,
        6 | 7 => 2,
        8 => 3,
        9 | 10 => 4,
        11 => 5,
        _ => 6,
    }
}

/// Characters as one number, the first one the highest digit.
pub(super) fn pack(indices: &[u8]) -> u64 {
    indices.iter().fold(0, |number, index| number * BASE + u64::from(*index))
}

/// The plates of one length.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    pub(super) length: usize,
    first: u32,
    entries: u32,
    prefixes: &'a [U32],
    /// Where each prefix's entries begin, and at the end where the last one's end.
    starts: &'a [U32],
    suffixes: &'a [u8],
    suffix_bytes: usize,
    directory: Option<&'a Directory>,
}

impl<'a> Group<'a> {
    /// `bytes` are the whole index, where the layout's places count from its own end.
    pub(super) fn new(bytes: &'a [u8], layout: &GroupLayout) -> Option<Self> {
        let own = 4 + u32::from_le_bytes(*bytes.first_chunk::<4>()?) as usize;
        let bytes = bytes.get(own + layout.at as usize..)?;
        let count = layout.prefixes as usize;
        let length = usize::from(layout.length);
        let suffix_bytes = suffix_bytes(length);
        let (prefixes, bytes) = bytes.split_at_checked(count * 4)?;
        let (starts, bytes) = bytes.split_at_checked((count + 1) * 4)?;
        let suffixes = bytes.get(..layout.entries as usize * suffix_bytes)?;
        Some(Self {
            length,
            first: layout.first,
            entries: layout.entries,
            prefixes: words(prefixes),
            starts: words(starts),
            suffixes,
            suffix_bytes,
            directory: None,
        })
    }

    /// The same, with its directory if it has one.
    pub(super) fn with(self, directory: Option<&'a Directory>) -> Self {
        Self { directory, ..self }
    }

    /// Number of its first entry.
    pub(super) fn first(&self) -> u32 {
        self.first
    }

    /// Entries in it.
    pub(super) fn len(&self) -> u32 {
        self.entries
    }

    /// Beginnings in it.
    pub(super) fn prefixes(&self) -> usize {
        self.prefixes.len()
    }

    /// The beginning with a number; the highest number for none.
    pub(super) fn prefix(&self, at: usize) -> u64 {
        self.prefixes.get(at).map_or(u64::MAX, |prefix| u64::from(prefix.get()))
    }

    /// Places of the entries that begin so; none beyond the group's, whatever a broken file says.
    pub(super) fn entries_of(&self, prefix: usize) -> Range<usize> {
        let start = |at: usize| {
            let start = self.starts.get(at).map_or(0, |start| start.get());
            start.min(self.entries) as usize
        };
        start(prefix)..start(prefix + 1)
    }

    /// The rest of an entry's plate.
    pub(super) fn suffix(&self, at: usize) -> u64 {
        let width = self.suffix_bytes;
        let Some(bytes) = self.suffixes.get(at * width..at * width + width) else { return 0 };
        match *bytes {
            [a, b] => u64::from(u16::from_le_bytes([a, b])),
            [a] => u64::from(a),
            _ => bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)),
        }
    }

    /// The place of a beginning. `from` is a place before which it is known not to be,
    /// moved on to where the search ended.
    pub(super) fn find_prefix(&self, from: &mut usize, prefix: u64) -> Option<usize> {
        if let Some(directory) = self.directory {
            return directory.find(prefix);
        }
        *from = gallop(*from..self.prefixes(), |at| self.prefix(at) < prefix);
        (self.prefix(*from) == prefix).then_some(*from)
    }

    /// The first place in a range of entries whose rest is at least a number.
    pub(super) fn suffix_from(&self, range: Range<usize>, least: u64) -> usize {
        gallop(range, |at| self.suffix(at) < least)
    }

    /// The numbers of a plate's entries.
    pub(super) fn find(&self, indices: &[u8]) -> Range<u32> {
        let (start, rest) = indices.split_at(prefix_length(indices.len()));
        match self.find_prefix(&mut 0, pack(start)) {
            None => 0..0,
            Some(at) if rest.is_empty() => self.numbers(self.entries_of(at)),
            Some(at) => {
                let range = self.entries_of(at);
                let suffix = pack(rest);
                let first = self.near(range.clone(), suffix);
                self.numbers(self.same(first..range.end, suffix))
            }
        }
    }

    /// Like [`Self::suffix_from`], for one search alone: it begins where the number
    /// would be if they were spread evenly.
    fn near(&self, range: Range<usize>, least: u64) -> usize {
        if range.len() < 16 {
            return self.suffix_from(range, least);
        }
        let (low, high) = (self.suffix(range.start), self.suffix(range.end - 1));
        if least <= low || high <= low {
            return self.suffix_from(range, least);
        }
        let share = (least - low) as f64 / (high - low) as f64;
        let guess = range.start + (share.min(1.0) * (range.len() - 1) as f64) as usize;
        if self.suffix(guess) < least {
            return gallop(guess + 1..range.end, |at| self.suffix(at) < least);
        }
        // Backwards in growing steps to a place that lies before it.
        let (mut high, mut step) = (guess, 4);
        loop {
            let low = high.saturating_sub(step).max(range.start);
            if low == range.start || self.suffix(low) < least {
                return partition(low..high, |at| self.suffix(at) < least);
            }
            (high, step) = (low, step * 2);
        }
    }

    /// The places from the first of a range on whose rest is a number.
    pub(super) fn same(&self, range: Range<usize>, suffix: u64) -> Range<usize> {
        let count = range.clone().take_while(|at| self.suffix(*at) == suffix).count();
        range.start..range.start + count
    }

    /// Numbers of entries in the whole index.
    pub(super) fn numbers(&self, places: Range<usize>) -> Range<u32> {
        let number = |place: usize| self.first.saturating_add(place as u32);
        number(places.start)..number(places.end.max(places.start))
    }

    /// The plate of an entry by its place in the group.
    pub(super) fn key(&self, at: u32) -> Option<PlateKey> {
        let prefix = self.starts.partition_point(|start| start.get() <= at).checked_sub(1)?;
        let mut indices = [0; MAX_CHARACTERS];
        let split = prefix_length(self.length);
        unpack(self.prefix(prefix), indices.get_mut(..split)?);
        unpack(self.suffix(at as usize), indices.get_mut(split..self.length)?);
        PlateKey::from_indices(indices.get(..self.length)?)
    }
}

/// The digits of a number, the last one the lowest.
fn unpack(mut number: u64, indices: &mut [u8]) {
    for index in indices.iter_mut().rev() {
        *index = (number % BASE) as u8;
        number /= BASE;
    }
}

/// The first place of a range for which `before` does not hold, where it holds for
/// all before and for none after.
fn partition(range: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The same, quick where the place is near the beginning.
fn gallop(range: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut step) = (range.start, 1);
    loop {
        let next = low + step;
        if next >= range.end || !before(next) {
            let high = next.min(range.end);
            return partition(low..high, before);
        }
        (low, step) = (next + 1, step * 2);
    }
}

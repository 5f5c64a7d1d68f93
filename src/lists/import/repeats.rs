//! Rows that say a plate again, found by sorting when all rows were read: 24 bytes a row,
//! where a map of ten million plates takes half a gigabyte.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::lists::index::{Repeated, Repeats};
use crate::lists::model::Entry;
use crate::plate::{Country, PlateKey};

/// What is kept of a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    plate: PlateKey,
    country: Option<Country>,
    line: u32,
    /// A hash of all else that it says: with 32 bits, some of 300,000 rows of one plate
    /// would be taken for one another.
    content: u64,
}

/// The rows read until now.
#[derive(Default)]
pub(super) struct Rows {
    seen: Vec<Seen>,
}

impl Rows {
    pub(super) fn note(&mut self, entry: &Entry, line: u64) {
        let Entry { plate, country, reason, reference, valid_from, valid_to, vehicle } = entry;
        let mut hasher = DefaultHasher::new();
        (reason, reference, valid_from, valid_to).hash(&mut hasher);
        (&vehicle.make, &vehicle.model, &vehicle.colour).hash(&mut hasher);
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let (plate, content) = (PlateKey::new(plate), hasher.finish());
        self.seen.push(Seen { plate, country: *country, line, content });
    }

    /// Finds the repeated rows, and tells the first `max_details` of them; the lines that say
    /// word for word what an earlier one says, in order.
    pub(super) fn find(mut self, max_details: usize) -> (Repeats, Vec<u64>) {
        self.seen.sort_unstable();
        let mut found = Repeats::default();
        let mut same_lines: Vec<u64> = Vec::new();
        let mut told: Vec<(Seen, u32, bool)> = Vec::new();
        // What a plate's rows say, with the line that says it first.
        let mut said: HashMap<u64, u32> = HashMap::new();
        for rows in self.seen.chunk_by(same_plate).filter(|rows| rows.len() > 1) {
            let Some((first, others)) = rows.split_first() else { continue };
            said.clear();
            said.insert(first.content, first.line);
            for row in others {
                let twin = match said.entry(row.content) {
                    Slot::Occupied(slot) => Some(*slot.get()),
                    Slot::Vacant(slot) => {
                        slot.insert(row.line);
                        None
                    }
                };
                match twin {
                    Some(_) => same_lines.push(u64::from(row.line)),
                    None => found.repeated_count += 1,
                }
                told.push((*row, twin.unwrap_or(first.line), twin.is_some()));
                // Only the first lines are told; the others need no memory.
                if told.len() >= 2 * max_details.max(1024) {
                    keep_first(&mut told, max_details);
                }
            }
        }
        same_lines.sort_unstable();
        found.same_count = same_lines.len() as u64;
        keep_first(&mut told, max_details);
        found.details = told
            .into_iter()
            .filter_map(|(row, first_line, same)| {
                let (line, first_line) = (u64::from(row.line), u64::from(first_line));
                Some(Repeated { line, first_line, plate: row.plate.text()?, same })
            })
            .collect();
        (found, same_lines)
    }
}

fn keep_first(told: &mut Vec<(Seen, u32, bool)>, count: usize) {
    told.sort_unstable_by_key(|(row, _, _)| row.line);
    told.truncate(count);
}

fn same_plate(a: &Seen, b: &Seen) -> bool {
    (a.plate, a.country) == (b.plate, b.country)
}

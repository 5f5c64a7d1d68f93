//! What changes between two versions of a list.

use std::cmp::Ordering;
use std::iter::Peekable;

use super::model::Entry;
use crate::plate::{PlateKey, PlateText};

/// How a plate differs between two versions.
#[derive(Debug, Clone, PartialEq)]
pub struct PlateChange {
    /// The plate.
    pub plate: PlateText,
    /// Its entries before; none when it is added.
    pub before: Vec<Entry>,
    /// Its entries after; none when it is removed.
    pub after: Vec<Entry>,
}

/// What changes between two versions, by plate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diff {
    /// Plates that only the new version has.
    pub added: u64,
    /// Plates that only the old version has.
    pub removed: u64,
    /// Plates of which the new version says something else.
    pub changed: u64,
    /// Plates of which both say the same.
    pub unchanged: u64,
    /// The first changes of each sort, in the order of plates.
    pub first: Vec<PlateChange>,
}

impl Diff {
    /// Compares two versions, both in the order of [`Index::iter`](super::Index::iter); keeps
    /// the first `max_each` additions, removals and changes. Memory does not grow with the lists.
    pub fn between(
        before: impl Iterator<Item = Entry>,
        after: impl Iterator<Item = Entry>,
        max_each: usize,
    ) -> Self {
        let mut diff = Self::default();
        let (mut before, mut after) = (ByPlate::new(before), ByPlate::new(after));
        let (mut old, mut new) = (before.next(), after.next());
        loop {
            let order = match (&old, &new) {
                (None, None) => return diff,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((old, _)), Some((new, _))) => order(old, new),
            };
            let (left, right) = match order {
                Ordering::Less => (std::mem::replace(&mut old, before.next()), None),
                Ordering::Greater => (None, std::mem::replace(&mut new, after.next())),
                Ordering::Equal => (
                    std::mem::replace(&mut old, before.next()),
                    std::mem::replace(&mut new, after.next()),
                ),
            };
            diff.note(left, right, max_each);
        }
    }

    fn note(&mut self, before: Option<Group>, after: Option<Group>, max_each: usize) {
        let count = match (&before, &after) {
            (None, _) => &mut self.added,
            (_, None) => &mut self.removed,
            (Some((_, before)), Some((_, after))) if same(before, after) => &mut self.unchanged,
            _ => &mut self.changed,
        };
        *count += 1;
        let shown = *count <= max_each as u64;
        let same = matches!((&before, &after), (Some((_, b)), Some((_, a))) if same(b, a));
        let Some(plate) = before.as_ref().or(after.as_ref()).map(|(plate, _)| plate.clone()) else {
            return;
        };
        if shown && !same {
            let entries = |group: Option<Group>| group.map_or_else(Vec::new, |(_, e)| e);
            self.first.push(PlateChange { plate, before: entries(before), after: entries(after) });
        }
    }

    /// True when nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added + self.removed + self.changed == 0
    }
}

/// The order of [`Index::iter`](super::Index::iter): by number of characters, then by plate.
fn order(a: &PlateText, b: &PlateText) -> Ordering {
    let by = |plate| {
        let key = PlateKey::new(plate);
        (key.length(), key)
    };
    by(a).cmp(&by(b))
}

/// The order of a plate's entries does not matter.
fn same(before: &[Entry], after: &[Entry]) -> bool {
    if before == after {
        return true;
    }
    let mut left: Vec<&Entry> = after.iter().collect();
    before.len() == after.len()
        && before.iter().all(|entry| {
            let place = left.iter().position(|other| *other == entry);
            place.map(|place| left.swap_remove(place)).is_some()
        })
}

type Group = (PlateText, Vec<Entry>);

/// A plate's entries together.
struct ByPlate<I: Iterator<Item = Entry>>(Peekable<I>);

impl<I: Iterator<Item = Entry>> ByPlate<I> {
    fn new(entries: I) -> Self {
        Self(entries.peekable())
    }
}

impl<I: Iterator<Item = Entry>> Iterator for ByPlate<I> {
    type Item = Group;

    fn next(&mut self) -> Option<Group> {
        let first = self.0.next()?;
        let plate = first.plate.clone();
        let mut entries = vec![first];
        while let Some(entry) = self.0.next_if(|entry| entry.plate == plate) {
            entries.push(entry);
        }
        Some((plate, entries))
    }
}

/// Applies changes to a version in the order of plates: gives the entries of the new one,
/// in the same order. Changes of one plate are done in the order in which they came.
pub fn apply(
    entries: impl Iterator<Item = Entry>,
    mut changes: Vec<super::Change>,
    mut keep: impl FnMut(Entry),
) {
    // Stable: what was asked last is done last.
    changes.sort_by(|a, b| order(a.plate(), b.plate()));
    let mut changes = changes.into_iter().peekable();
    let mut groups = ByPlate::new(entries).peekable();
    loop {
        let from_changes = match (groups.peek(), changes.peek()) {
            (None, None) => return,
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (Some((plate, _)), Some(change)) => order(change.plate(), plate).is_lt(),
        };
        let (plate, mut entries) = if from_changes {
            let Some(change) = changes.peek() else { return };
            (change.plate().clone(), Vec::new())
        } else {
            let Some(group) = groups.next() else { return };
            group
        };
        while let Some(change) = changes.next_if(|change| *change.plate() == plate) {
            change.apply(&mut entries);
        }
        for entry in entries {
            keep(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Change, Removal};
    use super::*;

    fn entry(plate: &str, reason: &str, reference: Option<&str>) -> Entry {
        Entry {
            plate: PlateText::new(plate).unwrap(),
            country: None,
            reason: Some(reason.to_owned()),
            reference: reference.map(str::to_owned),
            valid_from: None,
            valid_to: None,
            vehicle: super::super::Vehicle::default(),
        }
    }

    #[test]
    fn additions_removals_and_changes_are_told_apart() {
        let before = [
            entry("AA111AA", "gone", None),
            entry("BB222BB", "same", None),
            entry("BB222BB", "too", None),
            entry("CC333CC", "before", None),
        ];
        let after = [
            entry("ÄÖ1", "new", None),
            entry("BB222BB", "too", None),
            entry("BB222BB", "same", None),
            entry("CC333CC", "after", None),
            entry("DD444DD", "new", None),
        ];
        let diff = Diff::between(before.into_iter(), after.into_iter(), 1);
        assert_eq!((diff.added, diff.removed, diff.changed, diff.unchanged), (2, 1, 1, 1));
        let plates: Vec<&str> = diff.first.iter().map(|c| c.plate.as_str()).collect();
        assert_eq!(plates, ["ÄÖ1", "AA111AA", "CC333CC"], "the first of each sort");
        assert!(!diff.is_empty());
        assert!(Diff::between(std::iter::empty(), std::iter::empty(), 9).is_empty());
    }

    #[test]
    fn an_increment_adds_replaces_and_removes() {
        let old = [
            entry("AA111AA", "one", Some("1")),
            entry("AA111AA", "two", Some("2")),
            entry("BB222BB", "three", None),
            entry("CC333CC", "four", None),
        ];
        let remove = |plate: &str, reference: Option<&str>| {
            let (plate, reference) = (PlateText::new(plate).unwrap(), reference.map(str::to_owned));
            Change::Remove(Removal { plate, country: None, reference })
        };
        let changes = vec![
            Change::Add(entry("DD444DD", "new", None)),
            remove("AA111AA", Some("2")),
            remove("BB222BB", None),
            Change::Add(entry("BB222BB", "again", None)),
            Change::Add(entry("CC333CC", "said otherwise", None)),
            remove("ZZ999ZZ", None),
            Change::Add(entry("A0", "first", None)),
        ];
        let mut new = Vec::new();
        apply(old.into_iter(), changes, |e| new.push(e));
        let said: Vec<(String, String)> =
            new.into_iter().map(|e| (e.plate.to_string(), e.reason.unwrap_or_default())).collect();
        let said: Vec<(&str, &str)> = said.iter().map(|(p, r)| (p.as_str(), r.as_str())).collect();
        assert_eq!(
            said,
            [
                ("A0", "first"),
                ("AA111AA", "one"),
                ("BB222BB", "again"),
                ("CC333CC", "said otherwise"),
                ("DD444DD", "new"),
            ]
        );
    }
}

//! A plate that somebody typed against the lists.

use jiff::civil::Date;

use crate::event::{CheckMatch, ListedEntry, ListedIn};
use crate::lists::{Entry, List};
use crate::matching::Matcher;
use crate::plate::PlateText;

/// Every entry of every list that names this very plate on a day. A person who typed it
/// has read it: there are no look-alikes, and permits and known vehicles are told, too.
pub(super) fn look_up(matcher: &Matcher, plate: &PlateText, today: Date) -> Vec<CheckMatch> {
    let mut matches = Vec::new();
    for watch in matcher.watches().iter().filter(|watch| watch.list.holds_on(today)) {
        let entries = watch.index.entries(plate);
        matches.extend(
            entries
                .iter()
                .filter(|entry| entry.holds_on(today))
                .map(|entry| CheckMatch { list: list(&watch.list), entry: listed(entry) }),
        );
    }
    matches
}

fn list(list: &List) -> ListedIn {
    ListedIn {
        id: list.id.clone(),
        name: list.name.clone(),
        kind: list.kind,
        purpose: list.purpose.clone(),
        legal_basis: list.legal_basis.clone(),
        on_hit: list.on_hit.clone(),
        told: list.told.clone(),
    }
}

fn listed(entry: &Entry) -> ListedEntry {
    ListedEntry {
        plate: entry.plate.clone(),
        country: entry.country,
        reason: entry.reason.clone(),
        reference: entry.reference.clone(),
        vehicle: entry.vehicle.clone(),
    }
}

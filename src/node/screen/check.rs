//! A plate that somebody typed against the lists.

use jiff::civil::Date;

use crate::event::{CheckMatch, ListedEntry, ListedIn};
use crate::matching::Matcher;
use crate::plate::PlateText;

/// Every entry of every list that names this very plate on a day. A person who typed it
/// has read it: there are no look-alikes, and permits and known vehicles are told, too.
pub(super) fn look_up(matcher: &Matcher, plate: &PlateText, today: Date) -> Vec<CheckMatch> {
    let mut matches = Vec::new();
    for watch in matcher.watches().iter().filter(|watch| watch.list.holds_on(today)) {
        let entries = watch.index.entries(plate).into_iter();
        matches.extend(entries.filter(|entry| entry.holds_on(today)).map(|entry| CheckMatch {
            list: ListedIn::from(&*watch.list),
            entry: ListedEntry::from(entry),
        }));
    }
    matches
}

//! What lists are in use, and what is wrong with those that are not.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::live::LiveMatcher;
use crate::event::{ListHealth, ListSource};
use crate::matching::{Matcher, Watch};

#[derive(Debug)]
struct Slot {
    health: ListHealth,
    watch: Option<Watch>,
}

/// All lists of the node. Cloning it shares it. Whatever is put on it is in the
/// matcher when the call returns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Board {
    slots: Arc<Mutex<Vec<Slot>>>,
    matcher: LiveMatcher,
}

/// A version of a list that may be used.
#[derive(Debug)]
pub(super) struct Usable {
    pub(super) source: ListSource,
    pub(super) version: Option<u64>,
    pub(super) compiled_at: Option<Timestamp>,
    pub(super) watch: Watch,
}

impl Board {
    /// The matcher with what is on the board.
    pub(crate) fn matcher(&self) -> LiveMatcher {
        self.matcher.clone()
    }

    /// How all lists are: those of files in the order of the pipeline file, then the centre's.
    pub(crate) fn health(&self) -> Vec<ListHealth> {
        self.lock().iter().map(|slot| slot.health.clone()).collect()
    }

    /// Uses this version from now on.
    pub(super) fn put(&self, usable: Usable) {
        let list = &usable.watch.list;
        let health = ListHealth {
            id: list.id.clone(),
            name: list.name.clone(),
            kind: Some(list.kind),
            source: usable.source,
            version: usable.version,
            compiled_at: usable.compiled_at,
            entries: usable.watch.index.len() as u64,
            readable_until: None,
            error: None,
        };
        let mut slots = self.lock();
        let slot = slot(&mut slots, usable.source, &health.id);
        let readable_until = slot.health.readable_until;
        *slot = Slot { health, watch: Some(usable.watch) };
        slot.health.readable_until = readable_until;
        self.swap(&slots);
    }

    /// Notes what is wrong with a list, or that nothing is; what is in use stays so.
    pub(super) fn trouble(&self, source: ListSource, id: &str, name: &str, error: Option<String>) {
        let mut slots = self.lock();
        let slot = slot(&mut slots, source, id);
        if slot.health.name.is_empty() {
            name.clone_into(&mut slot.health.name);
        }
        slot.health.error = error;
    }

    /// Until when the centre's lists may be read.
    pub(super) fn readable_until(&self, until: Option<Timestamp>) {
        let mut slots = self.lock();
        for slot in slots.iter_mut().filter(|slot| slot.health.source == ListSource::Centre) {
            slot.health.readable_until = until;
        }
    }

    /// The centre has no such list any more: it is gone from the board.
    pub(super) fn remove(&self, id: &str) {
        let mut slots = self.lock();
        slots.retain(|slot| slot.health.source != ListSource::Centre || slot.health.id != id);
        self.swap(&slots);
    }

    /// No list of the centre is used any more, for a reason that the board goes on telling.
    pub(super) fn close(&self, reason: &str) {
        let mut slots = self.lock();
        for slot in slots.iter_mut().filter(|slot| slot.health.source == ListSource::Centre) {
            slot.watch = None;
            slot.health.version = None;
            slot.health.compiled_at = None;
            slot.health.entries = 0;
            slot.health.readable_until = None;
            slot.health.error = Some(reason.to_owned());
        }
        self.swap(&slots);
    }

    /// Identifiers of the centre's lists on the board.
    pub(super) fn of_centre(&self) -> Vec<String> {
        let slots = self.lock();
        let of_centre = slots.iter().filter(|slot| slot.health.source == ListSource::Centre);
        of_centre.map(|slot| slot.health.id.clone()).collect()
    }

    /// Under the lock, so that of two changes the later one is what is in use.
    fn swap(&self, slots: &[Slot]) {
        let watches = slots.iter().filter_map(|slot| slot.watch.clone()).collect();
        self.matcher.replace(Matcher::new(watches));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a list, made when there is none.
fn slot<'a>(slots: &'a mut Vec<Slot>, source: ListSource, id: &str) -> &'a mut Slot {
    let known = slots.iter().position(|it| it.health.source == source && it.health.id == id);
    let place = known.unwrap_or_else(|| {
        let place = match source {
            ListSource::File => {
                slots.iter().take_while(|it| it.health.source == ListSource::File).count()
            }
            ListSource::Centre => slots.len(),
        };
        let health = ListHealth {
            id: id.to_owned(),
            name: String::new(),
            kind: None,
            source,
            version: None,
            compiled_at: None,
            entries: 0,
            readable_until: None,
            error: None,
        };
        slots.insert(place, Slot { health, watch: None });
        place
    });
    &mut slots[place]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::{Entry, Index, List, ListKind};
    use crate::plate::PlateText;

    fn usable(source: ListSource, id: &str, version: u64, plate: &str) -> Usable {
        let entry = Entry::new(PlateText::new(plate).unwrap());
        Usable {
            source,
            version: Some(version),
            compiled_at: Some(Timestamp::UNIX_EPOCH),
            watch: Watch {
                list: Arc::new(List::new(id, ListKind::Stolen, "test", "test")),
                index: Arc::new(Index::build([entry]).unwrap()),
            },
        }
    }

    fn in_use(board: &Board) -> Vec<String> {
        let matcher = board.matcher().current();
        matcher.watches().iter().map(|watch| watch.list.id.clone()).collect()
    }

    #[test]
    fn files_come_first_and_a_failed_version_leaves_the_good_one() {
        let board = Board::default();
        board.put(usable(ListSource::Centre, "wanted", 3, "AA111AA"));
        board.put(usable(ListSource::File, "stolen", 1, "BB222BB"));
        assert_eq!(in_use(&board), ["stolen", "wanted"]);
        board.trouble(ListSource::Centre, "wanted", "Wanted", Some("version 4 is bad".to_owned()));
        let health = board.health().pop().unwrap();
        assert_eq!((health.version, health.entries), (Some(3), 1));
        assert_eq!(health.error.as_deref(), Some("version 4 is bad"));
        board.put(usable(ListSource::Centre, "wanted", 5, "AA111AA"));
        assert_eq!(board.health().pop().unwrap().error, None);
        assert_eq!(in_use(&board).len(), 2);
    }

    #[test]
    fn closing_drops_the_centres_lists_and_says_why() {
        let board = Board::default();
        board.put(usable(ListSource::File, "stolen", 1, "BB222BB"));
        board.put(usable(ListSource::Centre, "wanted", 3, "AA111AA"));
        let taken = board.matcher().current();
        board.close("withdrawn");
        assert_eq!(in_use(&board), ["stolen"]);
        assert_eq!(taken.watches().len(), 2, "who matches right now is not disturbed");
        let health = board.health().pop().unwrap();
        assert_eq!((health.version, health.error.as_deref()), (None, Some("withdrawn")));
        board.remove("wanted");
        assert_eq!(board.health().len(), 1);
    }
}

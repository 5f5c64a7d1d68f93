//! The matcher that is in use, and can be replaced while it is used.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::matching::Matcher;

/// The lists in use. Cloning it shares it: what is put in is at once what all see.
/// Whoever matches takes the matcher once for each transit; one that was
/// taken stays whole until it is let go, so there is no moment without one.
#[derive(Debug, Clone, Default)]
pub struct LiveMatcher(Arc<ArcSwap<Matcher>>);

impl LiveMatcher {
    /// The matcher of this moment.
    #[must_use]
    pub fn current(&self) -> Arc<Matcher> {
        self.0.load_full()
    }

    /// Puts another matcher in its place.
    pub fn replace(&self, matcher: Matcher) {
        self.0.store(Arc::new(matcher));
    }
}

impl From<Arc<Matcher>> for LiveMatcher {
    fn from(matcher: Arc<Matcher>) -> Self {
        Self(Arc::new(ArcSwap::new(matcher)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::lists::{Entry, Index, List, ListKind};
    use crate::matching::Watch;
    use crate::node::report::tests::{at, reporter_with, today, transit};
    use crate::plate::PlateText;
    use crate::tracking::TransitState;

    fn matcher(version: usize) -> Matcher {
        // Each version has other plates, but for the one that is looked for.
        let other = format!("AB{:03}CD", version % 1000);
        let plates = ["GX471PR", other.as_str()];
        let entries = plates.map(|plate| Entry::new(PlateText::new(plate).unwrap()));
        Matcher::new(vec![Watch {
            list: Arc::new(List::new("stolen", ListKind::Stolen, "test", "test")),
            index: Arc::new(Index::build(entries).unwrap()),
        }])
    }

    #[test]
    fn lists_are_replaced_while_cars_pass_and_none_is_missed() {
        let live = LiveMatcher::from(Arc::new(matcher(0)));
        let done = AtomicBool::new(false);
        let swapped = thread::scope(|scope| {
            let swapping = scope.spawn(|| {
                let mut versions = 0;
                while !done.load(Ordering::Relaxed) {
                    versions += 1;
                    live.replace(matcher(versions));
                }
                versions
            });
            let mut reporter = reporter_with(live.clone());
            let began = Instant::now();
            let mut track = 0;
            while began.elapsed() < Duration::from_millis(1500) {
                track += 1;
                // Farther apart than the time between two reports of a car.
                let passing = transit(track, "GX471PR", TransitState::Ended, track as u32 * 400);
                let record = reporter.report(&passing, at(60), today()).unwrap();
                assert_eq!(record.hits.len(), 1, "passage {track} had no hit");
            }
            done.store(true, Ordering::Relaxed);
            assert!(track > 20, "{track} passages");
            swapping.join().unwrap()
        });
        assert!(swapped > 100, "{swapped} versions");
    }
}

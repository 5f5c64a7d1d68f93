//! What the screen shows, kept in memory and told to every open page.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::event::{DecisionEvent, HitEvent, TransitEvent};
use crate::store::Record;

/// Reads shown; older ones scroll away.
const READS: usize = 40;
/// Hits kept for the screen; older ones are in the store and at the centre.
const HITS: usize = 60;
/// Pictures kept in memory until the disk has them.
const PICTURES: usize = 12;
/// News kept for a page that reads slowly; one that falls behind starts afresh.
const NEWS: usize = 256;

/// A hit with what was decided about it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ShownHit {
    #[serde(flatten)]
    pub(crate) hit: HitEvent,
    pub(crate) decision: Option<DecisionEvent>,
}

/// Something new on the board.
#[derive(Debug, Clone)]
pub(crate) enum News {
    Read(Arc<TransitEvent>),
    Hit(Arc<ShownHit>),
    Decided(Arc<ShownHit>),
}

#[derive(Debug, Default)]
struct State {
    /// Newest first.
    reads: VecDeque<Arc<TransitEvent>>,
    /// Newest first.
    hits: VecDeque<Arc<ShownHit>>,
    pictures: VecDeque<(String, Arc<Vec<u8>>)>,
}

/// The board. Cloning it shares it.
#[derive(Debug, Clone)]
pub(crate) struct Board {
    groups: Arc<[String]>,
    state: Arc<Mutex<State>>,
    news: broadcast::Sender<News>,
}

impl Board {
    /// The board of a crew that belongs to these groups.
    pub(crate) fn new(groups: Vec<String>) -> Self {
        Self { groups: groups.into(), state: Arc::default(), news: broadcast::channel(NEWS).0 }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was stored before a restart, oldest first.
    pub(crate) fn seed(
        &self,
        reads: Vec<TransitEvent>,
        hits: Vec<(HitEvent, Option<DecisionEvent>)>,
    ) {
        let mut state = self.lock();
        for read in reads {
            put_read(&mut state, Arc::new(read));
        }
        for (hit, decision) in hits.into_iter().filter(|(hit, _)| hit.list.tells(&self.groups)) {
            state.hits.push_front(Arc::new(ShownHit { hit, decision }));
        }
        state.hits.truncate(HITS);
    }

    /// Shows what a camera reported.
    pub(crate) fn show(&self, record: &Record) {
        let mut state = self.lock();
        if let (Some(jpeg), Some(evidence)) = (&record.jpeg, &record.transit.evidence) {
            state.pictures.push_front((evidence.sha256.clone(), Arc::clone(jpeg)));
            state.pictures.truncate(PICTURES);
        }
        // Hits first: they are waited for. An error only says that no page is open.
        for hit in record.hits.iter().filter(|hit| hit.list.tells(&self.groups)) {
            let shown = Arc::new(ShownHit { hit: hit.clone(), decision: None });
            state.hits.push_front(Arc::clone(&shown));
            let _ = self.news.send(News::Hit(shown));
        }
        state.hits.truncate(HITS);
        let read = Arc::new(record.transit.clone());
        put_read(&mut state, Arc::clone(&read));
        let _ = self.news.send(News::Read(read));
    }

    /// Shows what was decided; the decision is stored already.
    pub(crate) fn decided(&self, decision: &DecisionEvent) {
        let mut state = self.lock();
        let Some(place) = state.hits.iter_mut().find(|shown| shown.hit.id == decision.hit) else {
            return;
        };
        let shown = Arc::new(ShownHit { hit: place.hit.clone(), decision: Some(decision.clone()) });
        *place = Arc::clone(&shown);
        let _ = self.news.send(News::Decided(shown));
    }

    /// All that is on the board, and everything from then on.
    pub(crate) fn open(&self) -> (Shown, broadcast::Receiver<News>) {
        let state = self.lock();
        let shown = Shown {
            reads: state.reads.iter().cloned().collect(),
            hits: state.hits.iter().cloned().collect(),
        };
        (shown, self.news.subscribe())
    }

    /// Whether the board knows of a hit.
    pub(crate) fn has_hit(&self, id: Uuid) -> bool {
        self.lock().hits.iter().any(|shown| shown.hit.id == id)
    }

    /// A picture that may not be on the disk yet.
    pub(crate) fn picture(&self, sha256: &str) -> Option<Arc<Vec<u8>>> {
        let state = self.lock();
        state.pictures.iter().find(|(name, _)| name == sha256).map(|(_, jpeg)| Arc::clone(jpeg))
    }
}

/// All that is on the board, newest first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Shown {
    pub(crate) reads: Vec<Arc<TransitEvent>>,
    pub(crate) hits: Vec<Arc<ShownHit>>,
}

/// A later revision takes the place of the one before.
fn put_read(state: &mut State, read: Arc<TransitEvent>) {
    if let Some(known) = state.reads.iter_mut().find(|known| known.id == read.id) {
        *known = read;
        return;
    }
    state.reads.push_front(read);
    state.reads.truncate(READS);
}

/// How far back hits are shown after a restart.
pub(crate) fn shown_since(now: Timestamp) -> Timestamp {
    now.saturating_sub(jiff::SignedDuration::from_hours(12)).unwrap_or(now)
}

/// Reads and hits fetched after a restart.
pub(crate) const SEEDED: u32 = READS as u32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{VERSION, Verdict};
    use crate::node::report::tests::{at, reporter, today, transit};
    use crate::tracking::TransitState;

    #[test]
    fn a_hit_is_told_before_its_read_with_a_picture_that_is_there() {
        let board = Board::new(Vec::new());
        let (_, mut news) = board.open();
        let passing = transit(1, "GX471PR", TransitState::Decided, 10);
        let record = reporter(&["GX471PR"]).report(&passing, at(11), today()).unwrap();
        board.show(&record);
        let News::Hit(shown) = news.try_recv().unwrap() else { panic!("no hit") };
        assert!(matches!(news.try_recv().unwrap(), News::Read(_)));
        assert_eq!(board.picture(&shown.hit.evidence.sha256), record.jpeg);
        assert!(board.has_hit(shown.hit.id));

        let decision = DecisionEvent {
            version: VERSION,
            id: Uuid::now_v7(),
            hit: shown.hit.id,
            node: "n".into(),
            at: at(20),
            verdict: Verdict::NotNow,
            reason: None,
            note: None,
            position: None,
            clock_offset_ms: 0,
        };
        board.decided(&decision);
        assert!(matches!(news.try_recv().unwrap(), News::Decided(_)));
        assert_eq!(board.open().0.hits[0].decision.as_ref(), Some(&decision));
    }

    #[test]
    fn a_crew_is_not_told_of_lists_of_others() {
        let passing = transit(1, "GX471PR", TransitState::Decided, 10);
        let mut record = reporter(&["GX471PR"]).report(&passing, at(11), today()).unwrap();
        record.hits[0].list.told = vec!["ztl".to_owned()];
        for (groups, told) in
            [(vec!["strada"], false), (vec!["strada", "ztl"], true), (vec![], true)]
        {
            let board = Board::new(groups.iter().map(|&group| group.to_owned()).collect());
            board.show(&record);
            assert_eq!(board.open().0.hits.len(), usize::from(told), "{groups:?}");
            assert_eq!(board.open().0.reads.len(), 1, "the passage itself is seen");
        }
    }

    #[test]
    fn memory_is_bounded_and_a_revision_takes_its_place() {
        let board = Board::new(Vec::new());
        let mut reporter = reporter(&[]);
        for n in 0..100 {
            for state in [TransitState::Decided, TransitState::Ended] {
                let passing = transit(n, "AB123CD", state, n as u32);
                board.show(&reporter.report(&passing, at(200), today()).unwrap());
            }
        }
        let (shown, _) = board.open();
        assert_eq!(shown.reads.len(), READS);
        assert!(shown.reads.iter().all(|read| read.revision == 2));
        assert!(board.lock().pictures.len() <= PICTURES);
    }
}

//! The bounded queue between a decoder's thread and the one that takes frames.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::config::Pace;

/// What a push did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pushed {
    /// It waits to be taken.
    Kept,
    /// It waits to be taken, in the place of the oldest one.
    DroppedOldest,
    /// Nobody will take it: the queue is closed.
    Closed,
}

/// What a pop found. `E` is how the source ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Popped<T, E> {
    /// The oldest item.
    Item(T),
    /// None within the time.
    Nothing,
    /// None any more, and why.
    Finished(E),
}

struct State<T, E> {
    items: VecDeque<T>,
    finished: Option<E>,
    closed: bool,
}

/// Items in order, at most `max` of them.
pub(super) struct Queue<T, E> {
    state: Mutex<State<T, E>>,
    changed: Condvar,
    max: usize,
    pace: Pace,
}

impl<T, E: Clone> Queue<T, E> {
    pub(super) fn new(max: usize, pace: Pace) -> Self {
        Self {
            state: Mutex::new(State { items: VecDeque::new(), finished: None, closed: false }),
            changed: Condvar::new(),
            max: max.max(1),
            pace,
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item; at [`Pace::EveryFrame`] waits until there is room.
    pub(super) fn push(&self, item: T) -> Pushed {
        let mut state = self.state();
        if self.pace == Pace::EveryFrame {
            state = self
                .changed
                .wait_while(state, |state| state.items.len() >= self.max && !state.closed)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Pushed::Closed;
        }
        // The dropped item goes after the lock, for it may free a large buffer.
        let dropped = if state.items.len() >= self.max { state.items.pop_front() } else { None };
        state.items.push_back(item);
        drop(state);
        self.changed.notify_all();
        if dropped.is_some() { Pushed::DroppedOldest } else { Pushed::Kept }
    }

    /// Takes the oldest item, waiting up to `timeout` for one.
    pub(super) fn pop(&self, timeout: Duration) -> Popped<T, E> {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.state();
        loop {
            if let Some(item) = state.items.pop_front() {
                drop(state);
                self.changed.notify_all();
                return Popped::Item(item);
            }
            if let Some(how) = &state.finished {
                return Popped::Finished(how.clone());
            }
            let left = deadline.map_or(Duration::from_secs(3600), |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            if left.is_zero() || state.closed {
                return Popped::Nothing;
            }
            state =
                self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether a push would wait for room.
    pub(super) fn is_full_and_waits(&self) -> bool {
        self.pace == Pace::EveryFrame && self.state().items.len() >= self.max
    }

    /// No more items will come; those that wait can still be taken.
    pub(super) fn finish(&self, how: E) {
        self.state().finished = Some(how);
        self.changed.notify_all();
    }

    /// Nobody takes items any more: frees them and wakes whoever pushes.
    pub(super) fn close(&self) {
        let items = {
            let mut state = self.state();
            state.closed = true;
            std::mem::take(&mut state.items)
        };
        self.changed.notify_all();
        drop(items);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    #[test]
    fn live_drops_the_oldest() {
        let queue: Queue<u32, &str> = Queue::new(2, Pace::Live);
        assert_eq!(queue.push(1), Pushed::Kept);
        assert_eq!(queue.push(2), Pushed::Kept);
        assert_eq!(queue.push(3), Pushed::DroppedOldest);
        assert_eq!(queue.pop(SOON), Popped::Item(2));
        queue.finish("end");
        assert_eq!(queue.pop(SOON), Popped::Item(3));
        assert_eq!(queue.pop(SOON), Popped::Finished("end"));
        assert_eq!(queue.pop(SOON), Popped::Finished("end"));
    }

    #[test]
    fn every_frame_waits_for_room_and_keeps_all() {
        let queue: Arc<Queue<u32, ()>> = Arc::new(Queue::new(2, Pace::EveryFrame));
        let pusher = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                for n in 0..100 {
                    assert_eq!(queue.push(n), Pushed::Kept);
                }
                queue.finish(());
            })
        };
        for n in 0..100 {
            assert_eq!(queue.pop(SOON), Popped::Item(n));
        }
        assert_eq!(queue.pop(SOON), Popped::Finished(()));
        pusher.join().unwrap();
    }

    #[test]
    fn closing_wakes_a_waiting_pusher() {
        let queue: Arc<Queue<u32, ()>> = Arc::new(Queue::new(1, Pace::EveryFrame));
        queue.push(1);
        let pusher = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.push(2))
        };
        thread::sleep(Duration::from_millis(50));
        queue.close();
        assert_eq!(pusher.join().unwrap(), Pushed::Closed);
    }

    #[test]
    fn an_empty_queue_gives_nothing_after_the_time() {
        let queue: Queue<u32, ()> = Queue::new(1, Pace::Live);
        let began = Instant::now();
        assert_eq!(queue.pop(Duration::from_millis(50)), Popped::Nothing);
        assert!(began.elapsed() >= Duration::from_millis(50));
    }
}

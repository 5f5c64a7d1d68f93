//! What just happened, told to every open page.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::broadcast;

use crate::event::ListedIn;
use crate::store::centre::Hit;

/// Messages kept for a page that reads slowly. One that falls further behind is
/// cut off: it connects again and fetches the lists afresh.
const KEPT: usize = 1024;

/// One message.
#[derive(Debug)]
pub(super) struct Message {
    /// Rises, also over restarts.
    pub(super) id: u64,
    /// `hit`, `hit-changed`, `transit` or `node`.
    pub(super) kind: &'static str,
    /// JSON.
    pub(super) data: String,
    /// The list's, of a hit.
    list: Option<ListedIn>,
}

impl Message {
    /// Whether it is for somebody who belongs to these groups.
    pub(super) fn tells(&self, groups: &[String]) -> bool {
        self.list.as_ref().is_none_or(|list| list.tells(groups))
    }
}

/// The messages' way from what happens to the pages.
#[derive(Debug)]
pub(super) struct Live {
    sender: broadcast::Sender<Arc<Message>>,
    next: Mutex<u64>,
}

impl Live {
    /// Numbers start at the milliseconds of `now`: far more than messages that were sent before.
    pub(super) fn new(now: Timestamp) -> Self {
        let (sender, _) = broadcast::channel(KEPT);
        Self { sender, next: Mutex::new(u64::try_from(now.as_millisecond()).unwrap_or(0)) }
    }

    /// Tells all pages.
    pub(super) fn send<T: Serialize>(&self, kind: &'static str, value: &T) {
        self.tell(kind, value, None);
    }

    /// Tells the pages of those who are told of hits of its list.
    pub(super) fn send_hit(&self, kind: &'static str, hit: &Hit) {
        self.tell(kind, hit, Some(hit.event.list.clone()));
    }

    fn tell<T: Serialize>(&self, kind: &'static str, value: &T, list: Option<ListedIn>) {
        let data = match serde_json::to_string(value) {
            Ok(data) => data,
            Err(error) => {
                tracing::error!(%error, kind, "live message cannot be written");
                return;
            }
        };
        // The lock also holds the order: numbers rise as they are sent.
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let message = Message { id: *next, kind, data, list };
        *next += 1;
        // An error only says that no page is open.
        let _ = self.sender.send(Arc::new(message));
    }

    /// Everything from now on.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Arc<Message>> {
        self.sender.subscribe()
    }

    /// How many pages are open.
    pub(super) fn pages(&self) -> usize {
        self.sender.receiver_count()
    }
}

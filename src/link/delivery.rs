//! The node's side: what is in the outbox goes to the centre, in order, until it is taken.
//!
//! A message leaves the outbox only when the centre said that it keeps it. A crash
//! of either side between the two sends it again, and the centre knows it by its
//! identifier: delivered exactly once in effect.

mod attempt;
mod state;

pub use state::{LinkFault, LinkState};

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use self::attempt::{Attempt, Outcome, REQUEST_TIMEOUT, send};
use self::state::Watch;
use super::client::Client;
use super::identity::{Fingerprint, Identity};
use super::message::{Delivery, Numbered};
use super::tls::TlsError;
use crate::clock::Clock;
use crate::event::{
    CameraHealth, Event, GeoPosition, GpsHealth, HeartbeatEvent, ListHealth, VERSION,
};
use crate::store::{NodeStore, NodeStoreError};

/// Most messages in one request.
const BATCH_EVENTS: u32 = 50;
/// First wait after a failure; doubled at each further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// Longest wait between tries.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How long the last messages may take when the node stops.
const LAST_TRY: Duration = Duration::from_secs(3);

/// Why nothing can be delivered at all.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The own key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The client cannot be made.
    #[error("cannot set up the connection to the centre: {0}")]
    Client(reqwest::Error),
    /// The address is no HTTPS address.
    #[error("{url:?} is no address of a centre; it must look like https://centre.example:8443")]
    Address {
        /// What was given.
        url: String,
    },
}

/// Which centre, and how often it hears of the node.
#[derive(Debug, Clone)]
pub struct LinkConfig {
    /// Where the centre takes deliveries, `https://host:port`.
    pub url: String,
    /// The centre's key.
    pub centre: Fingerprint,
    /// Time between heartbeats.
    pub heartbeat: Duration,
}

/// Who the node is, for its heartbeats.
#[derive(Debug, Clone)]
pub struct NodeInfo {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// When it started.
    pub started_at: Timestamp,
}

/// Tells how the cameras are at this moment.
pub type CameraReport = Arc<dyn Fn() -> Vec<CameraHealth> + Send + Sync>;

/// Tells how the lists are at this moment.
pub type ListReport = Arc<dyn Fn() -> Vec<ListHealth> + Send + Sync>;

/// What the centre's last answer to a heartbeat says of the node's lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ListNews {
    /// Nothing yet.
    #[default]
    Unknown,
    /// What it has for this node has this tag; another tag means other lists.
    Tag(String),
    /// The node is not admitted (any more).
    NotAdmitted,
}
/// Tells where the node is and how its satellite receiver is at this moment.
pub type PositionReport = Arc<dyn Fn() -> (Option<GeoPosition>, GpsHealth) + Send + Sync>;

/// The connection to the centre.
pub struct Link {
    client: Client,
    store: NodeStore,
    node: NodeInfo,
    cameras: CameraReport,
    heartbeat: Duration,
    /// Something is in the outbox.
    posted: Arc<Notify>,
    /// The centre answered: no need to wait longer.
    answered: Notify,
    watch: Mutex<Watch>,
    lists: Option<ListReport>,
    list_news: watch::Sender<ListNews>,
    position: Option<PositionReport>,
    clock: Clock,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("url", &self.client.url()).finish_non_exhaustive()
    }
}

/// What a round of delivery came to.
enum Round {
    /// Messages were delivered or set aside; there may be more.
    Progress,
    /// The outbox is empty.
    Empty,
    /// It failed; try again later.
    Failed,
}

impl Link {
    /// Sets the connection up; nothing is sent yet. `posted` is notified by
    /// whoever put messages into the store.
    ///
    /// # Errors
    /// [`LinkError`] when the own key or the address cannot be used.
    pub fn new(
        config: &LinkConfig,
        identity: &Identity,
        store: NodeStore,
        node: NodeInfo,
        cameras: CameraReport,
        posted: Arc<Notify>,
    ) -> Result<Self, LinkError> {
        let client = Client::new(&config.url, &config.centre, identity, REQUEST_TIMEOUT)?;
        let watch = Mutex::new(Watch::new(client.url(), identity.fingerprint()));
        let heartbeat = config.heartbeat.max(Duration::from_millis(100));
        let answered = Notify::new();
        let (lists, list_news) = (None, watch::Sender::default());
        Ok(Self {
            client,
            store,
            node,
            cameras,
            heartbeat,
            posted,
            answered,
            watch,
            lists,
            list_news,
            position: None,
            clock: Clock::default(),
        })
    }

    /// Heartbeats tell how the lists are, too.
    #[must_use]
    pub fn with_lists(mut self, lists: ListReport) -> Self {
        self.lists = Some(lists);
        self
    }

    /// Follows what the centre says of the node's lists.
    #[must_use]
    pub fn list_news(&self) -> watch::Receiver<ListNews> {
        self.list_news.subscribe()
    }

    /// Heartbeats tell where the node is, too.
    #[must_use]
    pub fn with_position(mut self, position: PositionReport) -> Self {
        self.position = Some(position);
        self
    }

    /// Heartbeats tell the time by this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How the connection is.
    #[must_use]
    pub fn state(&self) -> LinkState {
        self.watch().state()
    }

    /// Delivers and sends heartbeats until told to stop; then tries once more to
    /// deliver what is left.
    pub async fn run(&self, stop: CancellationToken) {
        tokio::join!(self.deliver(&stop), self.beat(&stop));
        // The last transits of a node that stops; what is not taken now waits on the disk.
        let last = async { while matches!(self.round(BATCH_EVENTS).await, Round::Progress) {} };
        if tokio::time::timeout(LAST_TRY, last).await.is_err() {
            tracing::info!("not everything could be delivered; the rest waits in the outbox");
        }
    }

    async fn deliver(&self, stop: &CancellationToken) {
        let mut wait = FIRST_WAIT;
        while !stop.is_cancelled() {
            let round = tokio::select! {
                round = self.round(BATCH_EVENTS) => round,
                // What is under way is sent again; the centre knows it by its identifier.
                () = stop.cancelled() => return,
            };
            match round {
                Round::Progress => wait = FIRST_WAIT,
                Round::Empty => {
                    wait = FIRST_WAIT;
                    tokio::select! {
                        () = self.posted.notified() => {}
                        () = stop.cancelled() => {}
                    }
                }
                Round::Failed => {
                    tokio::select! {
                        () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
                        () = self.answered.notified() => wait = FIRST_WAIT,
                        () = stop.cancelled() => {}
                    }
                }
            }
        }
    }

    /// One request with up to `limit` messages, and what follows from its answer.
    async fn round(&self, limit: u32) -> Round {
        match self.try_round(limit).await {
            Ok(round) => round,
            Err(error) => {
                tracing::error!("the outbox cannot be read or changed: {error}");
                Round::Failed
            }
        }
    }

    async fn try_round(&self, limit: u32) -> Result<Round, NodeStoreError> {
        let mut limit = limit;
        loop {
            let waiting = self.store.waiting(limit).await?;
            let Some(first) = waiting.first().map(|message| message.seq) else {
                return Ok(Round::Empty);
            };
            let attempt = Attempt::new(waiting, self.store.evidence().clone()).await;
            let sent: Vec<u64> = attempt.seqs();
            match send(&self.client, attempt.delivery()).await {
                Outcome::Answer(receipt) => {
                    self.watch().up();
                    let accepted: Vec<u64> =
                        receipt.accepted.into_iter().filter(|seq| sent.contains(seq)).collect();
                    self.store.delivered(&accepted).await?;
                    let mut settled = accepted.len();
                    for refusal in receipt.refused.iter().filter(|r| sent.contains(&r.seq)) {
                        self.set_aside(refusal.seq, &refusal.reason).await?;
                        settled += 1;
                    }
                    if settled == 0 {
                        self.watch().down(LinkFault::Answer(
                            "it answered without taking or refusing any message".to_owned(),
                        ));
                        return Ok(Round::Failed);
                    }
                    return Ok(Round::Progress);
                }
                // A message that breaks the request must not hold up the others:
                // the batch is halved until it goes alone.
                Outcome::Unacceptable(_) if sent.len() > 1 => limit = (sent.len() / 2) as u32,
                Outcome::Unacceptable(reason) => {
                    self.set_aside(first, &reason).await?;
                    return Ok(Round::Progress);
                }
                Outcome::Fault(fault) => {
                    self.watch().down(fault);
                    return Ok(Round::Failed);
                }
            }
        }
    }

    async fn set_aside(&self, seq: u64, reason: &str) -> Result<(), NodeStoreError> {
        tracing::error!(
            "the centre refuses message {seq} for good: {reason}; it is kept on the node, set aside"
        );
        self.store.refused(seq, reason).await
    }

    async fn beat(&self, stop: &CancellationToken) {
        let mut ticks = tokio::time::interval(self.heartbeat);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = stop.cancelled() => return,
            }
            let outbox = match self.store.outbox_count().await {
                Ok(count) => count.waiting,
                Err(error) => {
                    tracing::error!("the outbox cannot be counted: {error}");
                    0
                }
            };
            let (position, gps) = match &self.position {
                Some(report) => {
                    let (position, gps) = report();
                    (position, Some(gps))
                }
                None => (None, None),
            };
            let event = Event::Heartbeat(HeartbeatEvent {
                version: VERSION,
                id: self.clock.new_id(),
                node: self.node.id.clone(),
                node_name: self.node.name.clone(),
                sent_at: self.clock.now(),
                software: env!("CARGO_PKG_VERSION").to_owned(),
                started_at: self.node.started_at,
                outbox,
                cameras: (self.cameras)(),
                position,
                gps,
                lists: self.lists.as_ref().map(|lists| lists()).unwrap_or_default(),
            });
            let delivery =
                Delivery { events: vec![Numbered { seq: 0, event }], ..Delivery::default() };
            let outcome = tokio::select! {
                outcome = send(&self.client, &delivery) => outcome,
                () = stop.cancelled() => return,
            };
            match outcome {
                Outcome::Answer(receipt) => {
                    if let Some(tag) = receipt.lists {
                        self.tell_lists(ListNews::Tag(tag));
                    }
                    if self.watch().up() {
                        self.answered.notify_one();
                    }
                }
                Outcome::Unacceptable(reason) => {
                    self.watch()
                        .down(LinkFault::Answer(format!("it refuses heartbeats: {reason}")));
                }
                Outcome::Fault(fault) => {
                    if matches!(fault, LinkFault::NotAdmitted(_)) {
                        self.tell_lists(ListNews::NotAdmitted);
                    }
                    self.watch().down(fault);
                }
            }
        }
    }

    fn tell_lists(&self, news: ListNews) {
        self.list_news.send_if_modified(|known| {
            let changed = *known != news;
            *known = news;
            changed
        });
    }

    fn watch(&self) -> std::sync::MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

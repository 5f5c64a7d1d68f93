//! A centre of the tests, with its manners, and a node that delivers to it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use varco::event::{Event, HeartbeatEvent};
use varco::link::{
    Delivery, EVENTS_PATH, Fingerprint, Identity, Link, LinkConfig, NodeInfo, PeerAcceptor,
    PeerKey, Problem, Receipt, Refusal, server_config,
};
use varco::store::{NodeStore, sha256_hex};

/// What a centre in these tests does beyond taking everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manners {
    /// Only this key is admitted.
    pub(crate) admits: Option<Fingerprint>,
    /// After this many deliveries: store, then die without an answer.
    pub(crate) dies_after_storing: Option<usize>,
    /// Plates that are refused for good.
    pub(crate) refuses: HashSet<String>,
    /// Plates that make the whole request unacceptable.
    pub(crate) chokes_on: HashSet<String>,
}

/// What a centre keeps, over its own restarts.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// How often each message came, by identifier and revision.
    pub(crate) times: HashMap<(Uuid, u32), usize>,
    /// The order of transits' first arrival.
    pub(crate) order: Vec<Uuid>,
    pub(crate) pictures: BTreeMap<String, Vec<u8>>,
    pub(crate) heartbeats: Vec<HeartbeatEvent>,
    pub(crate) peers: HashSet<String>,
    pub(crate) deliveries: usize,
    pub(crate) versions: HashSet<String>,
}

pub(crate) struct TestCentre {
    pub(crate) address: SocketAddr,
    pub(crate) handle: axum_server::Handle<SocketAddr>,
    pub(crate) serving: JoinHandle<std::io::Result<()>>,
}

pub(crate) fn problem(status: StatusCode, detail: &str) -> Response {
    let problem = Problem {
        kind: "about:blank".into(),
        title: "no".into(),
        status: status.as_u16(),
        detail: detail.into(),
    };
    (status, Json(problem)).into_response()
}

pub(crate) fn plate_of(event: &Event) -> String {
    match event {
        Event::Transit(t) => t.plate.as_str().to_owned(),
        Event::Hit(h) => h.plate.as_str().to_owned(),
        _ => String::new(),
    }
}

impl TestCentre {
    /// Starts on an address (port 0: any), keeping into `kept`.
    pub(crate) async fn start(
        address: SocketAddr,
        identity: &Identity,
        manners: Manners,
        kept: Arc<Mutex<Kept>>,
    ) -> Self {
        let handle = axum_server::Handle::new();
        let dying = handle.clone();
        let take = move |Extension(PeerKey(peer)): Extension<PeerKey>,
                         version: axum::http::Version,
                         Json(delivery): Json<Delivery>| {
            let (manners, kept, dying) = (manners.clone(), Arc::clone(&kept), dying.clone());
            async move {
                if manners.admits.as_ref().is_some_and(|admitted| *admitted != peer) {
                    return problem(StatusCode::FORBIDDEN, &format!("the key {peer} is unknown"));
                }
                if delivery.events.iter().any(|n| manners.chokes_on.contains(&plate_of(&n.event))) {
                    return problem(StatusCode::UNPROCESSABLE_ENTITY, "cannot swallow this");
                }
                let (receipt, deliveries) = {
                    let mut kept = kept.lock().unwrap();
                    kept.peers.insert(peer.to_string());
                    kept.versions.insert(format!("{version:?}"));
                    (keep(&mut kept, delivery, &manners), kept.deliveries)
                };
                if manners.dies_after_storing.is_some_and(|limit| deliveries >= limit) {
                    dying.shutdown();
                    std::future::pending::<()>().await;
                }
                Json(receipt).into_response()
            }
        };
        let app = Router::new()
            .route(EVENTS_PATH, post(take))
            .layer(axum::extract::DefaultBodyLimit::max(16 << 20));
        let server = axum_server::bind(address)
            .acceptor(PeerAcceptor::new(server_config(identity).unwrap()))
            .handle(handle.clone());
        let serving = tokio::spawn(server.serve(app.into_make_service()));
        let address = handle.listening().await.expect("the port can be bound");
        Self { address, handle, serving }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Ends at once, connections and all.
    pub(crate) async fn kill(self) {
        self.handle.shutdown();
        let _ = self.serving.await;
    }
}

pub(crate) fn keep(kept: &mut Kept, delivery: Delivery, manners: &Manners) -> Receipt {
    let mut receipt = Receipt::default();
    for (sha256, jpeg) in delivery.evidence {
        assert_eq!(sha256_hex(&jpeg.0), sha256);
        kept.pictures.insert(sha256, jpeg.0);
    }
    let mut counted = false;
    for numbered in delivery.events {
        let seq = numbered.seq;
        if manners.refuses.contains(&plate_of(&numbered.event)) {
            receipt.refused.push(Refusal { seq, reason: "not this one".into() });
            continue;
        }
        match numbered.event {
            Event::Heartbeat(heartbeat) => kept.heartbeats.push(heartbeat),
            Event::Transit(transit) => {
                counted = true;
                if !kept.order.contains(&transit.id) {
                    kept.order.push(transit.id);
                }
                *kept.times.entry((transit.id, transit.revision)).or_default() += 1;
            }
            Event::Hit(hit) => {
                counted = true;
                *kept.times.entry((hit.id, 0)).or_default() += 1;
            }
            Event::Decision(_) | Event::Check(_) | Event::Position(_) => counted = true,
        }
        receipt.accepted.push(seq);
    }
    kept.deliveries += usize::from(counted);
    receipt
}

/// A node's side: a store and a running link.
pub(crate) struct TestNode {
    pub(crate) store: NodeStore,
    pub(crate) link: Arc<Link>,
    pub(crate) posted: Arc<Notify>,
    pub(crate) stop: CancellationToken,
    pub(crate) running: JoinHandle<()>,
}

impl TestNode {
    pub(crate) async fn start(folder: &Path, url: &str, centre: &Fingerprint) -> Self {
        let identity = Identity::load_or_make(&folder.join("key.pem"), "porta-nord").unwrap();
        let store = NodeStore::open(folder).await.unwrap();
        let posted = Arc::new(Notify::new());
        let config = LinkConfig {
            url: url.to_owned(),
            centre: centre.clone(),
            heartbeat: Duration::from_millis(100),
        };
        let info = NodeInfo {
            id: "porta-nord".into(),
            name: "Porta Nord".into(),
            started_at: jiff::Timestamp::now(),
        };
        let cameras = Arc::new(Vec::new);
        let link = Link::new(&config, &identity, store.clone(), info, cameras, Arc::clone(&posted));
        let link = Arc::new(link.unwrap());
        let stop = CancellationToken::new();
        let running = {
            let (link, stop) = (Arc::clone(&link), stop.clone());
            tokio::spawn(async move { link.run(stop).await })
        };
        Self { store, link, posted, stop, running }
    }

    pub(crate) async fn post(&self, n: u32, with_hit: bool) -> varco::store::Record {
        let record = crate::sample::record(n, with_hit);
        self.store.record(&record, true).await.unwrap();
        self.posted.notify_one();
        record
    }

    pub(crate) async fn until_empty(&self) {
        let store = &self.store;
        until("the outbox is empty", || async { store.outbox_count().await.unwrap().waiting == 0 })
            .await;
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap();
        self.store.close().await;
    }
}

pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(30), "in 30 s it was never so that {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub(crate) fn key(folder: &Path, name: &str) -> Identity {
    Identity::load_or_make(&folder.join(name), name).unwrap()
}

//! Node and centre over real TLS on the loopback.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod sample;

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
    Delivery, EVENTS_PATH, Fingerprint, Identity, Link, LinkConfig, LinkFault, LinkState, NodeInfo,
    PeerAcceptor, PeerKey, Problem, Receipt, Refusal, server_config,
};
use varco::store::{NodeStore, sha256_hex};

/// What a centre in these tests does beyond taking everything.
#[derive(Debug, Clone, Default)]
struct Manners {
    /// Only this key is admitted.
    admits: Option<Fingerprint>,
    /// After this many deliveries: store, then die without an answer.
    dies_after_storing: Option<usize>,
    /// Plates that are refused for good.
    refuses: HashSet<String>,
    /// Plates that make the whole request unacceptable.
    chokes_on: HashSet<String>,
}

/// What a centre keeps, over its own restarts.
#[derive(Debug, Default)]
struct Kept {
    /// How often each message came, by identifier and revision.
    times: HashMap<(Uuid, u32), usize>,
    /// The order of transits' first arrival.
    order: Vec<Uuid>,
    pictures: BTreeMap<String, Vec<u8>>,
    heartbeats: Vec<HeartbeatEvent>,
    peers: HashSet<String>,
    deliveries: usize,
    versions: HashSet<String>,
}

struct TestCentre {
    address: SocketAddr,
    handle: axum_server::Handle<SocketAddr>,
    serving: JoinHandle<std::io::Result<()>>,
}

fn problem(status: StatusCode, detail: &str) -> Response {
    let problem = Problem {
        kind: "about:blank".into(),
        title: "no".into(),
        status: status.as_u16(),
        detail: detail.into(),
    };
    (status, Json(problem)).into_response()
}

fn plate_of(event: &Event) -> String {
    match event {
        Event::Transit(t) => t.plate.as_str().to_owned(),
        Event::Hit(h) => h.plate.as_str().to_owned(),
        Event::Heartbeat(_) => String::new(),
    }
}

impl TestCentre {
    /// Starts on an address (port 0: any), keeping into `kept`.
    async fn start(
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

    fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Ends at once, connections and all.
    async fn kill(self) {
        self.handle.shutdown();
        let _ = self.serving.await;
    }
}

fn keep(kept: &mut Kept, delivery: Delivery, manners: &Manners) -> Receipt {
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
        }
        receipt.accepted.push(seq);
    }
    kept.deliveries += usize::from(counted);
    receipt
}

/// A node's side: a store and a running link.
struct TestNode {
    store: NodeStore,
    link: Arc<Link>,
    posted: Arc<Notify>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl TestNode {
    async fn start(folder: &Path, url: &str, centre: &Fingerprint) -> Self {
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

    async fn post(&self, n: u32, with_hit: bool) -> varco::store::Record {
        let record = sample::record(n, with_hit);
        self.store.record(&record, true).await.unwrap();
        self.posted.notify_one();
        record
    }

    async fn until_empty(&self) {
        let store = &self.store;
        until("the outbox is empty", || async { store.outbox_count().await.unwrap().waiting == 0 })
            .await;
    }

    async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap();
        self.store.close().await;
    }
}

async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < Duration::from_secs(30), "in 30 s it was never so that {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn key(folder: &Path, name: &str) -> Identity {
    Identity::load_or_make(&folder.join(name), name).unwrap()
}

#[tokio::test]
async fn with_the_pinned_keys_everything_arrives_with_its_picture() {
    let folder = tempfile::tempdir().unwrap();
    let centre_key = key(folder.path(), "centre.pem");
    let node_key = key(folder.path(), "key.pem");
    let kept = Arc::new(Mutex::new(Kept::default()));
    let manners = Manners { admits: Some(node_key.fingerprint().clone()), ..Manners::default() };
    let centre = TestCentre::start(any_port(), &centre_key, manners, Arc::clone(&kept)).await;
    let node = TestNode::start(folder.path(), &centre.url(), centre_key.fingerprint()).await;
    let record = node.post(1, true).await;
    node.until_empty().await;
    until("a heartbeat came", || async { !kept.lock().unwrap().heartbeats.is_empty() }).await;
    assert_eq!(node.link.state(), LinkState::Up);
    node.stop().await;
    let kept = kept.lock().unwrap();
    assert_eq!(kept.times[&(record.transit.id, 1)], 1);
    assert_eq!(kept.times[&(record.hits[0].id, 0)], 1);
    let sha256 = &record.hits[0].evidence.sha256;
    assert_eq!(Some(&kept.pictures[sha256]), record.jpeg.as_deref());
    assert_eq!(kept.peers, HashSet::from([node_key.fingerprint().to_string()]));
    assert_eq!(kept.versions, HashSet::from(["HTTP/2.0".to_owned()]));
    assert_eq!(kept.heartbeats[0].node, "porta-nord");
}

#[tokio::test]
async fn a_centre_with_another_key_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (real, false_one) = (key(folder.path(), "real.pem"), key(folder.path(), "false.pem"));
    let kept = Arc::new(Mutex::new(Kept::default()));
    let centre =
        TestCentre::start(any_port(), &false_one, Manners::default(), Arc::clone(&kept)).await;
    let node = TestNode::start(folder.path(), &centre.url(), real.fingerprint()).await;
    node.post(1, true).await;
    until("the link is down", || async { matches!(node.link.state(), LinkState::Down(_)) }).await;
    let LinkState::Down(LinkFault::WrongKey(said)) = node.link.state() else {
        panic!("{:?}", node.link.state())
    };
    assert!(said.contains(false_one.fingerprint().as_str()), "{said}");
    assert!(said.contains(real.fingerprint().as_str()), "{said}");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(node.store.outbox_count().await.unwrap().waiting, 2);
    node.stop().await;
    let kept = kept.lock().unwrap();
    assert!(kept.peers.is_empty() && kept.heartbeats.is_empty());
}

#[tokio::test]
async fn a_node_that_is_not_admitted_waits_and_delivers_once_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let centre_key = key(folder.path(), "centre.pem");
    let stranger = key(folder.path(), "stranger.pem");
    let kept = Arc::new(Mutex::new(Kept::default()));
    let manners = Manners { admits: Some(stranger.fingerprint().clone()), ..Manners::default() };
    let centre = TestCentre::start(any_port(), &centre_key, manners, Arc::clone(&kept)).await;
    let (address, url) = (centre.address, centre.url());
    let node = TestNode::start(folder.path(), &url, centre_key.fingerprint()).await;
    let record = node.post(1, true).await;
    until("it is not admitted", || async {
        matches!(node.link.state(), LinkState::Down(LinkFault::NotAdmitted(_)))
    })
    .await;
    let own = key(folder.path(), "key.pem").fingerprint().to_string();
    assert!(format!("{:?}", node.link.state()).contains(&own));
    assert_eq!(node.store.outbox_count().await.unwrap().waiting, 2);
    centre.kill().await;
    let _centre =
        TestCentre::start(address, &centre_key, Manners::default(), Arc::clone(&kept)).await;
    node.until_empty().await;
    node.stop().await;
    assert_eq!(kept.lock().unwrap().times[&(record.hits[0].id, 0)], 1);
}

#[tokio::test]
async fn a_client_without_a_certificate_does_not_get_in() {
    let folder = tempfile::tempdir().unwrap();
    let centre_key = key(folder.path(), "centre.pem");
    let kept = Arc::new(Mutex::new(Kept::default()));
    let centre =
        TestCentre::start(any_port(), &centre_key, Manners::default(), Arc::clone(&kept)).await;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trusting))
        .with_no_client_auth();
    let client =
        reqwest::Client::builder().no_proxy().tls_backend_preconfigured(config).build().unwrap();
    let address = format!("{}{EVENTS_PATH}", centre.url());
    let answer = client.post(address).json(&Delivery::default()).send().await;
    assert!(answer.is_err(), "{answer:?}");
    assert!(kept.lock().unwrap().peers.is_empty());
}

/// A client that believes any server.
#[derive(Debug)]
struct Trusting;

impl rustls::client::danger::ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &[rustls::pki_types::CertificateDer<'_>],
        _: &rustls::pki_types::ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &rustls::pki_types::CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        vec![rustls::SignatureScheme::ECDSA_NISTP256_SHA256, rustls::SignatureScheme::ED25519]
    }
}

#[tokio::test]
async fn a_centre_that_dies_between_storing_and_answering_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let centre_key = key(folder.path(), "centre.pem");
    let kept = Arc::new(Mutex::new(Kept::default()));
    let manners = Manners { dies_after_storing: Some(1), ..Manners::default() };
    let centre = TestCentre::start(any_port(), &centre_key, manners, Arc::clone(&kept)).await;
    let (address, url) = (centre.address, centre.url());
    let node = TestNode::start(folder.path(), &url, centre_key.fingerprint()).await;
    let record = node.post(1, true).await;
    until("the centre died", || async { centre.serving.is_finished() }).await;
    assert_eq!(kept.lock().unwrap().deliveries, 1);
    assert_eq!(node.store.outbox_count().await.unwrap().waiting, 2);
    let _centre =
        TestCentre::start(address, &centre_key, Manners::default(), Arc::clone(&kept)).await;
    node.until_empty().await;
    node.stop().await;
    // Sent twice under the same identifier: a centre that knows it keeps it once.
    let kept = kept.lock().unwrap();
    assert_eq!(kept.times[&(record.transit.id, 1)], 2);
    assert_eq!(kept.times[&(record.hits[0].id, 0)], 2);
    assert_eq!(kept.times.len(), 2);
}

#[tokio::test]
async fn delivery_goes_on_in_order_after_both_sides_were_down() {
    let folder = tempfile::tempdir().unwrap();
    let centre_key = key(folder.path(), "centre.pem");
    let kept = Arc::new(Mutex::new(Kept::default()));
    let centre =
        TestCentre::start(any_port(), &centre_key, Manners::default(), Arc::clone(&kept)).await;
    let (address, url) = (centre.address, centre.url());
    let mut sent = Vec::new();
    let node = TestNode::start(folder.path(), &url, centre_key.fingerprint()).await;
    for n in 0..10 {
        sent.push(node.post(n, false).await.transit.id);
    }
    node.until_empty().await;
    centre.kill().await;
    for n in 10..120 {
        sent.push(node.post(n, false).await.transit.id);
    }
    until("the link is down", || async {
        matches!(node.link.state(), LinkState::Down(LinkFault::Unreachable(_)))
    })
    .await;
    node.stop().await;
    let node = TestNode::start(folder.path(), &url, centre_key.fingerprint()).await;
    assert_eq!(node.store.outbox_count().await.unwrap().waiting, 110);
    let centre =
        TestCentre::start(address, &centre_key, Manners::default(), Arc::clone(&kept)).await;
    let began = Instant::now();
    node.until_empty().await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    node.stop().await;
    centre.kill().await;
    let kept = kept.lock().unwrap();
    assert_eq!(kept.order, sent);
    assert!(kept.times.values().all(|times| *times == 1), "{:?}", kept.times);
    assert_eq!(kept.pictures.len(), 120);
}

#[tokio::test]
async fn a_refused_message_is_set_aside_and_holds_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let centre_key = key(folder.path(), "centre.pem");
    let kept = Arc::new(Mutex::new(Kept::default()));
    let manners = Manners {
        refuses: HashSet::from([sample::plate(3).as_str().to_owned()]),
        chokes_on: HashSet::from([sample::plate(5).as_str().to_owned()]),
        ..Manners::default()
    };
    let folder_of_node = folder.path();
    let store = NodeStore::open(folder_of_node).await.unwrap();
    let mut ids = Vec::new();
    for n in 0..9 {
        let record = sample::record(n, false);
        store.record(&record, true).await.unwrap();
        ids.push(record.transit.id);
    }
    store.close().await;
    let centre = TestCentre::start(any_port(), &centre_key, manners, Arc::clone(&kept)).await;
    let node = TestNode::start(folder_of_node, &centre.url(), centre_key.fingerprint()).await;
    node.until_empty().await;
    assert_eq!(node.store.outbox_count().await.unwrap().refused, 2);
    node.stop().await;
    ids.remove(5);
    ids.remove(3);
    assert_eq!(kept.lock().unwrap().order, ids);
}

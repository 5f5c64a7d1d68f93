//! Node and centre over real TLS on the loopback.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod sample;
mod link {
    pub(crate) mod setup;
}

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use varco::link::{Delivery, EVENTS_PATH, LinkFault, LinkState};
use varco::store::NodeStore;

use link::setup::{Kept, Manners, TestCentre, TestNode, any_port, key, until};

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

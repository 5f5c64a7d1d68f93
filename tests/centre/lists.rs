//! What the centre does with lists: who may fetch them, and new entries against what
//! passed before.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;
use varco::centre::Role;
use varco::link::{Identity, LIST_KEY_PATH, LISTS_PATH};
use varco::lists::{ListKind, Snapshot};

use super::publisher::Publisher;
use super::setup::{Browser, Centre, JPEG, hit, link_client, problem, transit};

/// A passage that ended so many minutes ago.
fn passage(plate: &str, minutes_ago: i64) -> Value {
    let mut passage = transit(Uuid::now_v7(), 2, plate, Some(JPEG));
    let at = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    for time in ["first_seen_at", "last_seen_at"] {
        passage[time] = json!(at);
    }
    passage["evidence"]["captured_at"] = json!(at);
    passage["alternatives"] = json!([]);
    passage
}

async fn hits(browser: &Browser) -> Vec<Value> {
    let page = browser.json("/api/v1/hits?limit=200").await;
    page["items"].as_array().unwrap().clone()
}

/// Waits until a version was compared with the kept transits; gives what was noted.
async fn compared(auditor: &Browser, subject: &str) -> String {
    let began = Instant::now();
    loop {
        let audit = auditor.json("/api/v1/audit?limit=200").await;
        let rows = audit["items"].as_array().unwrap();
        let row =
            rows.iter().find(|row| row["action"] == "list.look-back" && row["subject"] == subject);
        if let Some(row) = row {
            return row["reason"].as_str().unwrap().to_owned();
        }
        assert!(began.elapsed() < Duration::from_secs(60), "never compared: {audit}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn only_an_admitted_node_gets_lists_or_a_key() {
    let centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    publisher.publish_texts("stolen", ListKind::Stolen, 1, &["AB123CD"]);
    let stranger = Identity::load_or_make(&centre.folder.path().join("stranger.pem"), "x").unwrap();
    let url = |path: &str| format!("https://{}{path}", centre.server().link_address());
    let strange = link_client(&stranger, centre.server().fingerprint());
    let known = link_client(&centre.node, centre.server().fingerprint());
    let manifest = loop {
        let manifest: Value =
            known.get(url(LISTS_PATH)).send().await.unwrap().json().await.unwrap();
        if manifest["lists"][0]["id"] == "stolen" {
            break manifest;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let offer = &manifest["lists"][0];
    let digest = offer["digest"].as_str().unwrap();
    let path = format!("{LISTS_PATH}/stolen/{digest}");
    for path in [LISTS_PATH, path.as_str(), &format!("{path}/from/{digest}")] {
        let (status, kind, _) = problem(strange.get(url(path)).send().await.unwrap()).await;
        assert_eq!((status, kind.as_str()), (403, "/problems/unknown-key"), "{path}");
    }
    let (status, ..) = problem(strange.post(url(LIST_KEY_PATH)).send().await.unwrap()).await;
    assert_eq!(status, 403);

    // Whole, and from a place in it.
    let whole = known.get(url(&path)).send().await.unwrap().bytes().await.unwrap();
    let snapshot = Snapshot::from_bytes(whole.to_vec(), &publisher.key()).unwrap();
    assert_eq!(snapshot.digest().to_string(), digest);
    assert_eq!(whole.len() as u64, offer["bytes"].as_u64().unwrap());
    let rest = known.get(url(&path)).header("range", "bytes=100-").send().await.unwrap();
    assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(rest.bytes().await.unwrap(), whole.slice(100..));
    for path in [format!("{LISTS_PATH}/stolen/{}", "0".repeat(64)), format!("{path}/from/xyz")] {
        let (status, ..) = problem(known.get(url(&path)).send().await.unwrap()).await;
        assert_eq!(status, 404, "{path}");
    }
    // The key is the node's own, and the same until it is dismissed.
    let key = async || -> Value {
        known.post(url(LIST_KEY_PATH)).send().await.unwrap().json().await.unwrap()
    };
    let first = key().await;
    assert_eq!(first["hold_s"], 7 * 24 * 3600);
    assert_eq!(first["key"], key().await["key"]);
    let registry = centre.server().registry();
    registry.dismiss(super::setup::NODE).await.unwrap();
    registry.admit(super::setup::NODE, "Porta Nord", centre.node.fingerprint()).await.unwrap();
    assert_ne!(first["key"], key().await["key"]);
}

#[tokio::test]
async fn who_is_listed_now_was_here_forty_minutes_ago() {
    let mut centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    publisher.publish_texts("stolen", ListKind::Stolen, 1, &["ZZ999ZZ"]);
    let auditor = centre.browser(Role::Auditor).await;
    compared(&auditor, "stolen version 1").await;

    let seen = passage("AB123CD", 40);
    let earlier = passage("AB123CD", 90);
    let mut muddy = passage("EF456G8", 30);
    muddy["confidence"] = json!(0.55);
    muddy["alternatives"] = json!([{"text": "EF456GB", "confidence": 0.44}]);
    let known = passage("IJ789KL", 20);
    let told = hit(Uuid::now_v7(), id(&known), "IJ789KL", JPEG);
    let long_ago = passage("MN012PR", 60 * 24 * 8);
    let other = passage("ST345UV", 10);
    let events = [seen.clone(), earlier, muddy.clone(), known, told, long_ago, other];
    centre.deliver(&events, &[JPEG]).await;
    let viewer = centre.browser(Role::Viewer).await;
    assert_eq!(hits(&viewer).await.len(), 1);

    let plates = ["AB123CD", "EF456GB", "IJ789KL", "MN012PR", "ZZ999ZZ"];
    publisher.publish_texts("stolen", ListKind::Stolen, 2, &plates);
    let said = compared(&auditor, "stolen version 2").await;
    assert!(said.starts_with("4 new plates") && said.ends_with(", 2 hits"), "{said}");
    let found = hits(&viewer).await;
    assert_eq!(found.len(), 3, "{found:?}");
    let on = |plate: &str| found.iter().find(|hit| hit["entry"]["plate"] == plate).unwrap();
    let exact = on("AB123CD");
    assert_eq!(exact["transit"], seen["id"], "the latest passage");
    assert_eq!(exact["captured_at"], seen["last_seen_at"]);
    assert_eq!((&exact["relation"], &exact["retrospective"]), (&json!("exact"), &json!(true)));
    assert_eq!(exact["entry"]["reason"], "furto");
    let look_alike = on("EF456GB");
    assert_eq!(look_alike["transit"], muddy["id"]);
    assert_eq!(look_alike["relation"], "look-alike");
    // 0.44 among 0.44 listed and half of the 0.56 that is not.
    let probability = look_alike["probability"].as_f64().unwrap();
    assert!((probability - 0.61).abs() < 0.02, "{probability}");
    let audit = auditor.json("/api/v1/audit?limit=200").await.to_string();
    assert_eq!(audit.matches("\"hit.look-back\"").count(), 2, "{audit}");

    // Nothing of it is new for the next version, and nothing after a restart.
    let plates = [&plates[..], &["WX678YZ"]].concat();
    publisher.publish_texts("stolen", ListKind::Stolen, 3, &plates);
    let said = compared(&auditor, "stolen version 3").await;
    assert!(said.starts_with("1 new plates"), "{said}");
    centre.restart().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let viewer = centre.browser(Role::Viewer).await;
    assert_eq!(hits(&viewer).await.len(), 3);
}

#[tokio::test]
async fn what_arrives_late_is_compared_with_what_was_listed_meanwhile() {
    let centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    publisher.publish_texts("stolen", ListKind::Stolen, 1, &["AB123CD", "IJ789KL"]);
    compared(&centre.browser(Role::Auditor).await, "stolen version 1").await;
    // A unit without network: the passage was before the list, it arrives after.
    let late = passage("AB123CD", 25);
    let known = passage("IJ789KL", 25);
    let mut told = hit(Uuid::now_v7(), id(&known), "IJ789KL", JPEG);
    told["captured_at"] = known["last_seen_at"].clone();
    centre.deliver(&[late.clone(), known, told], &[JPEG]).await;
    centre.deliver(std::slice::from_ref(&late), &[JPEG]).await;
    let found = hits(&centre.browser(Role::Viewer).await).await;
    assert_eq!(found.len(), 2, "{found:?}");
    let raised = found.iter().find(|hit| hit["transit"] == late["id"]).unwrap();
    assert_eq!(raised["retrospective"], true);
}

#[tokio::test]
async fn permits_ignored_vehicles_and_the_uninsured_are_not_looked_back_for() {
    let centre = Centre::start().await;
    let publisher = Publisher::of(&centre);
    let plates = ["AB123CD", "EF456GH"];
    centre.deliver(&plates.map(|plate| passage(plate, 5)), &[JPEG]).await;
    publisher.publish_texts("known", ListKind::Ignored, 1, &["EF456GH"]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    publisher.publish_texts("uninsured", ListKind::Uninsured, 1, &plates);
    publisher.publish_texts("permits", ListKind::Permit, 1, &plates);
    publisher.publish_texts("stolen", ListKind::Stolen, 1, &plates);
    compared(&centre.browser(Role::Auditor).await, "stolen version 1").await;
    let found = hits(&centre.browser(Role::Viewer).await).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&found[0]["list"]["id"], &found[0]["plate"]),
        (&json!("stolen"), &json!("AB123CD"))
    );
}

fn id(event: &Value) -> Uuid {
    event["id"].as_str().unwrap().parse().unwrap()
}

//! Nodes deliver: at least once on the way, exactly once in effect.

use serde_json::{Value, json};
use uuid::Uuid;
use varco::centre::Role;
use varco::link::Identity;
use varco::store::sha256_hex;

use super::setup::{Centre, JPEG, delivery, hit, plain_client, problem, transit};

#[tokio::test]
async fn events_are_stored_once_however_often_they_come() {
    let mut centre = Centre::start().await;
    let (passage, alert) = (Uuid::now_v7(), Uuid::now_v7());
    let events = [transit(passage, 1, "AB123CD", Some(JPEG)), hit(alert, passage, "AB123CD", JPEG)];
    for _ in 0..3 {
        let receipt = centre.deliver(&events, &[JPEG]).await;
        assert_eq!(receipt, json!({"accepted": [1, 2], "refused": []}));
    }
    // Also without the picture, which is there already, and over a restart.
    centre.restart().await;
    assert_eq!(centre.deliver(&events, &[]).await["accepted"], json!([1, 2]));

    let browser = centre.browser(Role::Viewer).await;
    let hits = browser.json("/api/v1/hits?state=open").await;
    assert_eq!(hits["items"].as_array().unwrap().len(), 1);
    let shown = &hits["items"][0];
    assert_eq!(shown["id"], alert.to_string());
    assert_eq!(shown["state"], "new");
    assert_eq!(shown["entry"]["vehicle"]["make"], "Fiat");
    assert_eq!(shown["evidence"]["box"], json!([10.0, 20.0, 100.0, 25.0]));
    assert!(shown["received_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(&browser.json(&format!("/api/v1/hits/{alert}")).await, shown);
    let transits = browser.json("/api/v1/transits").await;
    assert_eq!(transits["items"].as_array().unwrap().len(), 1);
    assert_eq!(transits["items"][0]["hits"], json!([alert]));
    assert_eq!(transits["next"], Value::Null);
}

#[tokio::test]
async fn the_highest_revision_holds_in_whatever_order_they_come() {
    let centre = Centre::start().await;
    let passage = Uuid::now_v7();
    for (revision, plate) in [(2, "AB123CD"), (1, "AB123CO"), (3, "AB128CD"), (2, "ZZ999ZZ")] {
        let receipt = centre.deliver(&[transit(passage, revision, plate, None)], &[]).await;
        assert_eq!(receipt["accepted"], json!([1]), "an old revision is accepted without effect");
    }
    let browser = centre.browser(Role::Viewer).await;
    let transits = browser.json("/api/v1/transits").await;
    assert_eq!(transits["items"].as_array().unwrap().len(), 1);
    assert_eq!(transits["items"][0]["revision"], 3);
    assert_eq!(transits["items"][0]["plate"], "AB128CD");
    let found = browser.json("/api/v1/transits?plate=AB123CD&reason=test").await;
    assert_eq!(found["items"], json!([]), "an overtaken reading is not found any more");
}

#[tokio::test]
async fn an_unknown_key_is_refused_with_the_way_to_admit_it() {
    let centre = Centre::start().await;
    let stranger = centre.folder.path().join("stranger.pem");
    let stranger = Identity::load_or_make(&stranger, "stranger").unwrap();
    let body = delivery(&[transit(Uuid::now_v7(), 1, "AB123CD", None)], &[]);
    let (status, kind, detail) = problem(centre.deliver_as(&stranger, body.clone()).await).await;
    assert_eq!((status, kind.as_str()), (403, "/problems/unknown-key"));
    assert!(detail.contains("varco centre admit"), "{detail}");
    assert!(detail.contains(stranger.fingerprint().as_str()), "{detail}");
    let browser = centre.browser(Role::Viewer).await;
    assert_eq!(browser.json("/api/v1/transits").await["items"], json!([]));
    // A node that lost its admission is a stranger, too.
    centre.server().registry().dismiss("porta-nord").await.unwrap();
    assert_eq!(problem(centre.deliver_as(&centre.node, body).await).await.0, 403);
}

#[tokio::test]
async fn a_connection_without_a_key_is_not_served() {
    let centre = Centre::start().await;
    let address = centre.server().link_address();
    for address in [format!("http://{address}/"), format!("https://{address}/")] {
        let plain = plain_client().get(&address).send().await;
        assert!(plain.is_err(), "{address}: {plain:?}");
    }
}

#[tokio::test]
async fn a_key_speaks_for_its_own_node_only() {
    let centre = Centre::start().await;
    let mut event = transit(Uuid::now_v7(), 1, "AB123CD", None);
    event["place"]["node"] = json!("porta-sud");
    let response = centre.deliver_as(&centre.node, delivery(&[event], &[])).await;
    let (status, kind, detail) = problem(response).await;
    assert_eq!((status, kind.as_str()), (403, "/problems/other-node"));
    assert!(detail.contains("porta-sud"), "{detail}");
}

#[tokio::test]
async fn a_bad_event_does_not_hold_back_the_good_ones() {
    let centre = Centre::start().await;
    let (good, wrong) = (Uuid::now_v7(), Uuid::now_v7());
    let mut not_v7 = transit(Uuid::now_v7(), 1, "AB123CD", None);
    not_v7["id"] = json!("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    let mut no_plate = transit(Uuid::now_v7(), 1, "AB123CD", None);
    no_plate["plate"] = json!("?");
    let events = [
        transit(good, 1, "AB123CD", Some(JPEG)),
        json!({"type": "transit", "version": 1}),
        not_v7,
        no_plate,
        hit(wrong, good, "AB123CD", b"\xff\xd8\xff not sent"),
    ];
    let receipt = centre.deliver(&events, &[JPEG]).await;
    assert_eq!(receipt["accepted"], json!([1]));
    let refused = receipt["refused"].as_array().unwrap();
    let of = |seq: u64| {
        let refusal = refused.iter().find(|it| it["seq"] == seq).unwrap();
        refusal["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused.len(), 4);
    assert!(of(2).contains("missing field"), "{}", of(2));
    assert!(of(3).contains("version 7"), "{}", of(3));
    assert!(of(4).contains("on no plate"), "{}", of(4));
    assert!(of(5).contains("neither in the delivery nor stored"), "{}", of(5));
}

#[tokio::test]
async fn a_picture_that_is_not_what_its_name_says_is_refused_with_its_event() {
    let centre = Centre::start().await;
    let alert = Uuid::now_v7();
    let body = delivery(&[hit(alert, Uuid::now_v7(), "AB123CD", JPEG)], &[JPEG]);
    let mut tampered: Value = serde_json::from_str(&body).unwrap();
    tampered["evidence"][sha256_hex(JPEG)] = json!("/9j/4AAA");
    let response = centre.deliver_as(&centre.node, tampered.to_string()).await;
    let receipt: Value = response.json().await.unwrap();
    assert_eq!(receipt["accepted"], json!([]));
    let reason = receipt["refused"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("damaged"), "{reason}");
    let browser = centre.browser(Role::Viewer).await;
    assert_eq!(browser.json("/api/v1/hits").await["items"], json!([]));
    // The right one is taken afterwards.
    let response = centre.deliver_as(&centre.node, body).await;
    assert_eq!(response.json::<Value>().await.unwrap()["accepted"], json!([1]));
}

#[tokio::test]
async fn broken_json_and_a_newer_format_are_told_and_nothing_is_lost() {
    let centre = Centre::start().await;
    let response = centre.deliver_as(&centre.node, "{\"events\": [").await;
    assert_eq!(problem(response).await.0, 400);
    let mut newer = transit(Uuid::now_v7(), 1, "AB123CD", None);
    newer["version"] = json!(2);
    let response = centre.deliver_as(&centre.node, delivery(&[newer], &[])).await;
    let (status, _, detail) = problem(response).await;
    assert_eq!(status, 501);
    assert!(detail.contains("update the centre"), "{detail}");
    let too_large = vec![b' '; 33 * 1024 * 1024];
    assert_eq!(problem(centre.deliver_as(&centre.node, too_large).await).await.0, 413);
}

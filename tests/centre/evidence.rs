//! Evidence pictures, and how long what is kept.

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;
use varco::centre::Role;
use varco::store::sha256_hex;

use super::setup::{Centre, JPEG, hit, problem, transit};

#[tokio::test]
async fn a_picture_is_shown_as_it_came_and_its_view_is_recorded() {
    let centre = Centre::start().await;
    centre.deliver(&[hit(Uuid::now_v7(), Uuid::now_v7(), "AB123CD", JPEG)], &[JPEG]).await;
    let browser = centre.browser(Role::Viewer).await;
    let sha256 = sha256_hex(JPEG);
    let response = browser.get(&format!("/api/v1/evidence/{sha256}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "image/jpeg");
    let caching = response.headers()["cache-control"].to_str().unwrap().to_owned();
    assert!(caching.starts_with("private"), "{caching}");
    assert_eq!(response.bytes().await.unwrap(), JPEG);
    let log = centre.browser(Role::Auditor).await.json("/api/v1/audit").await;
    let viewed = log["items"].as_array().unwrap().iter().any(|row| {
        row["action"] == "evidence.view" && row["subject"] == sha256 && row["account"] == "viewer"
    });
    assert!(viewed, "{log}");
    for name in ["ab".repeat(32), "..%2F..%2Fcentre-key.pem".to_owned()] {
        let missing = browser.get(&format!("/api/v1/evidence/{name}")).await;
        assert_eq!(problem(missing).await.0, 404);
    }
}

#[tokio::test]
async fn what_is_too_old_goes_with_its_pictures_and_what_is_open_stays() {
    let centre = Centre::start().await;
    let browser = centre.browser(Role::Operator).await;
    let pictures: Vec<Vec<u8>> =
        (0..3_u8).map(|i| [&[0xff, 0xd8, 0xff, i], b"picture".as_slice()].concat()).collect();
    let [plain, open, closed] = [0, 1, 2].map(|i| pictures[i].as_slice());
    let ids: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
    let events = [
        transit(ids[0], 1, "AA000AA", Some(plain)),
        transit(ids[1], 1, "BB000BB", Some(open)),
        hit(ids[3], ids[1], "BB000BB", open),
        transit(ids[2], 1, "CC000CC", Some(closed)),
        hit(ids[4], ids[2], "CC000CC", closed),
    ];
    let receipt = centre.deliver(&events, &[plain, open, closed]).await;
    assert_eq!(receipt["accepted"], json!([1, 2, 3, 4, 5]));
    let path = format!("/api/v1/hits/{}/actions", ids[4]);
    browser.post(&path, &json!({"action": "close", "outcome": "false-read"})).await;
    let file = |jpeg: &[u8]| {
        let name = sha256_hex(jpeg);
        centre.config.data.join("evidence").join(&name[..2]).join(format!("{name}.jpg")).exists()
    };
    let after = |days: i64| Timestamp::now() + SignedDuration::from_hours(24 * days + 1);

    let early = centre.server().delete_expired(after(6)).await.unwrap();
    assert!(!early.any(), "{early:?}");

    let deleted = centre.server().delete_expired(after(7)).await.unwrap();
    assert_eq!((deleted.transits, deleted.hits, deleted.pictures), (1, 0, 0));
    assert!(!file(plain) && file(open) && file(closed));
    // Sessions have expired by then, too: this is another one.
    let browser = centre.browser(Role::Operator).await;
    assert_eq!(browser.json("/api/v1/transits").await["items"].as_array().unwrap().len(), 2);

    let deleted = centre.server().delete_expired(after(90)).await.unwrap();
    assert_eq!((deleted.transits, deleted.hits, deleted.pictures), (0, 0, 1));
    assert!(file(open) && !file(closed));
    let deleted = centre.server().delete_expired(after(365)).await.unwrap();
    assert_eq!((deleted.transits, deleted.hits), (1, 1));
    let browser = centre.browser(Role::Operator).await;
    let left = browser.json("/api/v1/hits?state=all").await;
    assert_eq!(left["items"].as_array().unwrap().len(), 1, "an open hit is kept");
    assert!(file(open));
    let checked = centre.server().registry().verify_audit(None).await.unwrap();
    assert_eq!(checked.first_seq, 1);
    // Five years on, the front of the audit log goes, and the rest is still whole.
    let deleted = centre.server().delete_expired(after(5 * 366 + 400)).await.unwrap();
    assert!(deleted.audit > 0);
    let checked = centre.server().registry().verify_audit(None).await.unwrap();
    assert!(checked.first_seq > 1 && checked.rows >= 1, "{checked:?}");
}

//! The same plate at two places too far apart in too short a time.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;
use varco::centre::{ClonedPlatesConfig, Config, Role};

use super::setup::{Centre, JPEG, transit};

const MILAN: [f64; 2] = [45.4642, 9.19];
const ROME: [f64; 2] = [41.9028, 12.4964];

fn looking(config: &mut Config) {
    config.cloned_plates = Some(ClonedPlatesConfig {
        purpose: "ricerca targhe clonate".to_owned(),
        legal_basis: "art. 100 C.d.S.".to_owned(),
        max_speed_kmh: 200.0,
        clock_error_s: 60,
        min_probability: 0.8,
        cooldown_s: 3600,
    });
}

fn seen(plate: &str, site: &str, spot: [f64; 2], at: Timestamp) -> Value {
    let mut seen = transit(Uuid::now_v7(), 1, plate, Some(JPEG));
    seen["place"]["site"] = json!(site);
    seen["position"] = json!({"lat_deg": spot[0], "lon_deg": spot[1], "source": "fixed"});
    seen["first_seen_at"] = json!(at);
    seen["last_seen_at"] = json!(at);
    seen
}

#[tokio::test]
async fn milan_and_rome_within_the_hour_is_one_hit_that_names_both() {
    let mut centre = Centre::start_with(looking).await;
    let now = Timestamp::now();
    let hour_ago = now - SignedDuration::from_hours(1);
    let rome = seen("AB123CD", "Roma", ROME, now);
    let milan = seen("AB123CD", "Milano", MILAN, hour_ago);
    // The later passage arrives first: it does not matter.
    centre.deliver(std::slice::from_ref(&rome), &[JPEG]).await;
    centre.deliver(std::slice::from_ref(&milan), &[JPEG]).await;
    let viewer = centre.browser(Role::Viewer).await;
    let hits = viewer.json("/api/v1/hits").await;
    let hit = &hits["items"][0];
    assert_eq!(hits["items"].as_array().unwrap().len(), 1, "{hits}");
    assert_eq!((&hit["relation"], &hit["exact"]), (&json!("cloned"), &json!(true)));
    assert_eq!((&hit["transit"], &hit["elsewhere"]["transit"]), (&rome["id"], &milan["id"]));
    assert_eq!(hit["elsewhere"]["place"]["site"], "Milano");
    let distance_km = hit["elsewhere"]["distance_km"].as_f64().unwrap();
    assert!((distance_km - 477.0).abs() < 2.0, "{distance_km}");
    assert_eq!(hit["list"]["legal_basis"], "art. 100 C.d.S.");
    let reason = hit["entry"]["reason"].as_str().unwrap();
    assert!(reason.contains("477 km in 60 minuti"), "{reason}");

    // The next revision, and the next passage, are no news; nor after a restart.
    let mut ended = rome.clone();
    (ended["revision"], ended["state"]) = (json!(2), json!("ended"));
    centre.deliver(&[ended, milan], &[JPEG]).await;
    centre.restart().await;
    let again = seen("AB123CD", "Milano", MILAN, now + SignedDuration::from_secs(60));
    centre.deliver(&[again], &[JPEG]).await;
    let viewer = centre.browser(Role::Viewer).await;
    assert_eq!(viewer.json("/api/v1/hits").await["items"].as_array().unwrap().len(), 1);
    let audit = centre.browser(Role::Auditor).await.json("/api/v1/audit").await.to_string();
    assert!(audit.contains("hit.cloned"), "{audit}");
}

#[tokio::test]
async fn what_one_car_can_do_is_no_clone() {
    let centre = Centre::start_with(looking).await;
    let now = Timestamp::now();
    let before = |hours: i64| now - SignedDuration::from_hours(hours);
    let mut stale = seen("EF456GH", "Roma", ROME, now);
    stale["position"]["stale"] = json!(true);
    let mut unsure = seen("IJ789KL", "Roma", ROME, now);
    unsure["confidence"] = json!(0.6);
    let events = [
        seen("AB123CD", "Milano", MILAN, before(3)),
        seen("AB123CD", "Roma", ROME, now),
        seen("EF456GH", "Milano", MILAN, before(1)),
        stale,
        seen("IJ789KL", "Milano", MILAN, before(1)),
        unsure,
        // Without a place nothing is known.
        transit(Uuid::now_v7(), 1, "EF456GH", Some(JPEG)),
    ];
    centre.deliver(&events, &[JPEG]).await;
    let viewer = centre.browser(Role::Viewer).await;
    assert_eq!(viewer.json("/api/v1/hits").await["items"], json!([]));
}

#[tokio::test]
async fn nobody_looks_without_being_told_to() {
    let centre = Centre::start().await;
    let now = Timestamp::now();
    let events = [seen("AB123CD", "Roma", ROME, now), seen("AB123CD", "Milano", MILAN, now)];
    centre.deliver(&events, &[JPEG]).await;
    let viewer = centre.browser(Role::Viewer).await;
    assert_eq!(viewer.json("/api/v1/hits").await["items"], json!([]));
}

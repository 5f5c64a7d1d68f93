//! Patrol units: what was decided in the car, typed plates, the way.

use serde_json::{Value, json};
use uuid::Uuid;
use varco::centre::Role;

use super::setup::{Centre, JPEG, delivery, heartbeat, hit, transit};

fn decision(hit: Uuid, verdict: &str, reason: Option<&str>) -> Value {
    json!({"type": "decision", "version": 1, "id": Uuid::now_v7(), "hit": hit,
           "node": "porta-nord", "at": "2026-05-04T10:00:00Z", "verdict": verdict,
           "reason": reason})
}

#[tokio::test]
async fn decisions_of_the_car_are_done_once_in_their_order() {
    let centre = Centre::start().await;
    let (passage, alert) = (Uuid::now_v7(), Uuid::now_v7());
    let later = decision(alert, "not-now", None);
    let accepted = decision(alert, "accept", None);
    let rejected = decision(alert, "reject", Some("misread"));
    // All that a unit has to say after a day without network, and half of it again.
    let events = [
        transit(passage, 1, "AB123CD", Some(JPEG)),
        hit(alert, passage, "AB123CD", JPEG),
        later.clone(),
        accepted.clone(),
    ];
    let receipt = centre.deliver(&events, &[JPEG]).await;
    assert_eq!(receipt["accepted"], json!([1, 2, 3, 4]));
    centre.deliver(&[later, accepted], &[]).await;
    let browser = centre.browser(Role::Operator).await;
    let shown = browser.json(&format!("/api/v1/hits/{alert}")).await;
    assert_eq!(shown["state"], "dispatched");
    let said: Vec<(&str, &str)> = shown["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["account"].as_str().unwrap(), it["action"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [("unit porta-nord", "defer"), ("unit porta-nord", "dispatch")]);

    // The unit learns the true time: what was done moves, once, and the log says so.
    let mut moved = events[3].clone();
    moved["at"] = json!("2026-05-04T11:00:00Z");
    moved["clock_offset_ms"] = json!(3_600_000);
    centre.deliver(&[moved.clone(), moved], &[]).await;
    let shown = browser.json(&format!("/api/v1/hits/{alert}")).await;
    let times: Vec<&Value> =
        shown["actions"].as_array().unwrap().iter().map(|it| &it["at"]).collect();
    assert_eq!(times, ["2026-05-04T10:00:00Z", "2026-05-04T11:00:00Z"]);

    centre.deliver(&[rejected.clone(), rejected], &[]).await;
    let shown = browser.json(&format!("/api/v1/hits/{alert}")).await;
    assert_eq!((&shown["state"], &shown["outcome"]), (&json!("closed"), &json!("false-read")));
    // The room was faster: what comes after is kept and changes nothing.
    let too_late = decision(alert, "accept", None);
    assert_eq!(centre.deliver(&[too_late], &[]).await["accepted"], json!([1]));
    assert_eq!(browser.json(&format!("/api/v1/hits/{alert}")).await, shown);
    // A hit that is gone is no reason to refuse either.
    let stray = decision(Uuid::now_v7(), "accept", None);
    assert_eq!(centre.deliver(&[stray], &[]).await["accepted"], json!([1]));

    let auditor = centre.browser(Role::Auditor).await;
    let audit = auditor.json("/api/v1/audit").await;
    let by_unit: Vec<&str> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["account"] == "unit porta-nord")
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    let expected = [
        "hit.dispatch",
        "hit.dispatch",
        "hit.close",
        "hit.correct-time",
        "hit.dispatch",
        "hit.defer",
    ];
    assert_eq!(by_unit, expected, "newest first, each once");
}

#[tokio::test]
async fn no_node_speaks_for_another_unit() {
    let centre = Centre::start().await;
    let mut other = decision(Uuid::now_v7(), "accept", None);
    other["node"] = json!("pattuglia-9");
    let answer = centre.deliver_as(&centre.node, delivery(&[other], &[])).await;
    assert_eq!(answer.status().as_u16(), 403);
}

#[tokio::test]
async fn the_way_and_typed_plates_are_kept_once() {
    let centre = Centre::start().await;
    let position = json!({"lat_deg": 45.4642, "lon_deg": 9.19, "heading_deg": 90.0,
                          "fixed_at": "2026-05-04T10:00:00Z"});
    let point = json!({"type": "position", "version": 1, "id": Uuid::now_v7(),
                       "node": "porta-nord", "at": "2026-05-04T10:00:00Z", "position": position});
    let check = json!({"type": "check", "version": 1, "id": Uuid::now_v7(), "node": "porta-nord",
                       "at": "2026-05-04T10:00:00Z", "plate": "AB123CD", "matches": []});
    let mut beat = heartbeat(0);
    beat["position"] = position;
    beat["gps"] = json!({"state": "fixed", "satellites": 9});
    for _ in 0..2 {
        let events = [point.clone(), check.clone(), beat.clone()];
        assert_eq!(centre.deliver(&events, &[]).await["accepted"], json!([1, 2, 3]));
    }
    let admin = centre.browser(Role::Admin).await;
    let nodes = admin.json("/api/v1/nodes").await;
    assert_eq!(nodes["items"][0]["position"]["lat_deg"], 45.4642);
    assert_eq!(nodes["items"][0]["gps"]["satellites"], 9);
    let way =
        "/api/v1/nodes/porta-nord/positions?from=2026-05-04T09:00:00Z&to=2026-05-04T11:00:00Z";
    assert_eq!(admin.get(way).await.status().as_u16(), 400, "not without a reason");
    let points = admin.json(&format!("{way}&reason=incident%207")).await;
    assert_eq!(points["items"].as_array().unwrap().len(), 1);
    let auditor = centre.browser(Role::Auditor).await;
    let audit = auditor.json("/api/v1/audit").await;
    let looks = audit["items"].as_array().unwrap().iter();
    assert_eq!(looks.filter(|row| row["action"] == "node.positions").count(), 1);
    let checks = audit["items"].as_array().unwrap().iter();
    assert_eq!(checks.filter(|row| row["action"] == "plate.check").count(), 1);
}

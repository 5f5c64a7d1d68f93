//! What happens is on the pages at once.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;
use varco::centre::Role;

use super::setup::{Browser, Centre, JPEG, heartbeat, hit, transit};

/// Reads server-sent events from an answer.
struct Events {
    response: Response,
    text: String,
}

struct Event {
    id: u64,
    kind: String,
    data: Value,
}

impl Events {
    /// The next event; `None` when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = block.lines().find_map(|line| line.strip_prefix(name))?;
                    Some(line.trim_start().to_owned())
                };
                let event = field("event:").map(|kind| Event {
                    kind,
                    id: field("id:").unwrap().parse().unwrap(),
                    data: serde_json::from_str(&field("data:").unwrap()).unwrap(),
                });
                self.text = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            let more = tokio::time::timeout(Duration::from_secs(10), self.response.chunk());
            let more = more.await.expect("an event within ten seconds").ok()??;
            self.text.push_str(std::str::from_utf8(&more).unwrap());
        }
    }
}

#[tokio::test]
async fn a_page_hears_of_hits_transits_actions_and_nodes() {
    let mut centre = Centre::start().await;
    let browser = centre.browser(Role::Operator).await;
    let response = browser.get("/api/v1/events").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = Events { response, text: String::new() };

    let (passage, alert) = (Uuid::now_v7(), Uuid::now_v7());
    let delivered =
        [transit(passage, 1, "AB123CD", Some(JPEG)), hit(alert, passage, "AB123CD", JPEG)];
    for _ in 0..2 {
        // The second time changes nothing, so nothing is told.
        centre.deliver(&delivered, &[JPEG]).await;
    }
    let told = events.next().await.unwrap();
    assert_eq!((told.kind.as_str(), &told.data["id"]), ("hit", &json!(alert)));
    assert_eq!(told.data["state"], "new");
    let first = told.id;
    let told = events.next().await.unwrap();
    assert_eq!((told.kind.as_str(), &told.data["id"]), ("transit", &json!(passage)));
    assert_eq!(told.data["hits"], json!([alert]));
    assert!(told.id > first);

    let path = format!("/api/v1/hits/{alert}/actions");
    browser.post(&path, &json!({"action": "acknowledge"})).await;
    let told = events.next().await.unwrap();
    assert_eq!((told.kind.as_str(), &told.data["state"]), ("hit-changed", &json!("acknowledged")));

    centre.deliver(&[heartbeat(4)], &[]).await;
    let told = events.next().await.unwrap();
    assert_eq!((told.kind.as_str(), &told.data["id"]), ("node", &json!("porta-nord")));
    assert_eq!((&told.data["alive"], &told.data["outbox"]), (&json!(true), &json!(4)));

    let nodes = browser.json("/api/v1/nodes").await;
    assert_eq!(nodes["items"], json!([told.data]));
    let summary = browser.json("/api/v1/summary").await;
    let expected = json!({"hits_open": 1, "nodes_alive": 1, "nodes": 1, "cameras_live": 1,
                          "cameras": 1});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&summary[name], value, "{name}");
    }

    // A stop ends the stream, and does so at once.
    centre.stop().await;
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_hit_reaches_the_groups_that_its_list_names_and_nobody_else() {
    let centre = Centre::start().await;
    let zone = centre.browser_of("anna", Role::Operator, &["ztl", "notte"]).await;
    let road = centre.browser_of("bruno", Role::Operator, &["strada"]).await;
    let desk = centre.browser_of("carla", Role::Operator, &[]).await;
    let response = road.get("/api/v1/events").await;
    let mut events = Events { response, text: String::new() };

    let (passage, permit, stolen) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let mut told = hit(permit, passage, "AB123CD", JPEG);
    told["list"]["told"] = json!(["ztl"]);
    let delivered =
        [transit(passage, 1, "AB123CD", Some(JPEG)), told, hit(stolen, passage, "AB123CD", JPEG)];
    centre.deliver(&delivered, &[JPEG]).await;

    // Newest first; the page of one is full although a hit of others stands before it.
    let of = async |browser: &Browser, path: &str| -> Vec<Value> {
        let page = browser.json(path).await;
        page["items"].as_array().unwrap().iter().map(|hit| hit["id"].clone()).collect()
    };
    for browser in [&zone, &desk] {
        assert_eq!(of(browser, "/api/v1/hits").await, [json!(stolen), json!(permit)]);
        assert_eq!(browser.json("/api/v1/summary").await["hits_open"], 2);
    }
    assert_eq!(of(&road, "/api/v1/hits").await, [json!(stolen)]);
    assert_eq!(of(&road, "/api/v1/hits?limit=1&state=open").await, [json!(stolen)]);
    assert_eq!(road.json("/api/v1/summary").await["hits_open"], 1);

    // Who is not told finds no such hit, and can do nothing about it.
    let path = format!("/api/v1/hits/{permit}");
    assert_eq!(road.get(&path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(desk.get(&path).await.status(), StatusCode::OK);
    let actions = format!("{path}/actions");
    let acknowledge = json!({"action": "acknowledge"});
    assert_eq!(road.post(&actions, &acknowledge).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(zone.post(&actions, &acknowledge).await.status(), StatusCode::OK);

    // Live, too: the first that the road patrol hears of is the stolen car, and of what was
    // done about the other hit it hears nothing.
    let first = events.next().await.unwrap();
    assert_eq!((first.kind.as_str(), &first.data["id"]), ("hit", &json!(stolen)));
    let second = events.next().await.unwrap();
    assert_eq!(second.kind, "transit");
    zone.post(&format!("/api/v1/hits/{stolen}/actions"), &acknowledge).await;
    let third = events.next().await.unwrap();
    assert_eq!((third.kind.as_str(), &third.data["id"]), ("hit-changed", &json!(stolen)));

    // Out of its groups, an account is told of everything; its session has ended.
    let admin = centre.browser(Role::Admin).await;
    let changed = admin.patch("/api/v1/accounts/bruno", &json!({"groups": []})).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert_eq!(road.get("/api/v1/hits").await.status(), StatusCode::UNAUTHORIZED);
    let wrong = admin.patch("/api/v1/accounts/bruno", &json!({"groups": [" ztl"]})).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
}

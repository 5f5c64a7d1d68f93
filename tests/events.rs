//! The published JSON Schema is that of the messages (docs/reference/events/).
//!
//! `VARCO_WRITE_DOCS=1 cargo test --test events` writes it anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use varco::event::Event;

#[test]
fn the_published_schema_is_that_of_the_messages() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/events/event.schema.json");
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Event)).unwrap() + "\n";
    if std::env::var_os("VARCO_WRITE_DOCS").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    let published = std::fs::read_to_string(&file).unwrap();
    assert!(
        published == schema,
        "{} is old: VARCO_WRITE_DOCS=1 cargo test --test events",
        file.display()
    );
}

/// A hit as nodes sent it before they knew where they were.
#[test]
fn a_message_without_the_newer_fields_is_still_read() {
    let text = r#"{"type":"transit","version":1,"id":"019a0000-0000-7000-8000-000000000001",
        "revision":1,"state":"ended","place":{"node":"n","camera":"c","camera_name":"C","site":"S"},
        "first_seen_at":"2026-05-04T10:00:00Z","last_seen_at":"2026-05-04T10:00:02Z",
        "plate":"AB123CD","confidence":0.9,"country":null,"alternatives":[],
        "direction":"approaching","frames":7,"evidence":null}"#;
    let Event::Transit(transit) = serde_json::from_str(text).unwrap() else { unreachable!() };
    assert_eq!((transit.position, transit.clock_offset_ms, transit.vehicle), (None, 0, None));
}

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

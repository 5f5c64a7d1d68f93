//! What the fuzz targets share. The modules under test are compiled right here, from the
//! product's own files, so that a fuzz build needs neither GStreamer nor a model runtime.

#![allow(dead_code, reason = "the targets use a part of the product's modules")]

#[path = "../../src/durable/mod.rs"]
pub mod durable;
#[path = "../../src/keyfile/mod.rs"]
pub mod keyfile;
#[path = "../../src/lists/mod.rs"]
pub mod lists;
#[path = "../../src/plate/mod.rs"]
pub mod plate;

#[path = "../../src/tracking/direction.rs"]
mod direction;

/// The one part of the tracking that lists know.
pub mod tracking {
    pub use crate::direction::Direction;
}

use std::io::Cursor;

use lists::{Import, ImportOptions, SourceFormat};

/// Imports bytes and checks what must hold of any import.
pub fn import(content: &[u8], format: SourceFormat, ignore_unknown: bool) -> Option<Import> {
    let options = ImportOptions { ignore_unknown, max_details: 5, format, increment: false };
    let found = lists::import(Cursor::new(content), &options).ok()?;
    let report = &found.report;
    assert_eq!(report.kept, found.entries.len() as u64, "{report:?}");
    assert_eq!(report.rows, report.kept + report.same_count + report.rejected_count, "{report:?}");
    assert!(report.rejected.len() <= 5 && report.repeated.len() <= 5, "{report:?}");
    for entry in &found.entries {
        assert!(entry.valid_from.is_none_or(|from| entry.valid_to.is_none_or(|to| from <= to)));
    }
    // The same rows one by one, as increments too.
    let increment = ImportOptions { increment: true, ..options };
    let mut changes = 0;
    let changed = lists::import_changes(Cursor::new(content), &increment, |_| changes += 1);
    let changed = changed.expect("what is a list is an increment too");
    assert_eq!(changed.kept + changed.removals, changes);
    Some(found)
}

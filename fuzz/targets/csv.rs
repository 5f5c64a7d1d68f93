//! CSV in, index, CSV out, CSV in again.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use varco_fuzz::lists::{self, CsvWriter, ImportOptions, Index, SourceFormat, SourceKind};

fuzz_target!(|data: &[u8]| {
    let format = SourceFormat { kind: Some(SourceKind::Csv), ..SourceFormat::default() };
    let Some(found) = varco_fuzz::import(data, format, true) else { return };
    let index = Index::build(found.entries.iter().cloned()).expect("it is small");
    assert_eq!(index.len(), found.entries.len());
    for entry in &found.entries {
        assert!(index.entries(&entry.plate).contains(entry), "{entry:?}");
    }
    let mut written = Vec::new();
    let mut writer = CsvWriter::new(&mut written).expect("memory");
    for entry in &found.entries {
        writer.write(entry).expect("memory");
    }
    writer.finish().expect("memory");
    let again = lists::import(Cursor::new(&written), &ImportOptions::default()).expect("our own");
    // An apostrophe before a formula may make a text too long; nothing else may get lost.
    for (before, after) in found.entries.iter().zip(&again.entries) {
        if again.report.rejected_count == 0 && again.report.same_count == 0 {
            assert_eq!(before.plate, after.plate);
            assert_eq!((before.valid_from, before.valid_to), (after.valid_from, after.valid_to));
        }
    }
});

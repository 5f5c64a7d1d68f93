//! JSON lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use varco_fuzz::lists::{SourceFormat, SourceKind};

fuzz_target!(|data: &[u8]| {
    let format = || SourceFormat { kind: Some(SourceKind::JsonLines), ..SourceFormat::default() };
    varco_fuzz::import(data, format(), false);
    varco_fuzz::import(data, format(), true);
});

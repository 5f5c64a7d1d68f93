//! Fixed-width records with overlapping and far fields.
#![no_main]

use libfuzzer_sys::fuzz_target;
use varco_fuzz::lists::{Column, FixedField, SourceFormat, SourceKind};

fuzz_target!(|data: &[u8]| {
    let [layout, content @ ..] = data else { return };
    let field = |name, start, width| FixedField { name, start, width };
    let format = SourceFormat {
        kind: Some(SourceKind::FixedWidth),
        fields: vec![
            field(Column::Plate, 1, 8),
            field(Column::ValidFrom, 9, 8),
            field(Column::ValidTo, 13 + usize::from(layout % 8), 8),
            field(Column::Reason, 20, 60_000),
        ],
        take_prefix: (layout % 3 == 0).then(|| "A".to_owned()),
        line_length: (layout % 5 == 0).then_some(40),
        ..SourceFormat::default()
    };
    varco_fuzz::import(content, format, false);
});

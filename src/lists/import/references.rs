//! Where the cells of a sheet say that they stand. The spreadsheet library multiplies
//! letters and digits without a bound, so a place that no sheet has is found before it.

use std::io::{BufReader, Read};

use quick_xml::events::{BytesStart, Event};

use super::vet::WorkbookError;

/// Columns that a sheet can have: up to `XFD`.
pub(super) const MAX_COLUMNS: u32 = 16_384;
/// Rows that a sheet can have.
const MAX_ROWS: u32 = 1_048_576;
/// Characters of a wrong reference that are told.
const SHOWN: usize = 24;

/// Refuses a part in which a row, a cell or the sheet's size names a place that no sheet
/// has. Every part is looked at: any of them can be named as a sheet.
pub(super) fn vet(part: impl Read, name: &str) -> Result<(), WorkbookError> {
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(part));
    // What the library takes must not end the look here.
    reader.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let tag = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => tag,
            Ok(Event::Eof) | Err(_) => return Ok(()), // The library says what is wrong.
            Ok(_) => continue,
        };
        if let Some(reference) = impossible(&tag) {
            return Err(WorkbookError::Reference { part: name.to_owned(), reference });
        }
    }
}

/// The reference of a tag, if no sheet has that place.
fn impossible(tag: &BytesStart<'_>) -> Option<String> {
    let (name, mut attributes) = (tag.local_name(), tag.attributes());
    let wanted = match name.as_ref() {
        "row" | "c" => "r",
        "dimension" => "ref",
        _ => return None,
    };
    attributes
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.as_ref() == wanted && !possible(&attribute.value))
        .map(|attribute| attribute.value.chars().take(SHOWN).collect())
}

/// Whether a reference such as `B7`, `7` or `A1:B7` stays within a sheet and does not run
/// backwards. What is no reference at all is for the library to refuse.
fn possible(reference: &str) -> bool {
    let mut before = (0, 0);
    reference.split(':').all(|corner| {
        let (column, row) = place(corner);
        let good =
            (before.0..=MAX_COLUMNS).contains(&column) && (before.1..=MAX_ROWS).contains(&row);
        before = (column, row);
        good
    })
}

/// Column and row from 1, as far as they can be counted; 0 where there is none.
fn place(corner: &str) -> (u32, u32) {
    let letters = corner.bytes().take_while(u8::is_ascii_alphabetic);
    let digits = corner.bytes().skip_while(u8::is_ascii_alphabetic);
    let count = |base: u32| {
        move |number: u32, digit: u8| number.saturating_mul(base).saturating_add(digit.into())
    };
    let column = letters.map(|letter| letter.to_ascii_uppercase() - b'A' + 1).fold(0, count(26));
    let digits = digits.take_while(u8::is_ascii_digit).map(|digit| digit - b'0');
    (column, digits.fold(0, count(10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_ends_at_xfd_1048576() {
        for good in ["A1", "xfd1048576", "7", "A1:XFD1048576", "A0000000000001", "", "é1"] {
            assert!(possible(good), "{good}");
        }
        for bad in [
            "XFE1",
            "A1048577",
            "1048577",
            "AAAAAAAAAAAA1",
            "A99999999999999999999",
            "AAAAAAAAAAAA!",
            "A1:AAAAAAAAAAAA1",
            "B2:A1",
        ] {
            assert!(!possible(bad), "{bad}");
        }
    }
}

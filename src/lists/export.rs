//! Entries as CSV, for people with spreadsheets.

use std::io::{self, Write};

use super::model::Entry;

/// Writes entries as CSV that [`import`](super::import) reads again.
///
/// A text that a spreadsheet would run as a formula gets an apostrophe before it: a
/// register's free text must not become a command on an officer's computer (OWASP, "CSV
/// injection").
pub struct CsvWriter<W: Write> {
    writer: csv::Writer<W>,
}

const HEADER: [&str; 9] = [
    "plate",
    "country",
    "reason",
    "reference",
    "valid_from",
    "valid_to",
    "make",
    "model",
    "colour",
];

impl<W: Write> CsvWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// What the writer says.
    pub fn new(writer: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(writer);
        writer.write_record(HEADER)?;
        Ok(Self { writer })
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let text = |text: &Option<String>| harmless(text.as_deref().unwrap_or_default());
        let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |d| d.to_string());
        self.writer.write_record([
            entry.plate.as_str(),
            entry.country.as_ref().map_or("", |country| country.code()),
            &text(&entry.reason),
            &text(&entry.reference),
            &day(entry.valid_from),
            &day(entry.valid_to),
            &text(&entry.vehicle.make),
            &text(&entry.vehicle.model),
            &text(&entry.vehicle.colour),
        ])?;
        Ok(())
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A text that no spreadsheet takes for a formula, on one line.
#[must_use]
pub fn harmless(text: &str) -> String {
    let line = text.replace(['\r', '\n'], " ");
    let first = line.trim_start().chars().next();
    let formula = first
        .is_some_and(|first| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    // A tab at the start hides a formula from some programs' checks.
    if formula || line.starts_with('\t') { format!("'{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::{ImportOptions, import};
    use crate::plate::PlateText;

    fn entry(plate: &str, reason: &str) -> Entry {
        Entry {
            plate: PlateText::new(plate).unwrap(),
            country: None,
            reason: Some(reason.to_owned()),
            reference: None,
            valid_from: Some(jiff::civil::date(2026, 11, 1)),
            valid_to: None,
            vehicle: crate::lists::Vehicle::default(),
        }
    }

    fn exported(entries: &[Entry]) -> String {
        let mut bytes = Vec::new();
        let mut writer = CsvWriter::new(&mut bytes).unwrap();
        for entry in entries {
            writer.write(entry).unwrap();
        }
        writer.finish().unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn formulas_are_disarmed() {
        for text in
            ["=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "  =1", "\t=1", "\r=1", "＝1+1"]
        {
            assert!(harmless(text).starts_with('\''), "{text:?}");
        }
        for text in ["stolen in Milan", "a=b", "", "3 - 4", "è rubata"] {
            assert_eq!(harmless(text), text);
        }
        let csv = exported(&[entry("AB123CD", "=HYPERLINK(\"http://x\",\"y\")")]);
        assert!(csv.contains("\"'=HYPERLINK("), "{csv}");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let entries = [entry("AB123CD", "one, \"two\"; three"), entry("EF456GH", "perché no")];
        let read = import(exported(&entries).as_bytes(), &ImportOptions::default()).unwrap();
        assert_eq!(read.entries, entries);
    }
}

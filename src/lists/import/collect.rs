//! The rows of any file into changes and a report.

use super::repeats::Rows;
use super::text::{Decoder, NotUtf8};
use super::{Encoding, ImportOptions, Rejected, Report};
use crate::lists::change::Change;
use crate::lists::columns::Column;
use crate::lists::format::SourceKind;
use crate::lists::row::{self, BadField};

/// Takes what a format's reader finds.
pub(super) struct Collector<'a> {
    pub(super) report: Report,
    pub(super) options: &'a ImportOptions,
    pub(super) decoder: Decoder,
    /// What was read, when repeated rows are looked for here.
    rows: Option<Rows>,
    keep: &'a mut dyn FnMut(u64, Change),
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        kind: SourceKind,
        options: &'a ImportOptions,
        find_repeats: bool,
        keep: &'a mut dyn FnMut(u64, Change),
    ) -> Self {
        let report = Report {
            rows: 0,
            kept: 0,
            removals: 0,
            rejected_count: 0,
            rejected: Vec::new(),
            same_count: 0,
            repeated_count: 0,
            repeated: Vec::new(),
            encoding: Encoding::Utf8,
            kind,
            delimiter: None,
            columns: Vec::new(),
        };
        let decoder = Decoder::new(options.format.encoding);
        // In an increment a later row speaks for the plate.
        let rows = (find_repeats && !options.increment).then(Rows::default);
        Self { report, options, decoder, rows, keep }
    }

    /// Leaves a row out and says why.
    pub(super) fn reject(
        &mut self,
        line: u64,
        column: Option<Column>,
        value: &str,
        reason: impl Into<String>,
    ) {
        self.report.rejected_count += 1;
        if self.report.rejected.len() < self.options.max_details {
            let value = value.chars().take(80).collect();
            self.report.rejected.push(Rejected { line, column, value, reason: reason.into() });
        }
    }

    /// Takes a row by its fields as bytes, in the order of the report's columns.
    pub(super) fn bytes<'t>(&mut self, line: u64, fields: impl Iterator<Item = &'t [u8]>) {
        let mut texts = Vec::with_capacity(self.report.columns.len());
        let mut wrong = None;
        for (column, bytes) in self.report.columns.iter().zip(fields) {
            let Some(column) = column else { continue };
            match self.decoder.decode(bytes, line) {
                Ok(text) => texts.push((*column, text)),
                Err(NotUtf8) => {
                    wrong = Some((*column, bytes));
                    break;
                }
            }
        }
        match wrong {
            Some((column, bytes)) => {
                let shown = String::from_utf8_lossy(bytes);
                self.reject(line, Some(column), &shown, NotUtf8.to_string());
            }
            None => self.row(line, texts.iter().map(|(column, text)| (*column, text.as_ref()))),
        }
    }

    /// Takes a row by its columns.
    pub(super) fn row<'t>(&mut self, line: u64, fields: impl Iterator<Item = (Column, &'t str)>) {
        match row::change(fields, self.options.format.dates.as_deref()) {
            Err(BadField { column, value, reason }) => self.reject(line, column, &value, reason),
            Ok(Change::Remove(_)) if !self.options.increment => {
                let reason = "a whole list takes nothing away: import the file as an increment";
                self.reject(line, Some(Column::Action), "", reason);
            }
            Ok(change) => {
                match &change {
                    Change::Remove(_) => self.report.removals += 1,
                    Change::Add(entry) => {
                        self.report.kept += 1;
                        if let Some(rows) = &mut self.rows {
                            rows.note(entry, line);
                        }
                    }
                }
                (self.keep)(line, change);
            }
        }
    }

    /// The report, and the lines that say nothing new.
    pub(super) fn finish(self) -> (Report, Vec<u64>) {
        let (repeats, same) =
            self.rows.map(|rows| rows.find(self.options.max_details)).unwrap_or_default();
        let mut report = self.report;
        report.encoding = self.decoder.found;
        report.add(repeats);
        (report, same)
    }
}

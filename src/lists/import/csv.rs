//! Text with a character between fields.

use std::io::BufRead;

use super::ImportError;
use super::collect::Collector;
use crate::lists::columns::{self, HeaderError};
use crate::lists::lines::{Line, Lines, line_too_long, split};

/// What may stand between fields when the format does not say; ties go to the first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

pub(super) fn read(
    reader: &mut dyn BufRead,
    collector: &mut Collector<'_>,
) -> Result<(), ImportError> {
    let mut lines = Lines::new(reader);
    lines.skip(collector.options.format.skip_lines)?;
    let delimiter = if collector.options.format.no_header {
        no_header(collector)
    } else {
        header(&mut lines, collector)?
    };
    collector.report.delimiter = Some(char::from(delimiter));
    let mut row = Row { delimiter, fields: Vec::new() };
    while let Some((number, line)) = lines.next_numbered()? {
        match line {
            Line::TooLong => {
                collector.report.rows += 1;
                collector.reject(number, None, "", line_too_long());
            }
            Line::Text(line) if line.trim_ascii().is_empty() => {}
            Line::Text(line) => row.take(line, number, collector),
        }
    }
    if collector.report.columns.is_empty() { Err(ImportError::Empty) } else { Ok(()) }
}

/// A file whose columns the format places. Its delimiter cannot be guessed from a row,
/// in which any of them may be part of a text.
fn no_header(collector: &mut Collector<'_>) -> u8 {
    let format = &collector.options.format;
    collector.report.columns = columns::positions(format);
    format.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()).unwrap_or(b',')
}

/// Finds the header, what stands between its fields, and its columns.
fn header(
    lines: &mut Lines<&mut dyn BufRead>,
    collector: &mut Collector<'_>,
) -> Result<u8, ImportError> {
    let format = &collector.options.format;
    while let Some((number, line)) = lines.next_numbered()? {
        let at = |source| ImportError::Header { line: number, source };
        let line = match line {
            // Not even the start of such a line is worth showing.
            Line::TooLong => {
                let found = line_too_long();
                return Err(at(HeaderError::NoPlate { found, nearest: None }));
            }
            Line::Text(line) => line,
        };
        if line.contains(&0) {
            return Err(ImportError::Binary(number));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let chosen = format.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
        let delimiter = chosen.unwrap_or_else(|| most_frequent(line));
        let mut fields = Vec::new();
        // A header with a lost quote is shown as it stands.
        let count = split(line, delimiter, &mut fields).unwrap_or(0);
        let decoder = &mut collector.decoder;
        let mut text = |bytes: &[u8]| match decoder.decode(bytes, number) {
            Ok(text) => text.into_owned(),
            Err(_) => String::from_utf8_lossy(bytes).into_owned(),
        };
        let fields: Vec<String> = fields.iter().take(count).map(|field| text(field)).collect();
        let shown = text(line);
        let columns = columns::header(&shown, &fields, collector.options.ignore_unknown, format);
        collector.report.columns = columns.map_err(at)?;
        return Ok(delimiter);
    }
    Err(ImportError::Empty)
}

fn most_frequent(header: &[u8]) -> u8 {
    let count = |delimiter: u8| header.iter().filter(|b| **b == delimiter).count();
    let most = DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter));
    most.unwrap_or(b',')
}

struct Row {
    delimiter: u8,
    /// Fields of the row at hand, kept to spare allocations.
    fields: Vec<Vec<u8>>,
}

impl Row {
    fn take(&mut self, line: &[u8], number: u64, collector: &mut Collector<'_>) {
        let Ok(count) = split(line, self.delimiter, &mut self.fields) else {
            collector.report.rows += 1;
            let start = String::from_utf8_lossy(line);
            let reason = "a field in quotes does not end as it should on its line";
            collector.reject(number, None, &start, reason);
            return;
        };
        let fields = self.fields.get(..count).unwrap_or_default();
        // Spreadsheets leave rows of nothing but delimiters.
        if fields.iter().all(Vec::is_empty) {
            return;
        }
        collector.report.rows += 1;
        let expected = collector.report.columns.len();
        let no_header = collector.options.format.no_header;
        let extra = fields.iter().skip(expected).any(|field| !field.is_empty());
        // Without a header, nobody said how many fields there are.
        if fields.len() < expected || (extra && !no_header) {
            let wanted = if no_header { "the format" } else { "the header" };
            let reason = format!("the row has {count} fields, {wanted} has {expected}");
            let row: Vec<_> = fields.iter().map(|f| String::from_utf8_lossy(f)).collect();
            collector.reject(number, None, &row.join(" | "), reason);
            return;
        }
        collector.bytes(number, fields.iter().map(Vec::as_slice));
    }
}

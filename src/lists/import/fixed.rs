//! Text in which every field has its place in the line, as mainframes write it.

use std::io::BufRead;

use super::ImportError;
use super::collect::Collector;
use crate::lists::format::FixedField;
use crate::lists::lines::{Line, Lines, line_too_long};

pub(super) fn read(
    reader: &mut dyn BufRead,
    collector: &mut Collector<'_>,
) -> Result<(), ImportError> {
    let format = &collector.options.format;
    collector.report.columns = format.fields.iter().map(|field| Some(field.name)).collect();
    let mut lines = Lines::new(reader);
    lines.skip(format.skip_lines)?;
    while let Some((number, line)) = lines.next_numbered()? {
        match line {
            Line::TooLong => {
                collector.report.rows += 1;
                collector.reject(number, None, "", line_too_long());
            }
            Line::Text(line) if line.contains(&0) => return Err(ImportError::Binary(number)),
            // The end-of-file mark of old systems stands alone in a last line.
            Line::Text(line) if line.trim_ascii().is_empty() || line == b"\x1a" => {}
            Line::Text(line) => record(line, number, collector),
        }
    }
    if lines.number == 0 { Err(ImportError::Empty) } else { Ok(()) }
}

fn record(line: &[u8], number: u64, collector: &mut Collector<'_>) {
    let format = &collector.options.format;
    let text = match collector.decoder.decode(line, number) {
        Ok(text) => text,
        Err(error) => {
            collector.report.rows += 1;
            let start = String::from_utf8_lossy(line);
            collector.reject(number, None, &start, error.to_string());
            return;
        }
    };
    if format.take_prefix.as_ref().is_some_and(|prefix| !text.starts_with(prefix.as_str())) {
        return;
    }
    collector.report.rows += 1;
    if let Some(length) = format.line_length {
        let found = text.chars().count();
        if found != length {
            let reason = format!("the record has {found} characters, the format has {length}");
            collector.reject(number, None, &text, reason);
            return;
        }
    }
    // A record may end early: trailing blanks are often cut off.
    let fields = format.fields.iter().map(|field| (field.name, slice(&text, field).trim()));
    collector.row(number, fields);
}

/// The characters of a field, as many of them as there are.
fn slice<'a>(text: &'a str, field: &FixedField) -> &'a str {
    let from = field.start.saturating_sub(1);
    if text.is_ascii() {
        let end = (from + field.width).min(text.len());
        return text.get(from..end).unwrap_or_default();
    }
    let place = |count: usize| text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    text.get(place(from)..place(from + field.width)).unwrap_or_default()
}

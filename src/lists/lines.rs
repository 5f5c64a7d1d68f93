//! Lines of a delimited text, one row a line, with bounded memory.
//!
//! A row is a line: a field in quotes must end on its line. A lost quote then costs
//! one row, where a reader that lets fields run over lines would swallow all rows up
//! to the next quote.

use std::io::{self, BufRead};

use super::import::ImportError;

/// Longest line that is taken, in bytes; no register needs a tenth of it.
pub(super) const MAX_LINE_BYTES: usize = 64 * 1024;

/// Why such a line is refused.
pub(super) fn line_too_long() -> String {
    format!("the line is longer than {MAX_LINE_BYTES} bytes")
}

/// One line without its end, and without the mark of UTF-8 at the start of a file.
pub(super) enum Line<'a> {
    Text(&'a [u8]),
    /// Longer than [`MAX_LINE_BYTES`]; it was skipped.
    TooLong,
}

/// Reads lines and counts them.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Number of the last line given out, from 1.
    pub(super) number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), number: 0 }
    }

    /// Leaves out the next lines, however long they are.
    pub(super) fn skip(&mut self, count: u64) -> Result<(), ImportError> {
        for _ in 0..count {
            if self.next_numbered()?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// The next line with its number; `None` at the end.
    pub(super) fn next_numbered(&mut self) -> Result<Option<(u64, Line<'_>)>, ImportError> {
        let before = self.number;
        let line = self.next().map_err(|source| ImportError::Read { line: before, source })?;
        Ok(line.map(|line| (before + 1, line)))
    }

    /// The next line; `None` at the end.
    fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let mut long = false;
        let mut any = false;
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let end = available.iter().position(|b| *b == b'\n');
            let part = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            if self.buffer.len() + part.len() > MAX_LINE_BYTES {
                long = true;
            } else if !long {
                self.buffer.extend_from_slice(part);
            }
            let used = end.map_or(available.len(), |end| end + 1);
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        if long {
            return Ok(Some(Line::TooLong));
        }
        if self.buffer.last() == Some(&b'\r') {
            self.buffer.pop();
        }
        let line = self.buffer.as_slice();
        let mark = if self.number == 1 { line.strip_prefix(b"\xef\xbb\xbf") } else { None };
        Ok(Some(Line::Text(mark.unwrap_or(line))))
    }
}

/// A quote that does not end on its line, or text after a closing quote.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadQuote;

/// Fields of a line, trimmed; `""` inside quotes is a quote. `fields` is reused: its
/// first elements, as many as returned, are the fields.
pub(super) fn split(
    line: &[u8],
    delimiter: u8,
    fields: &mut Vec<Vec<u8>>,
) -> Result<usize, BadQuote> {
    let mut count = 0;
    let mut rest = line;
    loop {
        if fields.len() == count {
            fields.push(Vec::new());
        }
        let Some(field) = fields.get_mut(count) else { return Ok(count) };
        field.clear();
        count += 1;
        let start = rest.iter().position(|b| *b != b' ').unwrap_or(rest.len());
        let after = rest.get(start..).unwrap_or_default();
        let next = if after.first() == Some(&b'"') {
            quoted(after.get(1..).unwrap_or_default(), delimiter, field)?
        } else {
            let end = rest.iter().position(|b| *b == delimiter);
            let bare = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            field.extend_from_slice(bare.trim_ascii());
            end.and_then(|end| rest.get(end + 1..))
        };
        match next {
            Some(next) => rest = next,
            None => return Ok(count),
        }
    }
}

/// Takes a quoted field whose opening quote is gone; gives what stands after the
/// delimiter, `None` at the end of the line.
fn quoted<'a>(
    mut rest: &'a [u8],
    delimiter: u8,
    field: &mut Vec<u8>,
) -> Result<Option<&'a [u8]>, BadQuote> {
    loop {
        let end = rest.iter().position(|b| *b == b'"').ok_or(BadQuote)?;
        field.extend_from_slice(rest.get(..end).unwrap_or_default());
        rest = rest.get(end + 1..).unwrap_or_default();
        if rest.first() == Some(&b'"') {
            field.push(b'"');
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let trimmed = field.trim_ascii().to_vec();
        *field = trimmed;
        let blanks = rest.iter().take_while(|b| **b == b' ').count();
        return match rest.get(blanks..).unwrap_or_default() {
            [] => Ok(None),
            [first, next @ ..] if *first == delimiter => Ok(Some(next)),
            _ => Err(BadQuote),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Result<Vec<String>, BadQuote> {
        let mut fields = Vec::new();
        let count = split(line.as_bytes(), b';', &mut fields)?;
        Ok(fields[..count].iter().map(|f| String::from_utf8(f.clone()).unwrap()).collect())
    }

    #[test]
    fn fields_are_split_trimmed_and_unquoted() {
        assert_eq!(fields("a; b ;").unwrap(), ["a", "b", ""]);
        assert_eq!(fields("").unwrap(), [""]);
        assert_eq!(fields(r#"a; "b; ""c""" ;d"#).unwrap(), ["a", r#"b; "c""#, "d"]);
        assert_eq!(fields(r#"5" pipe;b"#).unwrap(), [r#"5" pipe"#, "b"]);
        assert_eq!(fields(r#"a;"b"#), Err(BadQuote));
        assert_eq!(fields(r#""a"b;c"#), Err(BadQuote));
    }

    #[test]
    fn lines_are_counted_and_long_ones_skipped() {
        let mut text = b"one\r\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', MAX_LINE_BYTES + 1));
        text.extend(b"\n\nlast");
        let mut lines = Lines::new(io::BufReader::with_capacity(7, text.as_slice()));
        let mut seen = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            seen.push(match line {
                Line::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                Line::TooLong => "long".to_owned(),
            });
        }
        assert_eq!(seen, ["one", "long", "", "last"]);
        assert_eq!(lines.number, 4);
    }
}

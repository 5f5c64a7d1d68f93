//! List files (CSV) into entries: bad rows are told by line and left out, good ones kept.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead};

use super::columns::{self, Column, HeaderError};
use super::index::Repeated;
use super::lines::{Line, Lines, MAX_LINE_BYTES, split};
use super::model::Entry;
use super::row::{self, BadField};
use crate::plate::{Country, PlateKey};

/// Why a list file could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("the list cannot be read after line {line}: {source}")]
    Read {
        /// Lines read until then.
        line: u64,
        /// What the system says.
        source: io::Error,
    },
    /// Nothing is in it.
    #[error(
        "the list is empty: its first line must name the columns, for example:\n{}",
        columns::EXAMPLE
    )]
    Empty,
    /// Text of two bytes a character.
    #[error("the list is UTF-16 text: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")]
    Utf16,
    /// No text at all.
    #[error("the list is no text file (a zero byte in line {0}): export it as CSV")]
    Binary(u64),
    /// The columns are not what they should be.
    #[error("line {line}: {source}")]
    Header {
        /// Line of the header.
        line: u64,
        /// What is wrong with it.
        source: HeaderError,
    },
}

/// What may be chosen for an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// Take files with columns that are not known, and leave those columns out.
    pub ignore_unknown: bool,
    /// Bad rows, and repeated ones, that are kept with their reason; all are counted.
    pub max_details: usize,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { ignore_unknown: false, max_details: 1000 }
    }
}

/// A row that is no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Line in the file, from 1.
    pub line: u64,
    /// The column that is wrong; `None` when the whole row is.
    pub column: Option<Column>,
    /// What stands there.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if let Some(column) = self.column {
            write!(f, "{column}: ")?;
        }
        f.write_str(&self.reason)?;
        // Most reasons name the value already.
        if self.value.is_empty() || self.reason.contains(self.value.as_str()) {
            return Ok(());
        }
        write!(f, " ({:?})", self.value)
    }
}

/// How the bytes of a file were read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// All of it is UTF-8.
    Utf8,
    /// From this line on there is text that is no UTF-8: it was read as Windows-1252,
    /// of which Latin-1 is a part.
    Windows1252 {
        /// First line with such text.
        line: u64,
    },
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf8 => f.write_str("UTF-8"),
            Self::Windows1252 { line } => write!(f, "Windows-1252 (from line {line} on)"),
        }
    }
}

/// What an import found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Rows below the header, without blank ones.
    pub rows: u64,
    /// Entries that were kept.
    pub kept: u64,
    /// Bad rows in all.
    pub rejected_count: u64,
    /// The first bad rows, at most [`ImportOptions::max_details`].
    pub rejected: Vec<Rejected>,
    /// Rows that say again, word for word, what an earlier one says; not kept.
    pub same_count: u64,
    /// Rows whose plate came before with something else said of it; kept.
    pub repeated_count: u64,
    /// The first rows of both kinds, at most [`ImportOptions::max_details`].
    pub repeated: Vec<Repeated>,
    /// How the text was read.
    pub encoding: Encoding,
    /// What stands between fields: `,`, `;` or tab.
    pub delimiter: char,
    /// Columns in the order of the file; `None` for one that was left out.
    pub columns: Vec<Option<Column>>,
}

/// A list file in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The good rows, in the order of the file.
    pub entries: Vec<Entry>,
    /// What was found.
    pub report: Report,
}

/// Reads a list file into memory. For big ones see [`import_each`].
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be used; a bad row is no error.
pub fn import(reader: impl BufRead, options: &ImportOptions) -> Result<Import, ImportError> {
    let mut entries = Vec::new();
    let report = import_each(reader, options, |entry| entries.push(entry))?;
    Ok(Import { entries, report })
}

/// Reads a list file and gives each good entry to `keep`, so that memory stays small
/// however long the file is (some 40 bytes for each plate, to know repeated ones).
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be used; a bad row is no error.
pub fn import_each(
    reader: impl BufRead,
    options: &ImportOptions,
    mut keep: impl FnMut(Entry),
) -> Result<Report, ImportError> {
    let mut lines = Lines::new(reader);
    let mut encoding = Encoding::Utf8;
    let (columns, delimiter) = read_header(&mut lines, options, &mut encoding)?;
    let mut import = Importing {
        report: Report {
            rows: 0,
            kept: 0,
            rejected_count: 0,
            rejected: Vec::new(),
            same_count: 0,
            repeated_count: 0,
            repeated: Vec::new(),
            encoding,
            delimiter: char::from(delimiter),
            columns,
        },
        options,
        seen: HashMap::new(),
        fields: Vec::new(),
    };
    loop {
        let number = lines.number + 1;
        let line = lines.next().map_err(|source| ImportError::Read { line: number - 1, source })?;
        match line {
            None => return Ok(import.report),
            Some(Line::TooLong) => import.reject(number, None, "", line_too_long()),
            Some(Line::Text(line)) if line.trim_ascii().is_empty() => {}
            Some(Line::Text(line)) => {
                if let Some(entry) = import.row(line, delimiter, number) {
                    keep(entry);
                }
            }
        }
    }
}

fn line_too_long() -> String {
    format!("the line is longer than {MAX_LINE_BYTES} bytes")
}

/// Finds the header, what stands between its fields, and its columns.
fn read_header(
    lines: &mut Lines<impl BufRead>,
    options: &ImportOptions,
    encoding: &mut Encoding,
) -> Result<(Vec<Option<Column>>, u8), ImportError> {
    loop {
        let number = lines.number + 1;
        let line = lines.next().map_err(|source| ImportError::Read { line: number - 1, source })?;
        let line = match line {
            None => return Err(ImportError::Empty),
            // Not even the start of such a line is worth showing.
            Some(Line::TooLong) => {
                let found = line_too_long();
                let source = HeaderError::NoPlate { found, nearest: None };
                return Err(ImportError::Header { line: number, source });
            }
            Some(Line::Text(line)) => line,
        };
        if number == 1 && (line.starts_with(&[0xff, 0xfe]) || line.starts_with(&[0xfe, 0xff])) {
            return Err(ImportError::Utf16);
        }
        if line.contains(&0) {
            return Err(ImportError::Binary(number));
        }
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        let delimiter = delimiter(line);
        let mut fields = Vec::new();
        // A header with a lost quote is shown as it stands.
        let count = split(line, delimiter, &mut fields).unwrap_or(0);
        let fields: Vec<String> =
            fields.iter().take(count).map(|f| decode(f, number, encoding)).collect();
        let shown = decode(line, number, encoding);
        return columns::header(&shown, &fields, options.ignore_unknown)
            .map(|columns| (columns, delimiter))
            .map_err(|source| ImportError::Header { line: number, source });
    }
}

/// What stands between the fields of a header: the most frequent of `;`, tab and `,`.
fn delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| header.iter().filter(|b| **b == delimiter).count();
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|delimiter| (count(*delimiter), *delimiter == b','))
        .unwrap_or(b',')
}

/// Bytes as text: UTF-8 if they are, else Windows-1252, which is noted.
fn decode(bytes: &[u8], line: u64, encoding: &mut Encoding) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            if *encoding == Encoding::Utf8 {
                *encoding = Encoding::Windows1252 { line };
            }
            encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
        }
    }
}

/// An import on its way.
struct Importing<'a> {
    report: Report,
    options: &'a ImportOptions,
    /// Plate and country, with the line and the content where they came first.
    seen: HashMap<(PlateKey, Option<Country>), (u32, u64)>,
    /// Fields of the row at hand, kept to spare allocations.
    fields: Vec<Vec<u8>>,
}

impl Importing<'_> {
    fn reject(&mut self, line: u64, column: Option<Column>, value: &str, reason: String) {
        self.report.rejected_count += 1;
        if self.report.rejected.len() < self.options.max_details {
            let value = value.chars().take(80).collect();
            self.report.rejected.push(Rejected { line, column, value, reason });
        }
    }

    /// The entry of a line, unless it is bad or says nothing new.
    fn row(&mut self, line: &[u8], delimiter: u8, number: u64) -> Option<Entry> {
        let mut fields = std::mem::take(&mut self.fields);
        let split = split(line, delimiter, &mut fields);
        let given = fields.get(..split.as_ref().map_or(0, |count| *count)).unwrap_or_default();
        // Spreadsheets leave rows of nothing but delimiters.
        let blank = split.is_ok() && given.iter().all(Vec::is_empty);
        let entry = if blank {
            None
        } else {
            self.report.rows += 1;
            match split {
                Ok(_) => self.entry(given, number),
                Err(_) => {
                    let start = String::from_utf8_lossy(line);
                    let reason = "a field in quotes does not end as it should on its line";
                    self.reject(number, None, &start, reason.to_owned());
                    None
                }
            }
        };
        self.fields = fields;
        entry.filter(|entry| self.is_new(entry, number))
    }

    fn entry(&mut self, fields: &[Vec<u8>], number: u64) -> Option<Entry> {
        let expected = self.report.columns.len();
        let extra = fields.iter().skip(expected).any(|field| !field.is_empty());
        if fields.len() < expected || extra {
            let reason = format!("the row has {} fields, the header has {expected}", fields.len());
            let row: Vec<_> = fields.iter().map(|f| String::from_utf8_lossy(f)).collect();
            self.reject(number, None, &row.join(" | "), reason);
            return None;
        }
        let mut texts: Vec<(Column, String)> = Vec::with_capacity(expected);
        for (column, bytes) in self.report.columns.iter().zip(fields) {
            if let Some(column) = column {
                texts.push((*column, decode(bytes, number, &mut self.report.encoding)));
            }
        }
        match row::entry(texts.iter().map(|(column, text)| (*column, text.as_str()))) {
            Ok(entry) => Some(entry),
            Err(BadField { column, value, reason }) => {
                self.reject(number, column, &value, reason);
                None
            }
        }
    }

    /// Notes a plate that came before; false when the row says nothing new.
    fn is_new(&mut self, entry: &Entry, number: u64) -> bool {
        let mut hasher = DefaultHasher::new();
        let Entry { plate, country, reason, reference, valid_from, valid_to, vehicle } = entry;
        (reason, reference, valid_from, valid_to).hash(&mut hasher);
        (&vehicle.make, &vehicle.model, &vehicle.colour).hash(&mut hasher);
        let content = hasher.finish();
        let key = (PlateKey::new(plate), *country);
        let line = u32::try_from(number).unwrap_or(u32::MAX);
        let (first_line, same) = match self.seen.entry(key) {
            Slot::Vacant(slot) => {
                slot.insert((line, content));
                self.report.kept += 1;
                return true;
            }
            Slot::Occupied(slot) => (u64::from(slot.get().0), slot.get().1 == content),
        };
        if same {
            self.report.same_count += 1;
        } else {
            self.report.repeated_count += 1;
            self.report.kept += 1;
        }
        if self.report.repeated.len() < self.options.max_details {
            let plate = entry.plate.clone();
            self.report.repeated.push(Repeated { line: number, first_line, plate, same });
        }
        !same
    }
}

//! List files into entries: bad rows are told by line and left out, good ones kept.
//!
//! Every format gives its rows to one [`collect::Collector`], so that a row means the same
//! whatever file it came in. Memory is bounded whatever the file says of itself.

mod collect;
mod csv;
mod detect;
mod fixed;
mod jsonl;
mod references;
mod repeats;
mod text;
mod vet;
mod xlsx;

use std::fmt;
use std::io::{self, BufRead, Read};

use super::change::Change;
use super::columns::{self, Column, HeaderError};
use super::format::{FormatError, SourceFormat, SourceKind};
use super::index::{Repeated, Repeats};
use super::model::Entry;
use collect::Collector;
pub use text::Encoding;
pub use vet::WorkbookError;

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
    /// Packed by a program that is not a spreadsheet.
    #[error("the list is packed ({0}): unpack it first")]
    Packed(&'static str),
    /// Excel before 2007, or with a password.
    #[error(
        "the list is an old Excel workbook, or one with a password: save it as .xlsx without one"
    )]
    OldExcel,
    /// JSON in one piece.
    #[error("the list is one JSON array: write an object on each line (jq -c '.[]')")]
    JsonArray,
    /// A workbook that cannot be used.
    #[error("the workbook cannot be used: {0}")]
    Workbook(#[from] WorkbookError),
    /// The format does not make sense.
    #[error("the format of the list: {0}")]
    Format(#[from] FormatError),
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
    /// How the file is laid out.
    pub format: SourceFormat,
    /// The file says what changes, and may take entries away: the column `action`.
    pub increment: bool,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            ignore_unknown: false,
            max_details: 1000,
            format: SourceFormat::default(),
            increment: false,
        }
    }
}

/// A row that is no entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Line in the file (of a sheet: row), from 1.
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

/// What an import found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Rows below the header, without blank ones.
    pub rows: u64,
    /// Entries that were kept.
    pub kept: u64,
    /// Rows of an increment that take entries away.
    pub removals: u64,
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
    /// What kind of file it is.
    pub kind: SourceKind,
    /// What stands between the fields of a CSV.
    pub delimiter: Option<char>,
    /// Columns in the order of the file; `None` for one that was left out. Empty for JSON
    /// lines, where every row names its own.
    pub columns: Vec<Option<Column>>,
}

impl Report {
    /// Notes what came more than once; the same again is not kept.
    pub(super) fn add(&mut self, repeats: Repeats) {
        self.kept -= repeats.same_count;
        self.same_count += repeats.same_count;
        self.repeated_count += repeats.repeated_count;
        self.repeated.extend(repeats.details);
    }
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
    let mut rows = Vec::new();
    let (report, same) =
        read(reader, options, true, &mut |line, change| rows.push((line, change)))?;
    let mut same = same.into_iter().peekable();
    let mut entries = Vec::with_capacity(rows.len());
    for (line, change) in rows {
        if same.next_if_eq(&line).is_none()
            && let Change::Add(entry) = change
        {
            entries.push(entry);
        }
    }
    Ok(Import { entries, report })
}

/// Reads a list file and gives each good entry to `keep`, so that memory stays small
/// however long the file is (some 24 bytes for each row, to know repeated ones).
///
/// A row that says word for word what an earlier one says is given out too, for it is
/// known only at the end; [`IndexBuilder`](super::IndexBuilder) keeps it once.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be used; a bad row is no error.
pub fn import_each(
    reader: impl BufRead,
    options: &ImportOptions,
    mut keep: impl FnMut(Entry),
) -> Result<Report, ImportError> {
    import_changes(reader, options, |change| {
        if let Change::Add(entry) = change {
            keep(entry);
        }
    })
}

/// Like [`import_each`], for increments too: what each good row asks for, in their order.
///
/// # Errors
/// [`ImportError`] when the file as a whole cannot be used; a bad row is no error.
pub fn import_changes(
    reader: impl BufRead,
    options: &ImportOptions,
    mut keep: impl FnMut(Change),
) -> Result<Report, ImportError> {
    read(reader, options, true, &mut |_, change| keep(change)).map(|(report, _)| report)
}

/// Like [`import_changes`], with each row's line, and without looking for repeated rows: the
/// index that is built from them does that, with half the memory.
pub(super) fn import_lines(
    reader: impl BufRead,
    options: &ImportOptions,
    mut keep: impl FnMut(u64, Change),
) -> Result<Report, ImportError> {
    read(reader, options, false, &mut keep).map(|(report, _)| report)
}

/// Reads any kind of file; gives the report and the lines that say nothing new, in order.
fn read(
    mut reader: impl BufRead,
    options: &ImportOptions,
    find_repeats: bool,
    keep: &mut dyn FnMut(u64, Change),
) -> Result<(Report, Vec<u64>), ImportError> {
    let head = detect::head(&mut reader).map_err(|source| ImportError::Read { line: 0, source })?;
    let kind = detect::kind(&head, &options.format)?;
    options.format.check(kind)?;
    let mut reader = io::Cursor::new(head).chain(reader);
    let mut collector = Collector::new(kind, options, find_repeats, keep);
    match kind {
        SourceKind::Csv => csv::read(&mut reader, &mut collector),
        SourceKind::FixedWidth => fixed::read(&mut reader, &mut collector),
        SourceKind::JsonLines => jsonl::read(&mut reader, &mut collector),
        SourceKind::Xlsx => xlsx::read(&mut reader, &mut collector),
    }?;
    Ok(collector.finish())
}

//! How a list file is laid out, as the town's settings describe it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::columns::Column;

/// The kinds of file that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// Text with a character between fields.
    Csv,
    /// Text in which every field has its place in the line.
    FixedWidth,
    /// A workbook of Excel 2007 or newer.
    Xlsx,
    /// Text with a JSON object in each line.
    JsonLines,
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csv => "CSV",
            Self::FixedWidth => "fixed-width text",
            Self::Xlsx => "XLSX",
            Self::JsonLines => "JSON lines",
        })
    }
}

/// How a file's bytes are text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextEncoding {
    /// UTF-8, and what is not UTF-8 as Windows-1252.
    #[default]
    Auto,
    /// UTF-8; a row with anything else is refused.
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1 and its superset Windows-1252.
    #[serde(rename = "latin-1", alias = "windows-1252", alias = "iso-8859-1")]
    Latin1,
}

/// Where a column stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ColumnAt {
    /// The field of this number, from 1.
    Position(usize),
    /// The field that the file calls so.
    Name(String),
}

/// A field of a fixed-width record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedField {
    /// What it holds.
    pub name: Column,
    /// Its first character, from 1.
    pub start: usize,
    /// Its characters.
    pub width: usize,
}

/// The `format` table of a list. Everything has a default, so that a plain CSV needs none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceFormat {
    /// What kind of file it is; found by its content when it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SourceKind>,
    /// How its bytes are text (not for XLSX).
    pub encoding: TextEncoding,
    /// What stands between the fields of a CSV; found in its header when it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The first row has no names of columns: `columns` says where each one stands.
    pub no_header: bool,
    /// Lines (of a sheet: rows) before the header, or before the first record.
    pub skip_lines: u64,
    /// Where columns stand, by the file's own names or by position.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<Column, ColumnAt>,
    /// The layout of fixed-width records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FixedField>,
    /// Length of a fixed-width record in characters; one of another length is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_length: Option<usize>,
    /// Only fixed-width records that start so; the others (headers, totals) are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take_prefix: Option<String>,
    /// The sheet of a workbook; the first when it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// How days are written, as in `strftime` (`%d%m%y`). When it is missing:
    /// `2026-11-21`, `21/11/2026` or `20261121`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<String>,
}

/// What is wrong with a [`SourceFormat`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// The delimiter could be part of a field.
    #[error("the delimiter {0:?} cannot stand between fields: use one such as ; , | or \\t")]
    Delimiter(char),
    /// A file without header needs positions.
    #[error("no_header needs the place of each column: columns = {{ plate = 1, reason = 2 }}")]
    NoPositions,
    /// Positions and starts count from 1.
    #[error("the column {column} stands at {at}: count from 1, up to {most}")]
    Position {
        /// The column.
        column: Column,
        /// Where it is said to be.
        at: usize,
        /// The last place that there may be.
        most: usize,
    },
    /// Two columns at one place.
    #[error("the columns {first} and {second} stand at the same place of the file")]
    SamePlace {
        /// One of them.
        first: Column,
        /// The other one.
        second: Column,
    },
    /// A layout without the plate, or with a column twice.
    #[error("the layout must name each column once and the plate in any case ({0})")]
    Layout(String),
    /// A setting of another kind of file.
    #[error("{setting} is for {of} files only, this one is read as {kind}")]
    Foreign {
        /// The setting.
        setting: &'static str,
        /// What it is for.
        of: &'static str,
        /// What the file is.
        kind: SourceKind,
    },
    /// A pattern that no day can be read with.
    #[error("dates = {pattern:?} is no pattern for days ({why}): write for example \"%d%m%Y\"")]
    Dates {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
}

/// Fields that a row may have.
pub(super) const MAX_FIELDS: usize = 1024;

impl SourceFormat {
    /// Whether it makes sense for a file of this kind.
    ///
    /// # Errors
    /// [`FormatError`] says which setting does not.
    pub fn check(&self, kind: SourceKind) -> Result<(), FormatError> {
        let foreign = |setting, of| FormatError::Foreign { setting, of, kind };
        let fixed = kind == SourceKind::FixedWidth;
        if self.delimiter.is_some() && kind != SourceKind::Csv {
            return Err(foreign("delimiter", "CSV"));
        }
        if self.sheet.is_some() && kind != SourceKind::Xlsx {
            return Err(foreign("sheet", "XLSX"));
        }
        let layout =
            !self.fields.is_empty() || self.line_length.is_some() || self.take_prefix.is_some();
        if layout && !fixed {
            return Err(foreign("a layout (fields, line_length, take_prefix)", "fixed-width"));
        }
        if self.encoding != TextEncoding::Auto && kind == SourceKind::Xlsx {
            return Err(foreign("encoding", "text"));
        }
        if let Some(delimiter) = self.delimiter
            && (!delimiter.is_ascii()
                || delimiter.is_ascii_alphanumeric()
                || matches!(delimiter, '"' | '\r' | '\n' | ' ' | '\0'))
        {
            return Err(FormatError::Delimiter(delimiter));
        }
        if fixed { self.check_layout() } else { self.check_columns(kind) }?;
        self.check_dates()
    }

    fn check_layout(&self) -> Result<(), FormatError> {
        let most = super::lines::MAX_LINE_BYTES;
        for (place, field) in self.fields.iter().enumerate() {
            let FixedField { name, start, width } = field;
            let end = start.checked_add(*width);
            if *start == 0 || *width == 0 || end.is_none_or(|end| end > most) {
                return Err(FormatError::Position { column: *name, at: *start, most });
            }
            if self.fields.iter().take(place).any(|other| other.name == *name) {
                return Err(FormatError::Layout(format!("{name} comes twice")));
            }
        }
        if self.fields.iter().all(|field| field.name != Column::Plate) {
            return Err(FormatError::Layout("there is no plate".to_owned()));
        }
        Ok(())
    }

    fn check_columns(&self, kind: SourceKind) -> Result<(), FormatError> {
        let mut places: Vec<(&ColumnAt, Column)> = Vec::new();
        for (column, at) in &self.columns {
            if let ColumnAt::Position(at) = at
                && !(1..=MAX_FIELDS).contains(at)
            {
                return Err(FormatError::Position { column: *column, at: *at, most: MAX_FIELDS });
            }
            if let Some((_, first)) = places.iter().find(|(other, _)| *other == at) {
                return Err(FormatError::SamePlace { first: *first, second: *column });
            }
            places.push((at, *column));
        }
        let by_position = self.columns.values().all(|at| matches!(at, ColumnAt::Position(_)));
        let known = self.columns.contains_key(&Column::Plate) && by_position;
        if self.no_header && kind != SourceKind::JsonLines && !known {
            return Err(FormatError::NoPositions);
        }
        Ok(())
    }

    fn check_dates(&self) -> Result<(), FormatError> {
        let Some(pattern) = &self.dates else { return Ok(()) };
        let bad = |why: String| FormatError::Dates { pattern: pattern.clone(), why };
        let day = jiff::civil::date(2026, 11, 21);
        let written =
            jiff::fmt::strtime::format(pattern, day).map_err(|error| bad(error.to_string()))?;
        match jiff::civil::Date::strptime(pattern, &written) {
            Ok(read) if read == day => Ok(()),
            Ok(_) => Err(bad("it does not say the whole day".to_owned())),
            Err(error) => Err(bad(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> SourceFormat {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_format_is_described_in_toml() {
        let format = read(
            "delimiter = \"|\"\nencoding = \"latin-1\"\n\
             columns = { plate = \"TARGA VEICOLO\", motivo = 3 }",
        );
        assert_eq!((format.delimiter, format.encoding), (Some('|'), TextEncoding::Latin1));
        assert_eq!(format.columns[&Column::Plate], ColumnAt::Name("TARGA VEICOLO".to_owned()));
        assert_eq!(format.columns[&Column::Reason], ColumnAt::Position(3));
        assert_eq!(format.check(SourceKind::Csv), Ok(()));

        let format = read(
            "kind = \"fixed-width\"\nskip_lines = 1\n\
             [[fields]]\nname = \"plate\"\nstart = 1\nwidth = 8\n\
             [[fields]]\nname = \"valid_to\"\nstart = 9\nwidth = 8\n",
        );
        assert_eq!(format.check(SourceKind::FixedWidth), Ok(()));
        assert!(format.check(SourceKind::Csv).is_err());
        let written = toml::to_string(&format).unwrap();
        assert_eq!(read(&written), format);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        for (text, kind, says) in [
            ("delimiter = \"A\"", SourceKind::Csv, "cannot stand between"),
            ("delimiter = \"\\\"\"", SourceKind::Csv, "cannot stand between"),
            ("delimiter = \";\"", SourceKind::Xlsx, "CSV files only"),
            ("sheet = \"1\"", SourceKind::Csv, "XLSX files only"),
            ("no_header = true", SourceKind::Csv, "place of each column"),
            ("columns = { plate = 0 }", SourceKind::Csv, "count from 1"),
            ("columns = { plate = 2, reason = 2 }", SourceKind::Csv, "same place"),
            ("line_length = 80", SourceKind::FixedWidth, "no plate"),
            (
                "fields = [{ name = \"targa\", start = 0, width = 2 }]",
                SourceKind::FixedWidth,
                "count from 1",
            ),
            ("dates = \"%d%m\"", SourceKind::Csv, "no pattern for days"),
            ("dates = \"%Q\"", SourceKind::Csv, "no pattern for days"),
        ] {
            let said = read(text).check(kind).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(said.contains(says), "{text}: {said:?}");
        }
        assert!(toml::from_str::<SourceFormat>("delimeter = \";\"").is_err());
        let error = toml::from_str::<SourceFormat>("columns = { tarrga = 1 }").unwrap_err();
        assert!(error.to_string().contains("targa"), "{error}");
    }
}

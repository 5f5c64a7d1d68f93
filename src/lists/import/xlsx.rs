//! A sheet of a workbook, cell by cell.

use std::io::{BufRead, Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use jiff::civil::Date;

use super::ImportError;
use super::collect::Collector;
use super::vet::{MAX_PACKED_BYTES, WorkbookError, vet};
use crate::lists::columns;

/// Columns that a sheet can have.
const MAX_COLUMNS: u32 = 16_384;

pub(super) fn read(
    reader: &mut dyn BufRead,
    collector: &mut Collector<'_>,
) -> Result<(), ImportError> {
    let mut bytes = Vec::new();
    // A workbook's table of contents stands at its end, so all of it is needed.
    reader.take(MAX_PACKED_BYTES + 1).read_to_end(&mut bytes).map_err(WorkbookError::Read)?;
    if bytes.len() as u64 > MAX_PACKED_BYTES {
        let what = "the file".to_owned();
        return Err(WorkbookError::TooBig { what, most_mib: MAX_PACKED_BYTES >> 20 }.into());
    }
    vet(&bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let name = sheet(&book, collector.options.format.sheet.as_deref())?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let format = &collector.options.format;
    let mut rows = Rows { header_found: format.no_header, cells: Vec::new(), number: 0 };
    if format.no_header {
        collector.report.columns = columns::positions(format);
    }
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let number = u64::from(row) + 1;
        if number != rows.number {
            rows.end(collector)?;
            if number < rows.number {
                let said = format!("row {number} stands after row {}", rows.number);
                return Err(WorkbookError::Broken(said).into());
            }
            rows.number = number;
        }
        if column >= MAX_COLUMNS {
            let said = format!("row {number} has more than {MAX_COLUMNS} columns");
            return Err(WorkbookError::Broken(said).into());
        }
        rows.put(column as usize, text(cell.get_value(), format.dates.as_deref()));
    }
    rows.end(collector)?;
    if rows.header_found { Ok(()) } else { Err(ImportError::Empty) }
}

#[allow(clippy::needless_pass_by_value, reason = "it stands behind map_err")]
fn broken(error: XlsxError) -> ImportError {
    ImportError::Workbook(WorkbookError::Broken(error.to_string()))
}

/// The sheet that is asked for, or the first that is seen.
fn sheet<R: Read + std::io::Seek>(
    book: &Xlsx<R>,
    wanted: Option<&str>,
) -> Result<String, WorkbookError> {
    let sheets = book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet);
    match wanted {
        None => sheets
            .clone()
            .find(|sheet| sheet.visible == SheetVisible::Visible)
            .map(|sheet| sheet.name.clone())
            .ok_or(WorkbookError::NoSheets),
        Some(wanted) => {
            let have: Vec<String> = sheets.map(|sheet| sheet.name.clone()).collect();
            let found = have.iter().find(|name| name.trim() == wanted.trim()).cloned();
            found.ok_or_else(|| WorkbookError::NoSheet { wanted: wanted.to_owned(), have })
        }
    }
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
enum CellText {
    Text(String),
    /// `#N/A` and the like.
    Error(String),
}

impl CellText {
    fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Error(text) => text,
        }
    }
}

fn text(value: &DataRef<'_>, dates: Option<&str>) -> CellText {
    CellText::Text(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(is) => is.to_string(),
        DataRef::DateTime(day) => written(day, dates),
        DataRef::DateTimeIso(day) => day.split('T').next().unwrap_or_default().to_owned(),
        DataRef::DurationIso(duration) => duration.clone(),
        DataRef::Error(error) => return CellText::Error(error.to_string()),
    })
}

/// A cell's day as the list's other days are written.
fn written(day: &ExcelDateTime, dates: Option<&str>) -> String {
    let serial = day.as_f64();
    // Day 1 is the first that there is; the library puts what is out of range at an end.
    if !day.is_datetime() || !(1.0..2_958_466.0).contains(&serial) {
        return serial.to_string();
    }
    let (year, month, day_of_month, ..) = day.to_ymd_hms_milli();
    let iso = format!("{year:04}-{month:02}-{day_of_month:02}");
    let Some(pattern) = dates else { return iso };
    let day: Option<Date> = iso.parse().ok();
    day.and_then(|day| jiff::fmt::strtime::format(pattern, day).ok()).unwrap_or(iso)
}

/// The row at hand.
struct Rows {
    header_found: bool,
    cells: Vec<CellText>,
    number: u64,
}

impl Rows {
    fn put(&mut self, column: usize, text: CellText) {
        if self.cells.len() <= column {
            self.cells.resize(column + 1, CellText::Text(String::new()));
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = text;
        }
    }

    /// Takes the row that was read.
    fn end(&mut self, collector: &mut Collector<'_>) -> Result<(), ImportError> {
        let cells = std::mem::take(&mut self.cells);
        let blank = cells.iter().all(|cell| cell.as_str().is_empty());
        if blank || self.number <= collector.options.format.skip_lines {
            return Ok(());
        }
        if !self.header_found {
            self.header_found = true;
            return header(&cells, self.number, collector);
        }
        collector.report.rows += 1;
        let expected = collector.report.columns.len();
        let extra = cells.iter().skip(expected).any(|cell| !cell.as_str().is_empty());
        if extra && !collector.options.format.no_header {
            let row: Vec<&str> = cells.iter().map(CellText::as_str).collect();
            let reason = format!("the row has {} cells, the header has {expected}", cells.len());
            collector.reject(self.number, None, &row.join(" | "), reason);
            return Ok(());
        }
        let columns = collector.report.columns.clone();
        let known = || {
            let pairs = columns.iter().zip(&cells);
            pairs.filter_map(|(column, cell)| column.map(|column| (column, cell)))
        };
        let wrong = known().find(|(_, cell)| matches!(cell, CellText::Error(_)));
        if let Some((column, cell)) = wrong {
            let reason = "the cell's formula failed";
            collector.reject(self.number, Some(column), cell.as_str(), reason);
        } else {
            collector.row(self.number, known().map(|(column, cell)| (column, cell.as_str())));
        }
        Ok(())
    }
}

fn header(
    cells: &[CellText],
    number: u64,
    collector: &mut Collector<'_>,
) -> Result<(), ImportError> {
    let fields: Vec<String> = cells.iter().map(|cell| cell.as_str().to_owned()).collect();
    let shown = fields.join(" | ");
    let (format, ignore_unknown) = (&collector.options.format, collector.options.ignore_unknown);
    let columns = columns::header(&shown, &fields, ignore_unknown, format)
        .map_err(|source| ImportError::Header { line: number, source })?;
    collector.report.columns = columns;
    Ok(())
}

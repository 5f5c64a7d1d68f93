//! A sheet of a workbook, cell by cell.

use std::io::{BufRead, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use jiff::civil::Date;

use super::ImportError;
use super::collect::Collector;
use super::references::MAX_COLUMNS;
use super::vet::{MAX_PACKED_BYTES, WorkbookError, vet};
use crate::lists::columns;

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
    cells(bytes, collector)
}

/// Reads a workbook that was vetted.
fn cells(bytes: Vec<u8>, collector: &mut Collector<'_>) -> Result<(), ImportError> {
    let mut book = guarded(|| Xlsx::new(Cursor::new(bytes)))?;
    let name = sheet(&book, collector.options.format.sheet.as_deref())?;
    let mut cells = guarded(|| book.worksheet_cells_reader(&name))?;
    let format = &collector.options.format;
    let mut rows = Rows { header_found: format.no_header, cells: Vec::new(), number: 0 };
    if format.no_header {
        collector.report.columns = columns::positions(format);
    }
    while let Some(cell) = guarded(|| cells.next_cell())? {
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

/// Calls the spreadsheet library. It has panicked on workbooks that were made by hand (in
/// builds with overflow checks), and a list must not end the program. The vetting refuses
/// what is known to do so; this is for the rest. What the call was changing is not used
/// after a panic, so it does not matter in what state that is left.
fn guarded<T>(call: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, WorkbookError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(WorkbookError::Broken(error.to_string())),
        Err(_panic) => Err(WorkbookError::GivenUp),
    }
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::lists::format::SourceKind;
    use crate::lists::import::ImportOptions;

    const FRAME: [(&str, &str); 3] = [
        (
            "_rels/.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"sheet1.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
    ];

    /// A workbook whose second cell says that it stands there.
    fn book(reference: &str) -> Vec<u8> {
        let cell = |at: &str, text: &str| {
            format!("<row><c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>")
        };
        let sheet = format!(
            "<worksheet><sheetData>{}{}</sheetData></worksheet>",
            cell("A1", "plate"),
            cell(reference, "AB123CD")
        );
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, xml) in FRAME.into_iter().chain([("xl/sheet1.xml", sheet.as_str())]) {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(xml.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    /// What the library makes of it without the vetting.
    fn unvetted(reference: &str) -> Result<u64, ImportError> {
        let (options, mut keep) = (ImportOptions::default(), |_, _| {});
        let mut collector = Collector::new(SourceKind::Xlsx, &options, false, &mut keep);
        cells(book(reference), &mut collector)?;
        Ok(collector.report.kept)
    }

    #[test]
    fn a_panic_of_the_library_is_an_error() {
        assert_eq!(unvetted("A2").unwrap(), 1);
        for reference in ["AAAAAAAAAAAA2", "A99999999999"] {
            let error = unvetted(reference).unwrap_err();
            // Tests are built with overflow checks; without them the library counts on.
            if cfg!(debug_assertions) {
                let given_up = matches!(error, ImportError::Workbook(WorkbookError::GivenUp));
                assert!(given_up, "{reference}: {error}");
            }
        }
    }

    #[test]
    fn a_workbook_with_a_cell_beyond_every_sheet_is_refused_with_its_place() {
        for reference in ["AAAAAAAAAAAA2", "A99999999999"] {
            let error = vet(&book(reference)).unwrap_err().to_string();
            assert!(error.contains("xl/sheet1.xml") && error.contains(reference), "{error}");
            assert!(error.contains("save the workbook again"), "{error}");
        }
        vet(&book("A2")).unwrap();
    }
}

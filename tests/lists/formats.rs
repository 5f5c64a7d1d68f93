//! Every kind of file that is not a plain CSV.

use std::io::Cursor;
use std::process::{Command, Stdio};

use jiff::civil::date;
use varco::lists::{
    Change, Column, Encoding, Import, ImportError, ImportOptions, SourceFormat, SourceKind,
    WorkbookError, import, import_changes,
};

use crate::csv::text;
use crate::workbook::{Cell, shared, workbook};

pub(crate) fn options(format: &str) -> ImportOptions {
    let format: SourceFormat = toml::from_str(format).unwrap();
    ImportOptions { format, ..ImportOptions::default() }
}

pub(crate) fn imported(content: impl AsRef<[u8]>, format: &str) -> Import {
    import(Cursor::new(content.as_ref()), &options(format)).unwrap()
}

fn refused(content: impl AsRef<[u8]>, format: &str) -> ImportError {
    import(Cursor::new(content.as_ref()), &options(format)).unwrap_err()
}

fn plates(import: &Import) -> Vec<&str> {
    import.entries.iter().map(|entry| entry.plate.as_str()).collect()
}

#[test]
fn a_csv_says_its_own_names_and_any_separator() {
    let content = "TARGA VEICOLO|Targa|Note\nAB123CD|XX|rubata\n";
    let format = "columns = { plate = \"targa veicolo\", reason = \"NOTE\" }";
    let error = refused(content, format).to_string();
    assert!(error.contains("\"Targa\" that is not known"), "{error}");
    let ignoring = ImportOptions { ignore_unknown: true, ..options(format) };
    let Import { entries, report } = import(Cursor::new(content), &ignoring).unwrap();
    assert_eq!(report.delimiter, Some('|'));
    assert_eq!(entries[0].plate.as_str(), "AB123CD");
    assert_eq!(entries[0].reason.as_deref(), Some("rubata"));

    let Import { entries, .. } = imported("plate^reason\nAB123CD^a,b;c\n", "delimiter = \"^\"");
    assert_eq!(entries[0].reason.as_deref(), Some("a,b;c"));

    let error = refused("plate;motivo\n", "columns = { reference = \"pratica\" }").to_string();
    assert!(error.contains("no column \"pratica\"") && error.contains("reference"), "{error}");
}

#[test]
fn a_csv_without_header_is_read_by_position() {
    let format = "no_header = true\ndelimiter = \";\"\ncolumns = { plate = 2, valid_to = 4 }";
    let found = imported("1;AB123CD;x;20271231;more\n2;EF456GH;y;31/12/2027\n3;\n", format);
    assert_eq!(plates(&found), ["AB123CD", "EF456GH"]);
    assert_eq!(found.entries[0].valid_to, Some(date(2027, 12, 31)));
    assert_eq!((found.report.rows, found.report.rejected_count), (3, 1));
    assert_eq!(found.report.rejected[0].line, 3);
}

#[test]
fn lines_before_the_header_are_left_out() {
    let found =
        imported("Comune di Prova\nElenco; 3 veicoli\ntarga;motivo\nAB123CD;x\n", "skip_lines = 2");
    assert_eq!(plates(&found), ["AB123CD"]);
}

const LAYOUT: &str = r#"
    skip_lines = 1
    take_prefix = "D"
    line_length = 31
    encoding = "latin-1"
    dates = "%d%m%y"
    [[fields]]
    name = "plate"
    start = 2
    width = 8
    [[fields]]
    name = "valid_to"
    start = 10
    width = 6
    [[fields]]
    name = "reason"
    start = 16
    width = 16
"#;

#[test]
fn fixed_width_records_are_read_by_their_layout() {
    let mut content = b"H20261122 any length\r\n".to_vec();
    content.extend(b"DAB123CD 311227citt\xe0 di Como   \r\n");
    content.extend(b"DEF456GH       rubata          \r\n");
    content.extend(b"DGH789IL 311327no such day     \r\n");
    content.extend(b"DLM012NP 311227short\r\n");
    content.extend(b"T0000000000000000000000000000003\r\n\x1a");
    let found = imported(&content, LAYOUT);
    assert_eq!(plates(&found), ["AB123CD", "EF456GH"]);
    assert_eq!(found.entries[0].reason.as_deref(), Some("città di Como"));
    assert_eq!(found.entries[0].valid_to, Some(date(2027, 12, 31)));
    assert_eq!(found.report.kind, SourceKind::FixedWidth);
    assert_eq!(found.report.encoding, Encoding::Latin1);
    let said: Vec<String> = found.report.rejected.iter().map(ToString::to_string).collect();
    assert!(said[0].contains("line 4") && said[0].contains("valid_to"), "{said:?}");
    assert!(said[1].contains("20 characters, the format has 31"), "{said:?}");
}

#[test]
fn characters_are_counted_not_bytes() {
    let format = "[[fields]]\nname=\"reason\"\nstart=1\nwidth=6\n\
                  [[fields]]\nname=\"plate\"\nstart=7\nwidth=7\n";
    let found = imported("città AB123CD\nplain EF456GH\n", format);
    assert_eq!(plates(&found), ["AB123CD", "EF456GH"]);
    assert_eq!(found.entries[0].reason.as_deref(), Some("città"));
}

#[test]
fn json_lines_are_read_with_italian_names_and_mapped_ones() {
    let content = r#"
{"targa": "ab 123 cd", "motivo": "rubata a Cantù", "riferimento": 77, "valida_al": null}
{"plate":"EF456GH","vehicle":{"make":"Fiat","model":"Panda","colour":null},"valid_to":"2027-12-31"}
{"NumeroTarga":"GH789IL"}
"#;
    let found = imported(content, "columns = { reason = \"causa\" }");
    assert_eq!(plates(&found), ["EF456GH"], "motivo is not the reason any more");
    let found = imported(content, "");
    assert_eq!(plates(&found), ["AB123CD", "EF456GH"]);
    assert_eq!(found.entries[0].reference.as_deref(), Some("77"));
    assert_eq!(found.entries[1].vehicle.model.as_deref(), Some("Panda"));
    assert_eq!(found.report.kind, SourceKind::JsonLines);
    let said = found.report.rejected[0].to_string();
    assert!(said.contains("line 4") && said.contains("\"NumeroTarga\" is no column"), "{said}");
    let found = imported(content, "columns = { plate = \"NumeroTarga\" }");
    assert_eq!(plates(&found), ["GH789IL"]);
    assert!(matches!(refused("[{\"plate\":\"AB123CD\"}]", ""), ImportError::JsonArray));
}

#[test]
fn a_workbook_is_read_with_its_days() {
    let rows = vec![
        vec![shared("Elenco del Comune")],
        vec![],
        vec![shared("Targa"), shared("Motivo"), shared("Riferimento"), shared("Valida al")],
        vec![
            shared("AB 123 CD"),
            Cell::Inline("rubata & persa".into()),
            Cell::Number(4711.0),
            Cell::Day(46752.0),
        ],
        vec![shared("EF456GH"), Cell::Blank, shared("x"), shared("31/12/2027")],
        vec![Cell::Blank, Cell::Blank],
        vec![shared("GH789IL"), Cell::Error],
        vec![shared("LM012NP"), Cell::Blank, Cell::Blank, Cell::Day(1e9)],
        vec![shared("PR345ST"), Cell::Blank, Cell::Blank, Cell::Blank, shared("too much")],
    ];
    let other = vec![vec![shared("plate")], vec![shared("ZZ999ZZ")]];
    let book = workbook(&[("Veicoli", rows), ("Altri", other)]);
    let found = imported(&book, "skip_lines = 1");
    assert_eq!(plates(&found), ["AB123CD", "EF456GH"]);
    let first = &found.entries[0];
    assert_eq!(first.reason.as_deref(), Some("rubata & persa"));
    assert_eq!(first.reference.as_deref(), Some("4711"));
    assert_eq!(first.valid_to, Some(date(2027, 12, 31)));
    assert_eq!(found.entries[1].valid_to, Some(date(2027, 12, 31)));
    assert_eq!(found.report.kind, SourceKind::Xlsx);
    assert_eq!((found.report.rows, found.report.rejected_count), (5, 3));
    let lines: Vec<u64> = found.report.rejected.iter().map(|r| r.line).collect();
    assert_eq!(lines, [7, 8, 9]);
    assert_eq!(found.report.rejected[0].column, Some(Column::Reason));

    assert_eq!(plates(&imported(&book, "sheet = \"Altri\"")), ["ZZ999ZZ"]);
    let error = refused(&book, "sheet = \"Altre\"");
    assert!(matches!(error, ImportError::Workbook(WorkbookError::NoSheet { .. })), "{error}");
    assert!(error.to_string().contains("Veicoli, Altri"), "{error}");
    let format = "no_header = true\nskip_lines = 3\ncolumns = { plate = 1, reason = 2 }";
    assert_eq!(plates(&imported(&book, format)).len(), 4);
}

#[test]
fn an_increment_takes_entries_away_and_a_whole_list_does_not() {
    let content = "targa,azione,riferimento\nAB123CD,aggiungi,1\nEF456GH,rimuovi,2\nGH789IL,,\n";
    let increment = ImportOptions { increment: true, ..ImportOptions::default() };
    let mut changes = Vec::new();
    let report = import_changes(Cursor::new(content), &increment, |c| changes.push(c)).unwrap();
    assert_eq!((report.kept, report.removals, report.rejected_count), (2, 1, 0));
    assert!(matches!(&changes[1], Change::Remove(removal) if removal.plate.as_str() == "EF456GH"));
    let found = imported(content, "");
    assert_eq!(plates(&found), ["AB123CD", "GH789IL"]);
    assert!(found.report.rejected[0].reason.contains("increment"), "{:?}", found.report);
}

#[test]
fn what_is_packed_or_old_is_named() {
    for (content, says) in [
        (&b"\x1f\x8b\x08\0"[..], "packed (gzip)"),
        (b"7z\xbc\xaf\x27\x1c", "packed (7-Zip)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b"PK\x03\x04nonsense", "no workbook, or broken"),
    ] {
        let said = refused(content, "").to_string();
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn standard_input_and_a_format_file_work_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let format = folder.path().join("format.toml");
    std::fs::write(&format, LAYOUT).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_varco"))
        .args(["lists", "check", "--format"])
        .arg(&format)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let record = "header\nDAB123CD 311227rubata          \n";
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), record.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("1 rows, 1 kept") && said.contains("fixed-width text"), "{said}");

    std::fs::write(&format, "delimeter = \";\"").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_varco"))
        .args(["lists", "check", "--format"])
        .arg(&format)
        .arg("-")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "a wrong format file is wrong usage");
    assert!(text(&output.stderr).contains("delimiter"), "{output:?}");
}

//! CSV.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use jiff::civil::date;
use proptest::prelude::*;
use varco::lists::{
    Column, Encoding, Entry, HeaderError, Import, ImportError, ImportOptions, Vehicle, import, load,
};
use varco::plate::{Country, PlateText};

pub(crate) fn varco_lists(arguments: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_varco"))
        .arg("lists")
        .args(arguments)
        .arg(file)
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn imported(content: impl AsRef<[u8]>) -> Import {
    import(Cursor::new(content.as_ref()), &ImportOptions::default()).unwrap()
}

fn refused(content: impl AsRef<[u8]>) -> ImportError {
    import(Cursor::new(content.as_ref()), &ImportOptions::default()).unwrap_err()
}

#[test]
fn an_italian_list_is_read_whole() {
    let content = "\u{feff}Targa;Nazione;Motivo;Riferimento;Valida dal;Valida al;Marca;Modello;Colore\r\n\
        AB 123 CD;I;rubata a Cantù;MI/2026/7;03/11/2026;2027-11-02;Fiat;\"Panda; 4x4\";bianca\r\n\
        ;;;;;;;;\r\n\
        \r\n\
        ZZ999ZZ;;;;;;;;\r\n";
    let Import { entries, report } = imported(content);
    assert_eq!((report.rows, report.kept, report.rejected_count), (2, 2, 0));
    assert_eq!((report.encoding, report.delimiter), (Encoding::Utf8, Some(';')));
    let first = Entry {
        plate: PlateText::new("AB123CD").unwrap(),
        country: Some(Country::literal(*b"IT")),
        reason: Some("rubata a Cantù".to_owned()),
        reference: Some("MI/2026/7".to_owned()),
        valid_from: Some(date(2026, 11, 3)),
        valid_to: Some(date(2027, 11, 2)),
        vehicle: Vehicle {
            make: Some("Fiat".to_owned()),
            model: Some("Panda; 4x4".to_owned()),
            colour: Some("bianca".to_owned()),
        },
    };
    assert_eq!(entries[0], first);
    assert_eq!(entries[1].plate.as_str(), "ZZ999ZZ");
}

#[test]
fn columns_may_stand_in_any_order_and_be_separated_by_tabs() {
    let Import { entries, report } = imported("reason\tplate\nstolen, twice\tab-123-cd\n");
    assert_eq!(report.delimiter, Some('\t'));
    assert_eq!(entries[0].reason.as_deref(), Some("stolen, twice"));
    let Import { entries, .. } = imported("targa\nAB123CD\nEF456GH");
    assert_eq!(entries.len(), 2);
}

#[test]
fn a_wrong_header_names_what_was_found_what_is_near_and_a_right_one() {
    let error = refused("plat,country\nAB123CD,IT\n");
    let said = error.to_string();
    assert!(said.contains("line 1") && said.contains("\"plat,country\""), "{said}");
    assert!(said.contains("did you mean \"plate\" by \"plat\"?"), "{said}");
    assert!(said.contains("AB123CD,IT,stolen in Milan"), "{said}");

    let said = refused("plate,valid_too\nAB123CD,2026-01-01\n").to_string();
    assert!(said.contains("\"valid_to\" by \"valid_too\""), "{said}");
    assert!(matches!(
        refused("targa;plate\n"),
        ImportError::Header { source: HeaderError::Twice { column: Column::Plate, .. }, .. }
    ));
    // No header at all: the first line is data.
    let said = refused("AB123CD,IT\nEF456GH,IT\n").to_string();
    assert!(said.contains("\"AB123CD,IT\" has no column \"plate\""), "{said}");
    assert!(matches!(refused(""), ImportError::Empty));
    assert!(matches!(refused("\n \n"), ImportError::Empty));
    assert!(matches!(refused(b"\xff\xfep\0l\0"), ImportError::Utf16));
    assert!(matches!(refused(b"\x7fELF\x02\0\0\n"), ImportError::Binary(1)));
    assert!(matches!(refused(b"PK\x03\x04\0\0\n"), ImportError::Workbook(_)));

    let options = ImportOptions { ignore_unknown: true, ..ImportOptions::default() };
    let content = Cursor::new("plate,notes\nAB123CD,anything\n");
    assert_eq!(import(content, &options).unwrap().entries.len(), 1);
}

#[test]
fn a_wrong_header_fails_on_the_command_line_with_the_file_and_the_mending() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stolen.csv");
    fs::write(&file, "tarqa;motivo\nAB123CD;rubata\n").unwrap();
    let output = varco_lists(&["check"], &file);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.starts_with("error: ") && said.contains("stolen.csv: line 1"), "{said}");
    assert!(said.contains("did you mean \"targa\" by \"tarqa\"?"), "{said}");

    let output = varco_lists(&["check"], &folder.path().join("none.csv"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("none.csv: cannot be opened"));
    assert_eq!(varco_lists(&["check"], folder.path()).status.code(), Some(1));
    assert_eq!(varco_lists(&["chek"], &file).status.code(), Some(2));
}

#[test]
fn latin_1_text_is_read_and_told() {
    let content = b"targa;motivo\nAB123CD;plain\nEF456GH;citt\xe0 \x80 5\n".to_vec();
    let Import { entries, report } = imported(&content);
    assert_eq!(report.encoding, Encoding::Windows1252 { line: 3 });
    assert_eq!(entries[1].reason.as_deref(), Some("città € 5"));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latin.csv");
    fs::write(&file, content).unwrap();
    let output = varco_lists(&["check"], &file);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).contains("Windows-1252 (from line 3 on)"), "{output:?}");
    let output = varco_lists(&["show", "--plate", "EF 456 GH"], &file);
    assert_eq!(text(&output.stdout), "EF456GH      --  città € 5\n");
}

#[test]
fn bad_rows_are_told_by_line_and_the_good_ones_kept() {
    let content = "plate,country,valid_from,valid_to,reason\n\
        AB123CD,IT,2026-01-01,2026-12-31,good\n\
        ,IT,,,no plate\n\
        AB?23CD,IT,,,a sign\n\
        ABCDEFGHIJKLM,IT,,,too long\n\
        EF456GH,Italia,,,country\n\
        EF456GH,IT,31/02/2026,,no such day\n\
        EF456GH,IT,2026-12-31,2026-01-01,backwards\n\
        EF456GH,IT,,\n\
        EF456GH,IT,,,good,and more\n\
        EF456GH,IT,,,\"lost quote\n\
        GH789IL,IT,,,good\n";
    let Import { entries, report } = imported(content);
    let plates: Vec<&str> = entries.iter().map(|e| e.plate.as_str()).collect();
    assert_eq!(plates, ["AB123CD", "GH789IL"]);
    assert_eq!((report.rows, report.kept, report.rejected_count), (11, 2, 9));
    let lines: Vec<u64> = report.rejected.iter().map(|r| r.line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let columns: Vec<Option<Column>> = report.rejected.iter().map(|r| r.column).collect();
    let plate = Some(Column::Plate);
    let (from, to) = (Some(Column::ValidFrom), Some(Column::ValidTo));
    let country = Some(Column::Country);
    assert_eq!(columns, [plate, plate, plate, country, from, to, None, None, None]);
    let said: Vec<String> = report.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(said[0], "line 3: plate: the row has no plate");
    assert!(said[1].contains("'?'") && said[1].contains("AB?23CD"), "{}", said[1]);
    assert!(said[4].contains("31/02/2026") && said[4].contains("2026-11-21"), "{}", said[4]);
    assert!(said[6].contains("4 fields, the header has 5"), "{}", said[6]);
}

#[test]
fn a_plate_said_twice_is_told_and_nothing_different_is_lost() {
    let content = "plate,country,reason\nAB123CD,IT,a\nAB123CD,IT,a\nAB123CD,IT,b\nAB123CD,FR,a\n";
    let Import { entries, report } = imported(content);
    assert_eq!(entries.len(), 3);
    assert_eq!((report.same_count, report.repeated_count, report.kept), (1, 1, 3));
    let said: Vec<(u64, u64, bool)> =
        report.repeated.iter().map(|r| (r.line, r.first_line, r.same)).collect();
    assert_eq!(said, [(3, 2, true), (4, 2, false)]);
}

/// Plates of the Italian form, all different.
pub(crate) fn plate(number: u32) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTVWXYZ";
    let letter = |n: u32| char::from(LETTERS[(n % 22) as usize]);
    let high = number / 1000;
    let (a, b) = (letter(high / 10648), letter(high / 484));
    let (c, d) = (letter(high / 22), letter(high));
    format!("{a}{b}{:03}{c}{d}", number % 1000)
}

#[test]
fn a_million_rows_of_which_some_are_bad() {
    const ROWS: u32 = 1_000_000;
    let mut content = String::from("plate,country,reason,reference,valid_to\n");
    for number in 0..ROWS {
        let plate = plate(number);
        if number % 1000 == 999 {
            content.push_str(&format!("{plate}?,IT,bad,,\n"));
        } else {
            content.push_str(&format!("{plate},IT,stolen,REF/{number},2027-12-31\n"));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("million.csv");
    fs::write(&file, content).unwrap();

    let started = Instant::now();
    let options = ImportOptions { max_details: 10, ..ImportOptions::default() };
    let (index, report) = load(&file, &options).unwrap();
    println!("1 million rows imported and indexed in {:.1} s", started.elapsed().as_secs_f64());
    assert_eq!((report.rows, report.kept, report.rejected_count), (1_000_000, 999_000, 1000));
    assert_eq!(report.rejected.len(), 10, "details are capped, the count is not");
    assert_eq!(report.rejected[0].line, 1001);
    assert_eq!((index.len(), index.plates()), (999_000, 999_000));
    for number in [0, 1, 998, 500_500, ROWS - 2] {
        let entries = index.entries(&PlateText::new(&plate(number)).unwrap());
        assert_eq!(entries.len(), 1, "{number}");
        assert_eq!(entries[0].reference, Some(format!("REF/{number}")));
        assert_eq!(entries[0].valid_to, Some(date(2027, 12, 31)));
    }
    assert!(index.entries(&PlateText::new(&plate(999)).unwrap()).is_empty());
    let bytes = index.plates_bytes() as f64 / 999_000.0;
    assert!(bytes < 12.0, "{bytes} bytes a plate in the automaton");

    let output = varco_lists(&["check", "--json", "--details", "3"], &file);
    assert_eq!(output.status.code(), Some(1), "some rows are bad");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["kept"], 999_000);
    assert_eq!(said["rejected_count"], 1000);
    assert_eq!(said["rejected"].as_array().unwrap().len(), 3);
    assert!(output.stderr.is_empty(), "no bar where nobody looks: {}", text(&output.stderr));
}

proptest! {
    /// What comes in comes out: no row lost, none invented, whatever the texts.
    #[test]
    fn import_loses_and_invents_nothing(
        rows in prop::collection::vec(("[A-Z0-9ÄÖÜ]{1,12}", "[ -~àèéìòù€]{0,20}", 0_u8..8), 0..40),
        delimiter in prop::sample::select(vec![',', ';', '\t']),
    ) {
        let mut content = format!("plate{delimiter}reason\n");
        let mut good = Vec::new();
        let mut bad = Vec::new();
        for (line, (plate, reason, kind)) in (2_u64..).zip(&rows) {
            let reason = reason.trim();
            let plate = if *kind == 0 { format!("{plate}#") } else { plate.clone() };
            let quoted = reason.replace('"', "\"\"");
            content.push_str(&format!("{plate}{delimiter}\"{quoted}\"\n"));
            if *kind == 0 {
                bad.push(line);
            } else {
                good.push((plate, reason.to_owned()));
            }
        }
        let mut distinct: Vec<&(String, String)> = Vec::new();
        for row in &good {
            if !distinct.contains(&row) {
                distinct.push(row);
            }
        }
        let Import { entries, report } = imported(&content);
        let said: Vec<(String, String)> = entries
            .iter()
            .map(|e| (e.plate.to_string(), e.reason.clone().unwrap_or_default()))
            .collect();
        // A row is left out only when an earlier one says the very same.
        let mut kept: Vec<&(String, String)> = said.iter().collect();
        kept.dedup();
        prop_assert!(said.iter().all(|row| good.contains(row)), "invented");
        prop_assert!(distinct.iter().all(|row| said.contains(row)), "lost");
        prop_assert_eq!(report.kept + report.same_count, good.len() as u64);
        prop_assert_eq!(report.kept, said.len() as u64);
        let lines: Vec<u64> = report.rejected.iter().map(|r| r.line).collect();
        prop_assert_eq!(lines, bad);
    }
}

//! Import, compile, look up: nothing is lost and nothing invented, whatever the file.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use varco::lists::{
    Entry, ImportOptions, List, ListKind, SigningKey, Snapshot, SourceFormat, Vehicle, compile,
    index_from,
};
use varco::plate::{Country, PlateText};

use crate::workbook::{Cell, shared, workbook};

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    // Few letters, so that plates come more than once.
    let plate = "[AB1Ü]{1,3}|[A-Z0-9ÄÖÜ]{1,12}";
    // A text as a register writes it: no blanks at the ends, no separators that a bare
    // format could not carry.
    let text = prop::option::of("[a-zA-Z0-9àèéìòù'&<>=@#/.-]([ -~àèéìòù€]{0,20}[a-zA-Z0-9àè)])?");
    let day =
        prop::option::of((1900_i16..2200, 1_i8..13, 1_i8..29).prop_map(|(y, m, d)| date(y, m, d)));
    let country = prop::option::of(prop::sample::select(vec!["IT", "DE", "XK"]));
    let row = (plate, country, text.clone(), text.clone(), day.clone(), day, text).prop_map(
        |(plate, country, reason, reference, from, to, make)| Entry {
            plate: PlateText::new(&plate).unwrap(),
            country: country.map(|code: &str| Country::new(code).unwrap()),
            reason,
            reference,
            valid_from: from.min(to).filter(|_| from.is_some() && to.is_some()),
            valid_to: from.max(to),
            vehicle: Vehicle { make, ..Vehicle::default() },
        },
    );
    prop::collection::vec(row, 0..60)
}

const COLUMNS: [&str; 7] =
    ["targa", "nazione", "motivo", "riferimento", "valida_dal", "valida_al", "marca"];

fn fields(entry: &Entry) -> [String; 7] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let day = |day: Option<Date>| day.map_or_else(String::new, |day| day.to_string());
    [
        entry.plate.to_string(),
        entry.country.map_or_else(String::new, |country| country.to_string()),
        text(&entry.reason),
        text(&entry.reference),
        day(entry.valid_from),
        day(entry.valid_to),
        text(&entry.vehicle.make),
    ]
}

fn as_csv(entries: &[Entry], delimiter: char) -> Vec<u8> {
    let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
    let mut out = COLUMNS.join(&delimiter.to_string()) + "\n";
    for entry in entries {
        let row: Vec<String> = fields(entry).iter().map(quoted).collect();
        out += &(row.join(&delimiter.to_string()) + "\n");
    }
    out.into_bytes()
}

const WIDTHS: [usize; 7] = [12, 2, 24, 24, 10, 10, 24];

fn as_fixed(entries: &[Entry]) -> (Vec<u8>, SourceFormat) {
    let mut out = String::from("header\n");
    for entry in entries {
        for (field, width) in fields(entry).iter().zip(WIDTHS) {
            out += &format!("{field:<width$}");
        }
        out.push('\n');
    }
    let mut layout = String::from("kind = \"fixed-width\"\nskip_lines = 1\n");
    let mut start = 1;
    for (name, width) in COLUMNS.iter().zip(WIDTHS) {
        layout += &format!("[[fields]]\nname = \"{name}\"\nstart = {start}\nwidth = {width}\n");
        start += width;
    }
    (out.into_bytes(), toml::from_str(&layout).unwrap())
}

fn as_json_lines(entries: &[Entry]) -> Vec<u8> {
    // Both ways of writing: an export of ours, and plain columns.
    let line = |(number, entry): (usize, &Entry)| {
        if number % 2 == 0 {
            return serde_json::to_string(entry).unwrap();
        }
        let columns = COLUMNS.iter().map(|name| (*name).to_owned()).zip(fields(entry));
        let object: BTreeMap<String, String> = columns.collect();
        serde_json::to_string(&object).unwrap()
    };
    let mut lines: Vec<String> = entries.iter().enumerate().map(line).collect();
    lines.insert(0, String::new());
    lines.join("\n").into_bytes()
}

fn as_workbook(entries: &[Entry]) -> Vec<u8> {
    let mut rows = vec![COLUMNS.iter().map(|name| shared(name)).collect()];
    for (number, entry) in entries.iter().enumerate() {
        let cell = |(place, field): (usize, &String)| match place {
            _ if field.is_empty() => Cell::Blank,
            4 | 5 if number % 2 == 0 => {
                let day: Date = field.parse().unwrap();
                let since = day.since(date(1899, 12, 30)).unwrap().get_days();
                // The days before the leap day that Excel invented cannot be numbered alike.
                if since < 61 { shared(field) } else { Cell::Day(f64::from(since)) }
            }
            _ if number % 3 == 0 => Cell::Inline(field.clone()),
            _ => shared(field),
        };
        rows.push(fields(entry).iter().enumerate().map(cell).collect());
    }
    workbook(&[("Foglio1", rows)])
}

static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    SigningKey::load_or_make(&folder.path().join("key.pem")).unwrap()
});

/// Compiles a file and compares all that can be looked up with what was written.
fn check(content: &[u8], format: SourceFormat, written: &[Entry]) -> Result<(), TestCaseError> {
    let options = ImportOptions { format, ..ImportOptions::default() };
    let (index, report) =
        index_from(Path::new("list"), Cursor::new(content.to_vec()), &options).unwrap();
    let list = List::new("stolen", ListKind::Stolen, "find them", "art. 54 TUEL");
    let bytes = compile(list, 1, Timestamp::UNIX_EPOCH, &index, &KEY).unwrap();
    let snapshot = Snapshot::from_bytes(bytes, &KEY.public()).unwrap();
    let index = snapshot.index();
    prop_assert_eq!(report.rejected_count, 0, "{:?}", report.rejected);
    prop_assert_eq!(report.rows, written.len() as u64);
    let mut expected: BTreeMap<&PlateText, Vec<&Entry>> = BTreeMap::new();
    for entry in written {
        let of_plate = expected.entry(&entry.plate).or_default();
        // A row that says the very same is kept once.
        if !of_plate.contains(&entry) {
            of_plate.push(entry);
        }
    }
    prop_assert_eq!(index.plates(), expected.len());
    let count: usize = expected.values().map(Vec::len).sum();
    prop_assert_eq!(index.len(), count);
    prop_assert_eq!(report.kept, count as u64);
    for (plate, entries) in expected {
        let found = index.entries(plate);
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), entries);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_lost_and_nothing_invented(
        written in entries(),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
    ) {
        check(&as_csv(&written, delimiter), SourceFormat::default(), &written)?;
        if written.is_empty() {
            return Ok(());
        }
        let (content, format) = as_fixed(&written);
        check(&content, format, &written)?;
        check(&as_json_lines(&written), SourceFormat::default(), &written)?;
        check(&as_workbook(&written), SourceFormat::default(), &written)?;
    }
}

//! One row of a list file into an entry.

use jiff::civil::Date;

use super::columns::Column;
use super::model::{Entry, Vehicle};
use crate::plate::{Country, PlateText};

/// Longest text that an entry may carry, in characters.
const MAX_TEXT: usize = 500;

/// Why a row is no entry: the column, what stood there, what is wrong with it.
pub(super) struct BadField {
    pub(super) column: Option<Column>,
    pub(super) value: String,
    pub(super) reason: String,
}

impl BadField {
    fn new(column: Column, value: &str, reason: impl Into<String>) -> Self {
        Self { column: Some(column), value: value.to_owned(), reason: reason.into() }
    }
}

/// An entry from a row's columns.
pub(super) fn entry<'a>(
    fields: impl Iterator<Item = (Column, &'a str)>,
) -> Result<Entry, BadField> {
    let mut plate = None;
    let mut country = None;
    let (mut reason, mut reference) = (None, None);
    let (mut valid_from, mut valid_to) = (None, None);
    let mut vehicle = Vehicle::default();
    for (column, value) in fields {
        if value.is_empty() {
            continue;
        }
        match column {
            Column::Plate => {
                let text = PlateText::new(value);
                plate = Some(text.map_err(|e| BadField::new(column, value, e.to_string()))?);
            }
            Column::Country => country = Some(country_of(value)?),
            Column::Reason => reason = Some(text(column, value)?),
            Column::Reference => reference = Some(text(column, value)?),
            Column::ValidFrom => valid_from = Some(date(column, value)?),
            Column::ValidTo => valid_to = Some(date(column, value)?),
            Column::Make => vehicle.make = Some(text(column, value)?),
            Column::Model => vehicle.model = Some(text(column, value)?),
            Column::Colour => vehicle.colour = Some(text(column, value)?),
        }
    }
    let Some(plate) = plate else {
        return Err(BadField::new(Column::Plate, "", "the row has no plate"));
    };
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && to < from
    {
        let reason = format!("it ends before it starts ({from})");
        return Err(BadField::new(Column::ValidTo, &to.to_string(), reason));
    }
    Ok(Entry { plate, country, reason, reference, valid_from, valid_to, vehicle })
}

fn text(column: Column, value: &str) -> Result<String, BadField> {
    if value.chars().count() > MAX_TEXT {
        let start: String = value.chars().take(40).collect();
        return Err(BadField::new(column, &start, format!("longer than {MAX_TEXT} characters")));
    }
    Ok(value.to_owned())
}

/// A day, as ISO writes it or as Italian registers do.
fn date(column: Column, value: &str) -> Result<Date, BadField> {
    let bad = || {
        let reason = "no day: write 2026-11-21 or 21/11/2026".to_owned();
        BadField::new(column, value, reason)
    };
    let parts: Vec<&str> = value.split(['/', '.', '-']).collect();
    let [a, b, c] = parts.as_slice() else { return Err(bad()) };
    if [a, b, c].iter().any(|p| p.is_empty() || !p.bytes().all(|b| b.is_ascii_digit())) {
        return Err(bad());
    }
    let (year, month, day) = match (a.len(), c.len()) {
        (4, 1..=2) => (a, b, c),
        (1..=2, 4) => (c, b, a),
        _ => return Err(bad()),
    };
    match (year.parse(), month.parse(), day.parse()) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_err(|_| bad()),
        _ => Err(bad()),
    }
}

/// Signs on vehicles and three-letter codes that registers write, by two-letter code.
const OTHER_NAMES: &[(&str, &[&str])] = &[
    ("IT", &["I", "ITA"]),
    ("AL", &["ALB"]),
    ("AT", &["A", "AUT"]),
    ("BA", &["BIH"]),
    ("BE", &["B", "BEL"]),
    ("BG", &["BGR"]),
    ("CH", &["CHE"]),
    ("CZ", &["CZE"]),
    ("DE", &["D", "DEU"]),
    ("DK", &["DNK"]),
    ("EE", &["EST"]),
    ("ES", &["E", "ESP"]),
    ("FI", &["FIN"]),
    ("FR", &["F", "FRA"]),
    ("GB", &["UK", "GBR"]),
    ("GR", &["EL", "GRC"]),
    ("HR", &["HRV"]),
    ("HU", &["H", "HUN"]),
    ("IE", &["IRL"]),
    ("LI", &["FL", "LIE"]),
    ("LT", &["LTU"]),
    ("LU", &["L", "LUX"]),
    ("LV", &["LVA"]),
    ("MC", &["MCO"]),
    ("MD", &["MDA"]),
    ("ME", &["MNE"]),
    ("MK", &["NMK", "MKD"]),
    ("MT", &["M", "MLT"]),
    ("NL", &["NLD"]),
    ("NO", &["N", "NOR"]),
    ("PL", &["POL"]),
    ("PT", &["P", "PRT"]),
    ("RO", &["ROU"]),
    ("RS", &["SRB"]),
    ("SE", &["S", "SWE"]),
    ("SI", &["SLO", "SVN"]),
    ("SK", &["SVK"]),
    ("SM", &["RSM", "SMR"]),
    ("TR", &["TUR"]),
    ("UA", &["UKR"]),
    ("VA", &["V", "SCV", "VAT"]),
    ("XK", &["RKS", "KOS"]),
];

fn country_of(value: &str) -> Result<Country, BadField> {
    let capitals = value.to_uppercase();
    let code = OTHER_NAMES
        .iter()
        .find(|(_, names)| names.contains(&capitals.as_str()))
        .map_or(capitals.as_str(), |(code, _)| code);
    Country::new(code).map_err(|e| BadField::new(Column::Country, value, e.to_string()))
}

#[cfg(test)]
mod tests {
    use jiff::civil;

    use super::*;

    #[test]
    fn days_are_read_as_registers_write_them() {
        for text in ["2026-11-03", "03/11/2026", "3.11.2026", "03-11-2026", "2026/11/03"] {
            let day = date(Column::ValidFrom, text).map_err(|e| e.reason);
            assert_eq!(day, Ok(civil::date(2026, 11, 3)), "{text}");
        }
        for text in ["2026-13-01", "31/02/2026", "11/03/26", "tomorrow", "2026-11", "+1/2/2026"] {
            assert!(date(Column::ValidFrom, text).is_err(), "{text}");
        }
    }

    #[test]
    fn countries_are_read_as_signs_and_codes() {
        for (text, code) in [("i", "IT"), ("ITA", "IT"), ("it", "IT"), ("SLO", "SI"), ("xk", "XK")]
        {
            let country = country_of(text).map_err(|e| e.reason);
            assert_eq!(country.map(|c| c.to_string()), Ok(code.to_owned()), "{text}");
        }
        assert!(country_of("Italia").is_err());
    }

    #[test]
    fn a_row_that_ends_before_it_starts_is_refused() {
        let fields = [
            (Column::Plate, "AB123CD"),
            (Column::ValidTo, "2026-01-01"),
            (Column::ValidFrom, "2026-01-02"),
        ];
        let bad = entry(fields.into_iter()).err().unwrap();
        assert_eq!(bad.column, Some(Column::ValidTo));
        assert!(entry([(Column::Plate, "")].into_iter()).is_err());
    }
}

//! One row of a list file into an entry.

use jiff::civil::Date;

use super::change::{Change, Removal};
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

/// What a row says, from its columns; `dates` is how its days are written.
pub(super) fn change<'a>(
    fields: impl Iterator<Item = (Column, &'a str)>,
    dates: Option<&str>,
) -> Result<Change, BadField> {
    let mut plate = None;
    let mut country = None;
    let (mut reason, mut reference) = (None, None);
    let (mut valid_from, mut valid_to) = (None, None);
    let mut vehicle = Vehicle::default();
    let mut adds = true;
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
            Column::ValidFrom => valid_from = Some(date(column, value, dates)?),
            Column::ValidTo => valid_to = Some(date(column, value, dates)?),
            Column::Make => vehicle.make = Some(text(column, value)?),
            Column::Model => vehicle.model = Some(text(column, value)?),
            Column::Colour => vehicle.colour = Some(text(column, value)?),
            Column::Action => adds = adds_entry(value)?,
        }
    }
    let Some(plate) = plate else {
        return Err(BadField::new(Column::Plate, "", "the row has no plate"));
    };
    if !adds {
        return Ok(Change::Remove(Removal { plate, country, reference }));
    }
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && to < from
    {
        let reason = format!("it ends before it starts ({from})");
        return Err(BadField::new(Column::ValidTo, &to.to_string(), reason));
    }
    Ok(Change::Add(Entry { plate, country, reason, reference, valid_from, valid_to, vehicle }))
}

/// What registers write for an entry that comes, or stays with other words …
const ADDS: &[&str] = &[
    "add",
    "a",
    "+",
    "i",
    "insert",
    "new",
    "n",
    "update",
    "u",
    "aggiungi",
    "inserisci",
    "inserimento",
    "nuovo",
    "nuova",
    "modifica",
    "m",
    "variazione",
    "v",
];
/// … and for one that goes.
const REMOVES: &[&str] = &[
    "remove",
    "r",
    "-",
    "delete",
    "del",
    "d",
    "revoke",
    "rimuovi",
    "elimina",
    "cancella",
    "cancellazione",
    "c",
    "togli",
    "revoca",
];

fn adds_entry(value: &str) -> Result<bool, BadField> {
    let plain = value.to_lowercase();
    if ADDS.contains(&plain.as_str()) {
        Ok(true)
    } else if REMOVES.contains(&plain.as_str()) {
        Ok(false)
    } else {
        let reason = "no action: write add or remove (aggiungi, rimuovi)";
        Err(BadField::new(Column::Action, value, reason))
    }
}

fn text(column: Column, value: &str) -> Result<String, BadField> {
    if value.chars().count() > MAX_TEXT {
        let start: String = value.chars().take(40).collect();
        return Err(BadField::new(column, &start, format!("longer than {MAX_TEXT} characters")));
    }
    Ok(value.to_owned())
}

/// A day: as the format's pattern has it, or else as ISO or Italian registers write it.
fn date(column: Column, value: &str, pattern: Option<&str>) -> Result<Date, BadField> {
    let (day, hint) = match pattern {
        Some(pattern) => {
            (Date::strptime(pattern, value).ok(), format!("no day written as {pattern:?}"))
        }
        None => (plain_date(value), "no day: write 2026-11-21 or 21/11/2026".to_owned()),
    };
    let Some(day) = day else { return Err(BadField::new(column, value, hint)) };
    if day.year() < FIRST_YEAR {
        let reason = format!("the year {} is no list's: it must be 1900 or later", day.year());
        return Err(BadField::new(column, value, reason));
    }
    Ok(day)
}

/// No entry starts or ends before; a smaller number is a slip of the pen (`0206-11-21`).
const FIRST_YEAR: i16 = 1900;

fn plain_date(value: &str) -> Option<Date> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = value.split(['/', '.', '-']).collect();
    let (year, month, day) = match parts.as_slice() {
        [all] if all.len() == 8 && digits(all) => (all.get(..4)?, all.get(4..6)?, all.get(6..)?),
        [a, b, c] if [a, b, c].iter().all(|part| digits(part)) => match (a.len(), c.len()) {
            (4, 1..=2) => (*a, *b, *c),
            (1..=2, 4) => (*c, *b, *a),
            _ => return None,
        },
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Signs on vehicles and three-letter codes that registers write, by two-letter code.
const OTHER_NAMES: &[(&str, &[&str])] = &[
    ("IT", &["I", "ITA"]),
    ("AD", &["AND"]),
    ("AL", &["ALB"]),
    ("AM", &["ARM"]),
    ("AT", &["A", "AUT"]),
    ("AZ", &["AZE"]),
    ("BA", &["BIH"]),
    ("BE", &["B", "BEL"]),
    ("BG", &["BGR"]),
    ("BY", &["BLR"]),
    ("CH", &["CHE"]),
    ("CY", &["CYP"]),
    ("CZ", &["CZE"]),
    ("DE", &["D", "DEU"]),
    ("DK", &["DNK"]),
    ("EE", &["EST"]),
    ("ES", &["E", "ESP"]),
    ("FI", &["FIN"]),
    ("FO", &["FRO"]),
    ("FR", &["F", "FRA"]),
    ("GB", &["UK", "GBR"]),
    ("GE", &["GEO"]),
    ("GI", &["GBZ", "GIB"]),
    ("GR", &["EL", "GRC"]),
    ("HR", &["HRV"]),
    ("HU", &["H", "HUN"]),
    ("IE", &["IRL"]),
    ("IM", &["GBM", "IMN"]),
    ("IS", &["ISL"]),
    ("JE", &["GBJ", "JEY"]),
    ("KZ", &["KAZ"]),
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
    ("RU", &["RUS"]),
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
        for text in
            ["2026-11-03", "03/11/2026", "3.11.2026", "03-11-2026", "2026/11/03", "20261103"]
        {
            let day = date(Column::ValidFrom, text, None).map_err(|e| e.reason);
            assert_eq!(day, Ok(civil::date(2026, 11, 3)), "{text}");
        }
        let refused = [
            "2026-13-01",
            "31/02/2026",
            "11/03/26",
            "tomorrow",
            "2026-11",
            "+1/2/2026",
            "20261301",
            "2026110",
            "12026-11-03",
            "99999-01-01",
            "0206-11-03",
            "0000-00-00",
        ];
        for text in refused {
            assert!(date(Column::ValidFrom, text, None).is_err(), "{text}");
        }
        let day = date(Column::ValidFrom, "031126", Some("%d%m%y")).map_err(|e| e.reason);
        assert_eq!(day, Ok(civil::date(2026, 11, 3)));
        assert!(date(Column::ValidFrom, "2026-11-03", Some("%d%m%y")).is_err());
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
        let bad = change(fields.into_iter(), None).err().unwrap();
        assert_eq!(bad.column, Some(Column::ValidTo));
        assert!(change([(Column::Plate, "")].into_iter(), None).is_err());
    }

    #[test]
    fn a_row_may_take_an_entry_away() {
        let row = |action| {
            let fields = [(Column::Plate, "AB123CD"), (Column::Action, action)];
            change(fields.into_iter(), None).map_err(|e| e.reason)
        };
        for action in ["", "add", "Aggiungi", "+"] {
            assert!(matches!(row(action), Ok(Change::Add(_))), "{action}");
        }
        for action in ["remove", "CANCELLA", "-"] {
            assert!(matches!(row(action), Ok(Change::Remove(_))), "{action}");
        }
        assert!(row("perhaps").is_err());
    }
}

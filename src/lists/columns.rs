//! Columns of a list file: their names, in English and in Italian, and the header.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::format::{ColumnAt, SourceFormat};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Column {
    /// The plate; the only column that must be there.
    Plate,
    /// Where it is registered.
    Country,
    /// Why it is in the list.
    Reason,
    /// The register's own number.
    Reference,
    /// First day on which the entry holds.
    ValidFrom,
    /// Last day on which the entry holds.
    ValidTo,
    /// Maker.
    Make,
    /// Model.
    Model,
    /// Colour.
    Colour,
    /// Whether an increment adds the entry or takes it away.
    Action,
}

/// Every column with the names it may have; the first is its own.
const NAMES: [(Column, &[&str]); 10] = [
    (Column::Plate, &["plate", "targa"]),
    (Column::Country, &["country", "nazione", "paese"]),
    (Column::Reason, &["reason", "motivo"]),
    (Column::Reference, &["reference", "riferimento"]),
    (Column::ValidFrom, &["valid_from", "valida_dal", "valido_dal", "dal"]),
    (Column::ValidTo, &["valid_to", "valida_al", "valido_al", "al"]),
    (Column::Make, &["make", "marca"]),
    (Column::Model, &["model", "modello"]),
    (Column::Colour, &["colour", "color", "colore"]),
    (Column::Action, &["action", "azione", "operazione"]),
];

/// A header and a row as they should be, shown in errors.
pub const EXAMPLE: &str = "plate,country,reason,reference,valid_from,valid_to,make,model,colour\n\
     AB123CD,IT,stolen in Milan,MI/2026/0012,2026-11-01,2027-10-31,Fiat,Panda,white";

impl Column {
    /// The column that a header's field names, whatever its case, blanks or hyphens.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = plain(name);
        NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
    }

    /// The column's own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(column, _)| *column == self)
            .and_then(|(_, names)| names.first().copied())
            .unwrap_or("plate")
    }

    /// The known name that is most like a wrong one, if any is like it.
    pub(super) fn nearest(name: &str) -> Option<&'static str> {
        let name = plain(name);
        NAMES
            .iter()
            .flat_map(|(_, names)| names.iter().copied())
            .map(|known| (strsim::jaro_winkler(&name, known), known))
            .filter(|(alike, _)| *alike >= 0.7)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, known)| known)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Column> for String {
    fn from(column: Column) -> Self {
        column.name().to_owned()
    }
}

/// A name that is no column's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name:?} is no column{}; there are: plate, country, reason, reference, valid_from, valid_to, \
     make, model, colour, action",
    nearest.map_or_else(String::new, |nearest| format!(" (did you mean {nearest:?}?)"))
)]
pub struct ColumnError {
    name: String,
    nearest: Option<&'static str>,
}

impl TryFrom<String> for Column {
    type Error = ColumnError;

    fn try_from(name: String) -> Result<Self, ColumnError> {
        match Self::from_name(&name) {
            Some(column) => Ok(column),
            None => Err(ColumnError { nearest: Self::nearest(&name), name }),
        }
    }
}

fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// No column has the plates.
    #[error(
        "the header {found:?} has no column \"plate\" (or \"targa\"){}; write for example:\n{EXAMPLE}",
        did_you_mean(nearest.as_ref())
    )]
    NoPlate {
        /// The first line as found.
        found: String,
        /// The field that is most like it, with what it is like.
        nearest: Option<(String, &'static str)>,
    },
    /// A column that is not known.
    #[error(
        "the header {found:?} has a column {name:?} that is not known{}; \
         leave it out or ignore unknown columns; a right header is:\n{EXAMPLE}",
        did_you_mean(nearest.as_ref())
    )]
    Unknown {
        /// The first line as found.
        found: String,
        /// The unknown column.
        name: String,
        /// The column with the known name that is most like it.
        nearest: Option<(String, &'static str)>,
    },
    /// A column that the format names and the file has not.
    #[error("the header {found:?} has no {at}, where the format says that the column {column} is")]
    NotThere {
        /// The first line as found.
        found: String,
        /// The column.
        column: Column,
        /// The name or number that the format gives.
        at: String,
    },
    /// A column that comes twice.
    #[error("the header {found:?} has the column {column} twice: keep one of them")]
    Twice {
        /// The first line as found.
        found: String,
        /// The column.
        column: Column,
    },
}

fn did_you_mean(nearest: Option<&(String, &'static str)>) -> String {
    nearest.map_or_else(String::new, |(written, known)| {
        format!(" (did you mean {known:?} by {written:?}?)")
    })
}

/// Longest header shown in an error, in characters.
const SHOWN: usize = 200;

/// What each field of a row holds; `None` for a column that is left alone. What the
/// format says of a column goes before what the file calls it.
pub(super) fn header(
    line: &str,
    fields: &[String],
    ignore_unknown: bool,
    format: &SourceFormat,
) -> Result<Vec<Option<Column>>, HeaderError> {
    let found = || line.chars().take(SHOWN).collect::<String>();
    let mut columns: Vec<Option<Column>> = fields
        .iter()
        .map(|field| Column::from_name(field).filter(|column| !format.columns.contains_key(column)))
        .collect();
    for (column, at) in &format.columns {
        let place = match at {
            ColumnAt::Position(number) => number.checked_sub(1),
            ColumnAt::Name(name) => fields.iter().position(|field| plain(field) == plain(name)),
        };
        let Some(slot) = place.and_then(|place| columns.get_mut(place)) else {
            let at = match at {
                ColumnAt::Position(number) => format!("field {number}"),
                ColumnAt::Name(name) => format!("column {name:?}"),
            };
            return Err(HeaderError::NotThere { found: found(), column: *column, at });
        };
        *slot = Some(*column);
    }
    let near = |name: &String| Column::nearest(name).map(|known| (name.clone(), known));
    if !columns.contains(&Some(Column::Plate)) {
        let unknown = fields.iter().filter(|field| Column::from_name(field).is_none());
        let all: Vec<(String, &'static str)> = unknown.filter_map(near).collect();
        let of_plate = all.iter().find(|(_, known)| *known == "plate" || *known == "targa");
        let nearest = of_plate.or(all.first()).cloned();
        return Err(HeaderError::NoPlate { found: found(), nearest });
    }
    for (place, column) in columns.iter().enumerate() {
        let Some(name) = fields.get(place) else { continue };
        match column {
            Some(column) if columns.iter().take(place).any(|c| *c == Some(*column)) => {
                return Err(HeaderError::Twice { found: found(), column: *column });
            }
            // A field without a name is what spreadsheets leave behind the last column.
            None if !ignore_unknown && !name.is_empty() => {
                return Err(HeaderError::Unknown {
                    found: found(),
                    name: name.clone(),
                    nearest: near(name),
                });
            }
            _ => {}
        }
    }
    Ok(columns)
}

/// What each field of a row holds in a file without header, by the format's positions.
pub(super) fn positions(format: &SourceFormat) -> Vec<Option<Column>> {
    let mut columns = Vec::new();
    for (column, at) in &format.columns {
        let ColumnAt::Position(number) = at else { continue };
        if columns.len() < *number {
            columns.resize(*number, None);
        }
        if let Some(slot) = number.checked_sub(1).and_then(|place| columns.get_mut(place)) {
            *slot = Some(*column);
        }
    }
    columns
}

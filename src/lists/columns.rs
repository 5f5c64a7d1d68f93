//! Columns of a list file: their names, in English and in Italian, and the header.

use std::fmt;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
}

/// Every column with the names it may have; the first is its own.
const NAMES: [(Column, &[&str]); 9] = [
    (Column::Plate, &["plate", "targa"]),
    (Column::Country, &["country", "nazione", "paese"]),
    (Column::Reason, &["reason", "motivo"]),
    (Column::Reference, &["reference", "riferimento"]),
    (Column::ValidFrom, &["valid_from", "valida_dal", "valido_dal", "dal"]),
    (Column::ValidTo, &["valid_to", "valida_al", "valido_al", "al"]),
    (Column::Make, &["make", "marca"]),
    (Column::Model, &["model", "modello"]),
    (Column::Colour, &["colour", "color", "colore"]),
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

/// What each field of a row holds; `None` for a column that is left alone.
pub(super) fn header(
    line: &str,
    fields: &[String],
    ignore_unknown: bool,
) -> Result<Vec<Option<Column>>, HeaderError> {
    let found = || line.chars().take(SHOWN).collect::<String>();
    let columns: Vec<Option<Column>> = fields.iter().map(|f| Column::from_name(f)).collect();
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

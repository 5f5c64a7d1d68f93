//! A list as a settings file describes it.

use std::fmt;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::format::SourceFormat;
use super::hours::Hours;
use super::import::ImportOptions;
use super::model::{List, ListKind};
use super::rules::{CameraRule, Rule, Rules};
use super::snapshot::PublisherKey;
use crate::tracking::Direction;

// The keys of `List` and of its rules stand here once more: with serde's `flatten` an error
// in the file would be told without its line and without the key that was meant.
/// A `[[lists]]` table of a node's pipeline file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListConfig {
    /// Short name used in files and addresses: lower case, digits, hyphens.
    pub id: String,
    /// Name for people; the id when it is missing.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is of.
    pub kind: ListKind,
    /// Why the data may be processed.
    pub purpose: String,
    /// The law, order or agreement that allows it.
    pub legal_basis: String,
    /// First day on which the list matches.
    #[serde(default, deserialize_with = "day")]
    pub valid_from: Option<Date>,
    /// Last day on which the list matches.
    #[serde(default, deserialize_with = "day")]
    pub valid_to: Option<Date>,
    /// The list file, or a compiled snapshot of it, relative to the settings file.
    pub file: PathBuf,
    /// Whose signature a compiled snapshot must have: the key that `varco lists import`
    /// names.
    #[serde(default)]
    pub publisher: Option<PublisherKey>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// What to do on a hit, shown to the officer.
    #[serde(default)]
    pub on_hit: Option<String>,
    /// Who is told of a hit: names of groups or channels; empty: everybody.
    #[serde(default)]
    pub told: Vec<String>,
    /// The zone that a permit opens; permits of one zone count together.
    #[serde(default)]
    pub zone: Option<String>,
    /// Matches that are less probable are no hits, 0 to 1.
    #[serde(default)]
    pub min_probability: Option<f32>,
    /// Hours in which the list is looked at; empty: always.
    #[serde(default)]
    pub hours: Option<Vec<Hours>>,
    /// Only vehicles that move this way.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// The same plate is not reported again by the same camera for so long.
    #[serde(default)]
    pub cooldown_s: Option<u32>,
    /// The only cameras at which the list is looked at.
    #[serde(default)]
    pub cameras: Option<Vec<String>>,
    /// What differs at some cameras.
    #[serde(default)]
    pub at: Vec<CameraRuleConfig>,
    /// How the file is laid out; found by its content when it is missing.
    #[serde(default)]
    pub format: SourceFormat,
    /// Take a file with columns that are not known, and leave them out.
    #[serde(default)]
    pub ignore_unknown_columns: bool,
}

/// A `[[lists.at]]` table: what differs at one camera.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraRuleConfig {
    /// Identifier of the camera.
    pub camera: String,
    /// Matches that are less probable are no hits, 0 to 1.
    #[serde(default)]
    pub min_probability: Option<f32>,
    /// Hours in which the list is looked at there; empty: always.
    #[serde(default)]
    pub hours: Option<Vec<Hours>>,
    /// Only vehicles that move this way.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// The same plate is not reported again by that camera for so long.
    #[serde(default)]
    pub cooldown_s: Option<u32>,
}

impl From<&CameraRuleConfig> for CameraRule {
    fn from(config: &CameraRuleConfig) -> Self {
        let CameraRuleConfig { camera, min_probability, hours, direction, cooldown_s } =
            config.clone();
        Self { camera, rule: Rule { min_probability, hours, direction, cooldown_s } }
    }
}

/// What the types cannot rule out in a [`ListConfig`].
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ListConfigError {
    /// The id cannot stand in an address.
    #[error("the list id {0:?} must be lower-case letters, digits and hyphens, such as \"stolen\"")]
    Id(String),
    /// The law wants it said.
    #[error(
        "the list {id:?} has no {what}: say why, and by which law or order, its plates are looked for"
    )]
    Missing {
        /// The list.
        id: String,
        /// `purpose` or `legal_basis`.
        what: &'static str,
    },
    /// Out of range.
    #[error("min_probability of the list {id:?} is {value}: use 0 to 1, such as 0.6")]
    Probability {
        /// The list.
        id: String,
        /// What was given.
        value: f32,
    },
    /// Permits of no zone open nothing.
    #[error(
        "the list {0:?} holds permits and names no zone: write zone = \"centre\", the same in every list of that zone's permits, and the cameras at its edge in cameras = [...]"
    )]
    Zone(String),
    /// Ends before it starts.
    #[error("the list {id:?} ends ({to}) before it starts ({from})")]
    Validity {
        /// The list.
        id: String,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
}

impl ListConfig {
    /// How its file is read.
    #[must_use]
    pub fn import_options(&self) -> ImportOptions {
        ImportOptions {
            ignore_unknown: self.ignore_unknown_columns,
            format: self.format.clone(),
            ..ImportOptions::default()
        }
    }

    /// The list, without its entries, when the values are in range.
    ///
    /// # Errors
    /// [`ListConfigError`] says which value is not.
    pub fn list(&self) -> Result<List, ListConfigError> {
        let id = self.id.clone();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(plain) {
            return Err(ListConfigError::Id(id));
        }
        for (what, value) in [("purpose", &self.purpose), ("legal_basis", &self.legal_basis)] {
            if value.trim().is_empty() {
                return Err(ListConfigError::Missing { id, what });
            }
        }
        let here = self.at.iter().map(|at| at.min_probability);
        for value in here.chain([self.min_probability]).flatten() {
            if !(0.0..=1.0).contains(&value) {
                return Err(ListConfigError::Probability { id, value });
            }
        }
        if self.kind == ListKind::Permit && self.zone.is_none() {
            return Err(ListConfigError::Zone(id));
        }
        if let (Some(from), Some(to)) = (self.valid_from, self.valid_to)
            && to < from
        {
            return Err(ListConfigError::Validity { id, from, to });
        }
        Ok(List {
            name: self.name.clone().unwrap_or_else(|| id.clone()),
            id,
            kind: self.kind,
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            owner: self.owner.clone(),
            on_hit: self.on_hit.clone(),
            told: self.told.clone(),
            zone: self.zone.clone(),
            rules: Rules {
                everywhere: Rule {
                    min_probability: self.min_probability,
                    hours: self.hours.clone(),
                    direction: self.direction,
                    cooldown_s: self.cooldown_s,
                },
                cameras: self.cameras.clone(),
                at: self.at.iter().map(CameraRule::from).collect(),
            },
        })
    }
}

/// A day as TOML writes it, with quotes or without.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    struct Day;

    impl<'de> Visitor<'de> for Day {
        type Value = Date;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a day such as 2026-11-21")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
            text.parse().map_err(|_| E::custom(format!("{text:?} is no day such as 2026-11-21")))
        }

        // TOML's own dates come as a map with one private key.
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Date, A::Error> {
            match map.next_entry::<String, String>()? {
                Some((_, text)) => self.visit_str(&text),
                None => Err(A::Error::custom("a day such as 2026-11-21 is missing")),
            }
        }
    }

    deserializer.deserialize_any(Day).map(Some)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const GOOD: &str = r#"
        id = "stolen"
        kind = "stolen"
        purpose = "find stolen vehicles"
        legal_basis = "art. 54 TUEL"
        valid_from = 2026-01-01
        valid_to = "2026-12-31"
        file = "stolen.csv"
    "#;

    #[test]
    fn a_list_is_described_in_toml() {
        let config: ListConfig = toml::from_str(GOOD).unwrap();
        let list = config.list().unwrap();
        assert_eq!((list.name.as_str(), list.kind), ("stolen", ListKind::Stolen));
        assert_eq!(list.valid_from, Some(date(2026, 1, 1)));
        assert_eq!(list.valid_to, Some(date(2026, 12, 31)));
        assert_eq!(list.rules, Rules::default());
        assert!(list.holds_on(date(2026, 12, 31)) && !list.holds_on(date(2027, 1, 1)));
    }

    #[test]
    fn bad_values_are_told() {
        let bad = |from: &str, to: &str| {
            toml::from_str::<ListConfig>(&GOOD.replace(from, to)).map(|c| c.list())
        };
        assert!(bad("valid_to", "valid_too").is_err());
        assert!(bad("2026-01-01", "\"soon\"").is_err());
        assert!(bad("\"art. 54 TUEL\"", "\" \"").unwrap().is_err());
        assert!(
            bad("\"stolen\"\n", "\"Stolen Cars\"\n")
                .unwrap_or(Err(ListConfigError::Id(String::new())))
                .is_err()
        );
        assert!(bad("2026-01-01", "2027-01-01").unwrap().is_err());
        assert!(bad("file", "min_probability = 1.5\nfile").unwrap().is_err());
        assert!(bad("kind = \"stolen\"", "kind = \"permit\"").unwrap().is_err());
        assert!(bad("file", "hours = [\"always\"]\nfile").is_err());
        assert!(bad("file", "hours = [\"mon 10:00-12:00\"]\nfile").unwrap().is_ok());
        let at = |key: &str| {
            toml::from_str::<ListConfig>(&format!("{GOOD}\n[[at]]\ncamera = \"north\"\n{key}"))
        };
        assert!(at("hours = []").unwrap().list().is_ok());
        let misspelt = at("min_probabilty = 0.9").unwrap_err().to_string();
        assert!(misspelt.contains("min_probabilty") && misspelt.contains("line 12"), "{misspelt}");
    }
}

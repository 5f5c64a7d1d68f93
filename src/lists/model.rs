//! A list and its entries.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::rules::Rules;
use crate::plate::{Country, PlateText};

/// What a list is of; decides what a hit on it means.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ListKind {
    /// Stolen vehicles.
    Stolen,
    /// Vehicles that the police look for (blacklist).
    Wanted,
    /// Without insurance.
    Uninsured,
    /// Periodic inspection (*revisione*) overdue.
    NotInspected,
    /// Seized, or under an administrative stop.
    Seized,
    /// Permits: a *missing* entry is the hit.
    Permit,
    /// Known vehicles that are never reported.
    Ignored,
}

/// A named register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// Short name used in files and addresses: lower case, digits, hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is of.
    pub kind: ListKind,
    /// Why the data may be processed.
    pub purpose: String,
    /// The law, order or agreement that allows it.
    pub legal_basis: String,
    /// First day on which it matches; `None`: from the start.
    pub valid_from: Option<Date>,
    /// Last day on which it matches; afterwards it stops.
    pub valid_to: Option<Date>,
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
    /// When and where it is looked at.
    #[serde(default)]
    pub rules: Rules,
}

/// What a register says of the vehicle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Vehicle {
    /// Maker.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Colour.
    pub colour: Option<String>,
}

/// One plate in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The plate.
    pub plate: PlateText,
    /// Where it is registered, if the register says so.
    pub country: Option<Country>,
    /// Why it is in the list.
    pub reason: Option<String>,
    /// The register's own reference number.
    pub reference: Option<String>,
    /// First day on which the entry holds.
    pub valid_from: Option<Date>,
    /// Last day on which the entry holds.
    pub valid_to: Option<Date>,
    /// What the vehicle is.
    pub vehicle: Vehicle,
}

impl List {
    /// A list that holds always and everywhere.
    #[must_use]
    pub fn new(id: &str, kind: ListKind, purpose: &str, legal_basis: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            kind,
            purpose: purpose.to_owned(),
            legal_basis: legal_basis.to_owned(),
            valid_from: None,
            valid_to: None,
            owner: None,
            on_hit: None,
            told: Vec::new(),
            zone: None,
            rules: Rules::default(),
        }
    }

    /// Whether the list holds on a day: it stops by itself when its validity lapses.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        holds(self.valid_from, self.valid_to, day)
    }
}

impl Entry {
    /// An entry of which nothing but the plate is known.
    #[must_use]
    pub fn new(plate: PlateText) -> Self {
        Self {
            plate,
            country: None,
            reason: None,
            reference: None,
            valid_from: None,
            valid_to: None,
            vehicle: Vehicle::default(),
        }
    }

    /// Whether the entry holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        holds(self.valid_from, self.valid_to, day)
    }
}

/// Both ends belong to the time in which something holds.
fn holds(from: Option<Date>, to: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

//! Vehicles, with or without a plate that can be read.

use serde::{Deserialize, Serialize};

use crate::frame::Rect;

/// What sort of vehicle it is.
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
pub enum VehicleKind {
    /// A passenger car, a taxi.
    Car,
    /// A delivery van, a minibus.
    Van,
    /// A lorry.
    Truck,
    /// A bus or a coach.
    Bus,
    /// A motorcycle, a scooter.
    Motorcycle,
    /// A bicycle.
    Bicycle,
}

impl VehicleKind {
    /// All kinds, in the order of the detector's classes.
    pub const ALL: [Self; 6] =
        [Self::Car, Self::Van, Self::Truck, Self::Bus, Self::Motorcycle, Self::Bicycle];

    /// The word for it in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Van => "van",
            Self::Truck => "truck",
            Self::Bus => "bus",
            Self::Motorcycle => "motorcycle",
            Self::Bicycle => "bicycle",
        }
    }
}

/// A vehicle found in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VehicleDetection {
    /// Upright box around the vehicle, in pixels of the picture.
    pub rect: Rect,
    /// What sort of vehicle it most probably is.
    pub kind: VehicleKind,
    /// How sure the detector is of it, 0 to 1.
    pub score: f32,
}

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
    /// How sure it is that there is a vehicle, 0 to 1.
    pub score: f32,
    /// How sure it is that there is one of each kind, in the order of [`VehicleKind::ALL`], 0 to 1.
    pub kinds: [f32; VehicleKind::ALL.len()],
}

impl VehicleDetection {
    /// What sort of vehicle it most probably is.
    #[must_use]
    pub fn kind(&self) -> VehicleKind {
        let all = VehicleKind::ALL.into_iter().zip(self.kinds);
        let likeliest = all.max_by(|a, b| a.1.total_cmp(&b.1));
        likeliest.map_or(VehicleKind::Car, |(kind, _)| kind)
    }
}

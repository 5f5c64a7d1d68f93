//! Which way a vehicle moves.

use serde::{Deserialize, Serialize};

/// Which way a vehicle moves, as seen by the camera.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Towards the camera: the plate grows.
    Approaching,
    /// Away from the camera: the plate shrinks.
    Receding,
    /// Across the picture to the left.
    Left,
    /// Across the picture to the right.
    Right,
    /// It does not move.
    Still,
    /// Too few looks to say.
    #[default]
    Unknown,
}

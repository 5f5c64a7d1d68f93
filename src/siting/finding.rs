//! What is right and wrong with a camera's view, and what to change.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What of a view is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// Width of the plates, pixels.
    Size,
    /// Width of the plates in widths of their edges.
    Sharpness,
    /// Between characters and ground, grey levels of 255.
    Contrast,
    /// How much the line of text is turned, degrees.
    Roll,
    /// How much characters lean against it, degrees.
    Lean,
    /// Looks at a plate while its vehicle passes.
    Looks,
    /// Share of passages whose plate was read with certainty, percent.
    Reading,
}

/// How good it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Plates are lost for it.
    Bad,
    /// It works, and costs some plates.
    Weak,
    /// As it should be.
    Good,
}

/// What to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// Plates are too small.
    Enlarge,
    /// Blurred in the direction of movement.
    ShortenExposure,
    /// Blurred all around.
    Focus,
    /// Washed out.
    LessLight,
    /// Too dark.
    MoreLight,
    /// The picture is turned.
    Level,
    /// The camera looks from the side.
    FromTheFront,
    /// Vehicles are in view for too short a time.
    LongerView,
    /// Everything else is right, and plates are still not read.
    LookAtPictures,
}

impl Advice {
    /// In words for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Enlarge => {
                "zoom in, come closer, or choose a larger picture (or the main stream in place of the \
                 sub-stream): one lane a camera is best"
            }
            Self::ShortenExposure => {
                "set a shorter exposure time (1/500 s in town, 1/1000 s on open roads), with more light \
                 or an infra-red lamp if the picture gets dark"
            }
            Self::Focus => {
                "focus on the place where plates are read, clean the lens, raise the bit rate, and \
                 turn noise reduction down"
            }
            Self::LessLight => {
                "plates are washed out: lower exposure or lamp power, turn headlight compensation on"
            }
            Self::MoreLight => {
                "plates are too dark: add an infra-red lamp, or open the aperture; do not lengthen \
                 the exposure"
            }
            Self::Level => "turn the camera until the plates' text lies level",
            Self::FromTheFront => {
                "look at the vehicles more from the front or the rear: within 30 degrees to the side \
                 and from above"
            }
            Self::LongerView => {
                "vehicles are seen for too short a time: more frames a second, or a view farther along \
                 the lane"
            }
            Self::LookAtPictures => {
                "size, sharpness, light and angle are right: look at the pictures of plates that were \
                 not read"
            }
        }
    }
}

/// One aspect of a camera's view.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Finding {
    /// What.
    pub aspect: Aspect,
    /// How good it is.
    pub grade: Grade,
    /// What was measured, in the aspect's unit: at least three in four passages are no worse.
    pub value: f32,
    /// From (or, for angles, up to) which value it is good.
    pub wanted: f32,
    /// What to change, when it is not good.
    pub advice: Option<Advice>,
}

impl Aspect {
    /// Its unit.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Size => "px",
            Self::Sharpness => "edges",
            Self::Contrast => "levels",
            Self::Roll | Self::Lean => "degrees",
            Self::Looks => "looks",
            Self::Reading => "%",
        }
    }

    /// Whether more is better.
    #[must_use]
    pub const fn rises(self) -> bool {
        !matches!(self, Self::Roll | Self::Lean)
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Size => "plate width",
            Self::Sharpness => "sharpness",
            Self::Contrast => "contrast",
            Self::Roll => "text turned by",
            Self::Lean => "text leans by",
            Self::Looks => "looks a passage",
            Self::Reading => "read with certainty",
        })
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Bad => "bad",
            Self::Weak => "weak",
            Self::Good => "good",
        })
    }
}

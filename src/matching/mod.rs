//! Transits against lists: exact and look-alike matches, each with a probability.

mod claims;
pub mod cloned;
mod cooldown;
mod difference;
mod matcher;
mod model;
mod recorded;

#[cfg(test)]
mod tests;

pub(crate) use claims::GIVEN_OUT;
pub use cooldown::{Cooldown, Reported};
pub use matcher::{MIN_PROBABILITY, MIN_PROBABILITY_NO_PERMIT, Matcher, Watch};
pub use model::{Difference, Match, Relation};
pub use recorded::{Recorded, recorded};

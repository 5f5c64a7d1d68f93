//! Transits against lists: exact and look-alike matches, each with a probability.

mod cooldown;
mod matcher;
mod model;

#[cfg(test)]
mod tests;

pub use cooldown::{Cooldown, Reported};
pub use matcher::{Matcher, Watch};
pub use model::Match;

//! Transits against lists: exact and look-alike matches, each with a probability.

mod model;

pub use model::Match;

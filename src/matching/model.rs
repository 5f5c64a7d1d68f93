//! What comparing a transit with the lists gives.

use std::sync::Arc;

use crate::lists::{Entry, List};

/// A listed plate that is, or may be, the one that was read.
#[derive(Debug, Clone)]
pub struct Match {
    /// The list it stands in.
    pub list: Arc<List>,
    /// The entry.
    pub entry: Entry,
    /// True when the listed plate is the very text that was voted; false for a look-alike.
    pub exact: bool,
    /// Probability that the listed plate is the one in the picture, 0 to 1.
    pub probability: f32,
}

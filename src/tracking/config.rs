//! What the tracker can be told.

/// How detections become transits. The defaults suit gates and patrol cars.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackerConfig {
    /// A plate that was not found for this long has left the picture, seconds.
    pub coast_s: f64,
    /// The same plate seen again within this time is still the same passage, seconds.
    pub rejoin_s: f64,
    /// Plates narrower than this are followed but not read, pixels.
    pub min_read_width_px: f32,
    /// Looks that must have been read before a passage is given out.
    pub min_reads: u32,
    /// Characters that a plate has at least.
    pub min_characters: usize,
    /// A passage whose vote stays below this confidence is not given out. What only stood still
    /// or is of no known plate format needs [`Self::certain_confidence`], what was seen too
    /// shortly to tell that has to be likelier right than wrong.
    pub min_confidence: f32,
    /// From this confidence on (and enough agreeing reads) the vote is certain.
    pub certain_confidence: f32,
    /// Reads that must agree before the vote is certain while the vehicle is in view.
    pub certain_reads: u32,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            coast_s: 1.2,
            rejoin_s: 20.0,
            min_read_width_px: 26.0,
            min_reads: 2,
            min_characters: 4,
            min_confidence: 0.3,
            certain_confidence: 0.85,
            certain_reads: 3,
        }
    }
}

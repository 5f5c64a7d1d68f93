//! Whether a confidence means what it says: of the plates read with 0.8, four in five are right.

use serde::{Serialize, Serializer};

use super::share::{Share, rounded};
use super::texts::CONFIDENT;
use crate::cli::read::PlateLine;

/// Classes of confidence, equally wide.
const BINS: usize = 10;

/// Confidences beside what was right. Written as its [`Table`].
#[derive(Debug, Clone, Default)]
pub(super) struct Calibration {
    bins: [Bin; BINS],
    confident: Share,
    unread: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    right: Share,
    confidences: f64,
}

/// The reliability table of one set.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    /// Plates that have a text.
    pub(super) of: u32,
    /// Plates without any text, which stand in no row.
    pub(super) unread: u32,
    /// Expected calibration error: how far confidence and share right are apart, the mean over
    /// all plates; `None` when there is none.
    pub(super) expected_error: Option<f64>,
    /// Plates read at a confidence of 0.9 or above, and those of them that are right.
    pub(super) confident: Share,
    /// Those that are wrong.
    pub(super) confident_and_wrong: u32,
    /// The classes of confidence that have plates.
    pub(super) bins: Vec<Row>,
}

/// A class of confidence.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) mean_confidence: f64,
    pub(super) right: Share,
}

impl Calibration {
    /// One more plate with what was read of it.
    pub(super) fn count(&mut self, truth: &str, read: Option<&PlateLine>) {
        match read {
            Some(plate) => self.add(plate.confidence, plate.text.as_str() == truth),
            None => self.unread += 1,
        }
    }

    fn add(&mut self, confidence: f32, right: bool) {
        let bin = ((confidence * BINS as f32) as usize).min(BINS - 1);
        self.bins[bin].right.count(right);
        self.bins[bin].confidences += f64::from(confidence);
        if confidence >= CONFIDENT {
            self.confident.count(right);
        }
    }

    /// What it comes to.
    pub(super) fn table(&self) -> Table {
        let of: u32 = self.bins.iter().map(|bin| bin.right.of).sum();
        let mut apart = 0.0;
        let mut rows = Vec::new();
        for (place, bin) in self.bins.iter().enumerate() {
            let Some(share) = bin.right.share() else {
                continue;
            };
            let count = f64::from(bin.right.of);
            let mean = bin.confidences / count;
            apart += (share - mean).abs() * count;
            rows.push(Row {
                from: place as f64 / BINS as f64,
                to: (place + 1) as f64 / BINS as f64,
                mean_confidence: rounded(mean),
                right: bin.right,
            });
        }
        Table {
            of,
            unread: self.unread,
            expected_error: (of > 0).then(|| rounded(apart / f64::from(of))),
            confident: self.confident,
            confident_and_wrong: self.confident.of - self.confident.right,
            bins: rows,
        }
    }
}

impl Serialize for Calibration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.table().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_the_mean_distance_of_confidence_and_share() {
        let mut calibration = Calibration::default();
        // Four at 0.95, of which three are right: 0.2 apart. One at 0.25 and wrong: 0.25 apart.
        for right in [true, true, true, false] {
            calibration.add(0.95, right);
        }
        calibration.add(0.25, false);
        calibration.count("AB123CD", None);
        let table = calibration.table();
        assert!((table.expected_error.unwrap() - (0.2 * 4.0 + 0.25) / 5.0).abs() < 1e-4);
        assert_eq!((table.of, table.unread, table.confident_and_wrong), (5, 1, 1));
        let rows: Vec<(f64, u32)> = table.bins.iter().map(|r| (r.from, r.right.of)).collect();
        assert_eq!(rows, [(0.2, 1), (0.9, 4)]);
    }

    #[test]
    fn full_confidence_stands_in_the_last_row() {
        let mut calibration = Calibration::default();
        calibration.add(1.0, true);
        calibration.add(0.0, false);
        let table = calibration.table();
        assert_eq!((table.bins[0].to, table.bins[1].from), (0.1, 0.9));
        assert_eq!(table.expected_error, Some(0.0));
        assert_eq!(Calibration::default().table().expected_error, None);
    }
}

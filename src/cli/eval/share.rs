//! Some out of all, and how sure a share is.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Quantile of the normal distribution for 95 %.
const Z: f64 = 1.96;

/// Some out of all. Written with the share and its 95 % interval, 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) of: u32,
    pub(super) right: u32,
}

impl Share {
    /// One more, right or not.
    pub(super) fn count(&mut self, right: bool) {
        self.of += 1;
        self.right += u32::from(right);
    }

    /// The share, 0 to 1; `None` of nothing.
    pub(super) fn share(self) -> Option<f64> {
        (self.of > 0).then(|| f64::from(self.right) / f64::from(self.of))
    }

    /// Its 95 % interval, 0 to 1 (E. B. Wilson, JASA 22, 1927).
    pub(super) fn interval(self) -> (f64, f64) {
        let Some(p) = self.share() else {
            return (0.0, 1.0);
        };
        let n = f64::from(self.of);
        let centre = p + Z * Z / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 / (1.0 + Z * Z / n);
        (((centre - spread) * scale).max(0.0), ((centre + spread) * scale).min(1.0))
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (low, high) = self.interval();
        let mut share = serializer.serialize_struct("Share", 5)?;
        share.serialize_field("of", &self.of)?;
        share.serialize_field("right", &self.right)?;
        share.serialize_field("share", &self.share().map(rounded))?;
        share.serialize_field("low", &rounded(low))?;
        share.serialize_field("high", &rounded(high))?;
        share.end()
    }
}

/// Four decimals say all that a share can.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        let (low, high) = Share { of: 100, right: 90 }.interval();
        assert!((low - 0.8256).abs() < 5e-4 && (high - 0.9448).abs() < 5e-4, "{low} {high}");
        let (low, high) = Share { of: 20, right: 20 }.interval();
        assert!((low - 0.8389).abs() < 5e-4 && (high - 1.0).abs() < 1e-9, "{low} {high}");
        assert_eq!(Share::default().interval(), (0.0, 1.0));
    }

    #[test]
    fn a_share_is_written_with_its_interval() {
        let written = serde_json::to_value(Share { of: 4, right: 3 }).unwrap();
        assert_eq!(written["share"], 0.75);
        assert!(written["low"].as_f64().unwrap() < 0.4 && written["of"] == 4);
        assert!(serde_json::to_value(Share::default()).unwrap()["share"].is_null());
    }
}

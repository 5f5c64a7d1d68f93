//! Whether decoding falls behind for want of time, and how many looks are left out then.
//!
//! Fewer looks at each vehicle are better than none at some, and than a hit that comes late.
//! Going back to a key frame puts decoding behind at once and it catches up by itself: that is
//! no want of time, and what it went back for is worth every look.

/// Up to here it is only the way of the frames through the decoder, seconds.
const USUAL_S: f64 = 0.7;
/// It is behind for want of time when that has grown by so much, and more so from here on,
/// seconds.
const GROWN_S: f64 = 0.3;
const GROWN_MUCH_S: f64 = 1.5;
/// It went back to a key frame when it is further behind by so much from one look to the next.
const WENT_BACK_S: f64 = 0.8;
/// So far behind it is soon to give frames up, whatever the reason.
const FAR_S: f64 = 4.0;
/// One look of so many is taken.
const STRIDE: f64 = 3.0;
const LONG_STRIDE: f64 = 6.0;

/// Follows how far decoding is behind.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    now_s: f64,
    /// The least since it went back last.
    least_s: f64,
}

impl Backlog {
    /// Takes over how far decoding is behind now, seconds.
    pub(super) fn see(&mut self, behind_s: f64) {
        self.least_s = match behind_s > self.now_s + WENT_BACK_S {
            true => behind_s,
            false => self.least_s.min(behind_s),
        };
        self.now_s = behind_s;
    }

    /// One look of so many is to be taken.
    pub(super) fn stride(&self) -> f64 {
        let grown_s = self.now_s - self.least_s;
        if self.now_s > USUAL_S && grown_s > GROWN_MUCH_S {
            LONG_STRIDE
        } else if self.now_s > FAR_S || (self.now_s > USUAL_S && grown_s > GROWN_S) {
            STRIDE
        } else {
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strides(behind_s: &[f64]) -> Vec<f64> {
        let mut backlog = Backlog::default();
        let stride = |behind_s: &f64| {
            backlog.see(*behind_s);
            backlog.stride()
        };
        behind_s.iter().map(stride).collect()
    }

    #[test]
    fn looks_are_left_out_as_it_falls_behind_and_taken_again_once_it_has_caught_up() {
        let given = strides(&[0.1, 0.6, 0.8, 1.4, 2.0, 1.2, 0.6]);
        assert_eq!(given, [1.0, 1.0, 3.0, 3.0, 6.0, 3.0, 1.0]);
    }

    #[test]
    fn going_back_to_a_key_frame_costs_no_look_unless_it_does_not_catch_up() {
        assert_eq!(strides(&[0.1, 2.1, 1.9, 1.5, 1.0, 0.4]), [1.0; 6]);
        assert_eq!(strides(&[0.1, 2.1, 2.3, 2.6]), [1.0, 1.0, 1.0, 3.0]);
        assert_eq!(strides(&[0.1, 5.0]), [1.0, 3.0]);
    }
}

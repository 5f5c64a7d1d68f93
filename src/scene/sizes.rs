//! Whether something moves, from the sizes of encoded frames alone.
//!
//! An encoder that keeps the quality spends few bytes on a picture that is like the one before.
//! What "few" means is learnt from moments in which the pictures themselves were still. An
//! encoder that keeps the rate instead shows little: then this is never busy, and the pictures
//! have to tell.

/// Share of the newest frame in the smoothed size: some patterns have every other frame small.
const SMOOTHING: f32 = 0.25;
/// How fast the usual size follows moments known to be still, and otherwise (a night falls).
const LEARNING: f32 = 0.03;
const DRIFT: f32 = 0.001;
/// So many still frames are needed before anything is told.
const SETTLED_AFTER: u32 = 40;
/// A rise (natural logarithm) is told from here on, and from so many times the usual deviation.
const LEAST_RISE: f32 = 0.2;
const TIMES: f32 = 3.5;
/// An empty frame is some bytes long whatever it shows.
const OVERHEAD_BYTES: f32 = 200.0;

/// Watches the sizes of a camera's frames that are not key frames.
#[derive(Debug, Default)]
pub struct SizeWatch {
    /// Smoothed logarithm of the size.
    smooth: Option<f32>,
    usual: f32,
    /// Mean absolute deviation of `smooth` from `usual`.
    spread: f32,
    still: u32,
}

impl SizeWatch {
    /// Takes in the next frame; returns whether more is in it than usual.
    pub fn see(&mut self, bytes: usize) -> bool {
        let size = (bytes as f32 + OVERHEAD_BYTES).ln();
        let smooth = self.smooth.map_or(size, |smooth| smooth + SMOOTHING * (size - smooth));
        self.smooth = Some(smooth);
        if self.is_settled() {
            self.usual += DRIFT * (smooth - self.usual).clamp(-0.5, 0.5);
        }
        self.is_busy()
    }

    /// The frames just seen show nothing that moves: their pictures say so.
    pub fn learn_still(&mut self) {
        let Some(smooth) = self.smooth else { return };
        let off = smooth - self.usual;
        if self.still == 0 {
            self.usual = smooth;
        } else {
            let rate = LEARNING.max(1.0 / (self.still + 1) as f32);
            self.usual += rate * off;
            self.spread += rate * (off.abs() - self.spread);
        }
        self.still = self.still.saturating_add(1);
    }

    /// Whether the last frames hold more than is usual when nothing moves.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let rise = self.smooth.map_or(0.0, |smooth| smooth - self.usual);
        self.is_settled() && rise > LEAST_RISE.max(TIMES * self.spread)
    }

    /// Whether it has seen enough to tell anything.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.still >= SETTLED_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A size that wavers by a tenth around the mean.
    fn wavering(mean: usize, n: u32) -> usize {
        let step = (n.wrapping_mul(2_654_435_761) >> 20) as usize % 200;
        mean * (900 + step) / 1000
    }

    fn settled_at(mean: usize) -> SizeWatch {
        let mut watch = SizeWatch::default();
        for n in 0..100 {
            assert!(!watch.see(wavering(mean, n)));
            watch.learn_still();
        }
        watch
    }

    #[test]
    fn a_car_is_seen_within_a_third_of_a_second_and_its_end_too() {
        for quiet in [800, 6_000, 30_000] {
            let mut watch = settled_at(quiet);
            for n in 0..1000 {
                assert!(!watch.see(wavering(quiet, n)), "{quiet} bytes, frame {n}");
            }
            let seen = (0..8).position(|n| watch.see(wavering(quiet * 2, n)));
            assert!(seen.is_some(), "{quiet} bytes");
            for n in 0..100 {
                watch.see(wavering(quiet * 3, n));
            }
            let over = (0..25).position(|n| !watch.see(wavering(quiet, n)));
            assert!(over.is_some(), "{quiet} bytes");
        }
    }

    #[test]
    fn every_other_frame_small_is_a_pattern_and_no_car() {
        let mut watch = SizeWatch::default();
        let size = |n: u32| if n.is_multiple_of(2) { 9_000 } else { 4_000 };
        for n in 0..100 {
            watch.see(size(n));
            watch.learn_still();
        }
        assert!((0..500).all(|n| !watch.see(size(n))));
        assert!((0..12).any(|n| watch.see(size(n) * 2)));
    }

    #[test]
    fn rain_that_sets_in_is_learnt_once_the_pictures_say_that_nothing_moves() {
        let mut watch = settled_at(4_000);
        for n in 0..150 {
            watch.see(wavering(12_000, n));
            watch.learn_still();
        }
        assert!((0..500).all(|n| !watch.see(wavering(12_000, n))));
    }

    #[test]
    fn nightfall_is_followed() {
        let mut watch = settled_at(4_000);
        for n in 0..40_000_u32 {
            let mean = 4_000 + (n / 10) as usize;
            assert!(!watch.see(wavering(mean, n)), "frame {n}");
        }
    }

    #[test]
    fn a_constant_rate_tells_nothing() {
        let mut watch = settled_at(20_000);
        assert!((0..500).all(|n| !watch.see(wavering(20_000, n))));
        assert!(watch.is_settled());
    }
}

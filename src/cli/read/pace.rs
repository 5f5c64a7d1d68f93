//! Which frames of a video are looked at.

/// Most frames a second that are looked at, unless said otherwise.
pub(in crate::cli) const USUAL_FPS: f64 = 15.0;

/// Lets so many frames a second through, spread evenly.
#[derive(Debug)]
pub(in crate::cli) struct Pace {
    every_s: f64,
    next_s: f64,
}

impl Pace {
    /// At most `fps` frames a second.
    pub(in crate::cli) fn new(fps: f64) -> Self {
        Self { every_s: 1.0 / fps, next_s: f64::NEG_INFINITY }
    }

    /// Whether the frame of this time is to be looked at.
    pub(in crate::cli) fn lets(&mut self, now_s: f64) -> bool {
        if now_s < self.next_s {
            return false;
        }
        // A little slack: 15 looks of a 30 fps video are every second frame.
        self.next_s = now_s + self.every_s - 0.005;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_video_is_looked_at_evenly() {
        let mut pace = Pace::new(USUAL_FPS);
        let looked: Vec<u32> = (0..8).filter(|n| pace.lets(f64::from(*n) / 30.0)).collect();
        assert_eq!(looked, [0, 2, 4, 6]);
    }
}

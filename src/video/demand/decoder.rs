//! What is known of a decoder that is sent to and fro: how many frames it holds back, and which
//! time of the stream each of its pictures has.

use std::collections::VecDeque;
use std::time::Duration;

/// So many key frames must have been seen to know a decoder's delay.
pub(super) const KNOWN_KEYS: usize = 2;
/// How far the decoder's clock is put forward when the stream goes back: more than the
/// pictures that follow a key frame and are shown before it.
const FORWARD: Duration = Duration::from_secs(1);
/// More frames than any decoder holds.
const INSIDE: usize = 64;

/// How many frames a decoder takes in before it gives a key frame's picture.
#[derive(Default)]
pub(super) struct Delay {
    /// Time of the last key frame, and frames fed after it.
    key: Option<(Duration, u32)>,
    last: VecDeque<u32>,
}

impl Delay {
    pub(super) fn fed(&mut self, at: Duration, is_key: bool) {
        match &mut self.key {
            _ if is_key => self.key = Some((at, 0)),
            Some((_, fed)) => *fed += 1,
            None => {}
        }
    }

    pub(super) fn pictured(&mut self, at: Duration) {
        if let Some((_, fed)) = self.key.take_if(|(key, _)| *key == at) {
            self.last.push_back(fed);
            if self.last.len() > 4 {
                self.last.pop_front();
            }
        }
    }

    pub(super) fn frames(&self) -> Option<u32> {
        // Frames that happened to be on their way make it look longer.
        self.last.iter().copied().min().filter(|_| self.last.len() >= KNOWN_KEYS)
    }
}

/// Times for the decoder that only grow. GStreamer's video decoders give a picture whose time
/// falls the time of the one before, so frames that are decoded once more get later ones.
#[derive(Default)]
pub(super) struct Times {
    /// What is added to the stream's times.
    shift: Duration,
    latest: Duration,
    /// The decoder's and the stream's time of the frames that went in.
    inside: VecDeque<[Duration; 2]>,
}

impl Times {
    /// Takes note of a frame that goes in; returns what is to be added to its times.
    pub(super) fn fed(&mut self, at: Duration, is_key: bool) -> Duration {
        if is_key && at + self.shift < self.latest {
            self.shift = (self.latest + FORWARD).saturating_sub(at);
        }
        let shown = at + self.shift;
        self.latest = self.latest.max(shown);
        self.inside.push_back([shown, at]);
        if self.inside.len() > INSIDE {
            self.inside.pop_front();
        }
        self.shift
    }

    /// The stream's time of a picture that comes out at a time of the decoder's.
    pub(super) fn own(&mut self, shown: Duration) -> Duration {
        match self.inside.iter().position(|[time, _]| *time == shown) {
            Some(place) => self.inside.remove(place).map_or(shown, |[_, at]| at),
            // A frame without a time of its own, for which the decoder made one up.
            None => shown.saturating_sub(self.shift),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn the_decoders_times_grow_when_the_stream_goes_back() {
        let mut times = Times::default();
        let mut shown = Vec::new();
        // Up to the key frame at 2 s; back to the one at 1 s; shown out of order in between.
        for (at, is_key) in [(960, false), (2000, true), (1000, true), (1080, false), (1040, false)]
        {
            shown.push(ms(at) + times.fed(ms(at), is_key));
        }
        assert!(shown[2] > shown[1] && shown[4] > shown[1] && shown[3] > shown[4], "{shown:?}");
        for (at, shown) in [(960, shown[0]), (2000, shown[1]), (1000, shown[2]), (1040, shown[4])] {
            assert_eq!(times.own(shown), ms(at));
        }
        // A time that the decoder made up lies where the frames beside it do.
        assert_eq!(times.own(shown[3] + ms(40)), ms(1120));
    }
}

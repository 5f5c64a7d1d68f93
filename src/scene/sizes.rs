//! Whether something moves, from the sizes of encoded frames alone.
//!
//! An encoder that keeps the quality spends few bytes on a picture that is like the one before.
//! What "few" means differs from place to place in a group of pictures (the first ones after a key
//! frame may be empty, one in the middle may mend what the others left) and is learnt for each
//! place from groups in which the pictures themselves were still. An encoder that keeps the rate
//! instead shows little: then this is never busy, and the pictures have to tell.

use std::collections::VecDeque;
use std::time::Duration;

/// Share of the newest frame in the smoothed rise.
const SMOOTHING: f32 = 0.4;
/// How fast what is usual follows each still group, and the first ones.
const LEARNING: f32 = 0.25;
/// One group may not move it further (natural logarithm): a vehicle that passes between two key
/// frames unseen is no habit.
const MOST_STEP: f32 = 0.7;
/// So many still groups are needed before anything is told.
const SETTLED_AFTER: u32 = 3;
/// A rise (natural logarithm) is told from here on, and from so many times the usual deviation.
const LEAST_RISE: f32 = 0.25;
const TIMES: f32 = 4.0;
/// An empty frame is some bytes long whatever it shows.
const OVERHEAD_BYTES: f32 = 200.0;
/// Frames of a group that are told apart; further ones tell nothing.
const PLACES: usize = 256;
/// Groups that wait for their pictures to be judged.
const MOST_WAITING: usize = 8;

/// Watches the sizes of a camera's encoded frames.
#[derive(Debug, Default)]
pub struct SizeWatch {
    /// The usual logarithm of the size at each place after the key frame.
    usual: Vec<f32>,
    /// Mean absolute deviation of the smoothed rise in still groups.
    spread: f32,
    /// Still groups learnt.
    learnt: u32,
    /// Smoothed rise over what is usual.
    rise: f32,
    group: Option<Group>,
    /// Groups that are over and not judged yet.
    waiting: VecDeque<Group>,
}

/// A key frame's group of pictures.
#[derive(Debug)]
struct Group {
    from: Duration,
    /// Time of the next key frame, once that has come.
    to: Option<Duration>,
    /// Logarithms of the sizes after the key frame.
    sizes: Vec<f32>,
    /// Sum of the smoothed rises' absolute values.
    deviation: f32,
    /// Something moved in it.
    stirred: bool,
}

impl SizeWatch {
    /// Takes in the next frame, in the order in which they come; returns whether more is in it
    /// than usual.
    pub fn see(&mut self, bytes: usize, is_key: bool, at: Duration) -> bool {
        if is_key {
            let group =
                Group { from: at, to: None, sizes: Vec::new(), deviation: 0.0, stirred: false };
            if let Some(mut over) = self.group.replace(group) {
                over.to = Some(at);
                self.waiting.push_back(over);
                if self.waiting.len() > MOST_WAITING {
                    self.waiting.pop_front();
                }
            }
            return self.is_busy();
        }
        let Some(group) = self.group.as_mut().filter(|group| group.sizes.len() < PLACES) else {
            return self.is_busy();
        };
        let size = (bytes as f32 + OVERHEAD_BYTES).ln();
        if let Some(usual) = self.usual.get(group.sizes.len()) {
            self.rise += SMOOTHING * (size - usual - self.rise);
        }
        group.sizes.push(size);
        group.deviation += self.rise.abs();
        self.is_busy()
    }

    /// The picture of this time shows whether something moves.
    pub fn judged(&mut self, at: Duration, moves: bool) {
        if moves {
            for group in self.waiting.iter_mut().chain(&mut self.group) {
                group.stirred |= group.from <= at && group.to.is_none_or(|to| at < to);
            }
            return;
        }
        // Pictures come in their order, so all of these groups' have been judged, or those of
        // their key frames where no others are decoded.
        while self.waiting.front().is_some_and(|group| group.to.is_some_and(|to| to <= at)) {
            let Some(group) = self.waiting.pop_front() else { break };
            if !group.stirred {
                self.learn(&group);
            }
        }
    }

    fn learn(&mut self, group: &Group) {
        let rate = LEARNING.max(1.0 / (self.learnt + 1) as f32);
        for (usual, size) in self.usual.iter_mut().zip(&group.sizes) {
            *usual += rate * (size - *usual).clamp(-MOST_STEP, MOST_STEP);
        }
        if let Some(more) = group.sizes.get(self.usual.len()..) {
            self.usual.extend(more);
        }
        if self.learnt > 0 && !group.sizes.is_empty() {
            let deviation = (group.deviation / group.sizes.len() as f32).min(1.0);
            let rate = LEARNING.max(1.0 / self.learnt as f32);
            self.spread += rate * (deviation - self.spread);
        }
        self.learnt = self.learnt.saturating_add(1);
    }

    /// Whether the last frames hold more than is usual when nothing moves.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.is_settled() && self.rise > LEAST_RISE.max(TIMES * self.spread)
    }

    /// Whether it has seen enough to tell anything.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.learnt >= SETTLED_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: u32 = 50;

    /// A camera at 25 frames a second with a key frame every two seconds, whose pictures are
    /// judged as they come.
    #[derive(Default)]
    struct Camera {
        watch: SizeWatch,
        number: u32,
    }

    impl Camera {
        /// Plays frames of so many bytes, wavering by a tenth around them; returns which were told.
        fn play(&mut self, frames: u32, moves: bool, bytes: impl Fn(u32) -> usize) -> Vec<bool> {
            let one = |_| {
                let at = Duration::from_millis(u64::from(self.number) * 40);
                let step = (self.number.wrapping_mul(2_654_435_761) >> 20) as usize % 200;
                let wavering = bytes(self.number) * (900 + step) / 1000;
                let told = self.watch.see(wavering, self.number.is_multiple_of(GROUP), at);
                self.watch.judged(at, moves);
                self.number += 1;
                told
            };
            (0..frames).map(one).collect()
        }

        fn settled_at(bytes: usize) -> Self {
            let mut camera = Self::default();
            assert!(camera.play(GROUP * 8, false, |_| bytes).iter().all(|told| !told));
            assert!(camera.watch.is_settled());
            camera
        }
    }

    #[test]
    fn a_car_is_seen_within_a_third_of_a_second_and_its_end_too() {
        for quiet in [800, 6_000, 30_000] {
            let mut camera = Camera::settled_at(quiet);
            let still = camera.play(1000, false, |_| quiet);
            assert!(still.iter().all(|told| !told), "{quiet} bytes");
            let seen = camera.play(8, true, |_| quiet * 2);
            assert!(seen.contains(&true), "{quiet} bytes");
            camera.play(100, true, |_| quiet * 3);
            let over = camera.play(12, false, |_| quiet);
            assert!(over.contains(&false), "{quiet} bytes");
        }
    }

    /// Nothing after a key frame, ten times as much in the middle of the group.
    fn in_waves(number: u32) -> usize {
        let place = number % GROUP;
        if place < GROUP / 2 { 300 } else { 3_000 }
    }

    #[test]
    fn a_group_that_is_uneven_by_itself_is_no_car_and_does_not_hide_one() {
        let mut camera = Camera::default();
        camera.play(GROUP * 8, false, in_waves);
        assert!(camera.play(1000, false, in_waves).iter().all(|told| !told));
        let mut early = camera.play(10, true, |n| in_waves(n) * 3);
        assert!(early.iter().any(|told| *told), "while little is usual");
        camera.play(GROUP - 10, false, in_waves);
        camera.play(GROUP / 2 + 5, false, in_waves);
        early = camera.play(10, true, |n| in_waves(n) * 2);
        assert!(early.iter().any(|told| *told), "while much is usual");
    }

    #[test]
    fn rain_that_sets_in_is_learnt_once_the_pictures_say_that_nothing_moves() {
        let mut camera = Camera::settled_at(4_000);
        assert!(camera.play(GROUP, false, |_| 12_000).contains(&true));
        camera.play(GROUP * 6, false, |_| 12_000);
        assert!(camera.play(500, false, |_| 12_000).iter().all(|told| !told));
    }

    #[test]
    fn what_moves_is_not_learnt() {
        let mut camera = Camera::settled_at(4_000);
        for _ in 0..30 {
            camera.play(GROUP * 2, true, |_| 12_000);
        }
        camera.play(GROUP, false, |_| 4_000);
        assert!(camera.play(8, true, |_| 12_000).contains(&true));
    }

    #[test]
    fn nightfall_is_followed() {
        let mut camera = Camera::settled_at(4_000);
        let told = camera.play(40_000, false, |n| 4_000 + (n / 10) as usize);
        assert!(told.iter().all(|told| !told));
    }

    #[test]
    fn a_constant_rate_tells_nothing() {
        let mut camera = Camera::settled_at(20_000);
        assert!(camera.play(500, true, |_| 20_000).iter().all(|told| !told));
    }

    #[test]
    fn without_key_frames_it_learns_nothing() {
        let mut watch = SizeWatch::default();
        for number in 0..2000 {
            let at = Duration::from_millis(number * 40);
            assert!(!watch.see(4_000 + number as usize * 9, false, at));
            watch.judged(at, false);
        }
        assert!(!watch.is_settled());
    }
}

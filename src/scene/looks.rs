//! Which frames are worth a look of the detector.

use std::time::Duration;

use super::attention::Attention;
use super::backlog::Backlog;
use super::movement::MovementWatch;
use crate::frame::{Frame, Movement};

/// How often is looked.
#[derive(Debug, Clone, PartialEq)]
pub struct LookConfig {
    /// Most looks per second.
    pub most_per_s: f64,
    /// Look less where nothing moves. Right for cameras that stand still.
    pub on_movement: bool,
    /// Longest time without a look, seconds: nothing is lost for longer, whatever the movement
    /// watch holds of it.
    pub at_least_every_s: f64,
}

impl Default for LookConfig {
    fn default() -> Self {
        Self { most_per_s: 12.5, on_movement: true, at_least_every_s: 5.0 }
    }
}

/// After the last movement is looked for so much longer, seconds.
const AFTER_MOVEMENT_S: f64 = 0.8;
/// What stands still in view is looked at so often, seconds: often enough that it is still held
/// for the same one.
const STANDING_EVERY_S: f64 = 0.9;
/// Whatever is followed, the whole picture is looked at so often where something moves, seconds:
/// often enough to find the next vehicle.
const WHOLE_EVERY_S: f64 = 0.25;
/// Where something moves, and all that is near is known, every second look is enough to find the
/// next one, and to follow what is still far.
const KNOWN_STRIDE: f64 = 2.0;

/// How far a look reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The whole picture.
    Whole,
    /// Only where the plates that are followed should be: a tenth of the work.
    Followed,
}

/// Chooses the frames that are looked at, by their own times.
#[derive(Debug)]
pub struct LookGate {
    config: LookConfig,
    movement: MovementWatch,
    pacer: Pacer,
    /// It is not known yet what moves.
    learning: bool,
    moved_s: f64,
    looked_s: f64,
    /// The last look at the whole picture.
    whole_s: f64,
    backlog: Backlog,
}

impl LookGate {
    /// A gate that has seen nothing yet.
    #[must_use]
    pub fn new(config: LookConfig) -> Self {
        let pacer = Pacer::new(config.most_per_s);
        Self {
            config,
            movement: MovementWatch::default(),
            pacer,
            learning: true,
            moved_s: f64::NEG_INFINITY,
            looked_s: f64::NEG_INFINITY,
            whole_s: f64::NEG_INFINITY,
            backlog: Backlog::default(),
        }
    }

    /// Takes over how far the frames are behind their time.
    pub fn set_behind(&mut self, behind: Duration) {
        self.backlog.see(behind.as_secs_f64());
    }

    /// Whether to look at this frame, and how far. `attention` is what is known from the looks
    /// before.
    pub fn admits(&mut self, frame: &Frame, attention: Attention) -> Option<Reach> {
        let at_s = frame.stream_time.as_secs_f64();
        if !self.pacer.admits(at_s) {
            return None;
        }
        if self.config.on_movement {
            let movement = frame.movement.unwrap_or_else(|| {
                self.movement.see(&frame.picture, frame.stream_time, attention.moving)
            });
            self.learning = movement == Movement::Learning;
            if movement != Movement::Still {
                self.moved_s = at_s;
            }
            if at_s - self.looked_s < self.wait_s(at_s, attention) {
                return None;
            }
        }
        self.looked_s = at_s;
        // A camera that moves takes all that it shows along: nothing is where it should be.
        let knows_where = self.config.on_movement && !self.learning && attention.followed;
        if knows_where && at_s - self.whole_s < WHOLE_EVERY_S {
            return Some(Reach::Followed);
        }
        self.whole_s = at_s;
        Some(Reach::Whole)
    }

    /// The least time from one look to the next.
    fn wait_s(&self, at_s: f64, attention: Attention) -> f64 {
        let step_s = 1.0 / self.config.most_per_s;
        let moves = at_s - self.moved_s <= AFTER_MOVEMENT_S;
        let wait_s = if attention.urgent {
            0.0
        } else if moves || attention.undecided {
            // Half a step less, as frames do not come at even times.
            if self.learning { 0.0 } else { step_s * (KNOWN_STRIDE - 0.5) }
        } else if attention.in_view {
            STANDING_EVERY_S
        } else {
            return self.config.at_least_every_s;
        };
        let least_s = step_s * (self.backlog.stride() - 0.5);
        wait_s.max(least_s).min(self.config.at_least_every_s)
    }
}

/// Lets through at most so many frames per second, by their own times.
#[derive(Debug)]
struct Pacer {
    period_s: f64,
    due_s: f64,
}

impl Pacer {
    fn new(looks_per_s: f64) -> Self {
        Self { period_s: 1.0 / looks_per_s, due_s: f64::NEG_INFINITY }
    }

    /// Whether a frame is due. A tenth of the period early is early enough: cameras jitter.
    fn admits(&mut self, at_s: f64) -> bool {
        if at_s < self.due_s - self.period_s * 0.1 {
            return false;
        }
        // The grid is kept, so that 12.5 looks of 30 frames a second are 12.5 on
        // average; after a gap it starts anew.
        let next = self.due_s + self.period_s;
        self.due_s = if next > at_s { next } else { at_s + self.period_s };
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::frame::{ColourMatrix, Layout, Picture};

    fn admitted(fps: f64, looks_per_s: f64) -> usize {
        let mut pacer = Pacer::new(looks_per_s);
        (0..(fps * 10.0) as u32).filter(|n| pacer.admits(f64::from(*n) / fps)).count()
    }

    #[test]
    fn looks_per_second_are_bounded_and_even() {
        assert_eq!(admitted(25.0, 12.5), 125);
        assert_eq!(admitted(30.0, 12.5), 125);
        assert_eq!(admitted(10.0, 12.5), 100);
        assert_eq!(admitted(25.0, 120.0), 250);
    }

    #[test]
    fn after_a_gap_there_is_no_burst() {
        let mut pacer = Pacer::new(10.0);
        assert!(pacer.admits(0.0));
        assert!(pacer.admits(5.0));
        assert!(!pacer.admits(5.04));
        assert!(pacer.admits(5.1));
    }

    /// A grey frame with a bright block at `x`, 25 a second.
    fn frame(number: u64, x: usize) -> Frame {
        let (width, height) = (320, 180);
        let mut bytes = vec![100_u8; width * height * 3 / 2];
        for y in 60..120 {
            bytes[y * width + x..][..60].fill(180);
        }
        let layout = Layout::I420 {
            offsets: [0, width * height, width * height * 5 / 4],
            strides: [width, width / 2, width / 2],
            matrix: ColourMatrix::Bt709,
        };
        Frame {
            sequence: number,
            stream_time: Duration::from_millis(number * 40),
            captured_at: Timestamp::UNIX_EPOCH,
            picture: Picture::new(320, 180, layout, Arc::new(bytes)).unwrap(),
            movement: None,
        }
    }

    /// Looks in each second of a scene: the block stands for ten seconds, moves for three,
    /// and stands.
    fn looks(config: LookConfig, attention: impl Fn(u64) -> Attention) -> Vec<usize> {
        let mut gate = LookGate::new(config);
        (0..30)
            .map(|second| {
                let looked = |n: &u64| {
                    let moved_to = if *n < 250 { 0 } else { (*n - 250).min(75) as usize * 3 };
                    gate.admits(&frame(*n, moved_to), attention(second)).is_some()
                };
                (second * 25..second * 25 + 25).filter(looked).count()
            })
            .collect()
    }

    #[test]
    fn what_stands_still_is_looked_at_now_and_then_and_what_moves_at_once() {
        let per_s = looks(LookConfig::default(), |_| Attention::default());
        assert!(per_s[..4].iter().sum::<usize>() >= 48, "the first seconds are for learning");
        assert!(per_s[5..10].iter().sum::<usize>() <= 2, "{per_s:?}");
        assert!(per_s[10..13].iter().all(|n| (6..=7).contains(n)), "{per_s:?}");
        assert!(per_s[20..].iter().sum::<usize>() <= 3, "{per_s:?}");
        assert!(per_s[20..].iter().sum::<usize>() >= 2, "{per_s:?}");
    }

    #[test]
    fn what_is_near_and_not_known_yet_has_every_look_and_what_stands_in_view_one_a_second() {
        let far = Attention { in_view: true, undecided: true, ..Attention::default() };
        let per_s = looks(LookConfig::default(), |_| far);
        assert!(per_s[5..].iter().all(|n| (6..=7).contains(n)), "{per_s:?}");
        let near = Attention { urgent: true, ..far };
        let per_s = looks(LookConfig::default(), |_| near);
        assert!(per_s.iter().all(|n| *n >= 12), "{per_s:?}");
        let known = Attention { in_view: true, ..Attention::default() };
        let per_s = looks(LookConfig::default(), |_| known);
        assert!(per_s[20..].iter().all(|n| (1..=2).contains(n)), "{per_s:?}");
    }

    #[test]
    fn on_a_machine_that_falls_behind_every_third_look_is_taken() {
        let mut gate = LookGate::new(LookConfig::default());
        let near = Attention {
            in_view: true,
            undecided: true,
            urgent: true,
            moving: true,
            followed: false,
        };
        gate.set_behind(Duration::from_millis(400));
        assert_eq!((0..50).filter(|n| gate.admits(&frame(*n, 0), near).is_some()).count(), 25);
        gate.set_behind(Duration::from_secs(1));
        let looks = (50..125).filter(|n| gate.admits(&frame(*n, 0), near).is_some()).count();
        assert!((12..=13).contains(&looks), "{looks}");
    }

    /// Looks at the whole picture and at what is followed, in the last 20 of 30 seconds.
    fn reaches(config: LookConfig, attention: Attention) -> [usize; 2] {
        let mut gate = LookGate::new(config);
        let all: Vec<Option<Reach>> =
            (0..750).map(|n| gate.admits(&frame(n, 0), attention)).collect();
        [Reach::Whole, Reach::Followed]
            .map(|reach| all[250..].iter().filter(|look| **look == Some(reach)).count())
    }

    #[test]
    fn what_is_followed_needs_the_whole_picture_four_times_a_second() {
        let near = Attention { in_view: true, undecided: true, urgent: true, ..Default::default() };
        assert_eq!(reaches(LookConfig::default(), near), [250, 0]);
        let followed = Attention { followed: true, ..near };
        let [whole, only_followed] = reaches(LookConfig::default(), followed);
        assert!((60..=85).contains(&whole), "{whole}");
        assert_eq!(whole + only_followed, 250);
        let moving_camera = LookConfig { on_movement: false, ..LookConfig::default() };
        assert_eq!(reaches(moving_camera, followed), [250, 0]);
    }

    #[test]
    fn a_camera_that_moves_is_looked_at_always() {
        let config = LookConfig { on_movement: false, ..LookConfig::default() };
        let per_s = looks(config, |_| Attention::default());
        assert!(per_s.iter().all(|n| *n >= 12), "{per_s:?}");
    }
}

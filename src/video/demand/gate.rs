//! When encoded frames are decoded. Knows no threads, no clock and no GStreamer.
//!
//! *Decoding*: every frame is. When nothing has moved for a while, *watching*: frames wait in
//! the ring, and only key frames are decoded. It decodes again
//! * when the frames' sizes rise: on from where it stopped, as the decoder has all that it needs;
//! * when a key frame shows that something moved: from the key frame before it, which the ring
//!   still has, so that nothing between the two is missed;
//! * when the one who takes the frames asks for them.
//!
//! Decoding what waits goes as fast as the machine can, until it has caught up.

use std::collections::VecDeque;
use std::time::Duration;

use super::decoder::{Delay, KNOWN_KEYS, Times};
use crate::frame::{Movement, Picture};
use crate::scene::{Attention, MovementWatch, SizeWatch};

/// Nothing moved for so long: it may watch.
const CALM: Duration = Duration::from_millis(1000);
/// Key frames further apart are no check that anything could be found by in time.
const MOST_KEY_GAP: Duration = Duration::from_millis(3500);
/// What the ring holds at most: two groups of pictures, and time to catch up.
const MOST_BYTES: usize = 16_000_000;
const MOST_SPAN: Duration = Duration::from_secs(9);
/// It is decoded in step with what arrives when it is behind by no more.
const IN_STEP: Duration = Duration::from_millis(400);
/// A file waits when so much of it is not decoded yet.
const FILE_AHEAD: Duration = Duration::from_millis(200);
/// Decoders that hold back more frames (for B-frames) are not stopped.
const MOST_DELAY: u32 = 8;
/// After so long it is known whether a stream can be decoded on demand.
const KNOWN_AFTER: Duration = Duration::from_secs(15);
/// Key frames that gave no picture; with so many it is given up.
const MOST_MISSED: u32 = 3;

/// An encoded frame.
pub(in crate::video) struct Unit<T> {
    pub(in crate::video) data: T,
    /// Its time in the running pipeline.
    pub(in crate::video) at: Duration,
    pub(in crate::video) bytes: usize,
    pub(in crate::video) is_key: bool,
}

/// How decoding on demand goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DemandHealth {
    /// Only key frames are decoded at this moment.
    pub watching: bool,
    /// Encoded frames that came.
    pub received: u64,
    /// Encoded frames that were decoded; some of them twice.
    pub decoded: u64,
    /// Times that something was found to move after a while of watching.
    pub wakes: u64,
    /// Those of them that the frames' sizes told of; the others came with a key frame, up to the
    /// distance of two later, or were asked for.
    pub size_wakes: u64,
    /// Encoded frames that were given up because decoding was too far behind.
    pub skipped: u64,
    /// Bytes in the ring.
    pub ring_bytes: usize,
    /// How far decoding is behind, milliseconds.
    pub behind_ms: u32,
    /// Why everything is decoded all the time, where it is.
    pub cannot: Option<&'static str>,
}

/// A key frame that is decoded to see whether something moved.
struct Check {
    at: Duration,
    /// The first frame that was not decoded before it.
    resume: u64,
    /// Frames after it that the decoder needs before it gives the picture.
    left: u32,
}

/// The ring and the state of one stream.
pub(super) struct Gate<T> {
    ring: VecDeque<Unit<T>>,
    /// Number of the ring's first frame.
    first: u64,
    /// Number of the next frame to decode.
    cursor: u64,
    bytes: usize,
    watching: bool,
    /// Frames before the next key frame cannot be decoded.
    wants_key: bool,
    check: Option<Check>,
    /// It went back from the key frame of this time: what the decoder still gives from there on
    /// comes once more, in its turn.
    back_from: Option<Duration>,
    sizes: SizeWatch,
    movement: MovementWatch,
    attention: Attention,
    /// When something moved last.
    moved_at: Option<Duration>,
    /// The last picture that was handed on.
    handed_on: Option<Duration>,
    /// Times of the first and of the newest frame.
    began: Option<Duration>,
    newest: Option<Duration>,
    key_at: Option<Duration>,
    key_gaps: VecDeque<Duration>,
    delay: Delay,
    times: Times,
    missed: u32,
    health: DemandHealth,
}

impl<T: Clone> Gate<T> {
    pub(super) fn new() -> Self {
        Self {
            ring: VecDeque::new(),
            first: 0,
            cursor: 0,
            bytes: 0,
            watching: false,
            wants_key: false,
            check: None,
            back_from: None,
            sizes: SizeWatch::default(),
            movement: MovementWatch::default(),
            attention: Attention::default(),
            moved_at: None,
            handed_on: None,
            began: None,
            newest: None,
            key_at: None,
            key_gaps: VecDeque::new(),
            delay: Delay::default(),
            times: Times::default(),
            missed: 0,
            health: DemandHealth::default(),
        }
    }

    fn next_number(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    fn unit(&self, number: u64) -> Option<&Unit<T>> {
        self.ring.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Takes in the next frame. What it had to let go is given back to be freed.
    pub(super) fn arrive(&mut self, unit: Unit<T>) -> Vec<Unit<T>> {
        self.health.received += 1;
        self.began.get_or_insert(unit.at);
        self.newest = Some(unit.at);
        let is_busy = self.sizes.see(unit.bytes, unit.is_key, unit.at);
        if unit.is_key {
            if let Some(before) = self.key_at.replace(unit.at) {
                self.key_gaps.push_back(unit.at.saturating_sub(before));
                if self.key_gaps.len() > KNOWN_KEYS {
                    self.key_gaps.pop_front();
                }
            }
            if self.check.is_some() {
                // The one before gave no picture all that time.
                self.missed += 1;
                self.wake();
            }
        }
        if is_busy && self.watching {
            self.health.size_wakes += 1;
            self.wake();
        }
        self.bytes += unit.bytes;
        self.ring.push_back(unit);
        self.bound()
    }

    /// Whether only key frames are decoded at this moment.
    pub(super) fn is_watching(&self) -> bool {
        self.watching
    }

    /// Whether a file may send its next frame.
    pub(super) fn has_room(&self) -> bool {
        if self.watching {
            // Not past a key frame that has not been judged: it may show that one must go back.
            return match &self.check {
                Some(check) => check.left > 0,
                None => self.key_from(self.cursor).is_none(),
            };
        }
        self.behind() < FILE_AHEAD
    }

    /// The next frame to decode and what is to be added to its times; `None` when there is
    /// nothing for now.
    pub(super) fn next(&mut self) -> Option<(T, Duration)> {
        if self.wants_key {
            (self.cursor, self.wants_key) = (self.key_from(self.cursor)?, false);
        }
        let end = self.next_number();
        if self.watching {
            match &mut self.check {
                Some(check) if check.left == 0 || self.cursor == end => return None,
                Some(check) => check.left -= 1,
                None => {
                    // In their turn: where several wait, each may show what the others do not.
                    let key = self.key_from(self.cursor)?;
                    let at = self.unit(key).map_or(Duration::ZERO, |unit| unit.at);
                    let left = self.delay.frames().unwrap_or(0);
                    self.check = Some(Check { at, resume: self.cursor, left });
                    self.cursor = key;
                }
            }
        }
        let unit = self.unit(self.cursor)?;
        let (data, at, is_key) = (unit.data.clone(), unit.at, unit.is_key);
        self.cursor += 1;
        self.health.decoded += 1;
        self.delay.fed(at, is_key);
        let shift = self.times.fed(at, is_key);
        self.forget();
        Some((data, shift))
    }

    /// The stream's time of a picture, by the time that the decoder gave it.
    pub(super) fn own_time(&mut self, shown: Duration) -> Duration {
        self.times.own(shown)
    }

    /// Judges a decoded picture; the verdict when it is to be handed on.
    pub(super) fn pictured(&mut self, at: Duration, picture: &Picture) -> Option<Movement> {
        self.delay.pictured(at);
        let movement = self.movement.see(picture, at, self.attention.moving);
        let moves = movement != Movement::Still;
        if self.watching {
            if self.check.as_ref().is_some_and(|check| at >= check.at) {
                self.sizes.judged(at, moves);
                if moves {
                    self.wake();
                    return None;
                }
                (self.check, self.missed) = (None, 0);
                self.forget();
            }
        } else {
            let stirs = moves || self.attention.undecided;
            self.sizes.judged(at, stirs);
            if stirs {
                self.moved_at = self.moved_at.max(Some(at));
            } else {
                self.calm(at);
            }
        }
        if self.back_from.is_some_and(|key| at >= key) {
            return None;
        }
        self.back_from = None;
        if self.handed_on.is_some_and(|last| at <= last) {
            return None;
        }
        self.handed_on = Some(at);
        Some(movement)
    }

    /// Nothing moves: may begin to watch.
    fn calm(&mut self, at: Duration) {
        let behind = self.ring.back().map_or(Duration::ZERO, |last| last.at.saturating_sub(at));
        if behind > IN_STEP {
            return;
        }
        let calm = self.moved_at.is_none_or(|moved| at >= moved + CALM);
        if calm && self.may_watch() && self.sizes.is_settled() && !self.sizes.is_busy() {
            self.watching = true;
        }
    }

    /// Whether key frames can be decoded by themselves, often enough.
    fn may_watch(&self) -> bool {
        self.movement.is_settled()
            && self.key_gaps.len() >= KNOWN_KEYS
            && self.delay.frames().is_some()
            && self.obstacle().is_none()
    }

    /// Why key frames alone would not do, as far as is known.
    fn obstacle(&self) -> Option<&'static str> {
        if self.missed >= MOST_MISSED {
            Some("its key frames give no picture by themselves")
        } else if self.key_gaps.iter().any(|gap| *gap > MOST_KEY_GAP) {
            Some(
                "its key frames are more than 3.5 s apart; set the camera to one each second or two",
            )
        } else if self.delay.frames().is_some_and(|frames| frames > MOST_DELAY) {
            Some("its decoder holds back too many frames; switch the camera's B-frames off")
        } else {
            None
        }
    }

    /// Why it is decoded all the time.
    fn cannot(&self) -> Option<&'static str> {
        let now = self.newest?;
        if now < self.began? + KNOWN_AFTER {
            return None;
        }
        let keyless = self.key_gaps.len() < KNOWN_KEYS
            || self.key_at.is_some_and(|key| now > key + MOST_KEY_GAP);
        self.obstacle().or_else(|| {
            keyless.then_some("key frames are missing; set the camera to one each second or two")
        })
    }

    /// Takes over what is known of the vehicles in view; whether that changes anything.
    pub(super) fn attend(&mut self, attention: Attention) -> bool {
        self.attention = attention;
        let wakes = self.watching && attention.undecided;
        if wakes {
            self.wake();
        }
        wakes
    }

    /// Nothing more arrives: no key frame will tell of what came since the last one, so that is
    /// decoded.
    pub(super) fn end(&mut self) {
        if self.watching {
            self.wake();
        }
    }

    /// Decodes everything again, from where it stopped.
    fn wake(&mut self) {
        self.watching = false;
        self.health.wakes += 1;
        self.moved_at = self.ring.back().map(|last| last.at).max(self.moved_at);
        if let Some(check) = self.check.take() {
            // The decoder is at the key frame that was checked: back to the one before what
            // it did not see.
            if let Some(key) = self.key_before(check.resume) {
                self.cursor = key;
                self.back_from = Some(check.at);
                self.movement.go_back(self.unit(key).map_or(check.at, |unit| unit.at));
            }
        }
    }

    /// The first key frame from a number on.
    fn key_from(&self, number: u64) -> Option<u64> {
        (number..self.next_number()).find(|n| self.unit(*n).is_some_and(|unit| unit.is_key))
    }

    /// The last key frame from a number on.
    fn last_key_from(&self, number: u64) -> Option<u64> {
        (number..self.next_number()).rev().find(|n| self.unit(*n).is_some_and(|unit| unit.is_key))
    }

    /// The last key frame before a number.
    fn key_before(&self, number: u64) -> Option<u64> {
        (self.first..number).rev().find(|n| self.unit(*n).is_some_and(|unit| unit.is_key))
    }

    /// Lets go what will not be decoded again: all before the key frame from which on one
    /// would go back.
    fn forget(&mut self) {
        let back_to = self.check.as_ref().map_or(self.cursor, |check| check.resume);
        let keep = self.key_before(back_to).unwrap_or(back_to);
        while self.first < keep {
            let Some(unit) = self.ring.pop_front() else { break };
            self.bytes -= unit.bytes;
            self.first += 1;
        }
    }

    fn is_too_full(&self) -> bool {
        let span = self.ring.front().zip(self.ring.back());
        self.bytes > MOST_BYTES
            || span.is_some_and(|(first, last)| last.at.saturating_sub(first.at) > MOST_SPAN)
    }

    /// Keeps the ring within its bounds.
    fn bound(&mut self) -> Vec<Unit<T>> {
        let mut gone = Vec::new();
        if self.watching && self.is_too_full() {
            self.wake();
        }
        while self.is_too_full() {
            if self.first == self.cursor {
                self.skip();
            }
            let Some(unit) = self.ring.pop_front() else { break };
            self.bytes -= unit.bytes;
            self.first += 1;
            gone.push(unit);
        }
        gone
    }

    /// Too far behind: gives up what waits, and goes on with the newest key frame.
    fn skip(&mut self) {
        let next = self.last_key_from(self.cursor + 1).unwrap_or(self.next_number());
        self.health.skipped += next - self.cursor;
        self.cursor = next;
        self.wants_key = self.unit(next).is_none();
        // What it went back for is among what is given up.
        self.back_from = None;
    }

    /// How much of what came waits to be decoded; while it watches nothing does.
    pub(super) fn behind(&self) -> Duration {
        let waits = self.unit(self.cursor).zip(self.ring.back()).filter(|_| !self.watching);
        waits.map_or(Duration::ZERO, |(next, last)| last.at.saturating_sub(next.at))
    }

    pub(super) fn health(&self) -> DemandHealth {
        DemandHealth {
            watching: self.watching,
            ring_bytes: self.bytes,
            cannot: self.cannot(),
            behind_ms: u32::try_from(self.behind().as_millis()).unwrap_or(u32::MAX),
            ..self.health
        }
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;

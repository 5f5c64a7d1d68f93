//! One vehicle followed over frames.

use super::motion::{BoxMotion, size, touches_edge};
use super::passage::{Heading, Passage, Waypoint};
use crate::frame::Rect;
use crate::tracking::Direction;
use crate::vision::{VehicleDetection, VehicleKind};

/// So long before its first look and after its last one a vehicle is taken to be where it was then,
/// seconds.
const BESIDE_S: f64 = 0.5;
/// Looks at the beginning whose mean is its start.
const START_LOOKS: u32 = 3;
/// Looks whose mean is its size at the beginning and at the end.
const SIZE_LOOKS: u32 = 4;
/// Places kept of the way; when there are more, every second one is forgotten.
const MAX_WAYPOINTS: usize = 48;
/// Less than this share of its size a second is standing: boxes tremble.
const STANDING_SPEED: f32 = 0.25;
/// Less than this may leave parts of it the same for a second.
const SLOW_SPEED: f32 = 0.6;
/// So far, in multiples of its own mean size, must a vehicle go to have passed.
const LEAST_WAY: f32 = 0.8;
/// Of the way that it went to and fro at least this share must have led on: leaves
/// and flags sway, vehicles go somewhere.
const LEAST_STRAIGHTNESS: f32 = 0.5;
/// Seen for less than this it may be anything, seconds and looks.
const LEAST_LIFE_S: f64 = 0.4;
const LEAST_LOOKS: u32 = 5;
/// What the detector knows it finds in at least this share of the looks; a chance box it does not.
const KNOWN_SHARE: f32 = 0.3;
/// Most of the time behind and among others its way is a guess.
const LEAST_ALONE: f32 = 0.4;
/// It must grow or shrink by this factor to be coming or going.
const GROWTH: f32 = 1.3;
/// What is narrower than this (width to height) and goes across the picture walks upright.
const UPRIGHT: f32 = 0.45;

/// How this frame shows a vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// By a box of the detector.
    Box,
    /// By its movement.
    Blob,
    /// By its movement together with that of others.
    Joined,
    /// Within the movement of another one.
    Within,
}

/// A vehicle, or what may become one, with its way through the picture. Lengths in cells.
#[derive(Debug, Clone)]
pub(super) struct Vehicle {
    pub(super) id: u64,
    pub(super) motion: BoxMotion,
    pub(super) first_s: f64,
    pub(super) last_s: f64,
    pub(super) looks: u32,
    /// Looks of the detector.
    pub(super) boxes: u32,
    /// When it was last seen by itself, or as the main part of several.
    pub(super) alone_s: f64,
    /// Looks that showed nothing but it.
    alone: u32,
    votes: [f32; VehicleKind::ALL.len()],
    start: Rect,
    /// The way that its centre has gone, to and fro.
    gone: f32,
    shape: f32,
    largest: f32,
    /// Mean size at the beginning and at the end, of so many looks at all of it.
    sizes: [f32; 2],
    measured: u32,
    path: Vec<Waypoint>,
    path_step_s: f64,
}

impl Vehicle {
    pub(super) fn new(id: u64, rect: Rect, at_s: f64) -> Self {
        Self {
            id,
            motion: BoxMotion::new(&rect, at_s),
            first_s: at_s,
            last_s: at_s,
            looks: 1,
            boxes: 0,
            alone_s: at_s,
            alone: 1,
            votes: [0.0; VehicleKind::ALL.len()],
            start: rect,
            gone: 0.0,
            shape: 0.0,
            largest: rect.area(),
            sizes: [0.0; 2],
            measured: 0,
            path: vec![Waypoint { at_s, rect }],
            path_step_s: 0.0,
        }
    }

    /// It was seen again.
    pub(super) fn see(&mut self, rect: &Rect, at_s: f64, seen: Seen) {
        let before = self.motion.last().centre();
        if seen == Seen::Within {
            self.motion.coast(rect, at_s);
        } else {
            self.alone_s = at_s;
            self.alone += u32::from(seen != Seen::Joined);
            self.motion.update(rect, at_s, seen == Seen::Joined);
            self.shape += (rect.w / rect.h.max(1.0)).ln();
        }
        self.looks += 1;
        self.last_s = at_s;
        let now = self.motion.last();
        if self.looks <= START_LOOKS {
            self.start = mix(&self.start, &now, 1.0 / self.looks as f32);
        } else {
            let [x, y] = now.centre();
            self.gone += (x - before[0]).hypot(y - before[1]);
        }
        if matches!(seen, Seen::Box | Seen::Blob) {
            self.largest = self.largest.max(now.area().min(rect.area()));
        }
        self.keep(now, at_s);
    }

    /// It is where it was.
    pub(super) fn stand(&mut self, at_s: f64) {
        self.motion.halt();
        self.looks += 1;
        self.alone += 1;
        (self.alone_s, self.last_s) = (at_s, at_s);
    }

    /// The detector found it.
    pub(super) fn vote(&mut self, detection: &VehicleDetection) {
        self.boxes += 1;
        // Near looks tell more than far ones.
        let weight = size(&detection.rect).sqrt();
        for (vote, score) in self.votes.iter_mut().zip(detection.kinds) {
            *vote += score * weight;
        }
    }

    fn keep(&mut self, rect: Rect, at_s: f64) {
        let due = self.path.last().is_none_or(|last| at_s - last.at_s >= self.path_step_s);
        if due {
            self.path.push(Waypoint { at_s, rect });
            if self.path.len() > MAX_WAYPOINTS {
                let mut index = 0;
                self.path.retain(|_| {
                    index += 1;
                    index % 2 == 1
                });
                self.path_step_s = (self.path_step_s * 2.0).max(0.1);
            }
        }
    }

    /// Where it was at a time, or a little before or after its passage.
    pub(super) fn near(&self, at_s: f64) -> Option<Rect> {
        let within_s = at_s.clamp(self.first_s, self.last_s);
        self.at(within_s).filter(|_| (within_s - at_s).abs() <= BESIDE_S)
    }

    /// Where it was at a time; `None` before and after its passage.
    pub(super) fn at(&self, at_s: f64) -> Option<Rect> {
        if !(self.first_s..=self.last_s).contains(&at_s) {
            return None;
        }
        let after = self.path.partition_point(|point| point.at_s < at_s);
        let to = self.path.get(after).copied();
        let to = to.unwrap_or(Waypoint { at_s: self.last_s, rect: self.motion.last() });
        let from = after.checked_sub(1).and_then(|index| self.path.get(index)).unwrap_or(&to);
        let span = to.at_s - from.at_s;
        let share = if span > 0.0 { ((at_s - from.at_s) / span) as f32 } else { 1.0 };
        Some(mix(&from.rect, &to.rect, share))
    }

    pub(super) fn is_standing(&self) -> bool {
        self.motion.speed() < STANDING_SPEED * size(&self.motion.last())
    }

    /// Whether the detector knew it for some of the time, not by chance.
    pub(super) fn is_well_known(&self) -> bool {
        self.boxes as f32 >= KNOWN_SHARE * self.looks as f32
    }

    /// Whether it should have left the picture by now.
    pub(super) fn is_out(&self, at_s: f64, picture: &Rect) -> bool {
        touches_edge(&self.motion.last(), picture) && self.motion.is_out(at_s)
    }

    pub(super) fn is_slow(&self) -> bool {
        self.motion.speed() < SLOW_SPEED * size(&self.motion.last())
    }

    /// The kind that most looks speak for, and the share that does.
    pub(super) fn kind(&self) -> Option<(VehicleKind, f32)> {
        let sum: f32 = self.votes.iter().sum();
        let pairs = VehicleKind::ALL.into_iter().zip(self.votes);
        let (kind, votes) = pairs.max_by(|a, b| a.1.total_cmp(&b.1))?;
        (votes > 0.0).then_some((kind, votes / sum))
    }

    /// Whether it went somewhere: at least its own size, and not to and fro.
    pub(super) fn has_gone(&self) -> bool {
        let [right, down] = self.way();
        let way = right.hypot(down);
        let unit = (size(&self.start) + size(&self.motion.last())) / 2.0;
        self.alone >= LEAST_LOOKS
            && self.alone as f32 >= LEAST_ALONE * self.looks as f32
            && self.last_s - self.first_s >= LEAST_LIFE_S
            && way >= LEAST_WAY * unit
            && way >= LEAST_STRAIGHTNESS * self.gone
    }

    /// Whether it walks rather than drives, by its shape and its way.
    pub(super) fn is_upright(&self) -> bool {
        let [right, down] = self.way();
        (self.shape / self.looks as f32).exp() < UPRIGHT && right.abs() > 0.5 * down.abs()
    }

    /// From where it was first to where it was last, cells to the right and down.
    fn way(&self) -> [f32; 2] {
        let (from, to) = (self.start.centre(), self.motion.last().centre());
        [to[0] - from[0], to[1] - from[1]]
    }

    fn heading(&self) -> Heading {
        let [right, down] = self.way();
        if right.abs() > down.abs() {
            if right > 0.0 { Heading::Right } else { Heading::Left }
        } else if down > 0.0 {
            Heading::Down
        } else {
            Heading::Up
        }
    }

    /// Which way it goes as seen by the camera: by its size, else by its heading; a camera that
    /// looks down on the road sees what comes nearer go down.
    fn direction(&self) -> Direction {
        let grown = self.sizes[1] / self.sizes[0].max(1e-3);
        match self.heading() {
            _ if grown > GROWTH => Direction::Approaching,
            _ if grown > 0.0 && grown < 1.0 / GROWTH => Direction::Receding,
            Heading::Left => Direction::Left,
            Heading::Right => Direction::Right,
            Heading::Down => Direction::Approaching,
            Heading::Up => Direction::Receding,
        }
    }

    /// Largest area of its box, in cells.
    pub(super) fn largest(&self) -> f32 {
        self.largest
    }

    /// The passage as it stands. `to_px`: pixels per cell, across and down; `cells`: of the picture.
    pub(super) fn passage(&self, to_px: [f32; 2], picture: &Rect) -> Passage {
        let scaled = |rect: &Rect| Rect {
            x: rect.x * to_px[0],
            y: rect.y * to_px[1],
            w: rect.w * to_px[0],
            h: rect.h * to_px[1],
        };
        let kind = self.kind();
        let mut path: Vec<Waypoint> = self
            .path
            .iter()
            .map(|point| Waypoint { at_s: point.at_s, rect: scaled(&point.rect) })
            .collect();
        if path.last().is_some_and(|last| last.at_s < self.last_s) {
            path.push(Waypoint { at_s: self.last_s, rect: scaled(&self.motion.last()) });
        }
        Passage {
            vehicle: self.id,
            kind: kind.map(|(kind, _)| kind),
            kind_confidence: kind.map_or(0.0, |(_, share)| share),
            direction: self.direction(),
            heading: self.heading(),
            first_s: self.first_s,
            last_s: self.last_s,
            frames: self.looks,
            largest_share: self.largest / picture.area().max(1.0),
            path,
        }
    }

    /// Sizes count only where the whole vehicle is in the picture: cut by its edge it seems to
    /// grow or shrink.
    pub(super) fn measure(&mut self, rect: &Rect, picture: &Rect) {
        if !touches_edge(rect, picture) {
            self.measured += 1;
            let first = if self.measured <= SIZE_LOOKS { 1.0 / self.measured as f32 } else { 0.0 };
            let last = 1.0 / self.measured.min(SIZE_LOOKS) as f32;
            self.sizes[0] += first * (size(rect) - self.sizes[0]);
            self.sizes[1] += last * (size(rect) - self.sizes[1]);
        }
    }
}

fn mix(a: &Rect, b: &Rect, share: f32) -> Rect {
    let mix = |a: f32, b: f32| a + (b - a) * share;
    Rect { x: mix(a.x, b.x), y: mix(a.y, b.y), w: mix(a.w, b.w), h: mix(a.h, b.h) }
}

//! Whether something moves in a picture, with a threshold of its own for each cell.
//!
//! Each cell knows how bright it is when nothing is there, and how far it strays from that by
//! itself: the 90th percentile of its deviations, followed step by step (stochastic
//! approximation, Robbins and Monro, 1951). Noise of the night, rain, leaves and lamps that blink
//! raise it within seconds, and it sinks slowly. A vehicle makes a group of neighbouring
//! cells deviate by much more than they do by themselves.

use std::time::Duration;

use crate::frame::{LumaGrid, Movement, Picture};

/// Cells in a row of the grid: 32 pixels each in a picture 1920 wide. A vehicle whose plate can
/// be read (26 pixels, a fifth of its width) covers some of them.
const COLUMNS: usize = 60;
/// Deviations below this are nothing, levels of luma.
const FLOOR: f32 = 2.5;
/// A cell is moved when it deviates by so many times what it does by itself.
const TIMES: f32 = 2.0;
/// What a cell is taken to do by itself: at the beginning, at least and at most.
const SPREAD: [f32; 3] = [1.0, 0.4, 90.0];
/// Share of its deviations below the spread, and how fast that follows, 1/s.
const SHARE: f32 = 0.9;
const SPREAD_RATE: f32 = 1.2;
/// Up to here a car is still seen by its windows and its shadow, whatever its paint: from
/// here on up, where only lamps blink, the spread grows more slowly.
const LAMPS_ABOVE: f32 = 11.0;
const LAMPS_SLOWNESS: f32 = 0.4;
/// Light changes slowly: a calm cell follows it with this time constant, seconds.
const DRIFT_S: f32 = 4.0;
/// What stays the same for so long belongs to the scene, seconds.
const ADOPT_S: f32 = 4.0;
/// So many neighbouring cells make a vehicle, when they deviate in two pictures that follow each
/// other closely (a streak of rain is in one), and when the pictures are further apart.
const GROUP: usize = 4;
const GROUP_APART: usize = 9;
/// Two pictures within this time follow each other closely.
const CLOSELY: Duration = Duration::from_millis(250);
/// The first seconds are for learning; all of that time counts as movement.
const LEARN: Duration = Duration::from_secs(4);
/// Frames that are closer to each other are not looked at.
const LEAST_STEP: Duration = Duration::from_millis(60);

/// Watches the pictures of a camera that stands still.
#[derive(Debug, Default)]
pub struct MovementWatch {
    grid: LumaGrid,
    cells: Vec<Cell>,
    moved: Vec<bool>,
    scratch: Vec<f32>,
    stack: Vec<usize>,
    began: Duration,
    last: Duration,
    moving: bool,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    /// Brightness when nothing is there.
    calm: f32,
    /// How far it strays from that by itself.
    spread: f32,
    /// The brightness that it has had for `steady_s`.
    now: f32,
    steady_s: f32,
    /// Whether it was moved in the last picture.
    moved: bool,
}

impl Cell {
    fn new(luma: f32) -> Self {
        Self { calm: luma, spread: SPREAD[0], now: luma, steady_s: 0.0, moved: false }
    }

    fn threshold(&self) -> f32 {
        FLOOR + TIMES * self.spread
    }

    /// Takes in the next brightness; `shift` is how much the whole picture became brighter.
    /// Returns whether the cell moved, now and the time before.
    fn see(&mut self, luma: f32, shift: f32, passed_s: f32, occupied: bool) -> [bool; 2] {
        let off = (luma - self.calm - shift).abs();
        let threshold = self.threshold();
        let moved = off > threshold;
        if (luma - self.now).abs() <= threshold {
            self.steady_s += passed_s;
            self.now += (luma - self.now) * (passed_s * 2.0).min(1.0);
        } else {
            (self.now, self.steady_s) = (luma, 0.0);
        }
        // What drives by must not become a habit of the cell.
        if !(moved && occupied) {
            let step = match off > self.spread {
                true if self.spread > LAMPS_ABOVE => SHARE * LAMPS_SLOWNESS,
                true => SHARE,
                false => SHARE - 1.0,
            };
            self.spread *= (passed_s * SPREAD_RATE * step).exp();
            self.spread = self.spread.clamp(SPREAD[1], SPREAD[2]);
        }
        if !moved {
            self.calm += (luma - self.calm) * (passed_s / DRIFT_S).min(1.0);
        } else if self.steady_s >= ADOPT_S {
            self.calm = self.now;
        } else {
            // A cell between two states ends up between them.
            let way = luma - self.calm;
            self.calm += way.signum() * way.abs().min(1.5 * passed_s);
        }
        [moved, std::mem::replace(&mut self.moved, moved)]
    }
}

impl MovementWatch {
    /// Takes in a picture and says whether something moves. The first seconds are for learning,
    /// and pictures too small to be judged are never learnt.
    /// `occupied`: vehicles are known to move in view, so nothing is learnt where it moves.
    pub fn see(&mut self, picture: &Picture, at: Duration, occupied: bool) -> Movement {
        let known = self.cells.len();
        if known > 0 && at < self.last + LEAST_STEP {
            return self.verdict();
        }
        if (picture.width_px() as usize) < COLUMNS {
            return Movement::Learning;
        }
        self.grid.fill(picture, COLUMNS);
        if self.grid.cells.len() != known {
            self.cells = self.grid.cells.iter().map(|luma| Cell::new(*luma)).collect();
            (self.began, self.last, self.moving) = (at, at, false);
            return Movement::Learning;
        }
        let closely = at - self.last <= CLOSELY;
        let passed_s = (at - self.last).as_secs_f32().min(2.0);
        self.last = at;
        let shift = self.shift();
        self.moved.clear();
        let cells = self.cells.iter_mut().zip(&self.grid.cells);
        self.moved.extend(cells.map(|(cell, luma)| {
            let [now, before] = cell.see(*luma, shift, passed_s, occupied);
            now && (before || !closely)
        }));
        let group = if closely { GROUP } else { GROUP_APART };
        self.moving = self.has_group(group);
        self.verdict()
    }

    /// The pictures that follow are older than the last one: they come from `to` on, where
    /// nothing moved.
    pub fn go_back(&mut self, to: Duration) {
        (self.last, self.moving) = (self.last.min(to), false);
    }

    fn verdict(&self) -> Movement {
        match (self.is_settled(), self.moving) {
            (false, _) => Movement::Learning,
            (true, false) => Movement::Still,
            (true, true) => Movement::Moving,
        }
    }

    /// Whether it has seen enough to tell anything.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.cells.is_empty() && self.last >= self.began + LEARN
    }

    /// How much brighter the whole picture is: the median over all cells.
    fn shift(&mut self) -> f32 {
        self.scratch.clear();
        let pairs = self.cells.iter().zip(&self.grid.cells);
        self.scratch.extend(pairs.map(|(cell, luma)| luma - cell.calm));
        let middle = self.scratch.len() / 2;
        *self.scratch.select_nth_unstable_by(middle, f32::total_cmp).1
    }

    /// Whether enough neighbouring cells moved. Uses up `moved`.
    fn has_group(&mut self, wanted: usize) -> bool {
        let (columns, rows) = (self.grid.columns, self.grid.rows);
        for start in 0..self.moved.len() {
            if !self.moved[start] {
                continue;
            }
            self.moved[start] = false;
            self.stack.clear();
            self.stack.push(start);
            let mut size = 0;
            while let Some(at) = self.stack.pop() {
                size += 1;
                if size >= wanted {
                    return true;
                }
                let (row, column) = (at / columns, at % columns);
                for r in row.saturating_sub(1)..(row + 2).min(rows) {
                    for c in column.saturating_sub(1)..(column + 2).min(columns) {
                        let near = r * columns + c;
                        if std::mem::take(&mut self.moved[near]) {
                            self.stack.push(near);
                        }
                    }
                }
            }
        }
        false
    }
}

#[cfg(test)]
#[path = "movement_tests.rs"]
mod tests;

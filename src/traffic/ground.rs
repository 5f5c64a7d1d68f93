//! What is in front of the empty road: running background, foreground cells.

use crate::frame::LumaGrid;

/// Deviations below this are nothing, levels of luma: a cell's mean of some dozen pixels
/// trembles by less than one, also at night; coding artefacts make two or three of it.
const FLOOR: f32 = 5.0;
/// A cell is foreground when it deviates by so many times what it does by itself.
const TIMES: f32 = 3.5;
/// What a cell is taken to do by itself: at the beginning, at least, and at most.
const SPREAD: [f32; 3] = [1.5, 0.5, 40.0];
/// Share of its own deviations that lie below the spread: leaves deviate more often than this
/// leaves out, vehicles that pass do not. How fast it follows, 1/s, at first and later.
const SHARE: f32 = 0.75;
const SPREAD_RATES: [f32; 2] = [2.0, 0.4];
/// Light changes slowly: a calm cell follows with this time constant, seconds.
const DRIFT_S: f32 = 3.0;
/// What stays the same for so long belongs to the scene, seconds. Longer than a car waits
/// bumper to bumper, shorter than a parked car is worth looking at.
const ADOPT_S: f32 = 8.0;
/// In the first seconds nothing is known for the scene: what stays that long belongs to it.
const LEARN_S: f64 = 4.0;
const LEARN_ADOPT_S: f32 = 0.7;
const LEARN_STEADY_S: f32 = 0.3;
/// At the very first cells must deviate by so many times more, and less and less so until then:
/// coding settles after the first picture, and noise is not known yet.
const LEARN_CAUTION: f32 = 3.0;
/// A common change of all cells that one factor does not explain, as when a camera adapts its
/// exposure by a curve of its own, is nothing either: so many times its median.
const COMMON_TIMES: f32 = 4.0;
/// What has stayed the same for so long does not move, seconds: a uniform roof needs less to
/// go by, unless it creeps, and then its edges are still seen.
const STEADY_S: f32 = 1.0;
/// A shadow leaves so much of the light: less is a dark car, more is noise.
const SHADOW: [f32; 2] = [0.4, 0.96];
/// When more than this share of the picture is foreground the camera was turned or the light
/// switched: everything is learnt anew.
const ANEW_SHARE: f32 = 0.7;
/// Light levels are compared with this much added, so that black cells do not rule.
const BLACK: f32 = 12.0;

/// A box in cells: first and last column and row, all within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellBox {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

/// The scene without vehicles, cell by cell.
///
/// Each cell holds its brightness when nothing is there and how far it strays from that by
/// itself: the third quartile of its deviations, followed step by step (stochastic
/// approximation, Robbins and Monro, 1951), which noise, rain and leaves raise within seconds.
/// The brightness before the last change is kept too: a car that stood until it was part of the
/// scene leaves no ghost when it drives on.
#[derive(Debug, Default)]
pub(super) struct Ground {
    columns: usize,
    rows: usize,
    calm: Vec<f32>,
    spread: Vec<f32>,
    before: Vec<f32>,
    now: Vec<f32>,
    steady_s: Vec<f32>,
    level: Vec<f32>,
    /// Whether a cell differs from the scene, in the last picture.
    mask: Vec<bool>,
    /// Whether it is foreground and has changed lately.
    pub(super) moving: Vec<bool>,
    held: Vec<bool>,
    gains: Vec<u32>,
    began_s: f64,
    last_s: f64,
}

impl Ground {
    /// Takes in the next picture. `held` are boxes of vehicles known to be moving: what is
    /// within is learnt from neither as noise nor as scene.
    pub(super) fn see(&mut self, grid: &LumaGrid, at_s: f64, held: &[CellBox]) {
        if (grid.columns, grid.rows) != (self.columns, self.rows) {
            (self.columns, self.rows) = (grid.columns, grid.rows);
            self.begin(&grid.cells, at_s);
            return;
        }
        let step_s = ((at_s - self.last_s) as f32).clamp(0.0, 1.0);
        self.last_s = at_s;
        self.hold(held);
        let gain = self.gain(&grid.cells);
        let unlearnt = (1.0 - (at_s - self.began_s) / LEARN_S).clamp(0.0, 1.0) as f32;
        let learning = unlearnt > 0.0;
        self.compare(&grid.cells, gain, 1.0 + (LEARN_CAUTION - 1.0) * unlearnt);
        let moved = self.mask.iter().filter(|cell| **cell).count();
        if moved as f32 > ANEW_SHARE * self.mask.len() as f32 {
            self.begin(&grid.cells, at_s);
            return;
        }
        self.learn(step_s, learning);
    }

    /// The part of a box in which something differs from the scene, moving or not, and the share
    /// of its cells that do.
    pub(super) fn present(&self, within: CellBox) -> Option<(CellBox, f32)> {
        let mut found = CellBox { left: usize::MAX, top: usize::MAX, right: 0, bottom: 0 };
        let mut count = 0;
        for row in within.top..=within.bottom {
            let line = &self.mask[row * self.columns..][within.left..=within.right];
            // Single cells are noise.
            if line.iter().filter(|cell| **cell).count() < 2 {
                continue;
            }
            (found.top, found.bottom) = (found.top.min(row), row);
            for (column, _) in line.iter().enumerate().filter(|(_, cell)| **cell) {
                found.left = found.left.min(within.left + column);
                found.right = found.right.max(within.left + column);
                count += 1;
            }
        }
        let size = (within.bottom + 1 - within.top) * (within.right + 1 - within.left);
        (count > 0).then_some((found, count as f32 / size as f32))
    }

    fn begin(&mut self, cells: &[f32], at_s: f64) {
        self.calm = cells.to_vec();
        self.now = cells.to_vec();
        self.level = cells.to_vec();
        self.before = vec![f32::NAN; cells.len()];
        self.spread = vec![SPREAD[0]; cells.len()];
        self.steady_s = vec![0.0; cells.len()];
        self.mask = vec![false; cells.len()];
        self.moving = vec![false; cells.len()];
        self.held = vec![false; cells.len()];
        (self.began_s, self.last_s) = (at_s, at_s);
    }

    fn hold(&mut self, boxes: &[CellBox]) {
        self.held.fill(false);
        for held in boxes {
            for row in held.top..=held.bottom.min(self.rows - 1) {
                let line = &mut self.held[row * self.columns..][..self.columns];
                line[held.left..=held.right.min(self.columns - 1)].fill(true);
            }
        }
    }

    /// The factor by which all of the picture is brighter than the scene: the median over the
    /// cells that showed the scene before.
    fn gain(&mut self, cells: &[f32]) -> f32 {
        const BINS: usize = 512;
        const TO_BIN: f32 = 128.0;
        self.gains.clear();
        self.gains.resize(BINS, 0);
        let mut count = 0;
        for (index, cell) in cells.iter().enumerate().step_by(3) {
            if !self.mask[index] && !self.held[index] {
                let ratio = (cell + BLACK) / (self.calm[index] + BLACK);
                self.gains[((ratio * TO_BIN) as usize).min(BINS - 1)] += 1;
                count += 1;
            }
        }
        if count < 32 {
            return 1.0;
        }
        let mut below = 0;
        for (bin, number) in self.gains.iter().enumerate() {
            if 2 * (below + number) >= count {
                // Within the bin by share: exposure creeps in steps smaller than a bin.
                let within = (count as f32 / 2.0 - below as f32) / (*number).max(1) as f32;
                return (bin as f32 + within) / TO_BIN;
            }
            below += number;
        }
        1.0
    }

    fn compare(&mut self, cells: &[f32], gain: f32, caution: f32) {
        for (level, cell) in self.level.iter_mut().zip(cells) {
            *level = (cell + BLACK) / gain - BLACK;
        }
        let common = COMMON_TIMES * self.common();
        for index in 0..cells.len() {
            let (level, calm) = (self.level[index], self.calm[index]);
            let off = (level - calm).abs();
            let limit = caution * FLOOR.max(TIMES * self.spread[index]).max(common);
            let mut foreground = off > limit;
            if foreground && (level - self.before[index]).abs() < limit {
                // What was there before is there again.
                self.before[index] = calm;
                self.calm[index] = level;
                foreground = false;
            }
            self.mask[index] = foreground;
        }
        for row in 1..self.rows.saturating_sub(1) {
            for column in 1..self.columns - 1 {
                let index = row * self.columns + column;
                if self.mask[index] && self.is_shadow(index) {
                    self.mask[index] = false;
                    // Shadows are no scene: they move on.
                    self.steady_s[index] = 0.0;
                }
            }
        }
    }

    /// The median deviation of the cells that showed the scene before.
    fn common(&mut self) -> f32 {
        const BINS: usize = 256;
        const TO_BIN: f32 = 8.0;
        self.gains.clear();
        self.gains.resize(BINS, 0);
        let mut count = 0;
        for index in (0..self.level.len()).step_by(3) {
            if !self.mask[index] && !self.held[index] {
                let off = (self.level[index] - self.calm[index]).abs();
                self.gains[((off * TO_BIN) as usize).min(BINS - 1)] += 1;
                count += 1;
            }
        }
        let mut below = 0;
        let middle = self.gains.iter().position(|number| {
            below += number;
            2 * below >= count
        });
        middle.unwrap_or(0) as f32 / TO_BIN
    }

    /// A shadow dims the road and leaves its pattern.
    fn is_shadow(&self, index: usize) -> bool {
        let share = (self.level[index] + BLACK) / (self.calm[index] + BLACK);
        if !(SHADOW[0]..SHADOW[1]).contains(&share) {
            return false;
        }
        let (l, c) = (&self.level, &self.calm);
        let change = |a: usize, b: usize| ((l[a] - l[b]) - share * (c[a] - c[b])).abs();
        let across = change(index - 1, index + 1);
        let down = change(index - self.columns, index + self.columns);
        across.max(down) < FLOOR.max(TIMES * self.spread[index])
    }

    fn learn(&mut self, step_s: f32, learning: bool) {
        let (adopt_s, steady_s) =
            if learning { (LEARN_ADOPT_S, LEARN_STEADY_S) } else { (ADOPT_S, STEADY_S) };
        let drift = step_s / DRIFT_S;
        let rate = SPREAD_RATES[usize::from(!learning)] * step_s;
        let grow = (rate * SHARE).exp();
        let shrink = (-rate * (1.0 - SHARE)).exp();
        for index in 0..self.level.len() {
            let (level, calm) = (self.level[index], self.calm[index]);
            self.moving[index] = false;
            if !self.mask[index] {
                self.steady_s[index] = 0.0;
                self.now[index] = level;
            } else {
                let same = (level - self.now[index]).abs() < FLOOR.max(self.spread[index]);
                if same {
                    self.now[index] += (level - self.now[index]) * drift.max(0.1);
                    self.steady_s[index] += step_s;
                } else {
                    self.now[index] = level;
                    self.steady_s[index] = 0.0;
                }
                self.moving[index] = self.steady_s[index] < steady_s;
                if self.steady_s[index] > adopt_s && !self.held[index] {
                    self.before[index] = calm;
                    self.calm[index] = self.now[index];
                    self.steady_s[index] = 0.0;
                    continue;
                }
            }
            if self.held[index] {
                continue;
            }
            let spread = &mut self.spread[index];
            *spread *= if (level - calm).abs() > *spread { grow } else { shrink };
            *spread = spread.clamp(SPREAD[1], SPREAD[2]);
            if !self.mask[index] {
                self.calm[index] += (level - calm) * drift;
            }
        }
    }
}

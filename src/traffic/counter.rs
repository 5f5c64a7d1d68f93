//! Frames and boxes of one camera in, passages out.

use super::blobs::Blobs;
use super::config::CountConfig;
use super::ground::{CellBox, Ground};
use super::motion::{edges, size, touches_edge, union};
use super::passage::Passage;
use super::vehicle::{Seen, Vehicle};
use crate::frame::{Frame, LumaGrid, Rect};
use crate::vision::{VehicleDetection, VehicleKind};

/// Cells in a row: a vehicle that covers a hundredth of the picture is a dozen cells each way.
const COLUMNS: usize = 160;
/// Parts of a vehicle that look like the road leave holes: groups of cells within twice this
/// distance are one.
const REACH: usize = 1;
/// Fewer cells than this are no vehicle worth counting, and too few to follow.
const LEAST_CELLS: usize = 10;
/// A box and a vehicle overlap at least so much (intersection over union).
const LEAST_IOU: f32 = 0.2;
/// A blob that lies by this share within a vehicle is a part of it, and the other way round.
const PART_SHARE: f32 = 0.5;
/// What has been covered by another's blob for so long, seconds, and is less than this share of it
/// or never went anywhere by itself, is a part of it.
const FRAGMENT_S: f64 = 1.0;
/// What is younger than this is taken for a part at once, seconds; what is older fits this much better.
const NEW_S: f64 = 0.6;
const KNOWN_BONUS: f32 = 0.5;
const FRAGMENT_SHARE: f32 = 0.25;
/// Where this share of a vehicle's box differs from the scene it is still there.
const STANDING_SHARE: f32 = 0.3;
/// A blob that covers this share of another vehicle's box too shows something of both.
const SHARED_SHARE: f32 = 0.2;
/// Parts of one vehicle fill this share of the box around them, or are so few cells apart.
const FILLED_SHARE: f32 = 0.5;
const PARTS_APART: f32 = 3.0;
/// A blob so many cells beside a slow vehicle may be a part of it.
const BESIDE_CELLS: f32 = 2.0;
/// The largest blob that can be a vehicle's next look, in multiples of what was expected.
const GROWN_AREA: f32 = 3.0;
/// Passages whose plates may still be asked for.
const MAX_PAST: usize = 64;

/// Counts the vehicles before one camera.
///
/// Before a camera that stands still, groups of cells that differ from the empty road are followed,
/// and boxes of the detector name what they show; elsewhere the boxes are followed. The idea of
/// joining by overlap with the predicted box is that of SORT (Bewley et al., ICIP 2016). No I/O, no
/// clock: time is the frames' stream time.
#[derive(Debug)]
pub struct TrafficCounter {
    config: CountConfig,
    grid: LumaGrid,
    ground: Ground,
    blobs: Blobs,
    vehicles: Vec<Vehicle>,
    past: Vec<Vehicle>,
    last_id: u64,
    picture: Rect,
    to_px: [f32; 2],
}

impl TrafficCounter {
    /// A counter that has seen nothing yet.
    #[must_use]
    pub fn new(config: CountConfig) -> Self {
        Self {
            config,
            grid: LumaGrid::default(),
            ground: Ground::default(),
            blobs: Blobs::default(),
            vehicles: Vec::new(),
            past: Vec::new(),
            last_id: 0,
            picture: Rect::from([0.0; 4]),
            to_px: [1.0; 2],
        }
    }

    /// Takes in the next frame with the boxes that the detector found in it, if it looked.
    /// Gives out each passage once, when the vehicle has left the picture.
    pub fn observe(&mut self, frame: &Frame, found: &[VehicleDetection]) -> Vec<Passage> {
        let at_s = frame.stream_time.as_secs_f64();
        let (width, height) = (frame.picture.width_px() as f32, frame.picture.height_px() as f32);
        let (columns, rows) = if self.config.fixed_camera {
            self.grid.fill(&frame.picture, COLUMNS);
            (self.grid.columns as f32, self.grid.rows as f32)
        } else {
            (COLUMNS as f32, COLUMNS as f32 * height / width)
        };
        self.picture = Rect { x: 0.0, y: 0.0, w: columns, h: rows };
        self.to_px = [width / columns, height / rows];
        let blobs = if self.config.fixed_camera { self.moving(at_s) } else { Vec::new() };
        self.follow(found, &blobs, at_s);
        self.retire(at_s)
    }

    /// The stream is over: the passages that were not given out yet.
    pub fn flush(&mut self) -> Vec<Passage> {
        let vehicles = std::mem::take(&mut self.vehicles);
        vehicles.into_iter().filter_map(|vehicle| self.end(vehicle)).collect()
    }

    /// Vehicles in view that have gone some way.
    #[must_use]
    pub fn in_view(&self) -> usize {
        self.vehicles.iter().filter(|vehicle| self.is_passage(vehicle)).count()
    }

    /// The vehicle to which something at a place at a time belongs, such as a plate: its number
    /// and its kind, also shortly before and after it was seen. Of several the one that the detector
    /// knows best.
    #[must_use]
    pub fn vehicle_at(&self, at_s: f64, rect: &Rect) -> Option<(u64, Option<VehicleKind>)> {
        let [x, y] = rect.centre();
        let (x, y) = (x / self.to_px[0], y / self.to_px[1]);
        let all = self.vehicles.iter().chain(&self.past);
        let holding = all.filter_map(|vehicle| {
            let [left, top, right, bottom] = edges(&vehicle.near(at_s)?);
            ((left..=right).contains(&x) && (top..=bottom).contains(&y)).then_some(vehicle)
        });
        let best = holding.max_by_key(|vehicle| (vehicle.boxes > 0, vehicle.looks))?;
        Some((best.id, best.kind().map(|(kind, _)| kind)))
    }

    /// What differs from the empty road.
    fn moving(&mut self, at_s: f64) -> Vec<Rect> {
        // What drives is no scene and no noise; what stands may become scene.
        let going = self.vehicles.iter().filter(|v| v.has_gone() && !v.is_standing());
        let held: Vec<CellBox> =
            going.map(|v| cells_of(&v.motion.predicted(at_s), &self.picture)).collect();
        self.ground.see(&self.grid, at_s, &held);
        let blobs = self.blobs.find(&self.ground.moving, self.grid.columns, REACH, LEAST_CELLS);
        blobs.into_iter().map(|blob| rect_of(blob.cells)).collect()
    }

    fn follow(&mut self, found: &[VehicleDetection], blobs: &[Rect], at_s: f64) {
        let expected: Vec<Rect> = self.vehicles.iter().map(|v| v.motion.predicted(at_s)).collect();
        let boxes: Vec<Rect> = found.iter().map(|d| self.in_cells(&d.rect)).collect();
        let of_box = match_boxes(&expected, &boxes);
        for ((detection, rect), matched) in found.iter().zip(&boxes).zip(of_box) {
            // Movement knows every vehicle, the detector about two in three: where both tell of
            // what passes, one vehicle in several parts is easily counted as several.
            if self.config.fixed_camera {
                if let Some(at) = matched {
                    self.vehicles[at].vote(detection);
                }
                continue;
            }
            let at = matched.unwrap_or_else(|| self.begin(*rect, at_s));
            if matched.is_some() {
                self.see(at, rect, at_s, Seen::Box);
            }
            self.vehicles[at].vote(detection);
        }
        if self.config.fixed_camera {
            self.follow_blobs(blobs, &expected, at_s);
        }
    }

    fn follow_blobs(&mut self, blobs: &[Rect], expected: &[Rect], at_s: f64) {
        let mut seen = vec![false; expected.len()];
        // Of each blob the vehicle that it fits best.
        let mut parts: Vec<Option<Rect>> = vec![None; expected.len()];
        let mut covered: Vec<Option<(usize, Rect)>> = vec![None; expected.len()];
        let mut shared = vec![false; expected.len()];
        let mut new = Vec::new();
        for blob in blobs {
            // What sets off shows beside where it stood first.
            let beside = |at: usize| if self.vehicles[at].is_slow() { BESIDE_CELLS } else { 0.0 };
            let fits = |at: &usize| {
                let fit = fit(&expected[*at], blob, beside(*at));
                // What is new may be a part of what is known.
                if fit > 0.0 && self.is_known(*at) { fit + KNOWN_BONUS } else { fit }
            };
            let best = (0..expected.len())
                .filter(|at| !seen[*at] && fits(at) > 0.0)
                .max_by(|a, b| fits(a).total_cmp(&fits(b)));
            let Some(best) = best else {
                new.push(*blob);
                continue;
            };
            match parts[best] {
                None => parts[best] = Some(*blob),
                Some(known) if belong_together(&known, blob) => {
                    parts[best] = Some(union(&known, blob));
                }
                Some(_) => {
                    new.push(*blob);
                    continue;
                }
            }
            for (other, rect) in expected.iter().enumerate() {
                let share = rect.intersection_area(blob) / rect.area().max(1.0);
                if other == best || seen[other] {
                    continue;
                }
                shared[best] |= share > SHARED_SHARE && self.is_known(other);
                if share > PART_SHARE {
                    covered[other] = Some((best, *blob));
                }
            }
        }
        let mut absorbed = Vec::new();
        for (at, by) in covered.iter().enumerate() {
            let Some((by, blob)) = by.filter(|_| parts[at].is_none()) else { continue };
            let one = &self.vehicles[at];
            let small = expected[at].area() < FRAGMENT_SHARE * expected[by].area();
            let fragment = small || !one.has_gone();
            if fragment && (!self.is_known(at) || at_s - one.alone_s > FRAGMENT_S) {
                absorbed.push(one.id);
            } else {
                self.see(at, &blob, at_s, Seen::Within);
                seen[at] = true;
                shared[by] = true;
            }
        }
        for (at, part) in parts.iter().enumerate() {
            if seen[at] {
                continue;
            }
            // What stands, or creeps, does not move in all of its parts.
            let slow = self.vehicles[at].is_slow();
            let present = if slow { self.ground_within(&expected[at]) } else { None };
            let part = match (part, present) {
                (Some(part), Some((present, _))) => &union(part, &present),
                (Some(part), None) => part,
                (None, Some((_, share))) if share > STANDING_SHARE => {
                    self.vehicles[at].stand(at_s);
                    continue;
                }
                (None, _) => continue,
            };
            // What shows several vehicles is none of them.
            let seen_as = if shared[at] { Seen::Joined } else { Seen::Blob };
            self.see(at, part, at_s, seen_as);
            seen[at] = true;
        }
        self.vehicles.retain(|vehicle| !absorbed.contains(&vehicle.id));
        for blob in new {
            self.begin(blob, at_s);
        }
    }

    /// Whether it has been followed for some time.
    fn is_known(&self, at: usize) -> bool {
        self.vehicles[at].last_s - self.vehicles[at].first_s >= NEW_S
    }

    fn ground_within(&self, rect: &Rect) -> Option<(Rect, f32)> {
        if !self.config.fixed_camera || rect.intersection_area(&self.picture) < 1.0 {
            return None;
        }
        let (present, share) = self.ground.present(cells_of(rect, &self.picture))?;
        Some((rect_of(present), share))
    }

    fn begin(&mut self, rect: Rect, at_s: f64) -> usize {
        self.last_id += 1;
        let mut vehicle = Vehicle::new(self.last_id, rect, at_s);
        vehicle.measure(&rect, &self.picture);
        self.vehicles.push(vehicle);
        self.vehicles.len() - 1
    }

    fn see(&mut self, at: usize, rect: &Rect, at_s: f64, seen: Seen) {
        let vehicle = &mut self.vehicles[at];
        vehicle.see(rect, at_s, seen);
        if matches!(seen, Seen::Box | Seen::Blob) {
            vehicle.measure(rect, &self.picture);
        }
    }

    /// Vehicles that are gone.
    fn retire(&mut self, at_s: f64) -> Vec<Passage> {
        let mut gone = Vec::new();
        let (coast_s, standing_s) = (self.config.coast_s, self.config.standing_s);
        let picture = self.picture;
        self.vehicles.retain_mut(|vehicle| {
            let unseen_s = at_s - vehicle.last_s;
            if unseen_s <= coast_s && !(unseen_s > 0.0 && vehicle.is_out(at_s, &picture)) {
                return true;
            }
            // What stands becomes scene, and is there all the same.
            let stands = vehicle.has_gone()
                && vehicle.is_standing()
                && !touches_edge(&vehicle.motion.last(), &picture);
            if stands && unseen_s <= standing_s {
                vehicle.motion.halt();
                return true;
            }
            gone.push(vehicle.clone());
            false
        });
        gone.into_iter().filter_map(|vehicle| self.end(vehicle)).collect()
    }

    fn end(&mut self, vehicle: Vehicle) -> Option<Passage> {
        let passed = self.is_passage(&vehicle) && !self.is_fragment(&vehicle);
        let passage = passed.then(|| vehicle.passage(self.to_px, &self.picture));
        // A plate on one that stands, or is far away, may be asked for, too.
        if passed || vehicle.boxes > 0 {
            self.past.push(vehicle);
            let old = self.past.len().saturating_sub(MAX_PAST);
            self.past.drain(..old);
        }
        passage
    }

    fn is_passage(&self, vehicle: &Vehicle) -> bool {
        self.is_large(vehicle)
            && vehicle.has_gone()
            && (vehicle.is_well_known() || !vehicle.is_upright())
    }

    /// Whether it was a part of another vehicle: it went out within that one, not at the picture's
    /// edge.
    fn is_fragment(&self, vehicle: &Vehicle) -> bool {
        let last = vehicle.motion.last();
        let covers = |other: &Vehicle| {
            other.id != vehicle.id
                && other.has_gone()
                && other.largest() > vehicle.largest()
                && other.at(vehicle.last_s).is_some_and(|rect| {
                    rect.intersection_area(&last) > PART_SHARE * last.area().max(1.0)
                })
        };
        self.config.fixed_camera
            && !touches_edge(&last, &self.picture)
            && self.vehicles.iter().chain(&self.past).any(covers)
    }

    fn is_large(&self, vehicle: &Vehicle) -> bool {
        vehicle.largest() >= self.config.least_share * self.picture.area()
    }

    fn in_cells(&self, rect: &Rect) -> Rect {
        let [across, down] = self.to_px;
        Rect { x: rect.x / across, y: rect.y / down, w: rect.w / across, h: rect.h / down }
    }
}

/// For each box the vehicle that it shows: best overlap first.
fn match_boxes(expected: &[Rect], boxes: &[Rect]) -> Vec<Option<usize>> {
    let mut pairs = Vec::new();
    for (index, rect) in boxes.iter().enumerate() {
        for (at, expected) in expected.iter().enumerate() {
            let both = rect.intersection_area(expected);
            // A vehicle known by its movement alone may be known in part, or with its shadow.
            let part = both / rect.area().min(expected.area()).max(1.0);
            let iou = rect.iou(expected);
            if iou > LEAST_IOU || part > 0.8 && iou > LEAST_IOU / 2.0 {
                pairs.push((iou, at, index));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut matched = vec![None; boxes.len()];
    let mut taken = vec![false; expected.len()];
    for (_, at, index) in pairs {
        if !taken[at] && matched[index].is_none() {
            taken[at] = true;
            matched[index] = Some(at);
        }
    }
    matched
}

/// How well a blob fits where a vehicle should be, 0 for not at all.
fn fit(expected: &Rect, blob: &Rect, beside: f32) -> f32 {
    let both = grown(expected, beside).intersection_area(blob);
    let smaller = expected.area().min(blob.area()).max(1.0);
    let part = both / smaller;
    let iou = expected.iou(blob);
    if part >= PART_SHARE || iou >= LEAST_IOU {
        return part + iou;
    }
    // Small and fast things may not overlap from frame to frame.
    let (a, b) = (expected.centre(), blob.centre());
    let apart = (a[0] - b[0]).hypot(a[1] - b[1]);
    let sizes = (size(blob) / size(expected)).ln().abs();
    let near = apart < 1.2 * size(expected).max(size(blob)) && sizes < 0.5;
    if near && blob.area() < GROWN_AREA * expected.area() {
        0.3 / (1.0 + apart / size(expected))
    } else {
        0.0
    }
}

/// Whether two parts can be of one vehicle by where they are.
fn belong_together(a: &Rect, b: &Rect) -> bool {
    let both = a.area() + b.area() - a.intersection_area(b);
    both >= FILLED_SHARE * union(a, b).area() || grown(a, PARTS_APART).intersection_area(b) > 0.0
}

fn grown(rect: &Rect, by: f32) -> Rect {
    Rect { x: rect.x - by, y: rect.y - by, w: rect.w + 2.0 * by, h: rect.h + 2.0 * by }
}

fn rect_of(CellBox { left, top, right, bottom }: CellBox) -> Rect {
    let (w, h) = ((right - left + 1) as f32, (bottom - top + 1) as f32);
    Rect { x: left as f32, y: top as f32, w, h }
}

fn cells_of(rect: &Rect, picture: &Rect) -> CellBox {
    let [l, t, r, b] = edges(rect);
    let place = |value: f32, most: f32| value.clamp(0.0, most - 1.0) as usize;
    CellBox {
        left: place(l, picture.w),
        top: place(t, picture.h),
        right: place(r.ceil(), picture.w),
        bottom: place(b.ceil(), picture.h),
    }
}

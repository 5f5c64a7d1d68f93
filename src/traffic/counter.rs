//! Frames and boxes of one camera in, passages out.

use super::blobs::Blobs;
use super::boxes::match_boxes;
use super::config::CountConfig;
use super::following::PART_SHARE;
use super::ground::{CellBox, Ground};
use super::motion::{edges, touches_edge};
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
/// Passages whose plates may still be asked for.
const MAX_PAST: usize = 64;
/// What lies below a vehicle's box by no more than this share of its height is taken for a part of it
/// where no other box holds it.
const BELOW: f32 = 0.15;

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
    pub(super) ground: Ground,
    blobs: Blobs,
    pub(super) vehicles: Vec<Vehicle>,
    past: Vec<Vehicle>,
    last_id: u64,
    pub(super) picture: Rect,
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
    /// and its kind, also shortly before and after it was seen, when what drives towards the camera
    /// is lower in the picture than its last box. Of several the one that the detector knows best.
    #[must_use]
    pub fn vehicle_at(&self, at_s: f64, rect: &Rect) -> Option<(u64, Option<VehicleKind>)> {
        let [x, y] = rect.centre();
        let (x, y) = (x / self.to_px[0], y / self.to_px[1]);
        let all = self.vehicles.iter().chain(&self.past);
        let holding = all.filter_map(|vehicle| {
            let rect = vehicle.near(at_s)?;
            let [left, top, right, bottom] = edges(&rect);
            let reaches = |bottom| (left..=right).contains(&x) && (top..=bottom).contains(&y);
            reaches(bottom + BELOW * rect.h).then(|| (reaches(bottom), vehicle))
        });
        let (_, best) =
            holding.max_by_key(|(inside, vehicle)| (*inside, vehicle.boxes > 0, vehicle.looks))?;
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

    pub(super) fn begin(&mut self, rect: Rect, at_s: f64) -> usize {
        self.last_id += 1;
        let mut vehicle = Vehicle::new(self.last_id, rect, at_s);
        vehicle.measure(&rect, &self.picture);
        self.vehicles.push(vehicle);
        self.vehicles.len() - 1
    }

    pub(super) fn see(&mut self, at: usize, rect: &Rect, at_s: f64, seen: Seen) {
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

pub(super) fn rect_of(CellBox { left, top, right, bottom }: CellBox) -> Rect {
    let (w, h) = ((right - left + 1) as f32, (bottom - top + 1) as f32);
    Rect { x: left as f32, y: top as f32, w, h }
}

pub(super) fn cells_of(rect: &Rect, picture: &Rect) -> CellBox {
    let [l, t, r, b] = edges(rect);
    let place = |value: f32, most: f32| value.clamp(0.0, most - 1.0) as usize;
    CellBox {
        left: place(l, picture.w),
        top: place(t, picture.h),
        right: place(r.ceil(), picture.w),
        bottom: place(b.ceil(), picture.h),
    }
}

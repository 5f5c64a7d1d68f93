//! Runs detector and reader over labelled data and counts.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::calibration::Calibration;
use super::clips::Clips;
use super::finds::Finds;
use super::labels;
use super::matches::{OfSize, Read};
use super::misread::{Misread, Way};
use super::share::Share;
use super::texts::{
    Groups, Texts, contrast_class, count_in, country_class, rows_class, sharpness_class,
    width_class,
};
use super::vehicles::Vehicles;
use crate::cli::failure::Failure;
use crate::cli::progress;
use crate::cli::read::PlateLine;
use crate::frame::{Picture, Rect};
use crate::siting::PlateLook;
use crate::video::read_picture;
use crate::vision::{Detection, Engine, Sighting};

/// Overlap from which a detection is a labelled plate.
const FOUND_IOU: f32 = 0.5;
/// Fewer steps are done before a bar could be seen.
const WORTH_A_BAR: usize = 20;

/// Everything that was measured.
#[derive(Serialize)]
pub(super) struct Figures {
    pub(super) models: Vec<String>,
    pub(super) split: String,
    pub(super) score_threshold: f32,
    pub(super) pictures: u32,
    /// Labelled plates that do not count (`--left-out`).
    pub(super) left_out: usize,
    /// Legible plates at least 60 px wide that were found.
    pub(super) recall_legible_60: Share,
    /// Labelled plates that were found, by source and width class.
    pub(super) recall: BTreeMap<String, BTreeMap<String, Share>>,
    /// Detections that are labelled plates, by source. A lower bound: not every plate is labelled.
    pub(super) precision: BTreeMap<String, Share>,
    /// Mean distance of the four corners in plate heights, where corners are labelled.
    pub(super) corner_error: Option<f64>,
    pub(super) corners_of: u32,
    /// Legible plates read through the labelled box, by source.
    pub(super) box_texts: Groups,
    /// The same by width class, by country and by rows.
    pub(super) box_texts_by_width: Groups,
    pub(super) box_texts_by_country: Groups,
    pub(super) box_texts_by_rows: Groups,
    /// Their confidence.
    pub(super) box_calibration: Calibration,
    /// Legible plates at least 60 px wide found and read, from the picture alone.
    pub(super) whole_way: Texts,
    /// Cut-out plates, by country.
    pub(super) crop_texts: Groups,
    /// The same by width of the picture and by rows.
    pub(super) crop_texts_by_width: Groups,
    pub(super) crop_texts_by_rows: Groups,
    /// Their confidence.
    pub(super) crop_calibration: Calibration,
    /// All these plates by sharpness, and by their contrast.
    pub(super) texts_by_sharpness: Groups,
    pub(super) texts_by_contrast: Groups,
    /// Milliseconds a picture, decoding left out: detect and read, mean.
    pub(super) picture_ms: f64,
    /// Milliseconds a cut-out plate, decoding left out: mean.
    pub(super) crop_ms: f64,
    /// What lists make of the readings, where it was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lists: Vec<OfSize>,
    /// The readings themselves, where lists were asked for.
    #[serde(skip)]
    pub(super) reads: Option<Vec<Read>>,
    /// Where plates that are read wrongly are written down.
    #[serde(skip)]
    pub(super) misread: Option<Misread>,
    /// Vehicles, where the folder has labels of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vehicles: Option<Vehicles>,
    /// Plates of clips, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) clips: Option<Clips>,
}

/// The sum of a group.
pub(super) const ALL: &str = "all";

impl Figures {
    pub(super) fn new(engine: &Engine, split: &str) -> Self {
        let card = |(name, card): (&str, &crate::vision::ModelCard)| {
            let (version, sha256) = (&card.version, &card.sha256_prefix);
            format!("{name}: version {version}, sha256 {sha256}…, {}", card.origin)
        };
        Self {
            models: engine.models().into_iter().map(card).collect(),
            split: split.to_owned(),
            score_threshold: engine.score_threshold(),
            pictures: 0,
            left_out: 0,
            recall_legible_60: Share::default(),
            recall: BTreeMap::new(),
            precision: BTreeMap::new(),
            corner_error: None,
            corners_of: 0,
            box_texts: Groups::new(),
            box_texts_by_width: Groups::new(),
            box_texts_by_country: Groups::new(),
            box_texts_by_rows: Groups::new(),
            box_calibration: Calibration::default(),
            whole_way: Texts::default(),
            crop_texts: Groups::new(),
            crop_texts_by_width: Groups::new(),
            crop_texts_by_rows: Groups::new(),
            crop_calibration: Calibration::default(),
            texts_by_sharpness: Groups::new(),
            texts_by_contrast: Groups::new(),
            picture_ms: 0.0,
            crop_ms: 0.0,
            lists: Vec::new(),
            reads: None,
            misread: None,
            vehicles: None,
            clips: None,
        }
    }

    pub(super) fn measure_pictures(
        &mut self,
        engine: &mut Engine,
        folder: &Path,
        labels: &[labels::Picture],
        mut finds: Option<Finds>,
    ) -> Result<(), Failure> {
        let bar = progress::bar(labels.len(), WORTH_A_BAR, "pictures");
        let mut total_ms = 0.0;
        let mut corner_sum = 0.0;
        for label in labels {
            let picture = read_picture(&folder.join(&label.image))?;
            let started = Instant::now();
            let mut sightings = engine.candidates(&picture)?;
            total_ms += started.elapsed().as_secs_f64() * 1000.0;
            if let Some(finds) = &mut finds {
                finds.tell(&label.image, &sightings)?;
            }
            sightings.retain(|sighting| sighting.detection.is_plausible(&sighting.reading));
            self.pictures += 1;
            self.count_detections(label, &sightings, &mut corner_sum);
            self.count_texts(engine, label, &picture, &sightings)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        if self.pictures > 0 {
            self.picture_ms = total_ms / f64::from(self.pictures);
        }
        if self.corners_of > 0 {
            self.corner_error = Some(corner_sum / f64::from(self.corners_of));
        }
        Ok(())
    }

    fn count_detections(
        &mut self,
        label: &labels::Picture,
        sightings: &[Sighting],
        corner_sum: &mut f64,
    ) {
        let groups = [label.source.as_str(), ALL];
        for plate in &label.plates {
            let found = best(sightings, &plate.rect);
            let class = width_class(plate.rect.w);
            for group in groups {
                let classes = self.recall.entry(group.to_owned()).or_default();
                classes.entry(class.clone()).or_default().count(found.is_some());
                classes.entry(ALL.to_owned()).or_default().count(found.is_some());
            }
            if plate.legible == Some(true) && plate.rect.w >= 60.0 {
                self.recall_legible_60.count(found.is_some());
            }
            if let Some((corners, found)) = plate.quad.zip(found) {
                *corner_sum += f64::from(corner_error(corners, &found.detection));
                self.corners_of += 1;
            }
        }
        for sighting in sightings {
            let rect = sighting.detection.rect;
            if label.left_out.iter().any(|left_out| left_out.iou(&rect) >= FOUND_IOU) {
                continue;
            }
            let right = label.plates.iter().any(|p| p.rect.iou(&rect) >= FOUND_IOU);
            for group in groups {
                self.precision.entry(group.to_owned()).or_default().count(right);
            }
        }
    }

    fn count_by_look(
        &mut self,
        picture: &Picture,
        rect: &Rect,
        truth: &str,
        read: Option<&PlateLine>,
    ) {
        let look = PlateLook::of(picture, &rect.quad());
        count_in(&mut self.texts_by_sharpness, sharpness_class(look.as_ref()), truth, read);
        count_in(&mut self.texts_by_contrast, contrast_class(look.as_ref()), truth, read);
    }

    fn keep(&mut self, truth: &str, sighting: &Sighting, read: Option<&PlateLine>) {
        if let Some(reads) = &mut self.reads {
            reads.extend(read.and_then(|read| Read::new(truth, sighting, read)));
        }
    }

    fn tell(
        &mut self,
        image: &str,
        rect: Rect,
        way: Way,
        truth: &str,
        read: Option<&PlateLine>,
    ) -> Result<(), Failure> {
        let Some(misread) = &mut self.misread else { return Ok(()) };
        misread.tell(image, rect, way, truth, read)
    }

    fn count_texts(
        &mut self,
        engine: &mut Engine,
        label: &labels::Picture,
        picture: &Picture,
        sightings: &[Sighting],
    ) -> Result<(), Failure> {
        for plate in &label.plates {
            let Some(truth) = plate.legible_text() else {
                continue;
            };
            let rect = plate.rect;
            let sighting = engine.read_boxed(picture, rect)?;
            let read = PlateLine::of(&sighting);
            let read = read.as_ref();
            self.keep(truth, &sighting, read);
            self.tell(&label.image, rect, Way::Labelled, truth, read)?;
            for group in [label.source.as_str(), ALL] {
                count_in(&mut self.box_texts, group, truth, read);
            }
            let country = country_class(plate.country.as_deref());
            count_in(&mut self.box_texts_by_width, width_class(rect.w), truth, read);
            count_in(&mut self.box_texts_by_country, country, truth, read);
            count_in(&mut self.box_texts_by_rows, rows_class(plate.rows), truth, read);
            self.box_calibration.count(truth, read);
            self.count_by_look(picture, &rect, truth, read);
            if rect.w >= 60.0 {
                let read = best(sightings, &rect).and_then(PlateLine::of);
                self.whole_way.count(truth, read.as_ref());
                self.tell(&label.image, rect, Way::Found, truth, read.as_ref())?;
            }
        }
        Ok(())
    }

    pub(super) fn measure_crops(
        &mut self,
        engine: &mut Engine,
        folder: &Path,
        labels: &[labels::Crop],
    ) -> Result<(), Failure> {
        let bar = progress::bar(labels.len(), WORTH_A_BAR, "plates");
        let mut total_ms = 0.0;
        for label in labels {
            let picture = read_picture(&folder.join(&label.image))?;
            let started = Instant::now();
            let sighting = engine.read_crop(&picture)?;
            total_ms += started.elapsed().as_secs_f64() * 1000.0;
            let read = PlateLine::of(&sighting);
            let (truth, read) = (label.text.as_str(), read.as_ref());
            self.keep(truth, &sighting, read);
            for group in [country_class(label.country.as_deref()), ALL] {
                count_in(&mut self.crop_texts, group, truth, read);
            }
            let width = width_class(picture.width_px() as f32);
            count_in(&mut self.crop_texts_by_width, width, truth, read);
            count_in(&mut self.crop_texts_by_rows, rows_class(label.rows), truth, read);
            self.crop_calibration.count(truth, read);
            let whole = Rect {
                x: 0.0,
                y: 0.0,
                w: picture.width_px() as f32,
                h: picture.height_px() as f32,
            };
            self.count_by_look(&picture, &whole, truth, read);
            self.tell(&label.image, whole, Way::CutOut, truth, read)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        self.crop_ms = total_ms / labels.len().max(1) as f64;
        Ok(())
    }
}

/// The sighting that overlaps a labelled box best, if it overlaps enough.
fn best<'s>(sightings: &'s [Sighting], rect: &Rect) -> Option<&'s Sighting> {
    sightings
        .iter()
        .map(|sighting| (sighting.detection.rect.iou(rect), sighting))
        .filter(|(iou, _)| *iou >= FOUND_IOU)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, sighting)| sighting)
}

/// Mean distance of four corners, in heights of the labelled plate.
fn corner_error(labelled: [[f32; 2]; 4], found: &Detection) -> f32 {
    let height = crate::frame::Quad(labelled).height_px().max(1.0);
    let apart = labelled.iter().zip(found.quad.0).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]));
    apart.sum::<f32>() / 4.0 / height
}

//! Runs detector and reader over labelled data and counts.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::labels;
use crate::cli::failure::Failure;
use crate::cli::progress;
use crate::cli::read::PlateLine;
use crate::frame::{Picture, Rect};
use crate::video::read_picture;
use crate::vision::{Detection, Engine, Sighting};

/// Overlap from which a detection is a labelled plate.
const FOUND_IOU: f32 = 0.5;
/// A wrong text at this confidence or above is the worst kind of error.
const CONFIDENT: f32 = 0.9;
/// Fewer steps are done before a bar could be seen.
const WORTH_A_BAR: usize = 20;
/// Upper edges of the width classes, pixels.
const WIDTHS_PX: [u32; 5] = [30, 60, 80, 120, 200];

/// Some out of all.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Share {
    pub(super) of: u32,
    pub(super) right: u32,
}

impl Share {
    fn count(&mut self, right: bool) {
        self.of += 1;
        self.right += u32::from(right);
    }
}

/// Texts compared with labels.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Texts {
    /// Whole plates, letter by letter.
    pub(super) exact: Share,
    /// Whole plates when O is 0 and I is 1, as many plates write them alike.
    pub(super) folded: Share,
    /// Characters of all labels, and those not lost to an edit (Levenshtein).
    pub(super) characters: Share,
    /// Wrong at a confidence of 0.9 or above, of all.
    pub(super) confident_and_wrong: Share,
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    pub(super) models: Vec<String>,
    pub(super) split: String,
    pub(super) score_threshold: f32,
    pub(super) pictures: u32,
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
    pub(super) box_texts: BTreeMap<String, Texts>,
    /// The same by width class.
    pub(super) box_texts_by_width: BTreeMap<String, Texts>,
    /// Legible plates at least 60 px wide found and read, from the picture alone.
    pub(super) whole_way: Texts,
    /// Cut-out plates, by country.
    pub(super) crop_texts: BTreeMap<String, Texts>,
    /// Milliseconds a picture, decoding left out: detect and read, mean.
    pub(super) picture_ms: f64,
    /// Milliseconds a cut-out plate, decoding left out: mean.
    pub(super) crop_ms: f64,
}

/// The sum of a group.
pub(super) const ALL: &str = "all";

impl Figures {
    pub(super) fn new(engine: &Engine, split: &str) -> Self {
        let card = |card: &crate::vision::ModelCard| {
            format!("version {}, sha256 {}…, {}", card.version, card.sha256_prefix, card.origin)
        };
        Self {
            models: engine.models().into_iter().map(card).collect(),
            split: split.to_owned(),
            score_threshold: engine.score_threshold(),
            pictures: 0,
            recall_legible_60: Share::default(),
            recall: BTreeMap::new(),
            precision: BTreeMap::new(),
            corner_error: None,
            corners_of: 0,
            box_texts: BTreeMap::new(),
            box_texts_by_width: BTreeMap::new(),
            whole_way: Texts::default(),
            crop_texts: BTreeMap::new(),
            picture_ms: 0.0,
            crop_ms: 0.0,
        }
    }

    pub(super) fn measure_pictures(
        &mut self,
        engine: &mut Engine,
        folder: &Path,
        labels: &[labels::Picture],
    ) -> Result<(), Failure> {
        let bar = progress::bar(labels.len(), WORTH_A_BAR, "pictures");
        let mut total_ms = 0.0;
        let mut corner_sum = 0.0;
        for label in labels {
            let picture = read_picture(&folder.join(&label.image))?;
            let started = Instant::now();
            let sightings = engine.sightings(&picture)?;
            total_ms += started.elapsed().as_secs_f64() * 1000.0;
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
            let right =
                label.plates.iter().any(|p| p.rect.iou(&sighting.detection.rect) >= FOUND_IOU);
            for group in groups {
                self.precision.entry(group.to_owned()).or_default().count(right);
            }
        }
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
            let reading = engine.read(picture, &rect.quad())?;
            let detection = Detection { quad: rect.quad(), rect, score: 1.0 };
            let read = PlateLine::of(&Sighting { detection, reading, rows: 1 });
            for group in [label.source.as_str(), ALL] {
                self.box_texts.entry(group.to_owned()).or_default().count(truth, read.as_ref());
            }
            let class = self.box_texts_by_width.entry(width_class(rect.w)).or_default();
            class.count(truth, read.as_ref());
            if rect.w >= 60.0 {
                let read = best(sightings, &rect).and_then(PlateLine::of);
                self.whole_way.count(truth, read.as_ref());
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
            for group in [label.country.as_deref().unwrap_or("?"), ALL] {
                self.crop_texts
                    .entry(group.to_owned())
                    .or_default()
                    .count(&label.text, read.as_ref());
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        self.crop_ms = total_ms / labels.len().max(1) as f64;
        Ok(())
    }
}

impl Texts {
    fn count(&mut self, truth: &str, read: Option<&PlateLine>) {
        let text = read.map_or("", |plate| plate.text.as_str());
        let exact = text == truth;
        self.exact.count(exact);
        self.folded.count(folded(text) == folded(truth));
        let confident = read.is_some_and(|plate| plate.confidence >= CONFIDENT);
        self.confident_and_wrong.count(confident && !exact);
        let length = truth.chars().count() as u32;
        let edits = strsim::levenshtein(text, truth) as u32;
        self.characters.of += length;
        self.characters.right += length.saturating_sub(edits);
    }
}

fn folded(text: &str) -> String {
    text.replace('O', "0").replace('I', "1")
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

/// The class of a plate's width, in words that sort by width.
fn width_class(width_px: f32) -> String {
    let mut lower = 0;
    for upper in WIDTHS_PX {
        if width_px < upper as f32 {
            return format!("{lower:03}-{:03} px", upper - 1);
        }
        lower = upper;
    }
    format!("{lower:03}+ px")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_fall_into_their_classes() {
        assert_eq!(width_class(12.0), "000-029 px");
        assert_eq!(width_class(59.9), "030-059 px");
        assert_eq!(width_class(60.0), "060-079 px");
        assert_eq!(width_class(900.0), "200+ px");
    }

    #[test]
    fn an_unread_plate_loses_all_its_characters() {
        let mut texts = Texts::default();
        texts.count("AB123CD", None);
        assert_eq!((texts.exact.right, texts.characters.of, texts.characters.right), (0, 7, 0));
    }
}

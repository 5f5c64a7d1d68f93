//! Reads rectified plates: one pass of the network, its columns made positions.

use ort::value::TensorRef;

use super::error::VisionError;
use super::model::{Model, ModelCard, Models};
use super::rectify::{CROP_HEIGHT_PX, CROP_VALUES, CROP_WIDTH_PX, rectify};
use super::runtime::Runtime;
use super::windows;
use crate::frame::{Picture, Quad};
use crate::plate::{ALPHABET, Country, Position, Reading};

/// Blank and the alphabet.
const CLASSES: usize = ALPHABET.len() + 1;
/// Plates read in one pass at most; more only take memory.
const BATCH: usize = 16;
/// A country below this probability says nothing.
const MIN_COUNTRY: f32 = 0.2;

/// What the reader says of one plate.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    pub(super) reading: Reading,
    /// Where the text is: the quad that was given, or the part of it that was read.
    pub(super) quad: Quad,
    /// Rows of characters on the plate, 1 or 2.
    pub(super) rows: u8,
}

/// The plate reader with its buffers; one per thread.
pub(super) struct Reader {
    model: Model,
    countries: Vec<Option<Country>>,
    crops: Vec<f32>,
    /// Whether the surroundings of each plate are looked at as well.
    thorough: bool,
}

impl Reader {
    pub(super) fn new(
        runtime: &Runtime,
        models: &Models,
        thorough: bool,
    ) -> Result<Self, VisionError> {
        let model = Model::reader(runtime, models)?;
        let countries = model
            .property("countries")
            .map(|codes| codes.split(',').map(|code| Country::new(code).ok()).collect())
            .unwrap_or_default();
        Ok(Self { model, countries, crops: Vec::new(), thorough })
    }

    pub(super) fn card(&self) -> &ModelCard {
        &self.model.card
    }

    /// Reads the plates within the quads of a picture, in the same order. A thorough reader
    /// also looks at what stands around them. Where the text is hard to read, the parts of
    /// the quad are tried as well.
    pub(super) fn read(
        &mut self,
        picture: &Picture,
        quads: &[Quad],
    ) -> Result<Vec<Read>, VisionError> {
        let mut reads = self.read_quads(picture, quads)?;
        if self.thorough {
            let wider: Vec<Quad> = quads.iter().map(windows::wider).collect();
            for (read, wide) in reads.iter_mut().zip(self.read_quads(picture, &wider)?) {
                if windows::completes(&read.reading, &wide.reading) {
                    *read = wide;
                }
            }
        }
        for read in &mut reads {
            if windows::worth_trying(&read.reading, read.rows) {
                let parts = self.read_quads(picture, &windows::parts(&read.quad))?;
                let readings = parts.iter().map(|part| &part.reading);
                if let Some(better) = windows::better(&read.reading, readings) {
                    *read = parts.into_iter().nth(better).unwrap_or_else(|| read.clone());
                }
            }
        }
        Ok(reads)
    }

    /// Reads exactly what is within the quads.
    fn read_quads(&mut self, picture: &Picture, quads: &[Quad]) -> Result<Vec<Read>, VisionError> {
        let mut reads = Vec::with_capacity(quads.len());
        for batch in quads.chunks(BATCH) {
            self.crops.resize(batch.len() * CROP_VALUES, 0.0);
            for (quad, crop) in batch.iter().zip(self.crops.chunks_exact_mut(CROP_VALUES)) {
                rectify(picture, quad, crop);
            }
            let done = self.run(batch).map_err(|source| VisionError::Run {
                model: "plate reader",
                width_px: picture.width_px(),
                height_px: picture.height_px(),
                source,
            })?;
            reads.extend(done);
        }
        Ok(reads)
    }

    fn run(&mut self, quads: &[Quad]) -> ort::Result<Vec<Read>> {
        let plates = quads.len();
        let shape = [plates, 3, CROP_HEIGHT_PX, CROP_WIDTH_PX];
        let tensor = TensorRef::from_array_view((shape, &self.crops[..plates * CROP_VALUES]))?;
        let known = &self.countries;
        let outputs = self.model.session.run(ort::inputs!["crops" => tensor])?;
        let (dimensions, logits) = outputs["logits"].try_extract_tensor::<f32>()?;
        let steps = match dimensions[..] {
            [n, steps, classes] if n == plates as i64 && classes == CLASSES as i64 => {
                steps as usize
            }
            _ => {
                let reason = format!("reader output has shape {dimensions:?}, not [n, steps, 40]");
                return Err(ort::Error::new(reason));
            }
        };
        let countries = match outputs.get("country") {
            Some(value) => value.try_extract_tensor::<f32>()?.1,
            None => &[],
        };
        let per_plate = countries.len() / plates.max(1);
        Ok(logits
            .chunks_exact(steps * CLASSES)
            .zip(quads)
            .enumerate()
            .map(|(index, (logits, quad))| {
                let country = countries.get(index * per_plate..(index + 1) * per_plate);
                let country = country.and_then(|logits| likely_country(known, logits));
                let (positions, rows) = positions(logits);
                Read { reading: Reading { positions, country }, quad: *quad, rows }
            })
            .collect())
    }
}

fn likely_country(known: &[Option<Country>], logits: &[f32]) -> Option<(Country, f32)> {
    let probabilities = softmax(logits);
    let (index, probability) =
        probabilities.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let country = (*known.get(index)?)?;
    (probability >= MIN_COUNTRY).then_some((country, probability))
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut values: Vec<f32> = logits.iter().map(|logit| (logit - top).exp()).collect();
    let sum: f32 = values.iter().sum();
    for value in &mut values {
        *value /= sum;
    }
    values
}

/// One character as the network's columns saw it.
struct Run {
    label: usize,
    weights: [f32; ALPHABET.len()],
    /// Largest probability of any one column that something stands here.
    presence: f32,
    first_step: usize,
}

/// Turns the network's steps (columns of the upper row, then of the lower one;
/// blank and alphabet per step) into positions along the best path of
/// connectionist temporal classification (Graves et al., ICML 2006).
///
/// Each run of steps with one label is a position; its distribution is the sum of
/// the run's distributions without the blank. What the blank took at the run's best
/// step is spread evenly: a character that may not be there is no certain character.
fn positions(logits: &[f32]) -> (Vec<Position>, u8) {
    let steps = logits.len() / CLASSES;
    let mut runs: Vec<Run> = Vec::new();
    let mut previous = 0;
    for (step, logits) in logits.chunks_exact(CLASSES).enumerate() {
        let probabilities = softmax(logits);
        let label = probabilities
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map_or(0, |(label, _)| label);
        let (blank, characters) = (probabilities[0], &probabilities[1..]);
        if label != 0 {
            if label != previous {
                let weights = [0.0; ALPHABET.len()];
                runs.push(Run { label, weights, presence: 0.0, first_step: step });
            }
            if let Some(run) = runs.last_mut() {
                for (weight, p) in run.weights.iter_mut().zip(characters) {
                    *weight += p;
                }
                run.presence = run.presence.max(1.0 - blank);
            }
        }
        previous = label;
    }
    let lower = runs.iter().filter(|run| run.first_step >= steps / 2).count();
    let rows = if lower > 0 && lower < runs.len() { 2 } else { 1 };
    let positions = runs.iter().map(Run::position).collect();
    (positions, rows)
}

impl Run {
    fn position(&self) -> Position {
        debug_assert!(self.label > 0, "the blank is no character");
        let sum: f32 = self.weights.iter().sum();
        let missing = (1.0 - self.presence).max(0.0) / ALPHABET.len() as f32;
        Position::new(self.weights.map(|weight| weight / sum * self.presence + missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Logits in which each step is nearly certain of one class.
    fn logits(labels: &[usize]) -> Vec<f32> {
        let mut logits = vec![0.0; labels.len() * CLASSES];
        for (step, label) in labels.iter().enumerate() {
            logits[step * CLASSES + label] = 12.0;
        }
        logits
    }

    fn text(positions: Vec<Position>) -> Option<String> {
        Reading { positions, country: None }.text().map(String::from)
    }

    #[test]
    fn repeated_labels_are_one_character_unless_a_blank_parts_them() {
        // A = 11, B = 12, 1 = 2
        let (positions, rows) = positions(&logits(&[0, 11, 11, 0, 11, 12, 0, 0, 0, 0]));
        assert_eq!(text(positions).as_deref(), Some("AAB"));
        assert_eq!(rows, 2);
    }

    #[test]
    fn characters_in_one_half_are_one_row() {
        let (one, rows) = positions(&logits(&[0, 11, 0, 12, 0, 0, 0, 0, 0, 0]));
        assert_eq!((text(one).as_deref(), rows), (Some("AB"), 1));
        let (none, rows) = positions(&logits(&[0; 10]));
        assert_eq!((none.len(), rows), (0, 1));
    }

    #[test]
    fn a_doubtful_presence_lowers_the_confidence() {
        let mut doubtful = logits(&[0, 11, 0, 0]);
        doubtful[CLASSES] = 11.5;
        let sure = Reading { positions: positions(&logits(&[0, 11, 0, 0])).0, country: None };
        let unsure = Reading { positions: positions(&doubtful).0, country: None };
        assert_eq!(sure.text(), unsure.text());
        assert!(sure.confidence() > 0.98 && unsure.confidence() < 0.7, "{}", unsure.confidence());
    }
}

//! Reads rectified plates: one pass of the network, its columns made positions.

use ort::value::TensorRef;

use super::ctc::{self, CLASSES};
use super::error::VisionError;
use super::model::{Model, ModelCard, Models};
use super::rectify::{CROP_HEIGHT_PX, CROP_VALUES, CROP_WIDTH_PX, rectify};
use super::runtime::Runtime;
use crate::frame::{Picture, Quad};
use crate::plate::{Country, Reading};

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

/// By what the network's logits are divided so that its probabilities are as true as they are high
/// (Guo et al., ICML 2017); they belong to one model and travel in its file.
#[derive(Debug, Clone, Copy)]
struct Temperatures {
    text: f32,
    country: f32,
}

/// The plate reader with its buffers; one per thread.
pub(super) struct Reader {
    model: Model,
    countries: Vec<Option<Country>>,
    temperatures: Temperatures,
    crops: Vec<f32>,
}

impl Reader {
    pub(super) fn new(runtime: &Runtime, models: &Models) -> Result<Self, VisionError> {
        let model = Model::reader(runtime, models)?;
        let countries = model
            .property("countries")
            .map(|codes| codes.split(',').map(|code| Country::new(code).ok()).collect())
            .unwrap_or_default();
        let temperature = |name| model.number(name).map(|value| value.unwrap_or(1.0));
        let temperatures = Temperatures {
            text: temperature("temperature")?,
            country: temperature("country_temperature")?,
        };
        Ok(Self { model, countries, temperatures, crops: Vec::new() })
    }

    pub(super) fn card(&self) -> &ModelCard {
        &self.model.card
    }

    /// Reads exactly what is within the quads of a picture, in the same order.
    pub(super) fn read(
        &mut self,
        picture: &Picture,
        quads: &[Quad],
    ) -> Result<Vec<Read>, VisionError> {
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
        let (known, temperatures) = (&self.countries, self.temperatures);
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
                let country =
                    country.and_then(|logits| likely_country(known, logits, temperatures.country));
                let columns: Vec<f32> = logits
                    .chunks_exact(CLASSES)
                    .flat_map(|logits| softmax(logits, temperatures.text))
                    .collect();
                let ctc::Decoded { positions, rows } = ctc::decode(&columns, country);
                Read { reading: Reading { positions, country }, quad: *quad, rows }
            })
            .collect())
    }
}

fn likely_country(
    known: &[Option<Country>],
    logits: &[f32],
    temperature: f32,
) -> Option<(Country, f32)> {
    let probabilities = softmax(logits, temperature);
    let (index, probability) =
        probabilities.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let country = (*known.get(index)?)?;
    (probability >= MIN_COUNTRY).then_some((country, probability))
}

fn softmax(logits: &[f32], temperature: f32) -> Vec<f32> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut values: Vec<f32> =
        logits.iter().map(|logit| ((logit - top) / temperature).exp()).collect();
    let sum: f32 = values.iter().sum();
    for value in &mut values {
        *value /= sum;
    }
    values
}

//! Reads rectified plates: one pass of the network, its columns made positions.

use super::ctc::{self, CLASSES};
use super::error::VisionError;
use super::model::{Model, ModelCard, Models, Place};
use super::rectify::{CropSize, rectify};
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

/// What a network says of one plate.
struct Opinion {
    /// Probabilities, columns x [`CLASSES`].
    columns: Vec<f32>,
    /// Of each country that the network knows.
    countries: Vec<f32>,
}

/// One network that reads plates.
struct Network {
    model: Model,
    /// What it sees of a plate.
    crop: CropSize,
    countries: Vec<Option<Country>>,
    temperatures: Temperatures,
}

impl Network {
    fn new(model: Model) -> Result<Self, VisionError> {
        let countries = model
            .property("countries")
            .map(|codes| codes.split(',').map(|code| Country::new(code).ok()).collect())
            .unwrap_or_default();
        let temperature = |name| model.number(name).map(|value| value.unwrap_or(1.0));
        let temperatures = Temperatures {
            text: temperature("temperature")?,
            country: temperature("country_temperature")?,
        };
        let crop = crop_size(&model)?;
        Ok(Self { model, crop, countries, temperatures })
    }

    /// What stands on each of `plates` crops.
    fn run(&mut self, plates: usize, crops: &[f32]) -> ort::Result<Vec<Opinion>> {
        let shape = [plates, 3, self.crop.height_px, self.crop.width_px];
        let temperatures = self.temperatures;
        let outputs = self.model.network.run("crops", shape, crops)?;
        let (dimensions, logits) = outputs.tensor("logits")?;
        let steps = match dimensions[..] {
            [n, steps, classes] if n == plates as i64 && classes == CLASSES as i64 => {
                steps as usize
            }
            _ => {
                let reason = format!("reader output has shape {dimensions:?}, not [n, steps, 40]");
                return Err(ort::Error::new(reason));
            }
        };
        let countries = outputs.find("country")?.map_or(&[][..], |(_, values)| values);
        let per_plate = countries.len() / plates.max(1);
        let opinions = logits.chunks_exact(steps * CLASSES).enumerate();
        Ok(opinions
            .map(|(index, logits)| {
                let country = countries.get(index * per_plate..(index + 1) * per_plate);
                Opinion {
                    columns: logits
                        .chunks_exact(CLASSES)
                        .flat_map(|logits| softmax(logits, temperatures.text))
                        .collect(),
                    countries: softmax(country.unwrap_or_default(), temperatures.country),
                }
            })
            .collect())
    }
}

/// How large a reader wants its plates, as its file says.
fn crop_size(model: &Model) -> Result<CropSize, VisionError> {
    let shape = model.network.input_shape("crops").unwrap_or_default();
    let side =
        |side: i64, most: usize| usize::try_from(side).ok().filter(|px| (1..=most).contains(px));
    if let [_, 3, height, width] = *shape
        && let Some(height_px) = side(height, CropSize::MAX.height_px)
        && let Some(width_px) = side(width, CropSize::MAX.width_px)
    {
        return Ok(CropSize { width_px, height_px });
    }
    let CropSize { width_px, height_px } = CropSize::MAX;
    Err(VisionError::Model {
        model: model.card.origin.clone(),
        reason: format!(
            "its input \"crops\" has shape {shape:?}, not [n, 3, height, width] of at most \
             {height_px} x {width_px} pixels; export a reader of this version's recipe"
        ),
    })
}

/// The plate reader with its buffers; one per thread.
pub(super) struct Reader {
    /// The reader, and the second one where two are asked.
    networks: Vec<Network>,
    crops: Vec<f32>,
}

impl Reader {
    /// Loads the reader, and with `second` another one, whose errors are others: both
    /// together read more than either (`docs/design/reader.md`).
    pub(super) fn new(place: &Place, models: &Models, second: bool) -> Result<Self, VisionError> {
        let mut networks = vec![Network::new(Model::reader(place, models)?)?];
        if second {
            networks.push(Network::new(Model::second_reader(place, models)?)?);
        }
        Ok(Self { networks, crops: Vec::new() })
    }

    /// What the networks say of themselves, the reader first.
    pub(super) fn cards(&self) -> impl Iterator<Item = &ModelCard> {
        self.networks.iter().map(|network| &network.model.card)
    }

    /// Reads exactly what is within the quads of a picture, in the same order.
    pub(super) fn read(
        &mut self,
        picture: &Picture,
        quads: &[Quad],
    ) -> Result<Vec<Read>, VisionError> {
        let mut reads = Vec::with_capacity(quads.len());
        for batch in quads.chunks(BATCH) {
            let mut opinions = Vec::with_capacity(self.networks.len());
            for network in &mut self.networks {
                let size = network.crop;
                self.crops.resize(batch.len() * size.values(), 0.0);
                for (quad, crop) in batch.iter().zip(self.crops.chunks_exact_mut(size.values())) {
                    rectify(picture, quad, size, crop);
                }
                let said = network.run(batch.len(), &self.crops);
                opinions.push(said.map_err(|source| VisionError::Run {
                    model: "plate reader",
                    width_px: picture.width_px(),
                    height_px: picture.height_px(),
                    source,
                })?);
            }
            reads.extend(batch.iter().enumerate().map(|(plate, quad)| {
                let said: Vec<&Opinion> = opinions.iter().map(|network| &network[plate]).collect();
                self.together(&said, *quad)
            }));
        }
        Ok(reads)
    }

    /// What all networks together say of a plate.
    fn together(&self, said: &[&Opinion], quad: Quad) -> Read {
        let country = likely_country(self.networks.iter().zip(said.iter().copied()));
        let columns: Vec<&[f32]> = said.iter().map(|opinion| &opinion.columns[..]).collect();
        let ctc::Decoded { positions, rows } = ctc::decode(&columns, country);
        Read { reading: Reading { positions, country }, quad, rows }
    }
}

/// The country that the networks together hold likeliest, by the mean of their probabilities.
fn likely_country<'n>(
    said: impl ExactSizeIterator<Item = (&'n Network, &'n Opinion)>,
) -> Option<(Country, f32)> {
    let share = 1.0 / said.len() as f32;
    let mut sums: Vec<(Option<Country>, f32)> = Vec::new();
    for (network, opinion) in said {
        for (country, probability) in network.countries.iter().zip(&opinion.countries) {
            match sums.iter_mut().find(|(known, _)| known == country) {
                Some((_, sum)) => *sum += share * probability,
                None => sums.push((*country, share * probability)),
            }
        }
    }
    let (country, probability) = sums.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    country.filter(|_| probability >= MIN_COUNTRY).map(|country| (country, probability))
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

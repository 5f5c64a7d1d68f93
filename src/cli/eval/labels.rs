//! Labelled pictures and crops, one JSON object a line.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::table;
use crate::cli::failure::Failure;
use crate::frame::Rect;
use crate::vision::VehicleKind;

/// A box in a list of labels to leave out is a label's own.
const SAME_LABEL_IOU: f32 = 0.9;

/// A picture with the plates in it.
#[derive(Debug, Deserialize)]
pub(super) struct Picture {
    pub(super) image: String,
    #[serde(default)]
    pub(super) source: String,
    split: String,
    pub(super) plates: Vec<Plate>,
    /// Labels that do not count ([`leave_out`]).
    #[serde(skip)]
    pub(super) left_out: Vec<Rect>,
}

/// A labelled plate.
#[derive(Debug, Deserialize)]
pub(super) struct Plate {
    #[serde(rename = "box")]
    pub(super) rect: Rect,
    pub(super) text: Option<String>,
    pub(super) legible: Option<bool>,
    pub(super) quad: Option<[[f32; 2]; 4]>,
    #[serde(default)]
    pub(super) rows: Option<u8>,
    #[serde(default)]
    pub(super) country: Option<String>,
}

impl Plate {
    /// The text, where a person reads it with certainty.
    pub(super) fn legible_text(&self) -> Option<&str> {
        self.text.as_deref().filter(|_| self.legible == Some(true))
    }
}

/// A picture with the vehicles in it.
#[derive(Debug, Deserialize)]
pub(super) struct VehiclePicture {
    pub(super) image: String,
    split: String,
    pub(super) vehicles: Vec<Vehicle>,
    /// Vehicles that nobody has labelled ([`add_unlabelled`]).
    #[serde(skip)]
    pub(super) unlabelled: Vec<Rect>,
}

/// A labelled vehicle.
#[derive(Debug, Deserialize)]
pub(super) struct Vehicle {
    pub(super) class: VehicleClass,
    #[serde(rename = "box")]
    pub(super) rect: Rect,
}

/// What a label calls a vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum VehicleClass {
    Car,
    Van,
    Ambulance,
    Truck,
    Bus,
    Motorcycle,
    Bicycle,
    /// Any two-wheeler.
    Bike,
    /// Anything that drives.
    Vehicle,
}

impl VehicleClass {
    /// The kinds that it can be: an ambulance has a van's body.
    pub(super) fn kinds(self) -> &'static [VehicleKind] {
        match self {
            Self::Car => &[VehicleKind::Car],
            Self::Van | Self::Ambulance => &[VehicleKind::Van],
            Self::Truck => &[VehicleKind::Truck],
            Self::Bus => &[VehicleKind::Bus],
            Self::Motorcycle => &[VehicleKind::Motorcycle],
            Self::Bicycle => &[VehicleKind::Bicycle],
            Self::Bike => &[VehicleKind::Motorcycle, VehicleKind::Bicycle],
            Self::Vehicle => &VehicleKind::ALL,
        }
    }
}

/// A cut-out plate.
#[derive(Debug, Deserialize)]
pub(super) struct Crop {
    pub(super) image: String,
    pub(super) text: String,
    #[serde(default)]
    pub(super) country: Option<String>,
    #[serde(default)]
    pub(super) rows: Option<u8>,
}

pub(super) fn pictures(data: &Path, split: &str) -> Result<Vec<Picture>, Failure> {
    let mut pictures: Vec<Picture> = lines(&data.join("plates/labels.jsonl"))?;
    pictures.retain(|picture| picture.split == split);
    Ok(pictures)
}

pub(super) fn vehicles(data: &Path, split: &str) -> Result<Vec<VehiclePicture>, Failure> {
    let mut pictures: Vec<VehiclePicture> = lines(&data.join("vehicles/labels.jsonl"))?;
    pictures.retain(|picture| picture.split == split);
    Ok(pictures)
}

/// Takes the labels named in a table ([`table`]) out of the pictures. What is found there afterwards is
/// neither right nor wrong. Gives the number of labels taken out.
pub(super) fn leave_out(pictures: &mut [Picture], file: &Path) -> Result<usize, Failure> {
    let mut left_out = 0;
    for row in table::read(file)? {
        for picture in pictures.iter_mut().filter(|picture| row.is_of(&picture.image)) {
            let is = |plate: &Plate| plate.rect.iou(&row.rect) >= SAME_LABEL_IOU;
            let (out, kept) = std::mem::take(&mut picture.plates).into_iter().partition(is);
            picture.plates = kept;
            left_out += Vec::len(&out);
            picture.left_out.extend(out.into_iter().map(|plate| plate.rect));
        }
    }
    Ok(left_out)
}

/// Adds the vehicles of a table ([`table`]) that have no label: what is found there is neither right nor
/// wrong.
pub(super) fn add_unlabelled(pictures: &mut [VehiclePicture], file: &Path) -> Result<(), Failure> {
    for row in table::read(file)? {
        for picture in pictures.iter_mut().filter(|picture| row.is_of(&picture.image)) {
            picture.unlabelled.push(row.rect);
        }
    }
    Ok(())
}

pub(super) fn crops(data: &Path) -> Result<Vec<Crop>, Failure> {
    lines(&data.join("crops-validation/labels.jsonl"))
}

/// The objects of a file; none when there is no such file.
fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| {
                Failure::failed(format!("{}, line {}: {error}", path.display(), index + 1))
            })
        })
        .collect()
}

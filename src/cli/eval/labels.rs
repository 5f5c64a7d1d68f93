//! Labelled pictures and crops, one JSON object a line.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cli::failure::Failure;
use crate::frame::Rect;

/// A picture with the plates in it.
#[derive(Debug, Deserialize)]
pub(super) struct Picture {
    pub(super) image: String,
    #[serde(default)]
    pub(super) source: String,
    split: String,
    pub(super) plates: Vec<Plate>,
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

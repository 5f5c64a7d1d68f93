//! Everything that was looked at closely, as lines of JSON.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::failure::Failure;
use crate::frame::Rect;
use crate::vision::Sighting;

/// The file that it is written into.
pub(super) struct Finds {
    path: PathBuf,
    writer: BufWriter<File>,
}

/// One place.
#[derive(Serialize)]
struct Find<'p> {
    image: &'p str,
    #[serde(rename = "box")]
    rect: Rect,
    /// By detector and aligner.
    score: f32,
    /// By the reading alone, without syntax.
    text: String,
    confidence: f32,
}

impl Finds {
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| {
            Failure::failed(format!("cannot write {}: {error}", path.display()))
        })?;
        Ok(Self { path: path.to_owned(), writer: BufWriter::new(file) })
    }

    pub(super) fn tell(&mut self, image: &str, sightings: &[Sighting]) -> Result<(), Failure> {
        for Sighting { detection, reading, .. } in sightings {
            let find = Find {
                image,
                rect: detection.rect,
                score: detection.score,
                text: reading.text().map(String::from).unwrap_or_default(),
                confidence: reading.confidence(),
            };
            serde_json::to_writer(&mut self.writer, &find)?;
            let written = writeln!(self.writer).and_then(|()| self.writer.flush());
            written.map_err(|error| {
                Failure::failed(format!("cannot write {}: {error}", self.path.display()))
            })?;
        }
        Ok(())
    }
}

//! What is to be read in clips: `truth.json` of a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::cli::failure::Failure;
use crate::frame::Rect;

/// A clip of the folder with the plates that can be read in it.
#[derive(Debug)]
pub(super) struct Clip {
    /// The file's name.
    pub(super) name: String,
    pub(super) plates: Vec<TruePlate>,
}

/// A plate that a person can read in a clip, with its times in seconds.
#[derive(Debug)]
pub(super) struct TruePlate {
    pub(super) text: String,
    /// From when to when it can be read, gaps included.
    pub(super) seen_s: (f64, f64),
    /// Where it is from when to when, if the truth says.
    pub(super) places: Vec<((f64, f64), Rect)>,
}

/// A range of frames, both ends included.
type Frames = [u32; 2];

/// A clip as it stands in the file.
#[derive(Debug, Deserialize)]
struct Entry {
    fps: f64,
    #[serde(default)]
    plates: Vec<Plate>,
    #[serde(default)]
    distinct_legible_plates: Vec<Plate>,
    #[serde(default)]
    stills: Vec<Still>,
}

#[derive(Debug, Deserialize)]
struct Plate {
    text: Option<String>,
    readable: Option<Frames>,
    readable_with_effort: Option<Frames>,
    #[serde(default)]
    frame_ranges: Vec<Frames>,
}

/// A time of the clip in which nothing moves.
#[derive(Debug, Deserialize)]
struct Still {
    frames: Frames,
    #[serde(default)]
    plates: Vec<Placed>,
}

#[derive(Debug, Deserialize)]
struct Placed {
    #[serde(rename = "box")]
    rect: Rect,
    text: Option<String>,
}

/// The clips of a folder that have plates with known texts.
pub(super) fn clips(folder: &Path) -> Result<Vec<Clip>, Failure> {
    let path = folder.join("truth.json");
    let text = fs::read_to_string(&path)
        .map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))?;
    parse(&text).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))
}

fn parse(text: &str) -> Result<Vec<Clip>, String> {
    let entries: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut clips = Vec::new();
    // What begins with an underscore is a remark.
    for (name, entry) in entries.into_iter().filter(|(name, _)| !name.starts_with('_')) {
        let entry: Entry =
            serde_json::from_value(entry).map_err(|error| format!("{name}: {error}"))?;
        if entry.fps.is_nan() || entry.fps <= 0.0 {
            return Err(format!("{name}: fps is {}, which is no frame rate", entry.fps));
        }
        let plates: Vec<TruePlate> = entry
            .plates
            .iter()
            .chain(&entry.distinct_legible_plates)
            .filter_map(|plate| plate.timed(&entry))
            .collect();
        if !plates.is_empty() {
            clips.push(Clip { name, plates });
        }
    }
    Ok(clips)
}

impl Plate {
    /// With its times; `None` when its text or its time is not known.
    fn timed(&self, clip: &Entry) -> Option<TruePlate> {
        let text = self.text.clone()?;
        let time = |[first, last]: Frames| {
            (f64::from(first) / clip.fps, f64::from(last.saturating_add(1)) / clip.fps)
        };
        let mut places = Vec::new();
        for still in &clip.stills {
            let here = still.plates.iter().filter(|plate| plate.text.as_ref() == Some(&text));
            places.extend(here.map(|plate| (time(still.frames), plate.rect)));
        }
        let ranges = self.readable.iter().chain(&self.readable_with_effort);
        let ranges = ranges.chain(&self.frame_ranges).map(|frames| time(*frames));
        let seen_s = ranges
            .chain(places.iter().map(|(time, _)| *time))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        Some(TruePlate { text, seen_s, places })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_clip_are_understood() {
        let text = r#"{
            "_about": "a remark",
            "none.mp4": {"fps": 25, "plates": []},
            "gate.mp4": {"fps": 25, "plates": [
                {"text": "AB123CD", "readable": [50, 74], "readable_with_effort": [25, 49]},
                {"text": null, "readable": [0, 9]}
            ]},
            "ride.mp4": {"fps": 10,
                "distinct_legible_plates": [{"text": "FX482KM", "frame_ranges": [[0, 4], [10, 14]]}],
                "stills": [
                    {"frames": [0, 4], "plates": [{"box": [1, 2, 30, 8], "text": "FX482KM"}]},
                    {"frames": [15, 19], "plates": [{"box": [5, 2, 30, 8], "text": "FX482KM"},
                                                    {"box": [90, 2, 30, 8], "text": null}]}
                ]}
        }"#;
        let clips = parse(text).unwrap();
        assert_eq!(clips.len(), 2);
        assert_eq!((clips[0].plates.len(), clips[0].plates[0].seen_s), (1, (1.0, 3.0)));
        let ride = &clips[1].plates[0];
        assert_eq!((ride.seen_s, ride.places.len()), ((0.0, 2.0), 2));
        assert_eq!(ride.places[1], ((1.5, 2.0), Rect { x: 5.0, y: 2.0, w: 30.0, h: 8.0 }));
    }

    #[test]
    fn a_clip_without_a_frame_rate_is_named() {
        let complaint = parse(r#"{"gate.mp4": {"fps": 0}}"#).err().unwrap();
        assert!(complaint.contains("gate.mp4") && complaint.contains("fps"), "{complaint}");
    }
}

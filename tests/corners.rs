//! The corners that are found in the project's own pictures, whose true ones are known exactly.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and reports what it measured"
)]

use std::fs;
use std::path::Path;

use serde_json::Value;
use varco::frame::{Picture, Quad};
use varco::video::read_picture;
use varco::vision::{Engine, EngineConfig};

/// Mean distance from the true corners, in plate heights.
const MOST_HEIGHTS: f32 = 0.1;

/// The project's pictures with the quads of the plates that a person can read in them.
fn pictures() -> Vec<(Picture, Vec<Quad>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pictures");
    let labels = fs::read_to_string(folder.join("labels.jsonl")).unwrap();
    let rows = labels.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| {
        let picture = read_picture(&folder.join(row["image"].as_str().unwrap())).unwrap();
        let plates = row["plates"].as_array().unwrap().iter();
        let legible = plates.filter(|plate| plate["legible"] == true);
        let quads = legible.map(|plate| serde_json::from_value(plate["quad"].clone()).unwrap());
        (picture, quads.collect())
    })
    .collect()
}

fn error_heights(quad: &Quad, truth: &Quad) -> f32 {
    let apart = quad.0.iter().zip(&truth.0).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]));
    apart.sum::<f32>() / 4.0 / truth.height_px()
}

/// The nearest of what was found.
fn nearest<'q>(found: impl Iterator<Item = &'q Quad>, truth: &Quad) -> f32 {
    found.map(|quad| error_heights(quad, truth)).fold(f32::INFINITY, f32::min)
}

#[test]
fn corners_are_found_to_a_tenth_of_the_plate_s_height() {
    let mut engine = Engine::new(&EngineConfig::default()).unwrap();
    let mut errors = Vec::new();
    for (picture, truths) in pictures() {
        let found = engine.detect(&picture).unwrap();
        errors.extend(truths.iter().map(|truth| nearest(found.iter().map(|d| &d.quad), truth)));
    }
    println!("{errors:.3?} plate heights");
    assert!(errors.len() >= 5, "{errors:?}");
    assert!(errors.iter().all(|error| *error < MOST_HEIGHTS), "{errors:?}");
}

#[test]
fn a_plate_is_followed_from_where_it_should_be_and_nothing_is_where_there_is_none() {
    let mut engine = Engine::new(&EngineConfig::default()).unwrap();
    for (picture, truths) in pictures() {
        for truth in truths {
            let (right, down) = (0.1 * truth.width_px(), 0.25 * truth.height_px());
            let expected = Quad(truth.0.map(|[x, y]| [x + right, y - down]));
            let found = engine.follow(&picture, &[expected]).unwrap();
            let error = nearest(found.iter().map(|d| &d.quad), &truth);
            assert!(error < 1.5 * MOST_HEIGHTS, "{error} from {truth:?}: {found:?}");
            // Twice the plate's width beside it is the vehicle's body or the road.
            let away = 2.0 * truth.width_px();
            let nothing = Quad(truth.0.map(|[x, y]| [x - away, y]));
            assert_eq!(engine.follow(&picture, &[nothing]).unwrap(), [], "beside {truth:?}");
            // Both guesses at one plate are one plate.
            assert_eq!(engine.follow(&picture, &[truth, expected]).unwrap().len(), 1);
        }
    }
}

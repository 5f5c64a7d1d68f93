//! `varco count` as a person runs it: on clips whose vehicles are known, and with bad arguments.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it left out"
)]

mod cli;
mod pack;

use std::path::Path;

use cli::{lines, varco};
use pack::data_pack;
use serde_json::Value;

/// The passages and the totals of a clip.
fn count(clip: &Path) -> (Vec<Value>, Value) {
    let output = varco(&["count", "--json", clip.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut lines = lines(&output);
    let totals = lines.pop().unwrap();
    assert_eq!(totals["totals"]["vehicles"], lines.len());
    (lines, totals["totals"].clone())
}

/// Each vehicle of a clip's truth as its frames, and the passage that was there with it: the one
/// whose time overlaps most.
fn matched<'p>(truth: &Value, fps: f64, passages: &'p [Value]) -> Vec<&'p Value> {
    let overlap = |passage: &Value, from: f64, to: f64| {
        let (first, last) =
            (passage["first_s"].as_f64().unwrap(), passage["last_s"].as_f64().unwrap());
        last.min(to) - first.max(from)
    };
    let list = truth["vehicles"]["list"].as_array().unwrap();
    list.iter()
        .map(|vehicle| {
            let at = |index: usize| vehicle["frames"][index].as_f64().unwrap() / fps;
            let best = |a: &&Value, b: &&Value| {
                overlap(a, at(0), at(1)).total_cmp(&overlap(b, at(0), at(1)))
            };
            let passage = passages.iter().max_by(best).unwrap();
            let share = overlap(passage, at(0), at(1)) / (at(1) - at(0));
            assert!(share > 0.3, "no passage of {vehicle}: {passage}");
            passage
        })
        .collect()
}

#[test]
fn one_car_is_one_passage_towards_the_camera() {
    for clip in ["one-car.mp4", "one-car-h265.mp4"] {
        let (passages, totals) = count(&Path::new("fixtures/clips").join(clip));
        assert_eq!(passages.len(), 1, "{clip}: {passages:?}");
        assert_eq!(passages[0]["direction"], "approaching");
        assert_eq!(totals["by_direction"]["approaching"], 1);
        assert_eq!(passages[0]["path"].as_array().map(Vec::len), Some(3));
    }
}

#[test]
fn the_clip_from_above_is_two_up_and_two_down() {
    let Some(pack) = data_pack() else { return };
    let (passages, totals) = count(&pack.join("clips/overhead-count.mp4"));
    assert_eq!(totals["vehicles"], 4, "{passages:?}");
    assert_eq!(
        (&totals["by_heading"]["up"], &totals["by_heading"]["down"]),
        (&2.into(), &2.into())
    );
    let truth = &truth(&pack)["overhead-count.mp4"];
    for (vehicle, passage) in
        truth["vehicles"]["list"].as_array().unwrap().iter().zip(matched(truth, 12.5, &passages))
    {
        // Two are in the picture at the same time, one each way.
        let same = passages.iter().filter(|other| {
            other["heading"] == vehicle["direction"]
                && (other["first_s"].as_f64().unwrap() - passage["first_s"].as_f64().unwrap()).abs()
                    < 1.5
        });
        assert_eq!(same.count(), 1, "{vehicle}: {passages:?}");
    }
}

#[test]
fn the_street_clip_is_eight_towards_the_camera_and_no_parked_car() {
    let Some(pack) = data_pack() else { return };
    let (passages, totals) = count(&pack.join("clips/street-count.mp4"));
    assert_eq!(totals["vehicles"], 8, "{passages:?}");
    assert_eq!(totals["by_direction"]["approaching"], 8, "{passages:?}");
    assert!(totals["by_kind"]["car"].as_u64() >= Some(7), "{totals}");
    let truth = &truth(&pack)["street-count.mp4"];
    let mut numbers: Vec<u64> = matched(truth, 24.0, &passages)
        .into_iter()
        .map(|passage| passage["passage"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 8, "each vehicle has a passage of its own: {passages:?}");
}

#[test]
fn the_gate_clip_is_one_vehicle() {
    let Some(pack) = data_pack() else { return };
    let (passages, _) = count(&pack.join("clips/gate-approach.mp4"));
    assert_eq!(passages.len(), 1, "{passages:?}");
    assert_eq!(passages[0]["heading"], "left");
}

fn truth(pack: &Path) -> Value {
    let text = std::fs::read_to_string(pack.join("clips/truth.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_person_reads_a_table_with_the_totals() {
    let output = varco(&["count", "fixtures/clips/one-car.mp4"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("approaching") && text.contains(": 1 vehicles"), "{text}");
}

#[test]
fn wrong_usage_is_told() {
    for (arguments, wanted) in [
        (vec!["count", "fixtures/pictures"], "is no video"),
        (vec!["count", "--least-share", "3", "a.mp4"], "--least-share"),
        (vec!["count", "--fps", "0", "a.mp4"], "--fps"),
    ] {
        let output = varco(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(wanted), "{arguments:?}");
    }
    let output = varco(&["count", "fixtures/bad/empty.mp4"]);
    assert_eq!(output.status.code(), Some(1));
}

//! 1080p clips with known traffic, made of the project's own small ones.

use std::fs;
use std::path::{Path, PathBuf};

use gstreamer as gst;
use gstreamer::prelude::*;
use gstreamer_app as gst_app;

use crate::weather::{Planes, Weather};

const WIDTH: usize = 1920;
const HEIGHT: usize = 1080;

/// As cameras usually encode: constant quality under a limit, a key frame each two seconds.
const CAPPED: &str = "pass=qual quantizer=26 bitrate=6000";
/// The rate is kept, whatever is seen.
const CONSTANT: &str = "pass=cbr bitrate=4000";

/// A clip to play.
#[derive(Debug, Clone)]
pub(crate) struct Clip {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
    /// Its length, seconds.
    pub(crate) length_s: f64,
    /// Each vehicle that can be read: its plate, and when it can be for the last time, seconds.
    pub(crate) passes: Vec<(String, f64)>,
}

/// What a clip is made of.
struct Recipe {
    name: &'static str,
    of: &'static str,
    weather: Weather,
    encoder: &'static str,
}

pub(crate) const GATE: &str = "gate";
pub(crate) const ROAD: &str = "road";
/// The hard ones.
pub(crate) const HARD: [&str; 6] = ["night", "rain", "wind", "blinking", "creeping", "constant"];

fn recipe(name: &str) -> Recipe {
    let quiet = |name, weather| Recipe { name, of: "gate-quiet", weather, encoder: CAPPED };
    match name {
        "gate" => quiet("gate", Weather::Day),
        "night" => quiet("night", Weather::Night),
        "rain" => quiet("rain", Weather::Rain),
        "wind" => quiet("wind", Weather::Wind),
        "constant" => Recipe { encoder: CONSTANT, ..quiet("constant", Weather::Day) },
        "road" => Recipe { of: "gate-demo", ..quiet("road", Weather::Day) },
        "creeping" => Recipe { of: "gate-creeping", ..quiet("creeping", Weather::Day) },
        "blinking" => {
            let lamps = Weather::Lamps(lamps_of_parked());
            Recipe { of: "gate-parked", ..quiet("blinking", lamps) }
        }
        other => panic!("there is no clip {other}"),
    }
}

fn fixture(name: &str, ending: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join(format!("fixtures/clips/{name}.{ending}"))
}

fn truth(name: &str) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(fixture(name, "json")).unwrap()).unwrap()
}

/// Left and right of the parked car's plate, and a little above it.
fn lamps_of_parked() -> [[f32; 2]; 2] {
    let truth = truth("gate-parked");
    let vehicles = truth["vehicles"].as_array().unwrap();
    let parked = vehicles.iter().max_by_key(|v| v["quads"].as_object().unwrap().len()).unwrap();
    let quad = parked["quads"].as_object().unwrap().values().next().unwrap();
    let corner = |n: usize, axis: usize| quad[n][axis].as_f64().unwrap() as f32 * 1.5;
    let wide = corner(1, 0) - corner(0, 0);
    let top = corner(0, 1) - 0.9 * wide;
    [[corner(0, 0) - 0.75 * wide, top], [corner(1, 0) + 0.45 * wide, top]]
}

/// The clip, made if it is not there yet.
pub(crate) fn clip(name: &str) -> Clip {
    let recipe = recipe(name);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
    let path = root.join(format!("streams-{}.mp4", recipe.name));
    if !path.exists() {
        fs::create_dir_all(&root).unwrap();
        make(&recipe, &path);
    }
    let truth = truth(recipe.of);
    let fps = truth["fps"].as_f64().unwrap();
    let passes = truth["vehicles"].as_array().unwrap().iter().filter_map(|vehicle| {
        let last = vehicle["legible_frames"].as_array().unwrap().last()?;
        Some((vehicle["text"].as_str().unwrap().to_owned(), last[1].as_f64().unwrap() / fps))
    });
    Clip {
        name: recipe.name,
        path,
        length_s: truth["frames"].as_f64().unwrap() / fps,
        passes: passes.collect(),
    }
}

fn make(recipe: &Recipe, path: &Path) {
    gst::init().unwrap();
    let part = path.with_extension("part");
    let from = gst::parse::launch(&format!(
        "filesrc location={} ! decodebin ! videoscale ! videoconvert ! \
         video/x-raw,format=I420,width={WIDTH},height={HEIGHT} ! \
         appsink name=out sync=false max-buffers=4",
        fixture(recipe.of, "mp4").display()
    ))
    .unwrap();
    let to = gst::parse::launch(&format!(
        "appsrc name=in format=time block=true max-bytes=20000000 ! \
         x264enc {} speed-preset=veryfast bframes=0 key-int-max=50 option-string=scenecut=0 ! \
         h264parse ! mp4mux ! filesink location={}",
        recipe.encoder,
        part.display()
    ))
    .unwrap();
    let named = |pipeline: &gst::Element, name| {
        pipeline.downcast_ref::<gst::Bin>().unwrap().by_name(name).unwrap()
    };
    let out = named(&from, "out").downcast::<gst_app::AppSink>().unwrap();
    let input = named(&to, "in").downcast::<gst_app::AppSrc>().unwrap();
    from.set_state(gst::State::Playing).unwrap();
    to.set_state(gst::State::Playing).unwrap();
    let mut number = 0;
    while let Ok(sample) = out.pull_sample() {
        if number == 0 {
            input.set_caps(Some(&sample.caps_owned().unwrap()));
        }
        let picture = sample.buffer().unwrap();
        let mut bytes = picture.map_readable().unwrap().to_vec();
        let planes = &mut Planes { bytes: &mut bytes, width: WIDTH, height: HEIGHT };
        recipe.weather.draw(planes, number);
        let mut buffer = gst::Buffer::from_mut_slice(bytes);
        let timed = buffer.make_mut();
        timed.set_pts(gst::ClockTime::from_mseconds(number * 40));
        timed.set_duration(gst::ClockTime::from_mseconds(40));
        input.push_buffer(buffer).unwrap();
        number += 1;
    }
    input.end_of_stream().unwrap();
    let kinds = [gst::MessageType::Eos, gst::MessageType::Error];
    let over = to.bus().unwrap().timed_pop_filtered(gst::ClockTime::from_seconds(120), &kinds);
    assert_eq!(over.unwrap().type_(), gst::MessageType::Eos, "{}", recipe.name);
    for pipeline in [&from, &to] {
        pipeline.set_state(gst::State::Null).unwrap();
    }
    fs::rename(part, path).unwrap();
}

//! Plays clips the way `varco read` does and compares what comes out with what is in them.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::stages::{Found, Given, Outcome, Read, Totals, outcome};
use super::truth;
use crate::cli::failure::Failure;
use crate::cli::progress;
use crate::cli::read::{Pace, PlateLine, USUAL_FPS};
use crate::frame::{Frame, Quad};
use crate::tracking::{Tracker, TrackerConfig, Transit};
use crate::video::{Location, Next, Source, SourceConfig};
use crate::vision::{Detection, Engine, EngineConfig, Sighting};

/// How long a frame is waited for at a time.
const PATIENCE: Duration = Duration::from_secs(1);

/// What became of the true plates of all clips.
#[derive(Debug, Default, Serialize)]
pub(super) struct Clips {
    pub(super) totals: Totals,
    pub(super) clips: Vec<ClipFigures>,
}

/// What became of the true plates of one clip.
#[derive(Debug, Serialize)]
pub(super) struct ClipFigures {
    pub(super) clip: String,
    pub(super) plates: Vec<Outcome>,
    /// Texts given out that are no true plate's; not every plate is in the truth.
    pub(super) others: Vec<String>,
}

/// What was found, read and given out in one clip.
#[derive(Debug, Default)]
struct Record {
    found: Vec<Found>,
    given: Vec<Given>,
}

/// Plays the clips of a folder that have plates with known texts.
pub(super) fn measure(folder: &Path, config: &EngineConfig) -> Result<Clips, Failure> {
    let clips = truth::clips(folder)?;
    if clips.is_empty() {
        return Err(Failure::failed(format!(
            "nothing to measure in {}: its truth.json names no clip with the text of a plate",
            folder.display()
        )));
    }
    let mut figures = Clips::default();
    for clip in clips {
        let record = play(&folder.join(&clip.name), &clip.name, config)?;
        let plates: Vec<Outcome> =
            clip.plates.iter().map(|plate| outcome(plate, &record.found, &record.given)).collect();
        for plate in &plates {
            figures.totals.count(plate);
        }
        let others = record.given.into_iter().map(|given| given.text);
        let others = others.filter(|text| plates.iter().all(|plate| plate.text != *text)).collect();
        figures.clips.push(ClipFigures { clip: clip.name, plates, others });
    }
    Ok(figures)
}

fn play(path: &Path, name: &str, config: &EngineConfig) -> Result<Record, Failure> {
    let mut engine =
        Engine::new(&EngineConfig { thorough: false, second_reader: false, ..config.clone() })?;
    let mut tracker = Tracker::new(TrackerConfig::default());
    let mut source = Source::start(SourceConfig::new(Location::File(path.to_owned())))?;
    let spinner = progress::spinner(name.to_owned());
    let mut pace = Pace::new(USUAL_FPS);
    let mut record = Record::default();
    loop {
        match source.next(PATIENCE) {
            Next::Frame(frame) => {
                let now_s = frame.stream_time.as_secs_f64();
                if pace.lets(now_s) {
                    record.look(&frame, &mut engine, &mut tracker)?;
                    spinner.set_message(format!("{now_s:.1} s"));
                    spinner.tick();
                }
            }
            Next::Quiet => {}
            Next::Ended => break,
            Next::Skipped(error) | Next::Failed(error) => return Err(error.into()),
        }
    }
    spinner.finish_and_clear();
    record.give(tracker.flush());
    Ok(record)
}

impl Record {
    fn look(
        &mut self,
        frame: &Frame,
        engine: &mut Engine,
        tracker: &mut Tracker,
    ) -> Result<(), Failure> {
        let detections = engine.detect(&frame.picture)?;
        let mut reads: Vec<(Quad, Read)> = Vec::new();
        let transits = tracker.observe(frame, &detections, |quad: &Quad| {
            let reading = engine.read(&frame.picture, quad)?;
            let detection = Detection { quad: *quad, rect: quad.bounds(), score: 1.0 };
            let line = PlateLine::of(&Sighting { detection, reading: reading.clone(), rows: 1 });
            let read = Read {
                confidence: line.as_ref().map_or(0.0, |line| line.confidence),
                text: line.map(|line| line.text.as_str().to_owned()),
                width_px: quad.width_px(),
            };
            reads.push((*quad, read));
            Ok::<_, Failure>(reading)
        })?;
        let at_s = frame.stream_time.as_secs_f64();
        self.found.extend(detections.iter().map(|detection| {
            let read = reads.iter().find(|(quad, _)| *quad == detection.quad);
            Found { at_s, rect: detection.rect, read: read.map(|(_, read)| read.clone()) }
        }));
        self.give(transits);
        Ok(())
    }

    fn give(&mut self, transits: Vec<Transit>) {
        let config = TrackerConfig::default();
        let ended = transits.into_iter().filter(|transit| transit.is_final(&config));
        self.given.extend(ended.map(|transit| Given {
            text: transit.text.as_str().to_owned(),
            first_s: transit.first_s,
            last_s: transit.last_s,
        }));
    }
}

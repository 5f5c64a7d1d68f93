//! A video file or a stream: one result a passing vehicle.

use std::process::ExitCode;

use super::line::TransitLine;
use super::pace::Pace;
use super::{Args, Complaints, Output, annotate};
use crate::cli::failure::Outcome;
use crate::cli::interrupt;
use crate::cli::playback::{Playback, Played};
use crate::tracking::{Tracker, TrackerConfig, Transit};
use crate::traffic::Kinds;
use crate::video::Location;
use crate::vision::{Engine, EngineConfig};

/// In a stream a vehicle is told when it is gone for so long, seconds.
const LIVE_REJOIN_S: f64 = 5.0;

/// Reads a video to its end, or a stream until it is interrupted.
pub(super) fn read(
    args: &Args,
    location: Location,
    output: &mut Output,
    complaints: &mut Complaints,
) -> Outcome {
    let name = location.to_string();
    let live = location.is_live();
    let mut engine = Engine::new(&EngineConfig {
        thorough: false,
        second_reader: false,
        ..args.engine_config()
    })?;
    let mut tracker = Tracker::new(tracker_config(live));
    let mut kinds = Kinds::new(args.accelerator)?;
    let interrupted = interrupt::watch()?;
    let mut playback = match Playback::start(location, &interrupted, None) {
        Ok(playback) => playback,
        Err(error) => {
            complaints.tell(&error.to_string());
            return Ok(ExitCode::SUCCESS);
        }
    };
    let mut teller = Teller { args, name: &name, number: 0 };
    let mut pace = Pace::new(args.fps);
    while let Some(played) = playback.next() {
        match played {
            Played::Frame(frame) => {
                let now_s = frame.stream_time.as_secs_f64();
                if !pace.lets(now_s) {
                    continue;
                }
                let plates = engine.detect(&frame.picture)?;
                let read = |quad: &_| engine.read(&frame.picture, quad);
                let mut transits = tracker.observe(&frame, &plates, read)?;
                kinds.look(&frame, &plates)?;
                kinds.tell(&mut transits);
                playback.say(format!("{now_s:.1} s, {} vehicles", teller.number));
                for transit in transits {
                    playback.aside(|| teller.tell(&transit, output, complaints))?;
                }
            }
            Played::Skipped(error) | Played::Failed(error) => {
                playback.aside(|| complaints.tell(&error.to_string()));
            }
        }
    }
    let mut transits = tracker.flush();
    kinds.tell(&mut transits);
    for transit in transits {
        teller.tell(&transit, output, complaints)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn tracker_config(live: bool) -> TrackerConfig {
    let config = TrackerConfig::default();
    if live { TrackerConfig { rejoin_s: LIVE_REJOIN_S, ..config } } else { config }
}

/// Gives out transits that are over, and their pictures.
struct Teller<'a> {
    args: &'a Args,
    name: &'a str,
    number: u64,
}

impl Teller<'_> {
    fn tell(
        &mut self,
        transit: &Transit,
        output: &mut Output,
        complaints: &mut Complaints,
    ) -> Outcome {
        if !transit.is_final(&TrackerConfig::default()) {
            return Ok(ExitCode::SUCCESS);
        }
        self.number += 1;
        let line = TransitLine::of(self.name, self.number, transit);
        if let Some(folder) = &self.args.annotate {
            let picture = &transit.look.frame.picture;
            let plate = (transit.look.detection.quad, line.text.as_str());
            let name = std::path::Path::new(self.name);
            let part = Some((self.number, line.text.as_str()));
            if let Err(complaint) = annotate::write(folder, name, part, picture, [plate]) {
                complaints.tell(&complaint);
            }
        }
        output.give(&line, TransitLine::table_row)
    }
}

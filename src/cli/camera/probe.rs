//! `varco camera probe`: watches a camera for a while and judges its view.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::report::Report;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::interrupt;
use crate::cli::playback::{Playback, Played};
use crate::cli::read::{Pace, USUAL_FPS};
use crate::siting::Siting;
use crate::tracking::{Tracker, TrackerConfig, Transit, TransitState};
use crate::video::Location;
use crate::vision::{Engine, EngineConfig};

const HELP: &str = "\
Examples:
  varco camera probe rtsp://user@192.0.2.10/stream1
  varco camera probe --seconds 300 --json /dev/video0 > view.json
  varco camera probe yesterday-evening.mp4

Let it watch while vehicles pass, ten at least; by day, and once more at night.
Exit status: 0 when the view is good enough to work, 1 when it is not or cannot be
judged, 2 for wrong usage. A password is best given in the environment: VARCO_RTSP_PASSWORD.";

/// A vehicle that is gone for so long is counted, seconds.
const REJOIN_S: f64 = 5.0;

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Write one JSON object.
    #[arg(long)]
    json: bool,
    /// How long a camera is watched; a file is watched to its end.
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// An rtsp:// address, a /dev/video device, or a video file.
    #[arg(value_name = "SOURCE")]
    source: String,
}

pub(super) fn run(args: &Args) -> Outcome {
    let location =
        Location::parse(&args.source).map_err(|error| Failure::usage(error.to_string()))?;
    let mut report = Report::new(location.to_string());
    let mut engine = Engine::new(&EngineConfig::default())?;
    let mut tracker =
        Tracker::new(TrackerConfig { rejoin_s: REJOIN_S, ..TrackerConfig::default() });
    let mut siting = Siting::default();
    let interrupted = interrupt::watch()?;
    let until = Instant::now() + Duration::from_secs(args.seconds);
    let mut playback = Playback::start(location, &interrupted, Some(until))?;
    let mut pace = Pace::new(USUAL_FPS);
    while let Some(played) = playback.next() {
        match played {
            Played::Frame(frame) => {
                report.came(&frame);
                let at_s = frame.stream_time.as_secs_f64();
                if !pace.lets(at_s) {
                    continue;
                }
                let detections = engine.detect(&frame.picture)?;
                report.looked(detections.len());
                let read = |quad: &_| engine.read(&frame.picture, quad);
                count(&mut siting, &tracker.observe(&frame, &detections, read)?);
                playback.say(format!("{at_s:.0} s, {} passages", siting.passages()));
            }
            Played::Skipped(error) => playback.aside(|| tracing::warn!("{error}")),
            Played::Failed(error) => return Err(error.into()),
        }
    }
    count(&mut siting, &tracker.flush());
    report.health(playback.health());
    report.judge(&siting);
    let text = if args.json { report.json()? } else { report.text() };
    let mut out = io::stdout().lock();
    writeln!(out, "{text}").map_err(|error| Failure::failed(format!("cannot write: {error}")))?;
    Ok(if report.is_good_enough() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn count(siting: &mut Siting, transits: &[Transit]) {
    for transit in transits.iter().filter(|transit| transit.state == TransitState::Ended) {
        siting.count(transit);
    }
}

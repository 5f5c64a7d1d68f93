//! `varco camera probe`: watches a camera for a while and judges its view.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::report::Report;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::read::{Pace, USUAL_FPS};
use crate::cli::{interrupt, progress};
use crate::siting::Siting;
use crate::tracking::{Tracker, TrackerConfig, Transit, TransitState};
use crate::video::{Location, Next, Secret, Source, SourceConfig};
use crate::vision::{Engine, EngineConfig};

const HELP: &str = "\
Examples:
  varco camera probe rtsp://user@192.0.2.10/stream1
  varco camera probe --seconds 300 --json /dev/video0 > view.json
  varco camera probe yesterday-evening.mp4

Let it watch while vehicles pass, ten at least; by day, and once more at night.
Exit status: 0 when the view is good enough to work, 1 when it is not or cannot be
judged, 2 for wrong usage. A password is best given in the environment: VARCO_RTSP_PASSWORD.";

/// How long a frame is waited for before the interrupt is looked at.
const PATIENCE: Duration = Duration::from_millis(200);
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
    let mut location =
        Location::parse(&args.source).map_err(|error| Failure::usage(error.to_string()))?;
    if let Location::Rtsp { password: password @ None, .. } = &mut location {
        *password = std::env::var("VARCO_RTSP_PASSWORD").ok().map(Secret::new);
    }
    let live = location.is_live();
    let name = location.to_string();
    let mut engine = Engine::new(&EngineConfig::default())?;
    let mut tracker =
        Tracker::new(TrackerConfig { rejoin_s: REJOIN_S, ..TrackerConfig::default() });
    let mut siting = Siting::default();
    let mut report = Report::new(name.clone());
    let interrupted = interrupt::watch()?;
    let mut source = Source::start(SourceConfig::new(location))?;
    let spinner = progress::spinner(name);
    let mut pace = Pace::new(USUAL_FPS);
    let until = Instant::now() + Duration::from_secs(args.seconds);
    loop {
        if interrupted.is_set() || (live && Instant::now() >= until) {
            break;
        }
        match source.next(PATIENCE) {
            Next::Frame(frame) => {
                report.came(&frame);
                let at_s = frame.stream_time.as_secs_f64();
                if !pace.lets(at_s) {
                    continue;
                }
                let detections = engine.detect(&frame.picture)?;
                report.looked(detections.len());
                let read = |quad: &_| engine.read(&frame.picture, quad);
                count(&mut siting, &tracker.observe(&frame, &detections, read)?);
                spinner.set_message(format!("{at_s:.0} s, {} passages", siting.passages()));
                spinner.tick();
            }
            Next::Quiet => {}
            Next::Skipped(error) => spinner.suspend(|| tracing::warn!("{error}")),
            Next::Ended => break,
            Next::Failed(error) => {
                spinner.finish_and_clear();
                return Err(error.into());
            }
        }
    }
    spinner.finish_and_clear();
    count(&mut siting, &tracker.flush());
    report.health(source.health());
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

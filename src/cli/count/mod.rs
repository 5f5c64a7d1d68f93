//! `varco count SOURCE…`: vehicles that pass, with or without a plate that can be read.

mod line;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use line::{PassageLine, Totals};

use super::failure::{Failure, Outcome};
use super::interrupt::{self, Interrupt};
use super::playback::{Playback, Played};
use super::read::{Pace, USUAL_FPS};
use crate::traffic::{CountConfig, Passage, TrafficCounter};
use crate::video::Location;
use crate::vision::{Accelerator, VehicleConfig, VehicleDetector};

const HELP: &str = "\
Examples:
  varco count clip.mp4
  varco count --json junction.mp4 > passages.jsonl
  varco count rtsp://user@192.0.2.10/stream1
  varco count --least-share 0.003 car-park-from-far.mp4

One result a passing vehicle, when it has left the picture, then the totals. Parked vehicles
are not counted. docs/reference/counting.md says what is counted, and what is not.
Exit status: 0 when all could be counted, 1 when something could not, 2 for wrong usage. A
password of a camera is best given in the environment: VARCO_RTSP_PASSWORD.";

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Write JSON lines.
    #[arg(long)]
    json: bool,
    /// Vehicles that never cover this share of the picture (0 to 1) are too far away to count.
    #[arg(long, value_name = "SHARE", default_value_t = CountConfig::default().least_share)]
    least_share: f32,
    /// The camera does not stand still: count by the detector alone.
    #[arg(long)]
    moving_camera: bool,
    /// Most frames a second that are looked at.
    #[arg(long, value_name = "FPS", default_value_t = USUAL_FPS)]
    fps: f64,
    /// Where the network is computed: cpu, cuda, openvino:gpu, openvino:npu.
    #[arg(long, value_name = "NAME", default_value_t)]
    accelerator: Accelerator,
    /// Another vehicle detector than the built-in one.
    #[arg(long, value_name = "FILE")]
    detector: Option<std::path::PathBuf>,
    /// Video files, rtsp:// addresses, /dev/video devices.
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<String>,
}

pub(super) fn run(args: &Args) -> Outcome {
    if !(args.fps > 0.0 && args.fps.is_finite()) {
        return Err(Failure::usage("--fps takes a number above 0, such as 12.5"));
    }
    if !(0.0..=1.0).contains(&args.least_share) {
        return Err(Failure::usage("--least-share takes a number from 0 to 1, such as 0.01"));
    }
    let mut locations = Vec::new();
    for source in &args.sources {
        match Location::parse(source) {
            Ok(Location::Picture(_) | Location::Folder(_)) => {
                return Err(Failure::usage(format!(
                    "{source} is no video: what passes is counted in video files and streams"
                )));
            }
            Ok(location) => locations.push(location),
            Err(error) => return Err(Failure::usage(error.to_string())),
        }
    }
    let (model, accelerator) = (args.detector.clone(), args.accelerator);
    let mut detector =
        VehicleDetector::new(&VehicleConfig { model, thorough: false, accelerator })?;
    let interrupted = interrupt::watch()?;
    let mut teller =
        Teller { json: args.json, writer: BufWriter::new(io::stdout()), failed: false };
    for location in locations {
        count(args, location, &mut detector, &interrupted, &mut teller)?;
    }
    Ok(if teller.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Counts in one video to its end, or in a stream until it is interrupted.
fn count(
    args: &Args,
    location: Location,
    detector: &mut VehicleDetector,
    interrupted: &Interrupt,
    teller: &mut Teller,
) -> Result<(), Failure> {
    let name = location.to_string();
    let mut playback = match Playback::start(location, interrupted, None) {
        Ok(playback) => playback,
        Err(error) => {
            teller.complain(&error.to_string());
            return Ok(());
        }
    };
    let mut counter = TrafficCounter::new(CountConfig {
        fixed_camera: !args.moving_camera,
        least_share: args.least_share,
        ..CountConfig::default()
    });
    let mut totals = Totals::of(&name);
    let mut pace = Pace::new(args.fps);
    while let Some(played) = playback.next() {
        match played {
            Played::Frame(frame) => {
                let now_s = frame.stream_time.as_secs_f64();
                if !pace.lets(now_s) {
                    continue;
                }
                let found = detector.find(&frame.picture)?;
                let passages = counter.observe(&frame, &found);
                playback.say(format!("{now_s:.1} s, {} vehicles", totals.vehicles()));
                playback.aside(|| teller.tell_all(passages, &mut totals))?;
            }
            Played::Skipped(error) | Played::Failed(error) => {
                playback.aside(|| teller.complain(&error.to_string()));
            }
        }
    }
    teller.tell_all(counter.flush(), &mut totals)?;
    teller.sum_up(&totals)
}

/// Gives out what was counted.
struct Teller {
    json: bool,
    writer: BufWriter<io::Stdout>,
    failed: bool,
}

impl Teller {
    fn tell_all(&mut self, passages: Vec<Passage>, totals: &mut Totals) -> Result<(), Failure> {
        for passage in passages {
            totals.add(&passage);
            let line = PassageLine::of(totals, &passage);
            self.give(&line, PassageLine::table_row)?;
        }
        Ok(())
    }

    fn sum_up(&mut self, totals: &Totals) -> Result<(), Failure> {
        self.give(totals, Totals::table_rows)
    }

    /// One result: a line of JSON, or what a person reads. Shown at once.
    fn give<T: serde::Serialize>(
        &mut self,
        result: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        let gone = |error: io::Error| Failure::failed(format!("cannot write the results: {error}"));
        if self.json {
            serde_json::to_writer(&mut self.writer, result)?;
            writeln!(self.writer).map_err(gone)?;
        } else {
            write!(self.writer, "{}", text(result)).map_err(gone)?;
        }
        self.writer.flush().map_err(gone)
    }

    /// What could not be counted: told at once, remembered for the exit status.
    fn complain(&mut self, complaint: &str) {
        self.failed = true;
        tracing::error!("{complaint}");
    }
}

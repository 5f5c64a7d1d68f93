//! `varco read SOURCE…`: plates of pictures, folders, video files and streams.

mod annotate;
mod line;
mod pace;
mod picture;
mod video;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

pub(super) use line::PlateLine;
pub(super) use pace::{Pace, USUAL_FPS};

use super::failure::{Failure, Outcome};
use crate::video::{Location, pictures_in};
use crate::vision::{Accelerator, Engine, EngineConfig};

const HELP: &str = "\
Examples:
  varco read car.jpg
  varco read --json pictures/ > plates.jsonl
  varco read --annotate out/ clip.mp4
  varco read rtsp://user@192.0.2.10/stream1
  varco read --crops plates/

For pictures there is one result a picture; for video one a passing vehicle.
Exit status: 0 when everything could be read, 1 when something could not, 2 for
wrong usage. A password of a camera is best given in the environment: VARCO_RTSP_PASSWORD.";

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Write JSON lines.
    #[arg(long)]
    json: bool,
    /// The pictures are cut-out plates: read them whole, look for none in them.
    #[arg(long)]
    crops: bool,
    /// Also tell the vehicles of pictures, with or without a plate: kind, score and box.
    #[arg(long)]
    vehicles: bool,
    /// Also write each picture, or each vehicle's best frame, with what was read drawn in.
    #[arg(long, value_name = "DIR")]
    annotate: Option<PathBuf>,
    /// Long side of the picture that the detector sees, in pixels; more finds smaller plates, and takes longer.
    #[arg(long, value_name = "PX", default_value_t = 640, value_parser = clap::value_parser!(u32).range(64..=4096))]
    long_side: u32,
    /// Leave out plates that the detector is less sure of (0 to 1).
    #[arg(long, value_name = "SCORE")]
    min_score: Option<f32>,
    /// Most frames a second that are looked at in a video.
    #[arg(long, value_name = "FPS", default_value_t = USUAL_FPS)]
    fps: f64,
    /// Where the networks are computed: cpu, cuda, openvino:gpu, openvino:npu (docs/guide/accelerators.md).
    #[arg(long, value_name = "NAME", default_value_t)]
    accelerator: Accelerator,
    /// Pictures read at the same time; as many as there are cores unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,
    /// Pictures, folders of pictures, video files, rtsp:// addresses, /dev/video devices.
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<String>,
}

impl Args {
    fn engine_config(&self) -> EngineConfig {
        EngineConfig {
            long_side_px: self.long_side,
            thorough: true,
            second_reader: true,
            score_threshold: self.min_score,
            accelerator: self.accelerator,
            ..EngineConfig::default()
        }
    }
}

pub(super) fn run(args: &Args) -> Outcome {
    if args.min_score.is_some_and(|score| !(0.0..=1.0).contains(&score)) {
        return Err(Failure::usage("--min-score takes a number from 0 to 1, such as 0.4"));
    }
    if !(args.fps > 0.0 && args.fps.is_finite()) {
        return Err(Failure::usage("--fps takes a number above 0, such as 12.5"));
    }
    let mut pictures = Vec::new();
    let mut videos = Vec::new();
    let mut complaints = Complaints::default();
    for source in &args.sources {
        match Location::parse(source) {
            Ok(Location::Picture(path)) => pictures.push(path),
            Ok(Location::Folder(folder)) => match pictures_in(&folder) {
                Ok(found) => pictures.extend(found),
                Err(error) => complaints.tell(&error.to_string()),
            },
            Ok(_) if args.crops => {
                return Err(Failure::usage(format!(
                    "--crops reads pictures and folders of pictures, and {source} is neither"
                )));
            }
            Ok(location) => videos.push(location),
            Err(error) => return Err(Failure::usage(error.to_string())),
        }
    }
    if let Some(folder) = &args.annotate {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::failed(format!("cannot make {}: {error}", folder.display()))
        })?;
    }
    // A missing runtime or model is told before any long work.
    let first = Engine::new(&args.engine_config())?;
    let mut output = Output { json: args.json, writer: BufWriter::new(io::stdout()) };
    picture::read_all(args, first, &pictures, &mut output, &mut complaints)?;
    for location in videos {
        video::read(args, location, &mut output, &mut complaints)?;
    }
    output.writer.flush().map_err(gone)?;
    Ok(if complaints.count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Where results go.
struct Output {
    json: bool,
    writer: BufWriter<io::Stdout>,
}

impl Output {
    /// One result: a line of JSON, or what a person reads. Shown at once.
    fn give<T: serde::Serialize>(
        &mut self,
        result: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Outcome {
        if self.json {
            serde_json::to_writer(&mut self.writer, result)?;
            writeln!(self.writer).map_err(gone)?;
        } else {
            write!(self.writer, "{}", text(result)).map_err(gone)?;
        }
        self.writer.flush().map_err(gone)?;
        Ok(ExitCode::SUCCESS)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn gone(error: io::Error) -> Failure {
    Failure::failed(format!("cannot write the results: {error}"))
}

/// What could not be read: told at once, counted for the exit status.
#[derive(Default)]
struct Complaints {
    count: usize,
}

impl Complaints {
    fn tell(&mut self, complaint: &str) {
        self.count += 1;
        tracing::error!("{complaint}");
    }
}

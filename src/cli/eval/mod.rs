//! `varco eval --data DIR`: how well plates are found and read, and how fast.

mod labels;
mod measure;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use super::failure::{Failure, Outcome};
use crate::vision::{Engine, EngineConfig, Models};

const HELP: &str = "\
DIR holds plates/labels.jsonl (pictures with boxes and texts) or
crops-validation/labels.jsonl (cut-out plates with texts), or both; the form is
described in docs/reference/accuracy.md.

Examples:
  varco eval --data fixtures/pack
  varco eval --data DIR --json > figures.json";

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The labelled folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Which part of the pictures: the one that was kept back from training, unless given.
    #[arg(long, default_value = "val")]
    split: String,
    /// Write one JSON object.
    #[arg(long)]
    json: bool,
    /// Long side of the picture that the detector sees, in pixels.
    #[arg(long, value_name = "PX", default_value_t = 640, value_parser = clap::value_parser!(u32).range(64..=4096))]
    long_side: u32,
    /// Leave out plates that the detector is less sure of (0 to 1).
    #[arg(long, value_name = "SCORE")]
    min_score: Option<f32>,
    /// A detector file in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    detector: Option<PathBuf>,
    /// A reader file in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    reader: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Outcome {
    let config = EngineConfig {
        long_side_px: args.long_side,
        thorough: true,
        score_threshold: args.min_score,
        models: Models { detector: args.detector.clone(), reader: args.reader.clone() },
    };
    let pictures = labels::pictures(&args.data, &args.split)?;
    let crops = labels::crops(&args.data)?;
    if pictures.is_empty() && crops.is_empty() {
        return Err(Failure::failed(format!(
            "nothing to measure in {}: there is neither plates/labels.jsonl with pictures of the split {:?} \
             nor crops-validation/labels.jsonl",
            args.data.display(),
            args.split
        )));
    }
    let mut engine = Engine::new(&config)?;
    let mut figures = measure::Figures::new(&engine, &args.split);
    figures.measure_pictures(&mut engine, &args.data.join("plates"), &pictures)?;
    figures.measure_crops(&mut engine, &args.data.join("crops-validation"), &crops)?;
    report::print(&figures, args.json)?;
    Ok(ExitCode::SUCCESS)
}

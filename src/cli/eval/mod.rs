//! `varco eval`: how well plates are found and read, and how fast.

mod calibration;
mod clips;
mod finds;
mod labels;
mod matches;
mod measure;
mod misread;
mod report;
mod share;
mod stages;
mod table;
mod texts;
mod truth;
mod vehicles;

use std::path::PathBuf;
use std::process::ExitCode;

use finds::Finds;
use misread::Misread;

use super::failure::{Failure, Outcome};
use crate::vision::{Accelerator, Engine, EngineConfig, Models, VehicleConfig, VehicleDetector};

const HELP: &str = "\
DIR holds plates/labels.jsonl (pictures with boxes and texts),
crops-validation/labels.jsonl (cut-out plates with texts) or vehicles/labels.jsonl
(pictures with boxes of vehicles), or several of them; the form is described in
docs/reference/accuracy.md.

The folder of --clips holds videos and a truth.json that says which plates can be
read in them. Each is played the way `varco read` does; of every plate it is said
how far it came, and what other rules than the vote over all looks would have said.

Examples:
  varco eval --data fixtures/pack
  varco eval --clips DIR --reader FILE
  varco eval --data DIR --json > figures.json";

#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The labelled folder.
    #[arg(long, value_name = "DIR", required_unless_present = "clips")]
    data: Option<PathBuf>,
    /// A folder of videos with a truth.json: at which stage their plates were lost.
    #[arg(long, value_name = "DIR")]
    clips: Option<PathBuf>,
    /// Compare what was read with lists of up to 10 million plates too: false hits, and
    /// whether a match's probability is right.
    #[arg(long, requires = "data")]
    lists: bool,
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
    /// An aligner file in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    aligner: Option<PathBuf>,
    /// A vehicle detector file in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    vehicle_detector: Option<PathBuf>,
    /// Write down everything that was looked at closely in the pictures, plate or not: what the
    /// limit between the two is fitted on (models/training).
    #[arg(long, value_name = "FILE", requires = "data")]
    finds: Option<PathBuf>,
    /// A table of labels that do not count, such as plates that nobody can see: picture, box
    /// and reason, parted by tabs.
    #[arg(long, value_name = "FILE", requires = "data")]
    left_out: Option<PathBuf>,
    /// A table of vehicles that have no label, of the same form: to find them is neither right nor
    /// wrong.
    #[arg(long, value_name = "FILE", requires = "data")]
    unlabelled: Option<PathBuf>,
    /// Write down every plate that is read wrongly or not at all, with what it says: a table
    /// parted by tabs. It holds personal data.
    #[arg(long, value_name = "FILE", requires = "data")]
    misread: Option<PathBuf>,
    /// A reader file in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    reader: Option<PathBuf>,
    /// A file in place of the built-in second reader, which reads pictures with the first.
    #[arg(long, value_name = "FILE", conflicts_with = "one_reader")]
    second_reader: Option<PathBuf>,
    /// Where the networks are computed: cpu, cuda, openvino:gpu, openvino:npu.
    #[arg(long, value_name = "NAME", default_value_t)]
    accelerator: Accelerator,
    /// Read pictures with the first reader alone, as videos are read.
    #[arg(long)]
    one_reader: bool,
}

pub(super) fn run(args: &Args) -> Outcome {
    let config = EngineConfig {
        long_side_px: args.long_side,
        thorough: true,
        second_reader: !args.one_reader,
        score_threshold: args.min_score,
        models: Models {
            detector: args.detector.clone(),
            aligner: args.aligner.clone(),
            reader: args.reader.clone(),
            second_reader: args.second_reader.clone(),
        },
        accelerator: args.accelerator,
    };
    let mut engine = Engine::new(&config)?;
    let mut figures = measure::Figures::new(&engine, &args.split);
    figures.reads = args.lists.then(Vec::new);
    figures.misread = args.misread.as_deref().map(Misread::create).transpose()?;
    if let Some(data) = &args.data {
        let mut pictures = labels::pictures(data, &args.split)?;
        let crops = labels::crops(data)?;
        let mut vehicles = labels::vehicles(data, &args.split)?;
        if pictures.is_empty() && crops.is_empty() && vehicles.is_empty() {
            return Err(Failure::failed(format!(
                "nothing to measure in {}: there is neither plates/labels.jsonl nor vehicles/labels.jsonl \
                 with pictures of the split {:?}, nor crops-validation/labels.jsonl",
                data.display(),
                args.split
            )));
        }
        if let Some(file) = &args.left_out {
            figures.left_out = labels::leave_out(&mut pictures, file)?;
        }
        if let Some(file) = &args.unlabelled {
            labels::add_unlabelled(&mut vehicles, file)?;
        }
        if !vehicles.is_empty() {
            let model = args.vehicle_detector.clone();
            let accelerator = args.accelerator;
            let vehicle_config = VehicleConfig { model, thorough: true, accelerator };
            let mut detector = VehicleDetector::new(&vehicle_config)?;
            let measured = vehicles::measure(&mut detector, &data.join("vehicles"), &vehicles)?;
            figures.vehicles = Some(measured);
        }
        let finds = args.finds.as_deref().map(Finds::create).transpose()?;
        figures.measure_pictures(&mut engine, &data.join("plates"), &pictures, finds)?;
        figures.measure_crops(&mut engine, &data.join("crops-validation"), &crops)?;
        if let Some(reads) = figures.reads.take() {
            figures.lists = matches::measure(&reads)?;
        }
    }
    if let Some(folder) = &args.clips {
        figures.clips = Some(clips::measure(folder, &config)?);
    }
    report::print(&figures, args.json)?;
    Ok(ExitCode::SUCCESS)
}

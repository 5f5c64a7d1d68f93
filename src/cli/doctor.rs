//! `varco doctor`: what is installed, and what is really in use.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use super::failure::{Failure, Outcome};
use crate::frame::Picture;
use crate::video;
use crate::vision::{
    Accelerator, Engine, EngineConfig, ModelCard, VehicleConfig, VehicleDetector, VisionError,
};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit status: 0 when plates can be read and cameras opened, 1 when something is missing."
)]
pub(super) struct Args {
    /// Where the networks are to be computed: cpu, cuda, openvino:gpu, openvino:npu.
    #[arg(long, value_name = "NAME", default_value_t)]
    accelerator: Accelerator,
}

/// Runs of the networks that are timed.
const RUNS: u32 = 20;

pub(super) fn run(args: &Args) -> Outcome {
    let mut out = io::stdout().lock();
    let mut good = true;
    let mut tell = |what: &str, state: Result<String, String>| {
        let (sign, text) = match state {
            Ok(text) => ("ok     ", text),
            Err(text) => {
                good = false;
                ("MISSING", text)
            }
        };
        writeln!(out, "{sign}  {what:<16} {text}")
            .map_err(|error| Failure::failed(format!("cannot write: {error}")))
    };
    tell("varco", Ok(format!("{} for {}", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH)))?;
    let accelerator = args.accelerator;
    match Engine::new(&EngineConfig { accelerator, ..EngineConfig::default() }) {
        Ok(mut engine) => {
            let runtime = engine.runtime().clone();
            tell("ONNX Runtime", Ok(runtime.version()))?;
            tell("library", Ok(runtime.library().display().to_string()))?;
            let sharing = match accelerator {
                Accelerator::Cpu => "one thread a camera",
                _ => "one copy of each network for all cameras",
            };
            tell("accelerator", Ok(format!("{accelerator}, {sharing}")))?;
            for device in runtime.devices() {
                tell("device offered", Ok(device))?;
            }
            for (name, card) in engine.models() {
                tell(&format!("plate {name}"), Ok(described(card)))?;
            }
            let vehicles =
                VehicleDetector::new(&VehicleConfig { accelerator, ..VehicleConfig::default() });
            match vehicles {
                Ok(vehicles) => {
                    for (name, card) in vehicles.models() {
                        tell(&format!("vehicle {name}"), Ok(described(card)))?;
                    }
                }
                Err(error) => tell("vehicle detector", Err(error.to_string()))?,
            }
            tell("speed", speed(&mut engine).map_err(|error| error.to_string()))?;
        }
        Err(error) => tell("ONNX Runtime", Err(error.to_string()))?,
    }
    for (part, state) in video::installation() {
        tell(part, state)?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A model in words.
fn described(card: &ModelCard) -> String {
    let ModelCard { origin, version, sha256_prefix, bytes } = card;
    format!("version {version}, {} KiB, sha256 {sha256_prefix}…, {origin}", bytes / 1024)
}

/// Time of the detector on a 720p picture.
fn speed(engine: &mut Engine) -> Result<String, VisionError> {
    let Ok(picture) = Picture::from_rgb8(1280, 720, vec![110; 1280 * 720 * 3]) else {
        return Ok("not measured".to_owned());
    };
    engine.detect(&picture)?;
    let started = Instant::now();
    for _ in 0..RUNS {
        engine.detect(&picture)?;
    }
    let each_ms = started.elapsed().as_secs_f64() * 1000.0 / f64::from(RUNS);
    Ok(format!("{each_ms:.1} ms to look at one 1280x720 picture, one after the other"))
}

//! What can go wrong between a picture and a reading.

use std::path::PathBuf;

use super::accelerator::Accelerator;

/// Why plates could not be found or read.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// ONNX Runtime is not installed where it is looked for.
    #[error(
        "ONNX Runtime (libonnxruntime.so) was not found; looked at {}. Run {} in the checkout, \
         or set ORT_DYLIB_PATH to the library's file",
        list(looked_at), setup_command(*accelerator)
    )]
    RuntimeMissing {
        /// What it was to compute on.
        accelerator: Accelerator,
        /// The places looked at.
        looked_at: Vec<PathBuf>,
    },
    /// The library found cannot be used.
    #[error(
        "{} cannot be used as ONNX Runtime: {reason}. Varco needs version 1.24 or newer for this processor; \
         run scripts/setup.sh to fetch it", library.display()
    )]
    RuntimeUnusable {
        /// The library's file.
        library: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// A model cannot be loaded.
    #[error("the model {model} cannot be loaded: {reason}")]
    Model {
        /// Which model.
        model: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A model cannot be computed on the accelerator.
    #[error(
        "the accelerator {accelerator} cannot compute the {model}: {reason}. It needs the driver of its hardware and its \
         own build of ONNX Runtime ({} in the checkout); varco doctor --accelerator {accelerator} tells what \
         is in use. The accelerator cpu works everywhere", setup_command(*accelerator)
    )]
    Accelerator {
        /// Where it was to be computed.
        accelerator: Accelerator,
        /// Which model.
        model: String,
        /// What the runtime said.
        reason: String,
    },
    /// A network failed on a picture.
    #[error("the {model} failed on a picture of {width_px}x{height_px} pixels: {source}")]
    Run {
        /// Which model.
        model: &'static str,
        /// Width of the picture.
        width_px: u32,
        /// Height of the picture.
        height_px: u32,
        /// What the runtime said.
        source: ort::Error,
    },
}

/// What fetches the build of ONNX Runtime for an accelerator.
fn setup_command(accelerator: Accelerator) -> String {
    let option = accelerator.runtime_name().map(|name| format!(" --accelerator {name}"));
    format!("scripts/setup.sh{}", option.unwrap_or_default())
}

fn list(places: &[PathBuf]) -> String {
    places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ")
}

//! Finding and starting ONNX Runtime.
//!
//! The library is looked for in fixed places relative to the program, so that it
//! is found without environment variables wherever the program is started from.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ort::environment::Environment;

use super::accelerator::Accelerator;
use super::error::VisionError;

/// Name of the library's file.
const LIBRARY: &str = "libonnxruntime.so";

/// Folder of the library below a checkout's or an installation's root.
const SETUP_FOLDER: &str = ".deps/onnxruntime";

/// Where system packages put libraries.
const SYSTEM_FOLDERS: [&str; 4] =
    ["/usr/local/lib", "/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];

/// ONNX Runtime, loaded and started. There is one in a process.
#[derive(Debug, Clone)]
pub struct Runtime {
    pub(super) environment: Environment,
    library: PathBuf,
}

impl Runtime {
    /// Loads ONNX Runtime from the first place that has it: the file that
    /// `ORT_DYLIB_PATH` names, beside the program, `../lib` from the program,
    /// `.deps/onnxruntime` in the nearest folder above the program (a checkout;
    /// `.deps/onnxruntime-cuda` or `-openvino` for these), the system's library folders.
    /// The first accelerator of a process decides.
    ///
    /// # Errors
    /// [`VisionError::RuntimeMissing`] with the places looked at, or
    /// [`VisionError::RuntimeUnusable`] when the file found cannot be loaded.
    pub fn load(accelerator: Accelerator) -> Result<Self, VisionError> {
        static STARTED: OnceLock<Runtime> = OnceLock::new();
        if let Some(runtime) = STARTED.get() {
            return Ok(runtime.clone());
        }
        let runtime = Self::start(accelerator)?;
        // Two threads may both have come here; the library itself is loaded once.
        Ok(STARTED.get_or_init(|| runtime).clone())
    }

    fn start(accelerator: Accelerator) -> Result<Self, VisionError> {
        let library = find_library(accelerator)?;
        let unusable =
            |reason: String| VisionError::RuntimeUnusable { library: library.clone(), reason };
        let environment = ort::init_from(&library)
            .map_err(|error| unusable(error.to_string()))?
            .with_name("varco")
            .with_telemetry(false)
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        tracing::debug!(library = %library.display(), "ONNX Runtime loaded");
        Ok(Self { environment, library })
    }

    /// The library file in use.
    #[must_use]
    pub fn library(&self) -> &Path {
        &self.library
    }

    /// Version of the library and how it was built, in its own words.
    #[must_use]
    pub fn version(&self) -> String {
        ort::info().to_owned()
    }

    /// The hardware that the library offers, one line each.
    #[must_use]
    pub fn devices(&self) -> Vec<String> {
        self.environment
            .devices()
            .map(|device| {
                let name = device.ep().unwrap_or("unknown").to_owned();
                let hardware = device.hardware_device();
                let vendor = hardware.vendor().unwrap_or("").to_owned();
                format!("{name} ({:?} {vendor})", hardware.ty())
            })
            .collect()
    }
}

fn find_library(accelerator: Accelerator) -> Result<PathBuf, VisionError> {
    if let Some(named) = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        let named = PathBuf::from(named);
        return if named.is_file() {
            Ok(named)
        } else {
            Err(VisionError::RuntimeMissing { accelerator, looked_at: vec![named] })
        };
    }
    let places = library_places(env::current_exe().ok().as_deref(), accelerator);
    places
        .iter()
        .find(|place| place.is_file())
        .cloned()
        .ok_or(VisionError::RuntimeMissing { accelerator, looked_at: places })
}

/// The places where the library may be, best first. Its build for an accelerator has a folder of its own.
fn library_places(program: Option<&Path>, accelerator: Accelerator) -> Vec<PathBuf> {
    let mut places = Vec::new();
    let setup_folder = match accelerator.runtime_name() {
        None => SETUP_FOLDER.to_owned(),
        Some(name) => format!("{SETUP_FOLDER}-{name}"),
    };
    // A link to the program must not hide the folders around the real file.
    let program = program.map(|path| path.canonicalize().unwrap_or_else(|_| path.to_owned()));
    if let Some(folder) = program.as_deref().and_then(Path::parent) {
        places.push(folder.join(LIBRARY));
        places.push(folder.join("../lib").join(LIBRARY));
        places.push(folder.join("../lib/varco").join(LIBRARY));
        places.extend(folder.ancestors().map(|above| above.join(&setup_folder).join(LIBRARY)));
    }
    places.extend(SYSTEM_FOLDERS.iter().map(|folder| Path::new(folder).join(LIBRARY)));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_checkout_wins_over_the_system() {
        let places =
            library_places(Some(Path::new("/srv/varco/target/release/varco")), Accelerator::Cpu);
        let near = places
            .iter()
            .position(|p| p == Path::new("/srv/varco/.deps/onnxruntime/libonnxruntime.so"));
        let system = places.iter().position(|p| p == Path::new("/usr/lib/libonnxruntime.so"));
        assert!(near.is_some() && near < system, "{places:?}");
    }

    #[test]
    fn without_a_program_path_the_system_is_looked_at() {
        assert_eq!(library_places(None, Accelerator::Cpu).len(), SYSTEM_FOLDERS.len());
    }
}

//! Pictures, several at a time, results in the order of the sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use super::line::{PictureLine, PlateLine, VehicleLine};
use super::{Args, Complaints, Output, annotate};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::progress;
use crate::video::read_picture;
use crate::vision::{Engine, VehicleConfig, VehicleDetector, VisionError};

/// Fewer pictures are read before a bar could be seen.
const WORTH_A_BAR: usize = 20;

/// Reads all pictures; one that cannot be read is told, the others go on.
pub(super) fn read_all(
    args: &Args,
    first: Engine,
    pictures: &[PathBuf],
    output: &mut Output,
    complaints: &mut Complaints,
) -> Outcome {
    if pictures.is_empty() {
        return Ok(std::process::ExitCode::SUCCESS);
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let workers = args.workers.map_or(cores, usize::from).min(pictures.len()).max(1);
    let mut lookers = vec![Looker::new(args, first)?];
    while lookers.len() < workers {
        lookers.push(Looker::new(args, Engine::new(&args.engine_config())?)?);
    }
    let next = AtomicUsize::new(0);
    let bar = progress::bar(pictures.len(), WORTH_A_BAR, "pictures");
    thread::scope(|scope| {
        let (sender, results) = mpsc::sync_channel(workers * 4);
        for mut looker in lookers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = pictures.get(index) else {
                        return;
                    };
                    let result = looker.read(args, path);
                    if sender.send((index, result)).is_err() {
                        // Nobody listens any more: writing the results failed.
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (index, result) in results {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&due) {
                due += 1;
                bar.inc(1);
                match result {
                    Ok(line) => drop(output.give(&line, PictureLine::table_rows)?),
                    Err(complaint) => bar.suspend(|| complaints.tell(&complaint)),
                }
            }
        }
        bar.finish_and_clear();
        Ok::<_, Failure>(())
    })?;
    Ok(std::process::ExitCode::SUCCESS)
}

/// What one worker looks at pictures with.
struct Looker {
    engine: Engine,
    /// Where vehicles are asked for.
    vehicles: Option<VehicleDetector>,
}

impl Looker {
    fn new(args: &Args, engine: Engine) -> Result<Self, VisionError> {
        let config = VehicleConfig {
            thorough: true,
            accelerator: args.accelerator,
            ..VehicleConfig::default()
        };
        let vehicles = args.vehicles.then(|| VehicleDetector::new(&config)).transpose()?;
        Ok(Self { engine, vehicles })
    }

    fn read(&mut self, args: &Args, path: &Path) -> Result<PictureLine, String> {
        let started = Instant::now();
        let picture = read_picture(path).map_err(|error| error.to_string())?;
        let failed = |error: VisionError| format!("{}: {error}", path.display());
        let sightings = if args.crops {
            self.engine.read_crop(&picture).map(|sighting| vec![sighting])
        } else {
            self.engine.sightings(&picture)
        };
        let sightings = sightings.map_err(failed)?;
        let found = self.vehicles.as_mut().map(|detector| detector.find(&picture));
        let vehicles = found.transpose().map_err(failed)?;
        let line = PictureLine {
            source: path.display().to_string(),
            width: picture.width_px(),
            height: picture.height_px(),
            plates: sightings
                .iter()
                .filter_map(PlateLine::of)
                .filter(|plate| args.crops || plate.is_legible())
                .collect(),
            vehicles: vehicles.map(|found| found.iter().map(VehicleLine::of).collect()),
            elapsed_ms: (started.elapsed().as_secs_f64() * 1e5).round() / 100.0,
        };
        if let Some(folder) = &args.annotate {
            let plates = line.plates.iter().map(|plate| (plate.quad, plate.text.as_str()));
            annotate::write(folder, path, None, &picture, plates)?;
        }
        Ok(line)
    }
}

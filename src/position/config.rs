//! The `[gps]` section of a pipeline file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

/// Where positions come from, and which of them are sent on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GpsConfig {
    /// Address of a gpsd, `host:port`.
    pub gpsd: Option<String>,
    /// A serial NMEA receiver, such as `/dev/ttyACM0`.
    pub device: Option<PathBuf>,
    /// Its speed, bits per second; without it the device is taken as it is set.
    pub baud: Option<u32>,
    /// A recorded NMEA log that runs along with the cameras' video files.
    pub log: Option<PathBuf>,
    /// A position that is older says only where the unit was last known to be.
    #[serde(default = "default_stale_after_s")]
    pub stale_after_s: f64,
    /// The centre is told a position at most so often …
    #[serde(default = "default_send_every_s")]
    pub send_every_s: f64,
    /// … unless the unit has gone so far since.
    #[serde(default = "default_send_every_m")]
    pub send_every_m: f64,
}

/// A source of positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GpsSource {
    /// gpsd at `host:port`.
    Gpsd(String),
    /// A serial device, with its speed.
    Device(PathBuf, Option<u32>),
    /// A recorded log.
    Log(PathBuf),
}

fn default_stale_after_s() -> f64 {
    5.0
}

fn default_send_every_s() -> f64 {
    10.0
}

fn default_send_every_m() -> f64 {
    50.0
}

impl GpsConfig {
    /// The source that is set.
    ///
    /// # Errors
    /// The key at fault and what is wrong, in words for people.
    pub fn source(&self) -> Result<GpsSource, (&'static str, String)> {
        let one = "[gps] needs one of gpsd, device and log, and only one";
        if self.baud.is_some() && self.device.is_none() {
            return Err(("baud", "baud goes with a [gps] device".to_owned()));
        }
        match (&self.gpsd, &self.device, &self.log) {
            (Some(address), None, None) if address.rsplit_once(':').is_some() => {
                Ok(GpsSource::Gpsd(address.clone()))
            }
            (Some(address), None, None) => {
                Err(("gpsd", format!("gpsd {address:?} must be host:port, such as 127.0.0.1:2947")))
            }
            (None, Some(device), None) => Ok(GpsSource::Device(device.clone(), self.baud)),
            (None, None, Some(log)) => Ok(GpsSource::Log(log.clone())),
            _ => Err(("[gps]", one.to_owned())),
        }
    }

    /// What is wrong with the other values.
    ///
    /// # Errors
    /// The key at fault and what is wrong, in words for people.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        self.source()?;
        for (key, value, least, most) in [
            ("stale_after_s", self.stale_after_s, 1.0, 3600.0),
            ("send_every_s", self.send_every_s, 1.0, 3600.0),
            ("send_every_m", self.send_every_m, 10.0, 100_000.0),
        ] {
            if !(least..=most).contains(&value) {
                return Err((key, format!("{key} must be from {least} to {most}")));
            }
        }
        Ok(())
    }

    /// Paths made relative to the pipeline file's folder.
    pub fn resolve(&mut self, folder: &Path) {
        for path in [&mut self.device, &mut self.log].into_iter().flatten() {
            *path = folder.join(&*path);
        }
    }

    /// After so long a position is stale.
    #[must_use]
    pub fn stale_after(&self) -> SignedDuration {
        SignedDuration::try_from_secs_f64(self.stale_after_s).unwrap_or(SignedDuration::ZERO)
    }

    /// Time between positions that are sent on.
    #[must_use]
    pub fn send_every(&self) -> Duration {
        Duration::try_from_secs_f64(self.send_every_s).unwrap_or(Duration::from_secs(10))
    }
}

//! The pipeline file: which cameras a node reads, with which lists, for which centre.
//!
//! Every key is described in `docs/reference/pipeline.md`.

mod check;
mod date;
mod screen;

pub use screen::ScreenConfig;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::Deserialize;

use crate::config::{self, ConfigError};
use crate::event::{GeoPosition, PositionSource};
use crate::link::Fingerprint;
use crate::lists::{ListConfig, PublisherKey};
use crate::position::GpsConfig;
use crate::video::Secret;
use crate::vision::Accelerator;

/// Why a pipeline file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// It cannot be read.
    #[error("cannot read the pipeline file {}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It says something wrong.
    #[error(transparent)]
    Wrong(#[from] ConfigError),
    /// A camera's password cannot be had.
    #[error("camera {camera}: {reason}")]
    Password {
        /// The camera.
        camera: String,
        /// Why, and how to mend it.
        reason: String,
    },
}

/// A whole pipeline file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// Who the node is.
    pub node: NodeName,
    /// The centre it delivers to; without one it works alone.
    pub centre: Option<Centre>,
    /// What it reads.
    pub cameras: Vec<Camera>,
    /// What it compares with.
    #[serde(default)]
    pub lists: Vec<ListConfig>,
    /// How it compares.
    #[serde(default)]
    pub matching: Matching,
    /// How pictures are kept.
    #[serde(default)]
    pub evidence: EvidenceSettings,
    /// How long things are kept.
    #[serde(default)]
    pub retention: Retention,
    /// Where the node is, when it moves.
    pub gps: Option<GpsConfig>,
    /// The in-car screen, when there is one.
    pub screen: Option<ScreenConfig>,
}

/// Who the node is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeName {
    /// Short name used in files and messages: lower case, digits, hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Folder for database, pictures and key.
    pub data: PathBuf,
    /// Where the networks of its cameras are computed.
    #[serde(default)]
    pub accelerator: Accelerator,
}

/// The centre.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    /// Where it takes deliveries.
    pub url: String,
    /// Fingerprint of its key.
    pub key: Fingerprint,
    /// Seconds between heartbeats.
    #[serde(default = "default_heartbeat_s")]
    pub heartbeat_s: f64,
    /// Which of its lists the node fetches.
    #[serde(default)]
    pub lists: CentreLists,
    /// They lie encrypted on the disk, with a key that the centre lends.
    #[serde(default)]
    pub encrypt_lists: bool,
    /// File of that key; in the data folder when it is missing.
    pub list_key_file: Option<PathBuf>,
    /// The key with which the lists must be signed; the one that the centre names when
    /// it is missing.
    pub list_publisher: Option<PublisherKey>,
}

/// Which of the centre's lists a node fetches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "ListsSetting")]
pub enum CentreLists {
    /// None.
    #[default]
    None,
    /// All that the centre has for it.
    All,
    /// Those with these identifiers.
    These(Vec<String>),
}

/// As it is written.
#[derive(Deserialize)]
#[serde(untagged, expecting = "lists must be true, false or identifiers such as [\"stolen\"]")]
enum ListsSetting {
    All(bool),
    These(Vec<String>),
}

impl From<ListsSetting> for CentreLists {
    fn from(setting: ListsSetting) -> Self {
        match setting {
            ListsSetting::All(true) => Self::All,
            ListsSetting::All(false) => Self::None,
            ListsSetting::These(ids) if ids.is_empty() => Self::None,
            ListsSetting::These(ids) => Self::These(ids),
        }
    }
}

impl CentreLists {
    /// Whether a list of the centre is wanted.
    #[must_use]
    pub fn wants(&self, id: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::These(ids) => ids.iter().any(|it| it == id),
        }
    }
}

/// How a camera's packets travel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// TCP, and UDP when the camera does not offer that.
    #[default]
    Auto,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Which frames are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decode {
    /// Every one.
    Always,
    /// Key frames while nothing moves, every one while something does.
    OnDemand,
}

/// Which frames are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Looks {
    /// At the full rate, whether something moves or not.
    Always,
    /// At the full rate while something moves or a plate is not read yet, now and then otherwise.
    OnMovement,
}

/// One camera.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Camera {
    /// Short name, once in the file: lower case, digits, hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Where it stands.
    pub site: String,
    /// `rtsp://…`, a video file, a folder of pictures or `/dev/video…`.
    pub url: String,
    /// How its packets travel.
    #[serde(default)]
    pub transport: Transport,
    /// User name, when the camera asks for one.
    pub user: Option<String>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// Environment variable that holds the password.
    pub password_env: Option<String>,
    /// Most looks per second.
    #[serde(default = "default_analyse_fps")]
    pub analyse_fps: f64,
    /// Which frames are looked at. Once the file is read it is always said: where the file
    /// does not say it, on movement, but always on a node that moves and for `every_frame`.
    pub looks: Option<Looks>,
    /// Which frames are decoded. Once the file is read it is always said: where the file does
    /// not say it, on demand for a camera's stream, but always on a node that moves.
    pub decode: Option<Decode>,
    /// Longest time without a look where nothing moves, seconds.
    #[serde(default = "default_quiet_look_s")]
    pub quiet_look_s: f64,
    /// A plate that is seen again within so many seconds is still on the same passage.
    #[serde(default = "default_same_passage_s")]
    pub same_passage_s: f64,
    /// Why the pictures may be processed.
    pub purpose: String,
    /// The law, order or agreement that allows it.
    pub legal_basis: String,
    /// First day on which it may run.
    #[serde(default, deserialize_with = "date::optional")]
    pub valid_from: Option<Date>,
    /// Last day on which it may run.
    #[serde(default, deserialize_with = "date::optional")]
    pub valid_to: Option<Date>,
    /// A file or folder: every frame, as fast as it can be read, instead of in real time.
    #[serde(default)]
    pub every_frame: bool,
    /// `false`: kept in the file, not run.
    #[serde(default = "default_true")]
    pub enabled: bool,
    /// Where it stands, when it stands still: degrees north and east (WGS 84).
    pub position: Option<[f64; 2]>,
}

impl Camera {
    /// Where it stands, when it stands still and the file says where.
    #[must_use]
    pub fn fixed_position(&self) -> Option<GeoPosition> {
        let [lat_deg, lon_deg] = self.position?;
        Some(GeoPosition {
            lat_deg,
            lon_deg,
            heading_deg: None,
            speed_kmh: None,
            accuracy_m: None,
            fixed_at: None,
            stale: false,
            source: PositionSource::Fixed,
        })
    }

    /// Why the camera may not run on a day; `None` when it may.
    #[must_use]
    pub fn lapsed_on(&self, day: Date) -> Option<String> {
        if let Some(from) = self.valid_from.filter(|from| day < *from) {
            return Some(format!("its legal basis ({}) begins on {from}", self.legal_basis));
        }
        let to = self.valid_to.filter(|to| day > *to)?;
        Some(format!(
            "its legal basis ({}) lapsed on {to}; renew it and set valid_to",
            self.legal_basis
        ))
    }

    /// The camera's password, from where the file says.
    ///
    /// # Errors
    /// [`PipelineError::Password`] when it is not there.
    pub fn password(&self) -> Result<Option<Secret>, PipelineError> {
        let missing = |reason: String| PipelineError::Password { camera: self.id.clone(), reason };
        if let Some(path) = &self.password_file {
            let text = std::fs::read_to_string(path).map_err(|error| {
                missing(format!("cannot read its password_file {}: {error}", path.display()))
            })?;
            let line = text.lines().next().unwrap_or("").to_owned();
            if line.is_empty() {
                return Err(missing(format!("its password_file {} is empty", path.display())));
            }
            return Ok(Some(Secret::new(line)));
        }
        let Some(name) = &self.password_env else { return Ok(None) };
        match std::env::var(name) {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(_) => Err(missing(format!("the environment variable {name} is not set"))),
        }
    }
}

/// How transits are compared with the lists.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matching {
    /// The same car on the same camera is not reported again for so long.
    pub cooldown_s: u32,
}

impl Default for Matching {
    fn default() -> Self {
        Self { cooldown_s: 300 }
    }
}

impl Matching {
    /// The cooldown's period.
    #[must_use]
    pub fn cooldown(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.cooldown_s))
    }
}

/// How evidence pictures are kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceSettings {
    /// JPEG quality, 1 to 100.
    pub jpeg_quality: u8,
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        Self { jpeg_quality: 85 }
    }
}

/// How long things are kept on the node.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Days after which a delivered transit is deleted, with its picture and hits.
    pub transits_days: u32,
    /// Most megabytes (10⁶ bytes) of the disk; when there is more, the oldest transits
    /// without a hit go first.
    pub max_disk_mb: Option<u64>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { transits_days: 7, max_disk_mb: None }
    }
}

fn default_heartbeat_s() -> f64 {
    2.0
}

fn default_analyse_fps() -> f64 {
    12.5
}

fn default_quiet_look_s() -> f64 {
    5.0
}

fn default_same_passage_s() -> f64 {
    20.0
}

fn default_true() -> bool {
    true
}

impl Centre {
    /// Time between heartbeats.
    #[must_use]
    pub fn heartbeat(&self) -> Duration {
        Duration::from_secs_f64(self.heartbeat_s)
    }
}

impl Pipeline {
    /// Reads and checks a pipeline file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`PipelineError`] that names file, line and column of what is wrong.
    pub fn load(file: &Path) -> Result<Self, PipelineError> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| PipelineError::Read { file: file.to_owned(), source })?;
        Self::parse(&text, file)
    }

    /// Reads and checks the text of a pipeline file.
    ///
    /// # Errors
    /// See [`Self::load`].
    pub fn parse(text: &str, file: &Path) -> Result<Self, PipelineError> {
        let mut pipeline: Self = config::parse(text, file)?;
        check::check(&pipeline, text, file)?;
        pipeline.resolve(file.parent().unwrap_or(Path::new("")));
        Ok(pipeline)
    }

    /// Makes paths relative to the file absolute or relative to the working folder, and says
    /// what the file leaves to the rest of it.
    fn resolve(&mut self, folder: &Path) {
        self.node.data = folder.join(&self.node.data);
        if let Some(path) = self.centre.as_mut().and_then(|it| it.list_key_file.as_mut()) {
            *path = folder.join(&path);
        }
        let moves = self.gps.is_some();
        for camera in &mut self.cameras {
            let all = moves || camera.every_frame;
            let on_demand = !all && camera.url.starts_with("rtsp");
            camera.decode.get_or_insert(if on_demand { Decode::OnDemand } else { Decode::Always });
            camera.looks.get_or_insert(if all { Looks::Always } else { Looks::OnMovement });
            if !camera.url.contains("://") {
                camera.url = folder.join(&camera.url).to_string_lossy().into_owned();
            }
            if let Some(path) = &mut camera.password_file {
                *path = folder.join(&path);
            }
        }
        if let Some(gps) = &mut self.gps {
            gps.resolve(folder);
        }
        if let Some(path) = self.screen.as_mut().and_then(|screen| screen.token_file.as_mut()) {
            *path = folder.join(&path);
        }
        for list in &mut self.lists {
            list.file = folder.join(&list.file);
        }
    }
}

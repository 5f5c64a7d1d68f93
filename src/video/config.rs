//! What to open and how.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::error::VideoError;
use super::picture_file::is_picture_file;
use super::secret::Secret;
use super::url;

/// How a camera's packets travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// TCP, and UDP when the camera does not offer that.
    #[default]
    Auto,
    /// Inside the RTSP connection: nothing is lost; passes firewalls.
    Tcp,
    /// Datagrams: less delay on a bad line, at the price of lost frames.
    Udp,
}

/// Where frames come from.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A camera's stream.
    Rtsp {
        /// Address without user and password.
        url: String,
        /// How its packets travel.
        transport: Transport,
        /// User name, when the camera asks for one.
        user: Option<String>,
        /// Password, when the camera asks for one.
        password: Option<Secret>,
        /// How long a packet that is missing or late is waited for, in milliseconds.
        latency_ms: u32,
    },
    /// A video file: mp4, mkv, ts, avi, whatever GStreamer can take apart.
    File(PathBuf),
    /// A folder of pictures, by name.
    Folder(PathBuf),
    /// One picture.
    Picture(PathBuf),
    /// A Video4Linux device, `/dev/video0`.
    Device(PathBuf),
}

/// How long a late packet is waited for unless the configuration says otherwise.
const LATENCY_MS: u32 = 150;

impl Location {
    /// What a person wrote: an `rtsp://` address (user and password may be in
    /// it), a `/dev/video` device, or the path of a video, a picture, or a folder.
    ///
    /// # Errors
    /// [`VideoError::BadAddress`] for an address that is none.
    pub fn parse(text: &str) -> Result<Self, VideoError> {
        let path = match text.split_once("://") {
            Some(("file", path)) => path,
            Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => {
                return Self::parse_camera(text);
            }
            _ => text,
        };
        let path = PathBuf::from(path);
        Ok(if path.to_string_lossy().starts_with("/dev/video") {
            Self::Device(path)
        } else if path.is_dir() {
            Self::Folder(path)
        } else if is_picture_file(&path) {
            Self::Picture(path)
        } else {
            Self::File(path)
        })
    }

    fn parse_camera(text: &str) -> Result<Self, VideoError> {
        let parts = url::take_apart(text).map_err(|reason| VideoError::BadAddress {
            url: url::printable(text),
            reason: reason.to_owned(),
        })?;
        Ok(Self::Rtsp {
            url: parts.url,
            transport: Transport::Auto,
            user: parts.user,
            password: parts.password.map(Secret::new),
            latency_ms: LATENCY_MS,
        })
    }

    /// Whether it goes on for ever: a camera rather than a file.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Rtsp { .. } | Self::Device(_))
    }

    /// The path of a file, a folder or a device.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Rtsp { .. } => None,
            Self::File(path) | Self::Folder(path) | Self::Picture(path) | Self::Device(path) => {
                Some(path)
            }
        }
    }
}

impl fmt::Display for Location {
    /// As a person may see it: never with user or password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rtsp { url, .. } => f.write_str(&url::printable(url)),
            Self::File(path) | Self::Folder(path) | Self::Picture(path) | Self::Device(path) => {
                write!(f, "{}", path.display())
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// What happens when frames come faster than they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pace {
    /// The oldest waiting frame is dropped and counted. A file plays in real time.
    #[default]
    Live,
    /// The decoder waits: every frame of a file is seen, as fast as it is taken.
    EveryFrame,
}

/// Which encoded frames are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decode {
    /// Every one.
    #[default]
    Always,
    /// Key frames while nothing moves, and every one while something does; from the last key
    /// frame on, so that nothing is missed. For H.264 and H.265 from cameras and files.
    OnDemand,
}

/// How to open a source.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// What to open.
    pub location: Location,
    /// What happens when frames come faster than they are taken.
    pub pace: Pace,
    /// Most frames that wait to be taken, at least 1.
    pub max_queue: usize,
    /// A camera without a frame for so long is connected again.
    pub stall_timeout: Duration,
    /// First wait before a camera is connected again; doubled at each failure.
    pub backoff_min: Duration,
    /// Longest wait before a camera is connected again.
    pub backoff_max: Duration,
    /// Which encoded frames are decoded.
    pub decode: Decode,
    /// Threads that decode; 0 for as many as there are cores.
    pub decoder_threads: u32,
    /// Capture time of a file's first frame; the moment it is read when `None`.
    pub file_starts_at: Option<Timestamp>,
}

impl SourceConfig {
    /// The usual settings for a location: cameras live, files frame by frame.
    #[must_use]
    pub fn new(location: Location) -> Self {
        let pace = if location.is_live() { Pace::Live } else { Pace::EveryFrame };
        Self {
            location,
            pace,
            max_queue: 4,
            stall_timeout: Duration::from_secs(5),
            backoff_min: Duration::from_millis(100),
            backoff_max: Duration::from_secs(5),
            decode: Decode::Always,
            decoder_threads: 1,
            file_starts_at: None,
        }
    }

    /// Whether it is decoded on demand: what is neither a camera's stream nor a file is not.
    pub(super) fn decodes_on_demand(&self) -> bool {
        self.decode == Decode::OnDemand
            && matches!(self.location, Location::Rtsp { .. } | Location::File(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_the_right_location() {
        let folder = tempfile::tempdir().unwrap();
        let of = |text: &str| Location::parse(text).unwrap();
        assert_eq!(of("/dev/video3"), Location::Device("/dev/video3".into()));
        assert_eq!(of("clip.mp4"), Location::File("clip.mp4".into()));
        assert_eq!(of("file:///x/clip.ts"), Location::File("/x/clip.ts".into()));
        assert_eq!(of("a/Photo.JPG"), Location::Picture("a/Photo.JPG".into()));
        let text = folder.path().to_str().unwrap();
        assert_eq!(of(text), Location::Folder(folder.path().into()));
        assert!(matches!(Location::parse("http://cam/stream"), Err(VideoError::BadAddress { .. })));
        assert!(matches!(Location::parse("rtsp://"), Err(VideoError::BadAddress { .. })));
    }

    #[test]
    fn a_password_in_an_address_is_used_and_never_printed() {
        let location = Location::parse("rtsp://anna:hush@cam:554/1").unwrap();
        let config = SourceConfig::new(location.clone());
        assert!(!format!("{location} {location:?} {config:?}").contains("hush"));
        assert!(!format!("{location} {location:?}").contains("anna"));
        let Location::Rtsp { url, user, password, .. } = location else { panic!("not a camera") };
        assert_eq!(url, "rtsp://cam:554/1");
        assert_eq!(user.as_deref(), Some("anna"));
        assert_eq!(password.unwrap().expose(), "hush");
        let wrong = Location::parse("rtsp://anna:hush@:1/").unwrap_err().to_string();
        assert!(!wrong.contains("hush"), "{wrong}");
    }
}

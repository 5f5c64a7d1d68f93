//! A video file or a stream, frame by frame, for commands that a person watches: `read`, `count`
//! and `camera probe`.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::interrupt::Interrupt;
use super::progress;
use crate::frame::Frame;
use crate::video::{Location, Next, Secret, Source, SourceConfig, SourceHealth, VideoError};

/// How long a frame is waited for before the interrupt is looked at.
const PATIENCE: Duration = Duration::from_millis(200);

/// What comes of a source.
pub(super) enum Played {
    /// The next frame.
    Frame(Frame),
    /// A picture that cannot be read; the next ones follow.
    Skipped(VideoError),
    /// The end, before its time.
    Failed(VideoError),
}

/// A source that is playing, with its sign of progress.
pub(super) struct Playback {
    source: Source,
    spinner: ProgressBar,
    interrupted: Interrupt,
    until: Option<Instant>,
    /// The last reason that was told why nothing comes.
    told: Option<String>,
    failed: bool,
}

impl Playback {
    /// Opens a file to its end, or a stream until the person interrupts it, or until a time if one is
    /// given. A camera's password may stand in the environment.
    pub(super) fn start(
        mut location: Location,
        interrupted: &Interrupt,
        until: Option<Instant>,
    ) -> Result<Self, VideoError> {
        if let Location::Rtsp { password: password @ None, .. } = &mut location {
            *password = std::env::var("VARCO_RTSP_PASSWORD").ok().map(Secret::new);
        }
        let spinner = progress::spinner(location.to_string());
        let until = until.filter(|_| location.is_live());
        let source = Source::start(SourceConfig::new(location))?;
        let interrupted = interrupted.clone();
        Ok(Self { source, spinner, interrupted, until, told: None, failed: false })
    }

    /// What comes next; `None` at the end. Waits for it, and says once why nothing comes.
    pub(super) fn next(&mut self) -> Option<Played> {
        while !self.failed && !self.is_over() {
            match self.source.next(PATIENCE) {
                Next::Frame(frame) => return Some(Played::Frame(frame)),
                Next::Quiet => self.tell_why(),
                Next::Skipped(error) => return Some(Played::Skipped(error)),
                Next::Ended => break,
                Next::Failed(error) => {
                    self.failed = true;
                    self.spinner.finish_and_clear();
                    return Some(Played::Failed(error));
                }
            }
        }
        self.spinner.finish_and_clear();
        None
    }

    fn is_over(&self) -> bool {
        self.interrupted.is_set() || self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// A camera that cannot be reached is tried again; the person hears of each reason once.
    fn tell_why(&mut self) {
        let error = self.source.health().error;
        if error.is_some() && error != self.told {
            self.aside(|| tracing::warn!("{}", error.clone().unwrap_or_default()));
            self.told = error;
        }
    }

    /// Shows how far it is.
    pub(super) fn say(&self, message: String) {
        self.spinner.set_message(message);
        self.spinner.tick();
    }

    /// Writes something without the sign of progress in between.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.spinner.suspend(write)
    }

    /// How the source is.
    pub(super) fn health(&self) -> SourceHealth {
        self.source.health()
    }
}

//! Why a node cannot start or go on.

use std::path::PathBuf;

use crate::link::{IdentityError, LinkError};
use crate::position::LogError;
use crate::store::NodeStoreError;
use crate::vision::VisionError;

use super::pipeline::PipelineError;
use super::screen::ScreenError;

/// Why a node cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// The pipeline file is wrong.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// Another node runs on the same data folder.
    #[error(
        "another node already uses the data folder {}; stop it, or set another folder in [node] data",
        folder.display()
    )]
    Running {
        /// The folder.
        folder: PathBuf,
    },
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}: {source}; check [node] data and its permissions", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] NodeStoreError),
    /// The own key cannot be had.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The connection to the centre cannot be set up.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Plates cannot be read on this machine.
    #[error(transparent)]
    Vision(#[from] VisionError),
    /// A list cannot be used.
    #[error("list {list}: {reason}")]
    List {
        /// Its identifier.
        list: String,
        /// Why, with file and line.
        reason: String,
    },
    /// The recorded GPS log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The in-car screen cannot be served.
    #[error(transparent)]
    Screen(#[from] ScreenError),
    /// A thread cannot be started.
    #[error("cannot start a thread for camera {camera}: {source}")]
    Thread {
        /// The camera.
        camera: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl NodeError {
    /// Whether what was asked for is wrong, rather than its doing having failed.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Pipeline(_))
    }
}

//! How a node and its cameras are.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::position::{GeoPosition, GpsHealth};
use crate::lists::ListKind;
use crate::siting::Finding;

/// What a camera is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CameraState {
    /// Trying to reach it.
    Connecting,
    /// Frames arrive.
    Live,
    /// Not reachable, or no frames; tried again with back-off.
    Down,
    /// A file or folder that came to its end.
    Ended,
}

/// What is wrong with a camera's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PictureFault {
    /// Almost nothing is lit.
    Dark,
    /// No edge is sharp.
    Blurred,
    /// The same picture again and again.
    Frozen,
}

/// One camera's health over the last seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CameraHealth {
    /// Identifier of the camera within the node.
    pub camera: String,
    /// Camera name for people.
    pub camera_name: String,
    /// Site name for people.
    pub site: String,
    /// What it is doing.
    pub state: CameraState,
    /// The last error, in words for people.
    pub error: Option<String>,
    /// Frames per second decoded.
    pub decoded_fps: f32,
    /// Frames per second looked at.
    pub analysed_fps: f32,
    /// When the last frame was taken.
    pub last_frame_at: Option<Timestamp>,
    /// Width of the picture, 0 before the first frame.
    pub width_px: u32,
    /// Height of the picture, 0 before the first frame.
    pub height_px: u32,
    /// Connections after the first one.
    pub reconnects: u64,
    /// Faults that the decoder reported.
    pub decode_errors: u64,
    /// Frames dropped because the node was too slow.
    pub dropped_frames: u64,
    /// What is wrong with the picture.
    pub faults: Vec<PictureFault>,
    /// How well the view suits the reading of plates, aspect by aspect; empty until
    /// vehicles have passed.
    #[serde(default)]
    pub view: Vec<Finding>,
    /// Passages that this is known from.
    #[serde(default)]
    pub view_passages: u32,
}

/// Where a node has a list from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ListSource {
    /// A file that the pipeline file names.
    File,
    /// The centre.
    Centre,
}

/// One list that a node compares with, or should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListHealth {
    /// Identifier of the list.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is of, once it was loaded.
    pub kind: Option<ListKind>,
    /// Where it comes from.
    pub source: ListSource,
    /// Version of the snapshot that is in use.
    pub version: Option<u64>,
    /// When it was compiled; for a list file, when the file was last changed. `None`:
    /// no version is in use, so the list matches nothing.
    pub compiled_at: Option<Timestamp>,
    /// Entries in use.
    pub entries: u64,
    /// Until when the node may read it without having heard from the centre.
    pub readable_until: Option<Timestamp>,
    /// Why a newer version, or any, is not in use; in words for people.
    pub error: Option<String>,
}

/// A node's regular sign of life.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeartbeatEvent {
    /// Message format, [`crate::event::VERSION`].
    pub version: u32,
    /// Identifier of the message.
    pub id: Uuid,
    /// Identifier of the node.
    pub node: String,
    /// Node name for people.
    pub node_name: String,
    /// When it was sent, by the node's clock.
    pub sent_at: Timestamp,
    /// Version of the program.
    pub software: String,
    /// When the node started.
    pub started_at: Timestamp,
    /// Events that wait to be delivered.
    pub outbox: u64,
    /// Its cameras.
    pub cameras: Vec<CameraHealth>,
    /// Where the node is, when it has a satellite receiver.
    #[serde(default)]
    pub position: Option<GeoPosition>,
    /// How its satellite receiver is, when it has one.
    #[serde(default)]
    pub gps: Option<GpsHealth>,
    /// Its lists.
    #[serde(default)]
    pub lists: Vec<ListHealth>,
}

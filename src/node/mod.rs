//! The edge process: cameras in, transits and hits out, also without a centre.
//!
//! Each camera has a thread of its own: frames → plates → transits → hits. What it
//! reports goes to the recorder, which stores it durably; the link delivers from
//! the store. A fault of one camera never touches another.

mod camera;
mod error;
mod health;
mod jpeg;
mod lists;
mod navigation;
mod pipeline;
mod recorder;
mod report;
mod retention;
mod run;
mod screen;
mod supervisor;
mod unit;

pub use error::NodeError;
pub use jpeg::{JpegError, encode as encode_jpeg};
pub use lists::LiveMatcher;
pub use pipeline::{
    Camera, Centre, CentreLists, Decode, Looks, NodeName, Pipeline, PipelineError, ScreenConfig,
    Transport,
};
pub use report::{CameraReporter, Ids};
pub use run::{check, identity, run};
pub use screen::ScreenError;

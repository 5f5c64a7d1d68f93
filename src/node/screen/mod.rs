//! The in-car screen: what the unit reads, and what the people in the car decide.
//!
//! Served by the unit itself, so that it needs no network. A hit is on its way to the
//! screen before it is stored: the disk may be slow, people may not wait.

mod api;
mod board;
mod check;
mod guard;
mod server;
mod status;

pub(super) use board::Board;
pub use server::ScreenError;
pub(super) use server::{Screen, StatusReport, Unit};
pub(super) use status::{LinkStatus, Status};

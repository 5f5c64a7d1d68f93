//! The node's lists: those of its own files, read again when a file changes, and those
//! of the centre, fetched as signed snapshots and kept, sealed where that is asked for.
//!
//! ```text
//! file ──► local ──┐
//!                  ├──► board ──► live matcher ──► cameras
//! centre ─► fetch ─► shelf ─► keeper ─┘   └──► heartbeats
//!                      └ lease (the key of a sealed shelf)
//! ```
//!
//! A new version replaces the old one in one step; what cannot be used changes
//! nothing but the error that the board shows.

mod board;
mod fetch;
mod keeper;
mod lease;
mod live;
mod local;
mod shelf;

pub use live::LiveMatcher;

pub(super) use board::Board;
pub(super) use keeper::Keeper;
pub(super) use local::LocalLists;

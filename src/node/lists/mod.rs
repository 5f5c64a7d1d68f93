//! The node's lists, read again when a file changes.
//!
//! A new version replaces the old one in one step; what cannot be used changes
//! nothing but the error that the board shows.

mod board;
mod live;
mod local;

pub use live::LiveMatcher;

pub(super) use board::Board;
pub(super) use local::LocalLists;

//! What tests of the whole product share: real processes on a stage of their own, and
//! people at browsers.

mod port;
mod script;
mod stage;

pub(crate) use port::free_port;
pub(crate) use script::Script;
pub(crate) use stage::{Ground, Process, fixture, wait_for};

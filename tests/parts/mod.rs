//! What tests of the whole product share: real processes on a stage of their own, and
//! people at browsers.

mod script;
mod stage;

pub(crate) use script::Script;
pub(crate) use stage::{Ground, Process, fixture, free_port, wait_for};

//! Whether anything moves before a camera, told cheaply. No I/O, no clock.
//!
//! [`MovementWatch`] looks at the brightness of a coarse grid of cells; each cell has a threshold
//! that follows what it does by itself, so that noise, rain, leaves and blinking lamps are not
//! taken for vehicles. [`LookGate`] says from that which frames are worth a look of the
//! detector. [`SizeWatch`] tells from the sizes of encoded frames, without decoding them.
//!
//! `docs/design/streams.md` has the reasons and what was measured.

mod attention;
mod backlog;
mod looks;
mod movement;
mod sizes;

pub use attention::Attention;
pub use looks::{LookConfig, LookGate, Reach};
pub use movement::MovementWatch;
pub use sizes::SizeWatch;

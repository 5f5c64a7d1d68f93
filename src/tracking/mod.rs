//! One transit per passing vehicle.

mod transit;

pub use transit::{Direction, Look, Transit, TransitState};

//! Named registers of plates: what they are for, how long they hold, what is in them.

mod model;

pub use model::{Entry, List, ListKind, Vehicle};

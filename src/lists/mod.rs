//! Named registers of plates: what they are for, how long they hold, what is in them.

mod index;
mod model;
mod walk;

pub use index::{Index, IndexBuilder, IndexError, LookAlike};
pub use model::{Entry, List, ListKind, Vehicle};
pub use walk::{LOST, gained};

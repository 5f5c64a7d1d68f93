//! Named registers of plates: what they are for, how long they hold, what is in them.

mod columns;
mod config;
mod hours;
mod import;
mod index;
mod lines;
mod load;
mod model;
mod row;
mod rules;
mod walk;

pub use columns::{Column, EXAMPLE, HeaderError};
pub use config::{ListConfig, ListConfigError};
pub use hours::{Hours, HoursError};
pub use import::{
    Encoding, Import, ImportError, ImportOptions, Rejected, Repeated, Report, import, import_each,
};
pub use index::{Index, IndexBuilder, IndexError, LookAlike};
pub use load::{LoadError, index_from, load, open};
pub use model::{Entry, List, ListKind, Vehicle};
pub use rules::{CameraRule, Passage, Rule, Rules};
pub use walk::{LOST, gained};

//! Named registers of plates: what they are for, how long they hold, what is in them.

mod columns;
mod config;
pub mod delta;
mod hours;
mod import;
mod index;
mod lines;
mod load;
mod model;
mod row;
mod rules;
mod snapshot;

pub use columns::{Column, EXAMPLE, HeaderError};
pub use config::{ListConfig, ListConfigError};
pub use hours::{Hours, HoursError};
pub use import::{
    Encoding, Import, ImportError, ImportOptions, Rejected, Report, import, import_each,
};
pub use index::{
    Found, Index, IndexBuilder, IndexError, LOST, LayoutError, LookAlike, Repeated, Repeats, gained,
};
pub use load::{LoadError, index_from, load, open};
pub use model::{Entry, List, ListKind, Vehicle};
pub use rules::{CameraRule, Passage, Rule, Rules};
pub use snapshot::{
    Digest, DigestError, Installed, PublisherKey, PublisherKeyError, SigningKey, SigningKeyError,
    Snapshot, SnapshotError, SnapshotHeader, SnapshotStore, SnapshotStoreError, compile,
};

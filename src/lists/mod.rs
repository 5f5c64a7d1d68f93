//! Named registers of plates: what they are for, how long they hold, what is in them.

mod change;
mod columns;
mod config;
mod delivery;
pub mod delta;
mod diff;
mod export;
mod format;
mod hours;
mod import;
mod inbox;
mod index;
mod lines;
mod load;
mod model;
#[cfg(not(fuzzing))] // The fuzz targets need no network.
pub mod register;
mod row;
mod rules;
mod snapshot;

pub use change::{Change, Removal};
pub use columns::{Column, ColumnError, EXAMPLE, HeaderError};
pub use config::{CameraRuleConfig, ListConfig, ListConfigError};
pub use delivery::{Delivery, DeliveryError, DeliveryOptions, Outcome, deliver};
pub use diff::{Diff, PlateChange, apply};
pub use export::{CsvWriter, harmless};
pub use format::{ColumnAt, FixedField, FormatError, SourceFormat, SourceKind, TextEncoding};
pub use hours::{Hours, HoursError};
pub use import::{
    Encoding, Import, ImportError, ImportOptions, Rejected, Report, WorkbookError, import,
    import_changes, import_each,
};
pub use inbox::{Fate, Inbox, InboxError};
pub use index::{
    Found, Index, IndexBuilder, IndexError, LOST, LayoutError, LookAlike, Repeated, Repeats, gained,
};
pub use load::{LoadError, index_from, load, on_two_cores, open};
pub use model::{Entry, List, ListKind, Vehicle};
pub use rules::{CameraRule, Passage, Rule, Rules};
pub use snapshot::{
    Digest, DigestError, Installed, PublisherKey, PublisherKeyError, SigningKey, SigningKeyError,
    Snapshot, SnapshotError, SnapshotHeader, SnapshotStore, SnapshotStoreError, compile,
};

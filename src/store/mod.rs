//! Databases of node and centre, and the evidence pictures beside them.

pub mod centre;
mod database;
mod evidence;
mod node;
mod sealed;

pub use database::{Database, DatabaseError};
pub use evidence::{EvidenceError, EvidenceStore, sha256_hex};
pub use node::{NodeStore, NodeStoreError, OpenTransit, OutboxCount, Record, Room, Swept, Waiting};
pub use sealed::{SealKey, SealedError, SealedWriter};

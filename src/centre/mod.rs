//! The operations centre's server: API, live events, workflow, control room.
//!
//! [`Server::start`] opens the data folder and two ports: one for people
//! (control room and API), one for nodes (mutual TLS, keys that were admitted).
//!
//! ```text
//! node ──TLS──► intake ──► store ──► live ──► pages (server-sent events)
//!                            ▲                  │
//!                            └── api ◄── actions, with role and audit row
//! ```

mod api;
mod clones;
mod config;
mod decisions;
mod error;
mod headers;
mod intake;
mod ledger;
mod lists;
mod live;
mod metrics;
mod pages;
mod presence;
mod problem;
mod registry;
mod retention;
mod secret;
mod server;
mod state;
mod throttle;
mod workflow;

pub use config::{
    AdmittedNode, ClonedPlatesConfig, Config, HttpConfig, LinkConfig, ListsConfig, RetentionConfig,
};
pub use error::CentreError;
pub use registry::{AccountSettings, Registry, SignInLink};
pub use server::{Server, run};

pub use crate::store::centre::{AuditCheck, AuditError, Language, Role};

//! Why a centre cannot start or run.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::secret::SecretError;
use crate::config::ConfigError;
use crate::link::{IdentityError, TlsError};
use crate::lists::{SigningKeyError, SnapshotError, SnapshotStoreError};
use crate::store::{DatabaseError, EvidenceError};

/// Why a centre cannot start or run, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum CentreError {
    /// The settings file cannot be read.
    #[error("cannot read the settings file {}: {source}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The settings file has a fault.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder cannot be used.
    #[error("cannot use the data folder {}: {source}; check `data` in the settings and the folder's permissions", path.display())]
    Data {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another centre runs on the folder.
    #[error(
        "another centre is running on the data folder {}; stop it, or set `data` to another folder",
        path.display()
    )]
    Running {
        /// The folder.
        path: PathBuf,
    },
    /// A port cannot be opened.
    #[error(
        "cannot listen on {address} for {what}: {source}; stop what uses it, or set `{key}` in the settings"
    )]
    Listen {
        /// What it is for.
        what: &'static str,
        /// The settings key.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A port stopped being served.
    #[error("serving {what} failed: {source}")]
    Serve {
        /// What was served.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The evidence folder failed.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The centre's own key failed.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A snapshot cannot be used.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The folder of lists cannot be used.
    #[error(transparent)]
    Lists(#[from] SnapshotStoreError),
    /// The key that signs lists failed.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// TLS failed.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A password or token could not be made.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// There is no account of that name.
    #[error("there is no account {name:?}; known are: {known}")]
    NoAccount {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// There is no administrator.
    #[error(
        "there is no administrator; name the account, or make one: varco centre account add NAME --role admin"
    )]
    NoAdministrator,
    /// An account of that name exists.
    #[error("there is an account {name:?} already; choose another name")]
    AccountTaken {
        /// The name.
        name: String,
    },
    /// The name is no account name.
    #[error("{name:?} is no account name: use 1 to 64 characters without spaces at the ends")]
    AccountName {
        /// The name.
        name: String,
    },
    /// The name is no group's name.
    #[error(
        "{name:?} is no group: use 1 to 64 characters without spaces at the ends, as in a list's `told`"
    )]
    GroupName {
        /// The name.
        name: String,
    },
    /// The name is no node id.
    #[error("node id {id:?} {}; give one with --id", super::config::NODE_ID_RULE)]
    NodeId {
        /// The id.
        id: String,
    },
    /// The key belongs to another node.
    #[error(
        "the key {key} belongs to another node already (see `varco centre nodes`); dismiss that one first"
    )]
    KeyTaken {
        /// The key's fingerprint.
        key: String,
    },
    /// There is no node of that id.
    #[error("there is no node {id:?}; `varco centre nodes` lists them")]
    NoNode {
        /// What was asked for.
        id: String,
    },
}

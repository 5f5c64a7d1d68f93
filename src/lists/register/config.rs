//! A register's table in a settings file.

use std::path::PathBuf;

use serde::Deserialize;

/// How a register is reached and how often it may be asked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRegisterConfig {
    /// Its name, for messages and the audit log.
    pub name: String,
    /// Where it is asked; `{plate}` is the plate: `https://gateway.example/vehicles/{plate}`.
    pub url: String,
    /// The certificates (PEM) of those who may vouch for the register; needed with `https`.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// A file with the key that the register gave us; sent as a bearer token.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// An answer that takes longer is none.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// How often a question is tried when the register is down or overloaded.
    #[serde(default = "default_tries")]
    pub tries: u32,
    /// Wait before the second try; doubled for each further one.
    #[serde(default = "default_backoff_ms")]
    pub backoff_ms: u64,
    /// Questions a second, in the long run.
    #[serde(default = "default_per_s")]
    pub per_s: f64,
    /// Questions that may be asked at once.
    #[serde(default = "default_burst")]
    pub burst: u32,
    /// Longest wait for the own turn; after it the answer is that we asked too often.
    #[serde(default = "default_patience_ms")]
    pub patience_ms: u64,
    /// How long an answer is remembered; 0: not at all.
    #[serde(default = "default_remember_s")]
    pub remember_s: u64,
    /// Answers that are remembered at most.
    #[serde(default = "default_remember_most")]
    pub remember_most: usize,
}

const fn default_timeout_ms() -> u64 {
    3000
}
const fn default_tries() -> u32 {
    3
}
const fn default_backoff_ms() -> u64 {
    250
}
const fn default_per_s() -> f64 {
    5.0
}
const fn default_burst() -> u32 {
    10
}
const fn default_patience_ms() -> u64 {
    2000
}
const fn default_remember_s() -> u64 {
    300
}
const fn default_remember_most() -> usize {
    10_000
}

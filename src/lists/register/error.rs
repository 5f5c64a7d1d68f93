//! Why a register gave no answer.

use std::time::Duration;

/// Why a register gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// The settings do not make sense.
    #[error("register {register}: {setting}: {why}")]
    Config {
        /// The register.
        register: String,
        /// The setting.
        setting: &'static str,
        /// What is wrong with it, and what to write.
        why: String,
    },
    /// We asked as often as we may.
    #[error(
        "register {register}: asked as often as is agreed; the next question is free in {wait_s} s"
    )]
    Busy {
        /// The register.
        register: String,
        /// Whole seconds until it may be asked again.
        wait_s: u64,
    },
    /// It does not let us in.
    #[error(
        "register {register}: it refuses our key (status {status}): have the key in \
         token_file renewed by those who run the register"
    )]
    Refused {
        /// The register.
        register: String,
        /// What it answered.
        status: u16,
    },
    /// It did not answer, or not in time, however often it was asked.
    #[error("register {register}: no answer after {tries} tries: {last}")]
    Unreachable {
        /// The register.
        register: String,
        /// How often it was tried.
        tries: u32,
        /// What went wrong the last time.
        last: String,
    },
    /// It answered something that is no answer.
    #[error("register {register}: its answer is not understood: {why}")]
    Nonsense {
        /// The register.
        register: String,
        /// What is wrong with it.
        why: String,
    },
}

impl RegisterError {
    /// When asking again may help, and after how long.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { wait_s, .. } => Some(Duration::from_secs((*wait_s).max(1))),
            Self::Unreachable { .. } => Some(Duration::from_secs(60)),
            Self::Config { .. } | Self::Refused { .. } | Self::Nonsense { .. } => None,
        }
    }
}

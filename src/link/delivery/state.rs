//! How the connection is, told in the log once for each change.

use std::time::{Duration, Instant};

use crate::link::Fingerprint;

/// A fault that lasts is told again after so long.
const REMIND_AFTER: Duration = Duration::from_secs(60);

/// Why nothing can be delivered right now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkFault {
    /// No connection.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// Another key than the pinned one.
    #[error(
        "it does not hold the expected key: {0}. Either the centre's key was changed: put the new fingerprint (`varco centre key`) into [centre] key; or this is not your centre"
    )]
    WrongKey(String),
    /// The centre does not know this node.
    #[error("it does not admit this node: {0}")]
    NotAdmitted(String),
    /// It answers, but not as a centre should.
    #[error("{0}")]
    Answer(String),
}

/// How the connection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// Nothing tried yet.
    Starting,
    /// The last request was answered.
    Up,
    /// The last request failed.
    Down(LinkFault),
}

/// Follows the state.
#[derive(Debug)]
pub(super) struct Watch {
    url: String,
    own_key: String,
    state: LinkState,
    told_at: Option<Instant>,
}

impl Watch {
    pub(super) fn new(url: &str, own_key: &Fingerprint) -> Self {
        Self {
            url: url.to_owned(),
            own_key: own_key.to_string(),
            state: LinkState::Starting,
            told_at: None,
        }
    }

    pub(super) fn state(&self) -> LinkState {
        self.state.clone()
    }

    /// A request was answered; true when the one before was not.
    pub(super) fn up(&mut self) -> bool {
        let changed = self.state != LinkState::Up;
        if changed {
            tracing::info!("connected to the centre at {}", self.url);
            self.state = LinkState::Up;
        }
        changed
    }

    pub(super) fn down(&mut self, fault: LinkFault) {
        let due = self.told_at.is_none_or(|told| told.elapsed() > REMIND_AFTER);
        let same_kind = matches!(&self.state, LinkState::Down(before)
            if std::mem::discriminant(before) == std::mem::discriminant(&fault));
        if !same_kind || due {
            self.told_at = Some(Instant::now());
            match &fault {
                LinkFault::NotAdmitted(_) => tracing::warn!(
                    "the centre at {}: {fault} (this node's key is {}); events wait in the outbox",
                    self.url,
                    self.own_key
                ),
                _ => {
                    tracing::warn!(
                        "the centre at {}: {fault}; events wait in the outbox",
                        self.url
                    );
                }
            }
        }
        self.state = LinkState::Down(fault);
    }
}

//! What the centre keeps.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::{HeartbeatEvent, HitEvent, TransitEvent};

/// A word that is none of those that are allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no {what}; it is one of: {allowed}")]
pub struct UnknownName {
    /// What it should have been.
    pub what: &'static str,
    /// What it was.
    pub found: String,
    /// What it may be.
    pub allowed: String,
}

/// An enum whose members have one name each, in the database, in JSON and on the command line.
macro_rules! named {
    (
        $(#[$outer:meta])* $name:ident, $what:literal:
        $($(#[$inner:meta])* $member:ident = $text:literal,)+
    ) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$inner])* #[serde(rename = $text)] $member,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$member),+];

            /// Its name in the database, in JSON and on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$member => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;

            fn from_str(name: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|it| it.name() == name).ok_or_else(|| UnknownName {
                    what: $what,
                    found: name.to_owned(),
                    allowed: [$($text),+].join(", "),
                })
            }
        }
    };
}

named! {
    /// What an account may do.
    Role, "role":
    /// See hits, transits, evidence, nodes.
    Viewer = "viewer",
    /// See, and act on hits.
    Operator = "operator",
    /// Everything, accounts too.
    Admin = "admin",
    /// Read the audit log, and nothing else.
    Auditor = "auditor",
}

named! {
    /// The language of a person's screens.
    Language, "language":
    /// Italian.
    Italian = "it",
    /// English.
    English = "en",
}

named! {
    /// How far the work on a hit is.
    HitState, "hit state":
    /// Nobody has looked yet.
    New = "new",
    /// Somebody has taken it.
    Acknowledged = "acknowledged",
    /// A unit is on its way.
    Dispatched = "dispatched",
    /// Done; it has an outcome.
    Closed = "closed",
}

named! {
    /// What a person does about a hit.
    Action, "action":
    /// Takes it.
    Acknowledge = "acknowledge",
    /// Sends a unit.
    Dispatch = "dispatch",
    /// Ends it, with an outcome.
    Close = "close",
    /// Has seen it and does not see to it now: it stays as it is.
    Defer = "defer",
}

named! {
    /// How a hit ended.
    Outcome, "outcome":
    /// The vehicle was the listed one.
    Confirmed = "confirmed",
    /// The plate was read wrongly.
    FalseRead = "false-read",
    /// The vehicle was not found.
    NotFound = "not-found",
    /// Nothing was to be done.
    NoAction = "no-action",
}

named! {
    /// Which hits are asked for.
    HitFilter, "hit filter":
    /// Those that wait for somebody.
    Open = "open",
    /// Those that are done.
    Closed = "closed",
    /// All.
    All = "all",
}

named! {
    /// Where a node's admission stands.
    Origin, "origin":
    /// In the settings file; gone from there, it is gone here at the next start.
    Settings = "settings",
    /// `varco centre admit`.
    Command = "command",
}

/// One thing that somebody did about a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HitAction {
    /// When.
    pub at: Timestamp,
    /// Who, by the account's name at that time.
    pub account: String,
    /// What.
    pub action: Action,
    /// How it ended, when it was closed.
    pub outcome: Option<Outcome>,
    /// In the person's words.
    pub note: Option<String>,
    /// Which unit was sent.
    pub unit: Option<String>,
}

/// A hit with what was done about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// As the node reported it.
    #[serde(flatten)]
    pub event: HitEvent,
    /// When the centre stored it.
    pub received_at: Timestamp,
    /// How far the work on it is.
    pub state: HitState,
    /// How it ended, once closed.
    pub outcome: Option<Outcome>,
    /// What was done, oldest first.
    pub actions: Vec<HitAction>,
}

/// A transit with its hits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transit {
    /// As the node reported it, highest revision.
    #[serde(flatten)]
    pub event: TransitEvent,
    /// When the centre stored its first revision.
    pub received_at: Timestamp,
    /// Identifiers of its hits.
    pub hits: Vec<Uuid>,
}

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Number of the account.
    pub id: i64,
    /// Name to sign in with.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Language of its screens.
    pub language: Language,
    /// Groups it belongs to; in none, it is told of everything.
    pub groups: Vec<String>,
    /// argon2id hash (PHC string); `None`: signs in by link only.
    pub password: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it cannot sign in.
    pub disabled_at: Option<Timestamp>,
    /// When it last signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

/// An admitted node.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeRecord {
    /// As in its pipeline file.
    pub id: String,
    /// For people.
    pub name: String,
    /// Fingerprint of its key, 64 hexadecimal digits.
    pub key: String,
    /// Where its admission stands.
    pub origin: Origin,
    /// When it was admitted.
    pub admitted_at: Timestamp,
    /// When it last spoke, by the centre's clock.
    pub last_seen_at: Option<Timestamp>,
    /// What it said of itself last.
    pub heartbeat: Option<HeartbeatEvent>,
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuditRow {
    /// Number of the row, rising by one.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who: an account's name, `system`, or `command line`.
    pub account: String,
    /// What was done, such as `evidence.view`.
    pub action: String,
    /// To what.
    pub subject: String,
    /// Why, where a reason is asked for.
    pub reason: Option<String>,
    /// SHA-256 over this row and the hash before it.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for outcome in Outcome::ALL {
            assert_eq!(outcome.name().parse(), Ok(*outcome));
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.name());
        }
        let error = "root".parse::<Role>().unwrap_err().to_string();
        assert_eq!(error, "\"root\" is no role; it is one of: viewer, operator, admin, auditor");
    }
}

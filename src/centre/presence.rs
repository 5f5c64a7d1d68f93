//! Which nodes are there: their last heartbeats, and who has fallen silent.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::event::{CameraHealth, CameraState, GeoPosition, GpsHealth, HeartbeatEvent, ListHealth};
use crate::store::centre::NodeRecord;

/// A node that was silent for longer is not alive. Nodes speak every few seconds.
const SILENT: SignedDuration = SignedDuration::from_secs(20);
/// Heartbeats reach the database no more often: each costs a disk sync.
const PERSIST: SignedDuration = SignedDuration::from_secs(30);

/// A node as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub(super) struct Node {
    /// As in its pipeline file.
    id: String,
    /// For people.
    name: String,
    /// Version of its program, once it has spoken.
    software: Option<String>,
    /// When it last spoke, by the centre's clock.
    last_seen_at: Option<Timestamp>,
    /// When it started.
    started_at: Option<Timestamp>,
    /// Events that wait to be delivered.
    outbox: u64,
    /// Whether it has spoken in the last seconds.
    alive: bool,
    /// Its cameras.
    cameras: Vec<CameraHealth>,
    /// Its lists.
    lists: Vec<ListHealth>,
    /// Where it was when it last spoke, when it has a satellite receiver.
    position: Option<GeoPosition>,
    /// How its satellite receiver is, when it has one.
    gps: Option<GpsHealth>,
}

impl Node {
    /// Whether it has spoken in the last seconds.
    pub(super) fn alive(&self) -> bool {
        self.alive
    }

    /// As in its pipeline file.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Events that wait to be delivered.
    pub(super) fn outbox(&self) -> u64 {
        self.outbox
    }

    /// Cameras, and those of them that give frames.
    pub(super) fn cameras(&self) -> (usize, usize) {
        let live = self.cameras.iter().filter(|it| it.state == CameraState::Live).count();
        (self.cameras.len(), if self.alive { live } else { 0 })
    }
}

#[derive(Debug, Default)]
struct Seen {
    at: Timestamp,
    persisted_at: Option<Timestamp>,
    heartbeat: Option<HeartbeatEvent>,
    told_alive: bool,
}

/// What is known of the nodes since the start.
#[derive(Debug, Default)]
pub(super) struct Presence {
    seen: Mutex<HashMap<String, Seen>>,
}

impl Presence {
    /// A node spoke.
    pub(super) fn spoke(&self, node: &str, now: Timestamp) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(node.to_owned()).or_default().at = now;
    }

    /// A node told how it is. Says whether the database should know, too.
    pub(super) fn heartbeat(&self, node: &str, heartbeat: HeartbeatEvent, now: Timestamp) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = seen.entry(node.to_owned()).or_default();
        entry.at = now;
        entry.heartbeat = Some(heartbeat);
        entry.told_alive = true;
        let due = entry.persisted_at.is_none_or(|at| now.duration_since(at) >= PERSIST);
        if due {
            entry.persisted_at = Some(now);
        }
        due
    }

    /// A node as it is now: what the database has, with what was heard since the start.
    pub(super) fn view(&self, record: NodeRecord, now: Timestamp) -> Node {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = seen.get(&record.id);
        let last_seen_at = heard.map(|it| it.at).max(record.last_seen_at);
        let heartbeat = heard.and_then(|it| it.heartbeat.clone()).or(record.heartbeat);
        let alive = last_seen_at.is_some_and(|at| now.duration_since(at) < SILENT);
        Node {
            id: record.id,
            name: record.name,
            last_seen_at,
            alive,
            software: heartbeat.as_ref().map(|it| it.software.clone()),
            started_at: heartbeat.as_ref().map(|it| it.started_at),
            outbox: heartbeat.as_ref().map_or(0, |it| it.outbox),
            lists: heartbeat.as_ref().map(|it| it.lists.clone()).unwrap_or_default(),
            position: heartbeat.as_ref().and_then(|it| it.position),
            gps: heartbeat.as_ref().and_then(|it| it.gps.clone()),
            cameras: heartbeat.map(|it| it.cameras).unwrap_or_default(),
        }
    }

    /// Nodes that have fallen silent since the last call.
    pub(super) fn fallen_silent(&self, now: Timestamp) -> HashSet<String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut silent = HashSet::new();
        for (node, entry) in seen.iter_mut() {
            if entry.told_alive && now.duration_since(entry.at) >= SILENT {
                entry.told_alive = false;
                silent.insert(node.clone());
            }
        }
        silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::centre::Origin;

    fn heartbeat(at: Timestamp) -> HeartbeatEvent {
        HeartbeatEvent {
            version: 1,
            id: uuid::Uuid::now_v7(),
            node: "n".into(),
            node_name: "N".into(),
            sent_at: at,
            software: "varco 0.1.0".into(),
            started_at: at,
            outbox: 3,
            cameras: Vec::new(),
            position: None,
            gps: None,
            lists: Vec::new(),
        }
    }

    #[test]
    fn a_node_is_alive_until_it_falls_silent_and_that_is_told_once() {
        let presence = Presence::default();
        let start = Timestamp::from_second(1_000_000).unwrap();
        let after = |s: i64| start + SignedDuration::from_secs(s);
        let record = || NodeRecord {
            id: "n".into(),
            name: "N".into(),
            key: String::new(),
            origin: Origin::Command,
            admitted_at: start,
            last_seen_at: None,
            heartbeat: None,
        };
        assert!(!presence.view(record(), start).alive());
        assert!(presence.heartbeat("n", heartbeat(start), start), "the first is kept");
        assert!(!presence.heartbeat("n", heartbeat(start), after(5)), "the next need not be");
        let node = presence.view(record(), after(6));
        assert!(node.alive() && node.outbox() == 3);
        assert!(presence.fallen_silent(after(10)).is_empty());
        assert_eq!(presence.fallen_silent(after(25)).len(), 1);
        assert!(presence.fallen_silent(after(26)).is_empty(), "told once");
        assert!(!presence.view(record(), after(26)).alive());
        assert!(presence.heartbeat("n", heartbeat(start), after(40)));
    }
}

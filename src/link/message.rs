//! What goes over `POST /link/v1/events`.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::event::Event;

/// A JPEG file's bytes; in JSON they are base64.
#[derive(Clone, PartialEq, Eq)]
pub struct Jpeg(pub Vec<u8>);

impl fmt::Debug for Jpeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jpeg({} bytes)", self.0.len())
    }
}

impl Serialize for Jpeg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Jpeg {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        BASE64.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}

/// An event with its place in the node's outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbered {
    /// Rises within one node; 0 for a heartbeat, which is in no outbox.
    pub seq: u64,
    /// The event.
    pub event: Event,
}

/// What a node sends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Events in the order in which they happened.
    pub events: Vec<Numbered>,
    /// Pictures that the events name, by their SHA-256.
    #[serde(default)]
    pub evidence: BTreeMap<String, Jpeg>,
}

/// What the centre answers: events it keeps now, for good, and events it will never take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Numbers of the events that are stored (now or from an earlier try).
    pub accepted: Vec<u64>,
    /// Events that will not be taken however often they are sent.
    #[serde(default)]
    pub refused: Vec<Refusal>,
    /// After a heartbeat: names what lists the centre has for the node. When it changes,
    /// the node fetches the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lists: Option<String>,
}

/// An event that the centre will not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Its number.
    pub seq: u64,
    /// Why, in words for people.
    pub reason: String,
}

/// An error answer (RFC 9457, problem+json).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Kind of the problem, a URI reference.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened and how to mend it.
    #[serde(default)]
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_travel_as_base64() {
        let delivery = Delivery {
            events: Vec::new(),
            evidence: BTreeMap::from([("ab".to_owned(), Jpeg(vec![0xff, 0xd8]))]),
        };
        let json = serde_json::to_string(&delivery).unwrap();
        assert_eq!(json, r#"{"events":[],"evidence":{"ab":"/9g="}}"#);
        assert_eq!(serde_json::from_str::<Delivery>(&json).unwrap(), delivery);
        let from_reader: Delivery = serde_json::from_reader(json.as_bytes()).unwrap();
        assert_eq!(from_reader, delivery);
        assert!(serde_json::from_str::<Jpeg>("\"no base64!\"").is_err());
    }

    #[test]
    fn an_answer_may_leave_out_what_is_empty() {
        let receipt: Receipt = serde_json::from_str(r#"{"accepted":[1]}"#).unwrap();
        assert_eq!(receipt, Receipt { accepted: vec![1], ..Receipt::default() });
    }
}

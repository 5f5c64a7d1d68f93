//! Lists on their way from the centre to a node: the manifest, snapshots whole or as
//! deltas, and the key that a unit's files are sealed with.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, RANGE};
use serde::{Deserialize, Serialize};

use super::client::{Client, fault, said};
use super::delivery::{LinkError, LinkFault};
use super::identity::{Fingerprint, Identity};
use super::message::Problem;
use crate::lists::ListKind;

/// Where a centre says what lists it has for a node.
pub const LISTS_PATH: &str = "/link/v1/lists";
/// Where a node gets the key for its sealed list files.
pub const LIST_KEY_PATH: &str = "/link/v1/list-key";
/// The problem that a node meets that is not admitted (any more).
pub const UNKNOWN_KEY: &str = "/problems/unknown-key";

/// Manifest and key are small.
const SMALL_REQUEST: Duration = Duration::from_secs(20);
/// A whole list on the slowest line; what counts is that bytes keep coming.
const DOWNLOAD: Duration = Duration::from_secs(6 * 3600);
/// A download that stands still for so long is broken; what came is kept.
const STALL: Duration = Duration::from_secs(20);

/// What a centre has for a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The key with which the snapshots are signed, 64 hexadecimal digits.
    pub publisher: String,
    /// Names this set of lists, as in [`super::Receipt`].
    pub tag: String,
    /// The lists.
    pub lists: Vec<Offer>,
}

/// One list that a node may fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Identifier of the list.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is of.
    pub kind: ListKind,
    /// Version of the snapshot.
    pub version: u64,
    /// SHA-256 of the snapshot file, 64 hexadecimal digits.
    pub digest: String,
    /// Length of the snapshot file.
    pub bytes: u64,
    /// Entries in it.
    pub entries: u64,
    /// When it was compiled.
    pub compiled_at: Timestamp,
}

impl Offer {
    /// Where the whole snapshot is.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{LISTS_PATH}/{}/{}", self.id, self.digest)
    }

    /// Where the delta is that leads to it from a snapshot with this digest.
    #[must_use]
    pub fn delta_path(&self, from: &str) -> String {
        format!("{}/from/{from}", self.path())
    }
}

/// The key for a node's sealed list files, lent for a time.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyGrant {
    /// 32 bytes in base64.
    pub key: String,
    /// The centre's clock when it was lent.
    pub at: Timestamp,
    /// For so many seconds the node may use it without asking again.
    pub hold_s: u64,
}

impl std::fmt::Debug for KeyGrant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyGrant").field("at", &self.at).field("hold_s", &self.hold_s).finish()
    }
}

/// Why lists cannot be fetched right now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// No connection, or no answer as a centre gives it.
    #[error("the centre: {0}")]
    Link(#[from] LinkFault),
    /// The centre has taken the node's admission away, or never gave it.
    #[error("the centre does not admit this node: {0}")]
    NotAdmitted(String),
    /// The centre does not have it (any more).
    #[error("the centre does not have it: {0}")]
    Gone(String),
    /// What was kept of an earlier try does not fit.
    #[error("what was kept of an earlier download does not fit")]
    Range,
}

/// Fetches lists from one centre.
#[derive(Debug, Clone)]
pub struct ListClient {
    client: Client,
}

impl ListClient {
    /// Sets the connection up; nothing is asked yet.
    ///
    /// # Errors
    /// [`LinkError`] when the own key or the address cannot be used.
    pub fn new(url: &str, centre: &Fingerprint, identity: &Identity) -> Result<Self, LinkError> {
        Ok(Self { client: Client::new(url, centre, identity, SMALL_REQUEST)? })
    }

    /// What the centre has for this node.
    ///
    /// # Errors
    /// [`ListFault`].
    pub async fn manifest(&self) -> Result<Manifest, ListFault> {
        answer(self.client.get(LISTS_PATH)).await
    }

    /// The key for this node's sealed files, lent anew.
    ///
    /// # Errors
    /// [`ListFault`].
    pub async fn key(&self) -> Result<KeyGrant, ListFault> {
        answer(self.client.post(LIST_KEY_PATH)).await
    }

    /// Starts a download at a path of [`Offer`], leaving out the first `from` bytes.
    ///
    /// # Errors
    /// [`ListFault`]; [`ListFault::Range`] when there are no so many bytes.
    pub async fn download(&self, path: &str, from: u64) -> Result<Download, ListFault> {
        let mut request = self.client.get(path).timeout(DOWNLOAD);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let asked = tokio::time::timeout(SMALL_REQUEST, request.send()).await;
        let response = match asked {
            Ok(response) => response.map_err(|error| fault(&error))?,
            Err(_) => return Err(stalled()),
        };
        match response.status() {
            StatusCode::OK => Ok(Download { starts_at: 0, response }),
            StatusCode::PARTIAL_CONTENT => {
                let range = response.headers().get(CONTENT_RANGE).and_then(|it| it.to_str().ok());
                if range.and_then(range_start) == Some(from) {
                    Ok(Download { starts_at: from, response })
                } else {
                    Err(ListFault::Range)
                }
            }
            StatusCode::RANGE_NOT_SATISFIABLE => Err(ListFault::Range),
            _ => Err(refused(response).await),
        }
    }
}

/// Bytes on their way.
#[derive(Debug)]
pub struct Download {
    /// The place in the file of the first byte that comes.
    pub starts_at: u64,
    response: reqwest::Response,
}

impl Download {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// [`ListFault::Link`] when the connection broke or stands still.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ListFault> {
        match tokio::time::timeout(STALL, self.response.chunk()).await {
            Ok(chunk) => Ok(chunk.map_err(|error| fault(&error))?),
            Err(_) => Err(stalled()),
        }
    }
}

fn stalled() -> ListFault {
    LinkFault::Unreachable("nothing came for 20 seconds".to_owned()).into()
}

/// The first number of `bytes 100-200/300`.
fn range_start(text: &str) -> Option<u64> {
    text.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

async fn answer<T: serde::de::DeserializeOwned>(
    request: reqwest::RequestBuilder,
) -> Result<T, ListFault> {
    let response = request.send().await.map_err(|error| fault(&error))?;
    if !response.status().is_success() {
        return Err(refused(response).await);
    }
    let body = response.bytes().await.map_err(|error| fault(&error))?;
    serde_json::from_slice(&body).map_err(|error| {
        LinkFault::Answer(format!("its answer is not that of a centre ({error})")).into()
    })
}

/// What an answer means that is not the one hoped for.
async fn refused(response: reqwest::Response) -> ListFault {
    let status = response.status();
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) => return fault(&error).into(),
    };
    let text = said(status, &body);
    let kind = serde_json::from_slice::<Problem>(&body).map(|problem| problem.kind);
    match status {
        // Only in so many words: lists are given up for it.
        StatusCode::FORBIDDEN if kind.is_ok_and(|kind| kind == UNKNOWN_KEY) => {
            ListFault::NotAdmitted(text)
        }
        StatusCode::NOT_FOUND => ListFault::Gone(text),
        _ => LinkFault::Answer(format!("it answers {status}: {text}")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_a_range_is_read() {
        assert_eq!(range_start("bytes 100-199/300"), Some(100));
        assert_eq!(range_start("bytes */300"), None);
        assert_eq!(range_start("100-199"), None);
    }

    #[test]
    fn a_key_is_not_in_the_log() {
        let grant = KeyGrant { key: "geheim".into(), at: Timestamp::UNIX_EPOCH, hold_s: 7 };
        assert!(!format!("{grant:?}").contains("geheim"));
    }
}

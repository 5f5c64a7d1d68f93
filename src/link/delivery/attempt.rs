//! One request to the centre and what its answer means.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::StatusCode;

use super::LinkFault;
use crate::link::EVENTS_PATH;
use crate::link::client::{Client, fault, said};
use crate::link::message::{Delivery, Jpeg, Numbered, Receipt};
use crate::store::{EvidenceStore, Waiting};

/// Most bytes of pictures in one request, before base64.
const BATCH_BYTES: usize = 6 * 1024 * 1024;
/// Also for the largest batch on a slow line (mobile, 1 Mbit/s up).
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);

/// Messages with their pictures, as one request.
pub(super) struct Attempt {
    delivery: Delivery,
}

impl Attempt {
    /// Takes messages, in order, as long as their pictures fit into one request:
    /// at least one. A picture that is lost does not hold up its message.
    pub(super) async fn new(waiting: Vec<Waiting>, store: EvidenceStore) -> Self {
        let gathered = tokio::task::spawn_blocking(move || gather(waiting, &store)).await;
        // The task ends early only when the program does; an empty request is then harmless.
        Self { delivery: gathered.unwrap_or_default() }
    }

    pub(super) fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    pub(super) fn seqs(&self) -> Vec<u64> {
        self.delivery.events.iter().map(|numbered| numbered.seq).collect()
    }
}

fn gather(waiting: Vec<Waiting>, store: &EvidenceStore) -> Delivery {
    let mut delivery = Delivery { events: Vec::new(), evidence: BTreeMap::new() };
    let mut bytes = 0;
    for Waiting { seq, event, evidence } in waiting {
        if let Some(sha256) = evidence
            && !delivery.evidence.contains_key(&sha256)
        {
            match store.read(&sha256) {
                Ok(jpeg) => {
                    if bytes + jpeg.len() > BATCH_BYTES && !delivery.events.is_empty() {
                        break;
                    }
                    bytes += jpeg.len();
                    delivery.evidence.insert(sha256, Jpeg(jpeg));
                }
                Err(error) => tracing::error!("message {seq} goes without its picture: {error}"),
            }
        }
        delivery.events.push(Numbered { seq, event });
    }
    delivery
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The centre's receipt.
    Answer(Receipt),
    /// The centre will never take this request as it is.
    Unacceptable(String),
    /// Try again later.
    Fault(LinkFault),
}

/// Sends a delivery and waits for the receipt.
pub(super) async fn send(client: &Client, delivery: &Delivery) -> Outcome {
    match client.post(EVENTS_PATH).json(delivery).send().await {
        Ok(response) => judge(response).await,
        Err(error) => Outcome::Fault(fault(&error)),
    }
}

async fn judge(response: reqwest::Response) -> Outcome {
    let status = response.status();
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(error) => return Outcome::Fault(fault(&error)),
    };
    if status.is_success() {
        return match serde_json::from_slice(&body) {
            Ok(receipt) => Outcome::Answer(receipt),
            Err(error) => Outcome::Fault(LinkFault::Answer(format!(
                "its answer is not that of a centre ({error}); is another service at this address?"
            ))),
        };
    }
    let said = said(status, &body);
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Outcome::Fault(LinkFault::NotAdmitted(said))
        }
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY => Outcome::Unacceptable(said),
        _ => Outcome::Fault(LinkFault::Answer(format!("it answers {status}: {said}"))),
    }
}

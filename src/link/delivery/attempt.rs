//! One request to the centre and what its answer means.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use reqwest::StatusCode;

use super::{LinkError, LinkFault};
use crate::link::EVENTS_PATH;
use crate::link::identity::{Fingerprint, Identity};
use crate::link::message::{Delivery, Jpeg, Numbered, Problem, Receipt};
use crate::link::tls::{KEY_MISMATCH, client_config};
use crate::store::{EvidenceStore, Waiting};

/// Most bytes of pictures in one request, before base64.
const BATCH_BYTES: usize = 6 * 1024 * 1024;
/// Also for the largest batch on a slow line (mobile, 1 Mbit/s up).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A centre that vanished without a word is noticed after two of these.
const PING: Duration = Duration::from_secs(4);

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

/// Talks to one centre over one kept-alive connection.
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    pub(super) fn new(
        url: &str,
        centre: &Fingerprint,
        identity: &Identity,
    ) -> Result<Self, LinkError> {
        let base = url.trim_end_matches('/');
        let parsed = reqwest::Url::parse(base).ok().filter(|parsed| {
            parsed.scheme() == "https" && parsed.has_host() && parsed.path() == "/"
        });
        if parsed.is_none() {
            return Err(LinkError::Address { url: url.to_owned() });
        }
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(client_config(identity, centre.clone())?)
            .https_only(true)
            // A centre is told by its key; a proxy in between could only be in the way.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .http2_keep_alive_interval(PING)
            .http2_keep_alive_timeout(PING)
            .http2_keep_alive_while_idle(true)
            .build()
            .map_err(LinkError::Client)?;
        Ok(Self { http, url: base.to_owned() })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) async fn send(&self, delivery: &Delivery) -> Outcome {
        let request = self.http.post(format!("{}{EVENTS_PATH}", self.url)).json(delivery);
        match request.send().await {
            Ok(response) => judge(response).await,
            Err(error) => Outcome::Fault(fault(&error)),
        }
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
    let said = match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) if problem.detail.is_empty() => problem.title,
        Ok(problem) => problem.detail,
        Err(_) => format!("HTTP status {status}"),
    };
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

/// The whole chain of causes, as the outermost says little.
fn fault(error: &reqwest::Error) -> LinkFault {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            // Writing to a string does not fail.
            let _ = write!(text, "{}{inner_text}", if text.is_empty() { "" } else { ": " });
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return LinkFault::Unreachable("no answer in time".to_owned());
    }
    if text.is_empty() {
        text = error.to_string();
    }
    match text.find(KEY_MISMATCH) {
        Some(start) => LinkFault::WrongKey(text.split_off(start)),
        None => LinkFault::Unreachable(text),
    }
}

//! The node's connection to its one centre.

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use super::delivery::{LinkError, LinkFault};
use super::identity::{Fingerprint, Identity};
use super::message::Problem;
use super::tls::{KEY_MISMATCH, client_config};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A centre that vanished without a word is noticed after two of these.
const PING: Duration = Duration::from_secs(4);

/// Talks to one centre over one kept-alive connection. Cloning it shares it.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    /// A client whose requests may take `timeout` each, where they do not say otherwise.
    pub(super) fn new(
        url: &str,
        centre: &Fingerprint,
        identity: &Identity,
        timeout: Duration,
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
            .timeout(timeout)
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

    pub(super) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.url))
    }

    pub(super) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.post(format!("{}{path}", self.url))
    }
}

/// What an error answer says, in words for people.
pub(super) fn said(status: reqwest::StatusCode, body: &[u8]) -> String {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) if problem.detail.is_empty() => problem.title,
        Ok(problem) => problem.detail,
        Err(_) => format!("HTTP status {status}"),
    }
}

/// The whole chain of causes, as the outermost says little.
pub(super) fn fault(error: &reqwest::Error) -> LinkFault {
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

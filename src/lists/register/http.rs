//! A register behind HTTP: the worked example of the seam.
//!
//! ```text
//! GET /vehicles/AB123CD?country=IT      Authorization: Bearer …
//! X-Reason: hit 0193…                   X-Asker: node gate-north
//!
//! 200 {"entries": [{"plate": "AB123CD", "reason": "no insurance since …", …}]}
//! 404 the register does not have the plate
//! 429, 503 (Retry-After: 2) later; 5xx it is broken: both are tried again
//! ```

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Response, StatusCode, Url, header};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::bucket::Bucket;
use super::cache::Cache;
use super::{Answer, Asking, HttpRegisterConfig, Question, Register, RegisterError};
use crate::lists::model::Entry;

/// Longest answer that is taken.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// Longest wait between two tries, whatever the register asks for.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// A register that is asked over HTTP, with a rate limit, a memory and patience.
pub struct HttpRegister {
    config: HttpRegisterConfig,
    client: reqwest::Client,
    /// `Authorization`, marked as secret.
    token: Option<header::HeaderValue>,
    started: Instant,
    bucket: Mutex<Bucket>,
    cache: Mutex<Cache>,
}

/// What the register sends.
#[derive(Deserialize)]
struct Sent {
    entries: Vec<Entry>,
}

/// How one try ended.
enum Tried {
    Answered(Vec<Entry>),
    /// Not worth another try.
    Failed(RegisterError),
    /// Worth another try, after so long if the register says so.
    Again(String, Option<Duration>),
}

impl HttpRegister {
    /// Sets a register up; it is not asked anything yet.
    ///
    /// # Errors
    /// [`RegisterError::Config`] when the settings do not make sense.
    pub fn new(config: HttpRegisterConfig) -> Result<Self, RegisterError> {
        let fault = |setting, why: String| RegisterError::Config {
            register: config.name.clone(),
            setting,
            why,
        };
        let probe = config.url.replace("{plate}", "AB123CD");
        let url = Url::parse(&probe).map_err(|error| fault("url", error.to_string()))?;
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && local) {
            let why = "plates are personal data: only https, or http on this machine".to_owned();
            return Err(fault("url", why));
        }
        if probe == config.url {
            return Err(fault("url", "it must say where the plate goes: {plate}".to_owned()));
        }
        if !(config.per_s.is_finite() && config.per_s > 0.0) {
            return Err(fault("per_s", "give questions a second, more than 0".to_owned()));
        }
        let tls = match &config.ca_file {
            Some(path) => trusting(path).map_err(|why| fault("ca_file", why))?,
            None if url.scheme() == "https" => {
                let why = "name the file with the certificates that the register is signed with";
                return Err(fault("ca_file", why.to_owned()));
            }
            None => client_config(RootCertStore::empty()).map_err(|why| fault("url", why))?,
        };
        let token = match &config.token_file {
            Some(path) => Some(bearer(path).map_err(|why| fault("token_file", why))?),
            None => None,
        };
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(Duration::from_millis(config.timeout_ms.max(1)))
            // Another address could be anybody's: the plate is not sent there.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| fault("url", error.to_string()))?;
        let bucket = Bucket::new(config.per_s, config.burst);
        let cache = Cache::new(Duration::from_secs(config.remember_s), config.remember_most);
        Ok(Self {
            client,
            token,
            started: Instant::now(),
            bucket: Mutex::new(bucket),
            cache: Mutex::new(cache),
            config,
        })
    }

    fn passed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Waits for the own turn, as long as patience lasts.
    async fn turn(&self) -> Result<(), RegisterError> {
        let patience = Duration::from_millis(self.config.patience_ms);
        let asked_at = self.passed();
        loop {
            let now = self.passed();
            let Err(wait) = lock(&self.bucket).take(now) else { return Ok(()) };
            if now - asked_at + wait > patience {
                let register = self.config.name.clone();
                return Err(RegisterError::Busy { register, wait_s: wait.as_secs() + 1 });
            }
            sleep(wait).await;
        }
    }

    async fn look_up(&self, question: &Question) -> Result<Answer, RegisterError> {
        let key = (question.plate.clone(), question.country);
        if let Some(answer) = lock(&self.cache).get(&key, self.passed()) {
            return Ok(answer);
        }
        let tries = self.config.tries.max(1);
        let mut wait = Duration::from_millis(self.config.backoff_ms);
        let mut last = String::new();
        for attempt in 1..=tries {
            self.turn().await?;
            match self.try_once(question).await {
                Tried::Answered(entries) => {
                    let said_at = Timestamp::now();
                    let answer = Answer { entries, said_at, remembered: false };
                    lock(&self.cache).put(key, answer.clone(), self.passed());
                    return Ok(answer);
                }
                Tried::Failed(error) => return Err(error),
                Tried::Again(why, after) => {
                    last = why;
                    if attempt < tries {
                        sleep(after.unwrap_or(wait).min(MAX_WAIT)).await;
                        wait = wait.saturating_mul(2);
                    }
                }
            }
        }
        Err(RegisterError::Unreachable { register: self.config.name.clone(), tries, last })
    }

    async fn try_once(&self, question: &Question) -> Tried {
        let register = || self.config.name.clone();
        let failed =
            |why: String| Tried::Failed(RegisterError::Nonsense { register: register(), why });
        // A plate is letters and digits; what is beyond ASCII is written in the URL's way.
        let address = self.config.url.replace("{plate}", question.plate.as_str());
        let mut url = match Url::parse(&address) {
            Ok(url) => url,
            Err(error) => return failed(error.to_string()),
        };
        if let Some(country) = &question.country {
            url.query_pairs_mut().append_pair("country", country.code());
        }
        let mut request = self
            .client
            .get(url)
            .header("X-Reason", latin(&question.reason))
            .header("X-Asker", latin(&question.asker));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, token.clone());
        }
        // Without the address, in which the plate stands: errors are logged.
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Tried::Again(in_words(error), None),
        };
        let status = response.status();
        match status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Tried::Answered(Vec::new()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let status = status.as_u16();
                return Tried::Failed(RegisterError::Refused { register: register(), status });
            }
            StatusCode::TOO_MANY_REQUESTS => {
                return Tried::Again(format!("status {status}"), retry_after(&response));
            }
            _ if status.is_server_error() => {
                return Tried::Again(format!("status {status}"), retry_after(&response));
            }
            _ => return failed(format!("status {status}")),
        }
        match body(response).await {
            Ok(bytes) => match entries(&bytes, question) {
                Ok(entries) => Tried::Answered(entries),
                Err(why) => failed(why),
            },
            Err(tried) => Tried::Again(tried, None),
        }
    }
}

impl Register for HttpRegister {
    fn name(&self) -> &str {
        &self.config.name
    }

    fn ask<'a>(&'a self, question: &'a Question) -> Asking<'a> {
        Box::pin(self.look_up(question))
    }
}

/// A panic elsewhere does not stop questions: what is guarded is whole between calls.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answer's bytes, no more than any answer needs.
async fn body(mut response: Response) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(in_words)? {
        if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(format!("the answer is longer than {} KiB", MAX_ANSWER_BYTES / 1024));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What the register says of this plate; an answer about another one is none.
fn entries(bytes: &[u8], question: &Question) -> Result<Vec<Entry>, String> {
    let Sent { entries } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match entries.iter().find(|entry| entry.plate != question.plate) {
        Some(_) => Err("it is about another plate".to_owned()),
        None => Ok(entries),
    }
}

fn in_words(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    let error = error.without_url();
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    said
}

fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    value.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// A text that a header can carry: what it cannot is left out.
fn latin(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(200).collect()
}

fn bearer(path: &Path) -> Result<header::HeaderValue, String> {
    let token = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut value = header::HeaderValue::from_str(&format!("Bearer {}", token.trim()))
        .map_err(|_| format!("{}: no text that a header can carry", path.display()))?;
    value.set_sensitive(true);
    Ok(value)
}

fn trusting(path: &Path) -> Result<ClientConfig, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() {
        return Err(wrong(&"there is no certificate in it"));
    }
    client_config(roots)
}

fn client_config(roots: RootCertStore) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

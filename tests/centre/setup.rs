//! A centre on free ports in a folder of its own, a node with a key, a person's browser.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use varco::centre::{AccountSettings, Config, Role, Server};
use varco::link::{EVENTS_PATH, Fingerprint, Identity, client_config};
use varco::store::sha256_hex;

pub(crate) const NODE: &str = "porta-nord";
/// Enough of a JPEG file for a store that keeps bytes.
pub(crate) const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a picture \xff\xd9";

pub(crate) struct Centre {
    pub(crate) server: Option<Server>,
    pub(crate) config: Config,
    pub(crate) folder: TempDir,
    pub(crate) cancel: CancellationToken,
    pub(crate) node: Identity,
}

impl Centre {
    /// A running centre that has admitted one node.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = Identity::load_or_make(&folder.path().join("node.pem"), NODE).unwrap();
        let mut config = Config { data: folder.path().join("centre"), ..Config::default() };
        config.http.listen.set_port(0);
        config.link.listen.set_port(0);
        change(&mut config);
        let cancel = CancellationToken::new();
        let server = Server::start(config.clone(), cancel.clone()).await.unwrap();
        server.registry().admit(NODE, "Porta Nord", node.fingerprint()).await.unwrap();
        Self { server: Some(server), config, folder, cancel, node }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    pub(crate) async fn stop(&mut self) {
        self.cancel.cancel();
        let stopping = self.server.take().unwrap().wait();
        tokio::time::timeout(Duration::from_secs(10), stopping).await.unwrap().unwrap();
    }

    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.cancel = CancellationToken::new();
        self.server = Some(Server::start(self.config.clone(), self.cancel.clone()).await.unwrap());
    }

    pub(crate) async fn deliver_as(
        &self,
        identity: &Identity,
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let url = format!("https://{}{EVENTS_PATH}", self.server().link_address());
        link_client(identity, self.server().fingerprint())
            .post(url)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Delivers events as the admitted node and gives the receipt.
    pub(crate) async fn deliver(&self, events: &[Value], pictures: &[&[u8]]) -> Value {
        let response = self.deliver_as(&self.node, delivery(events, pictures)).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }

    pub(crate) fn anonymous(&self) -> Browser {
        Browser {
            client: plain_client(),
            base: format!("http://{}", self.server().http_address()),
            cookie: String::new(),
        }
    }

    /// A browser in which an account with this role has signed in.
    pub(crate) async fn browser(&self, role: Role) -> Browser {
        self.browser_of(role.name(), role, &[]).await
    }

    /// The same of an account with a name, in these groups.
    pub(crate) async fn browser_of(&self, name: &str, role: Role, groups: &[&str]) -> Browser {
        let registry = self.server().registry();
        let groups = groups.iter().map(|&group| group.to_owned()).collect();
        let settings = AccountSettings { groups: Some(groups), ..AccountSettings::default() };
        // Taken already: another browser of the same person.
        let _ = registry.add_account(name, role, settings).await;
        let url = self.server().new_sign_in_url(Some(name)).await.unwrap();
        let mut browser = self.anonymous();
        let response = browser.sign_in(&json!({"link": token(&url)})).await;
        assert_eq!(response.status(), StatusCode::OK);
        browser
    }
}

/// An HTTP client with a key, as a node has one.
pub(crate) fn link_client(identity: &Identity, centre: &Fingerprint) -> Client {
    let tls = client_config(identity, centre.clone()).unwrap();
    Client::builder().tls_backend_preconfigured(tls).build().unwrap()
}

/// An HTTP client without a key.
pub(crate) fn plain_client() -> Client {
    // Fails only when another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// What stands after the `#`.
pub(crate) fn token(url: &str) -> String {
    url.split_once('#').unwrap().1.to_owned()
}

pub(crate) struct Browser {
    pub(crate) client: Client,
    pub(crate) base: String,
    pub(crate) cookie: String,
}

impl Browser {
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        if self.cookie.is_empty() { request } else { request.header("cookie", &self.cookie) }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// The JSON of an answer that must be 200.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).header("x-varco", "1").json(body).send().await.unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Response {
        self.request(Method::PATCH, path).header("x-varco", "1").json(body).send().await.unwrap()
    }

    pub(crate) async fn sign_in(&mut self, body: &Value) -> Response {
        let response = self.post("/api/v1/session", body).await;
        if let Some(cookie) = response.headers().get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        response
    }
}

/// A problem+json answer's members, after its form was checked.
pub(crate) async fn problem(response: Response) -> (u16, String, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], status);
    assert!(!body["title"].as_str().unwrap().is_empty());
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (status, text("type"), text("detail"))
}

pub(crate) fn delivery(events: &[Value], pictures: &[&[u8]]) -> String {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let evidence: serde_json::Map<String, Value> = pictures
        .iter()
        .map(|jpeg| (sha256_hex(jpeg), Value::String(engine.encode(jpeg))))
        .collect();
    let events: Vec<Value> = events
        .iter()
        .enumerate()
        .map(|(seq, event)| json!({"seq": seq + 1, "event": event}))
        .collect();
    json!({"events": events, "evidence": evidence}).to_string()
}

pub(crate) fn place() -> Value {
    json!({"node": NODE, "camera": "c1", "camera_name": "Corsia 1", "site": "Porta Nord"})
}

pub(crate) fn evidence_of(jpeg: &[u8], at: Timestamp) -> Value {
    json!({"sha256": sha256_hex(jpeg), "width_px": 1280, "height_px": 720,
           "box": [10.0, 20.0, 100.0, 25.0],
           "quad": [[10.0, 20.0], [110.0, 20.0], [110.0, 45.0], [10.0, 45.0]],
           "frame_sequence": 7, "captured_at": at})
}

pub(crate) fn transit(id: Uuid, revision: u32, plate: &str, jpeg: Option<&[u8]>) -> Value {
    let now = Timestamp::now();
    json!({"type": "transit", "version": 1, "id": id, "revision": revision,
           "state": if revision == 1 { "decided" } else { "ended" }, "place": place(),
           "first_seen_at": now, "last_seen_at": now, "plate": plate, "confidence": 0.97,
           "country": "IT", "alternatives": [{"text": "AB123CO", "confidence": 0.02}],
           "direction": "approaching", "frames": 12,
           "evidence": jpeg.map(|jpeg| evidence_of(jpeg, now))})
}

pub(crate) fn hit(id: Uuid, transit: Uuid, plate: &str, jpeg: &[u8]) -> Value {
    let now = Timestamp::now();
    json!({"type": "hit", "version": 1, "id": id, "transit": transit, "place": place(),
           "captured_at": now, "matched_at": now, "plate": plate, "confidence": 0.97,
           "country": "IT", "alternatives": [], "direction": "approaching",
           "list": {"id": "stolen", "name": "Veicoli rubati", "kind": "stolen",
                    "purpose": "ricerca veicoli rubati", "legal_basis": "art. 53 D.Lgs. 51/2018"},
           "entry": {"plate": plate, "country": "IT", "reason": "furto", "reference": "2026/17",
                     "vehicle": {"make": "Fiat", "model": "Panda", "colour": "bianco"}},
           "exact": true, "probability": 0.97, "evidence": evidence_of(jpeg, now)})
}

pub(crate) fn heartbeat(outbox: u64) -> Value {
    let now = Timestamp::now();
    json!({"type": "heartbeat", "version": 1, "id": Uuid::now_v7(), "node": NODE,
           "node_name": "Porta Nord", "sent_at": now, "software": "varco 0.1.0",
           "started_at": now, "outbox": outbox,
           "cameras": [{"camera": "c1", "camera_name": "Corsia 1", "site": "Porta Nord",
                        "state": "live", "error": null, "decoded_fps": 25.0,
                        "analysed_fps": 25.0, "last_frame_at": now, "width_px": 1280,
                        "height_px": 720, "reconnects": 0, "decode_errors": 0,
                        "dropped_frames": 0, "faults": []}]})
}

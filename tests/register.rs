//! The example of a register over HTTP, against a real server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use varco::lists::register::{HttpRegister, HttpRegisterConfig, Question, Register, RegisterError};
use varco::plate::{Country, PlateText};

/// What the server was asked, and what it answers next.
#[derive(Default)]
struct Desk {
    asked: Vec<String>,
    /// Statuses that it answers before it behaves.
    moods: Vec<u16>,
}

type Shared = Arc<Mutex<Desk>>;

async fn vehicle(
    State(desk): State<Shared>,
    Path(plate): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let header = |name: &str| headers.get(name).map_or("", |v| v.to_str().unwrap_or("")).to_owned();
    let mood = {
        let mut desk = desk.lock().unwrap();
        desk.asked.push(format!("{plate} {query:?} {} {}", header("x-reason"), header("x-asker")));
        if desk.moods.is_empty() { 200 } else { desk.moods.remove(0) }
    };
    if header("authorization") != "Bearer s3cret" {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let listed = |plate: &str| {
        json!({"entries": [{"plate": plate, "country": "IT", "reason": "no insurance",
            "reference": null, "valid_from": "2026-01-01", "valid_to": null,
            "vehicle": {"make": "Fiat", "model": null, "colour": null}}]})
    };
    match (mood, plate.as_str()) {
        (429, _) => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response(),
        (302, _) => (StatusCode::FOUND, [("location", "/vehicles/OTHER1")]).into_response(),
        (200, "SLOW1") => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            axum::Json(listed("SLOW1")).into_response()
        }
        (200, "AB123CD" | "ÄB1") => axum::Json(listed(&plate)).into_response(),
        (200, "LIES1") => axum::Json(listed("AB123CD")).into_response(),
        (200, "HUGE1") => "x".repeat(1024 * 1024).into_response(),
        (200, "ODD1") => "<html>Welcome</html>".into_response(),
        (200, _) => StatusCode::NOT_FOUND.into_response(),
        (status, _) => StatusCode::from_u16(status).unwrap().into_response(),
    }
}

async fn server() -> (SocketAddr, Shared) {
    let desk = Shared::default();
    let app = Router::new().route("/vehicles/{plate}", get(vehicle)).with_state(Arc::clone(&desk));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (address, desk)
}

fn config(address: SocketAddr, token: &std::path::Path, more: &str) -> HttpRegisterConfig {
    toml::from_str(&format!(
        "name = \"insurance\"\nurl = \"http://{address}/vehicles/{{plate}}\"\n\
         token_file = {:?}\ntimeout_ms = 400\nbackoff_ms = 10\nper_s = 1000.0\n{more}",
        token.display().to_string(),
    ))
    .unwrap()
}

fn question(plate: &str) -> Question {
    Question {
        plate: PlateText::new(plate).unwrap(),
        country: Some(Country::literal(*b"IT")),
        reason: "hit 42\r\nX-Evil: 1".to_owned(),
        asker: "node gate-north".to_owned(),
    }
}

struct Setting {
    desk: Shared,
    address: SocketAddr,
    token: tempfile::NamedTempFile,
}

impl Setting {
    async fn new() -> Self {
        let (address, desk) = server().await;
        let token = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(token.path(), "s3cret\n").unwrap();
        Self { desk, address, token }
    }

    fn register(&self, more: &str) -> HttpRegister {
        HttpRegister::new(config(self.address, self.token.path(), more)).unwrap()
    }

    fn asked(&self) -> usize {
        self.desk.lock().unwrap().asked.len()
    }

    fn moods(&self, moods: &[u16]) {
        self.desk.lock().unwrap().moods = moods.to_vec();
    }
}

#[tokio::test]
async fn an_answer_is_entries_and_is_remembered() {
    let setting = Setting::new().await;
    let register: Box<dyn Register> = Box::new(setting.register(""));
    let answer = register.ask(&question("ab 123 cd")).await.unwrap();
    assert_eq!(answer.entries[0].reason.as_deref(), Some("no insurance"));
    assert!(!answer.remembered);
    let again = register.ask(&question("AB123CD")).await.unwrap();
    assert!(again.remembered && again.said_at == answer.said_at);
    assert_eq!(register.ask(&question("ZZ999ZZ")).await.unwrap().entries, []);
    assert!(
        register.ask(&question("ZZ999ZZ")).await.unwrap().remembered,
        "also that it is not there"
    );
    assert_eq!(register.ask(&question("ÄB1")).await.unwrap().entries.len(), 1);
    let asked = setting.desk.lock().unwrap().asked.clone();
    assert_eq!(asked.len(), 3);
    assert_eq!(
        asked[0], "AB123CD [(\"country\", \"IT\")] hit 42X-Evil: 1 node gate-north",
        "no header can be smuggled in"
    );
}

#[tokio::test]
async fn a_register_that_stumbles_is_asked_again_and_one_that_is_down_is_told() {
    let setting = Setting::new().await;
    let register = setting.register("tries = 3");
    setting.moods(&[500, 429]);
    assert_eq!(register.ask(&question("AB123CD")).await.unwrap().entries.len(), 1);
    assert_eq!(setting.asked(), 3);
    setting.moods(&[503, 503, 503]);
    let error = register.ask(&question("EF456GH")).await.unwrap_err();
    assert!(matches!(error, RegisterError::Unreachable { tries: 3, .. }), "{error}");
    assert!(error.to_string().contains("503") && error.retry_after().is_some(), "{error}");
    assert!(!error.to_string().contains("EF456GH"), "no plate in what is logged: {error}");
    // What went wrong is not remembered.
    assert!(!register.ask(&question("EF456GH")).await.unwrap().remembered);
}

#[tokio::test]
async fn silence_ends_in_time() {
    let setting = Setting::new().await;
    let register = setting.register("tries = 2");
    let started = Instant::now();
    let error = register.ask(&question("SLOW1")).await.unwrap_err();
    assert!(error.to_string().contains("not answer in time"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    drop(setting);
    let nobody = config("127.0.0.1:9".parse().unwrap(), std::path::Path::new("/none"), "");
    let nobody = HttpRegister::new(HttpRegisterConfig { token_file: None, ..nobody }).unwrap();
    let error = nobody.ask(&question("AB123CD")).await.unwrap_err();
    assert!(matches!(error, RegisterError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn what_is_no_answer_is_an_error_and_never_not_listed() {
    let setting = Setting::new().await;
    let register = setting.register("tries = 1");
    for plate in ["LIES1", "ODD1"] {
        let error = register.ask(&question(plate)).await.unwrap_err();
        assert!(matches!(error, RegisterError::Nonsense { .. }), "{plate}: {error}");
    }
    let error = register.ask(&question("HUGE1")).await.unwrap_err();
    assert!(error.to_string().contains("longer than 256 KiB"), "{error}");
    setting.moods(&[302]);
    let error = register.ask(&question("AB123CD")).await.unwrap_err();
    assert!(error.to_string().contains("302"), "the plate goes nowhere else: {error}");
    std::fs::write(setting.token.path(), "wrong").unwrap();
    let error = setting.register("").ask(&question("AB123CD")).await.unwrap_err();
    assert!(matches!(error, RegisterError::Refused { status: 401, .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("wrong"), "the key is not told");
}

#[tokio::test]
async fn no_more_is_asked_than_was_agreed() {
    let setting = Setting::new().await;
    let more = "burst = 2\npatience_ms = 0\nremember_s = 0".to_owned();
    let slow = config(setting.address, setting.token.path(), &more);
    let register = HttpRegister::new(HttpRegisterConfig { per_s: 0.1, ..slow.clone() }).unwrap();
    assert!(register.ask(&question("AB123CD")).await.is_ok());
    assert!(register.ask(&question("AB123CD")).await.is_ok());
    let error = register.ask(&question("AB123CD")).await.unwrap_err();
    assert!(matches!(error, RegisterError::Busy { wait_s: 9..=11, .. }), "{error}");
    assert_eq!(setting.asked(), 2);
    // With patience the question waits for its turn.
    let patient = HttpRegisterConfig { per_s: 20.0, burst: 1, patience_ms: 5000, ..slow };
    let register = HttpRegister::new(patient).unwrap();
    let started = Instant::now();
    for _ in 0..5 {
        assert!(register.ask(&question("AB123CD")).await.is_ok());
    }
    assert!(started.elapsed() >= Duration::from_millis(190), "{:?}", started.elapsed());
}

#[test]
fn settings_that_make_no_sense_are_told() {
    let good = "name = \"x\"\nurl = \"https://register.example/{plate}\"\n";
    for (text, says) in [
        (good.to_owned(), "ca_file"),
        (good.replace("https", "http"), "only https"),
        (good.replace("{plate}", "plate"), "where the plate goes"),
        (good.replace("https://", ""), "url"),
        (format!("{good}ca_file = \"/nowhere.pem\""), "/nowhere.pem"),
        (format!("{good}per_s = 0.0"), "more than 0"),
    ] {
        let config: HttpRegisterConfig = toml::from_str(&text).unwrap();
        let Err(error) = HttpRegister::new(config) else { panic!("{text}") };
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    assert!(toml::from_str::<HttpRegisterConfig>(&format!("{good}burts = 3")).is_err());
}

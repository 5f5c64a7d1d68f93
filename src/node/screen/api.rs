//! What the screen's page asks for.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::board::{News, Shown};
use super::check::look_up;
use super::guard::{COOKIE, Guard, Refused};
use super::server::Unit;
use super::status::Status;
use crate::event::{CheckEvent, DecisionEvent, RejectReason, VERSION, Verdict};
use crate::link::Problem;
use crate::pages::page;
use crate::plate::PlateText;
use crate::store::EvidenceError;

const START: &str = "incar.html";
/// Requests are a few words.
const LARGEST: usize = 16 * 1024;
const STATUS_EVERY: Duration = Duration::from_secs(2);
/// A page that hears nothing for longer knows that the unit's program is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
const LONGEST_NOTE: usize = 500;
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
    <title>Varco</title><h1>The in-car screen is not built</h1>\
    <p>Run <code>make web</code> in the repository and reload this page.</p></html>";
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

#[derive(Clone)]
struct App {
    unit: Arc<Unit>,
    guard: Arc<Guard>,
    stop: CancellationToken,
}

pub(super) fn router(unit: Unit, guard: Guard, stop: CancellationToken) -> Router {
    let app = App { unit: Arc::new(unit), guard: Arc::new(guard), stop };
    let kept = Router::new()
        .route("/api/v1/board", get(board))
        .route("/api/v1/events", get(events))
        .route("/api/v1/evidence/{sha256}", get(evidence))
        .route("/api/v1/hits/{id}/decision", post(decide))
        .route("/api/v1/checks", post(check))
        .route_layer(middleware::from_fn_with_state(app.clone(), admit));
    Router::new()
        .merge(kept)
        .route("/api/v1/enter", post(enter))
        .fallback(pages)
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn_with_state(app.clone(), same_site))
        .with_state(app)
}

/// A refusal in words, as problem+json.
fn problem(status: StatusCode, detail: impl Into<String>) -> Response {
    let title = status.canonical_reason().unwrap_or("Error").to_owned();
    let body =
        Problem { kind: String::new(), title, status: status.as_u16(), detail: detail.into() };
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, Json(body)).into_response()
}

fn refused(why: Refused) -> Response {
    problem(why.status(), why.to_string())
}

async fn same_site(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = match app.guard.same_site(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => refused(why),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    match app.guard.admits(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => refused(why),
    }
}

async fn pages(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return problem(StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not possible here"));
    }
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { START } else { path };
    // The control room's own page is built beside this one and is of no use here.
    let ours = path == START || path.starts_with("assets/");
    match page(path, &headers).filter(|_| ours) {
        Some(page) => page,
        None if path == START => {
            let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::SERVICE_UNAVAILABLE, html, NOT_BUILT).into_response()
        }
        None => problem(StatusCode::NOT_FOUND, format!("there is no page /{path}")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

/// Remembers the token in the browser, where scripts cannot read it.
async fn enter(State(app): State<App>, body: Bytes) -> Response {
    let Ok(Token { token }) = serde_json::from_slice(&body) else {
        return problem(StatusCode::BAD_REQUEST, "the body must be {\"token\": …}");
    };
    if !app.guard.wants_token() {
        return StatusCode::NO_CONTENT.into_response();
    }
    if !app.guard.is_token(&token) {
        tracing::warn!("in-car screen: somebody tried a wrong token");
        // Slows down who guesses; the token is long enough besides.
        tokio::time::sleep(Duration::from_secs(1)).await;
        return refused(Refused::Token);
    }
    let cookie = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

/// All that the page shows.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    shown: Shown,
    status: Status,
}

async fn status(unit: &Unit) -> Status {
    let mut status = (unit.status)();
    if let Ok(count) = unit.store.outbox_count().await {
        status.outbox = count.waiting;
    }
    status
}

async fn board(State(app): State<App>) -> Response {
    let (shown, _) = app.unit.board.open();
    Json(Whole { shown, status: status(&app.unit).await }).into_response()
}

fn message<T: Serialize>(name: &str, value: &T) -> Message {
    match Message::default().event(name).json_data(value) {
        Ok(message) => message,
        Err(error) => {
            tracing::error!("the screen cannot be told: {error}");
            Message::default().comment("left out")
        }
    }
}

/// The whole board first, then what changes, and the state every few seconds. A page
/// that falls behind gets the whole board again.
async fn events(State(app): State<App>) -> Response {
    let (shown, news) = app.unit.board.open();
    let first = message("board", &Whole { shown, status: status(&app.unit).await });
    let mut ticks = tokio::time::interval(STATUS_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks.reset();
    let stream = futures_util::stream::unfold(
        (Some(first), news, ticks, app),
        |(first, mut news, mut ticks, app)| async move {
            let next = match first {
                Some(first) => first,
                None => tokio::select! {
                    biased;
                    came = news.recv() => match came {
                        Ok(News::Hit(hit)) => message("hit", &hit),
                        Ok(News::Decided(hit)) => message("decided", &hit),
                        Ok(News::Read(read)) => message("read", &read),
                        Err(RecvError::Lagged(_)) => {
                            let (shown, fresh) = app.unit.board.open();
                            news = fresh;
                            message("board", &Whole { shown, status: status(&app.unit).await })
                        }
                        Err(RecvError::Closed) => return None,
                    },
                    _ = ticks.tick() => message("status", &status(&app.unit).await),
                    () = app.stop.cancelled() => return None,
                },
            };
            Some((Ok::<_, Infallible>(next), (None, news, ticks, app)))
        },
    );
    live(stream)
}

fn live(stream: impl Stream<Item = Result<Message, Infallible>> + Send + 'static) -> Response {
    Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

async fn evidence(State(app): State<App>, Path(sha256): Path<String>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        // Its name is its content; but a browser's disk is no place for it.
        (header::CACHE_CONTROL, "no-store"),
    ];
    if let Some(jpeg) = app.unit.board.picture(&sha256) {
        return (headers, jpeg.as_ref().clone()).into_response();
    }
    let store = app.unit.store.evidence().clone();
    let read = tokio::task::spawn_blocking(move || store.read(&sha256)).await;
    match read.unwrap_or(Err(EvidenceError::Interrupted)) {
        Ok(jpeg) => (headers, jpeg).into_response(),
        Err(error @ (EvidenceError::Missing { .. } | EvidenceError::Name { .. })) => {
            problem(StatusCode::NOT_FOUND, error.to_string())
        }
        Err(error) => {
            tracing::error!("in-car screen: {error}");
            problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    /// Made by the page, so that a decision that is sent twice is one.
    id: Uuid,
    verdict: Verdict,
    reason: Option<RejectReason>,
    note: Option<String>,
}

/// Stores a decision; it is kept for good when this answers.
async fn decide(State(app): State<App>, Path(hit): Path<Uuid>, body: Bytes) -> Response {
    let asked: Decide = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return problem(StatusCode::BAD_REQUEST, error.to_string()),
    };
    if (asked.verdict == Verdict::Reject) != asked.reason.is_some() {
        let detail = "rejecting a hit, and only that, needs a reason";
        return problem(StatusCode::BAD_REQUEST, detail);
    }
    let note = asked.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        let detail = format!("the note is too long: {LONGEST_NOTE} characters at most");
        return problem(StatusCode::BAD_REQUEST, detail);
    }
    let unit = &app.unit;
    let now = unit.clock.now();
    let decision = DecisionEvent {
        version: VERSION,
        id: if asked.id.get_version_num() == 7 { asked.id } else { unit.clock.new_id() },
        hit,
        node: unit.id.clone(),
        at: now,
        verdict: asked.verdict,
        reason: asked.reason,
        note,
        position: unit.gps.as_ref().and_then(|gps| gps.at(now)),
        clock_offset_ms: unit.clock.offset_ms(),
    };
    match unit.store.decide(&decision, unit.to_centre).await {
        Ok(true) => {
            unit.posted.notify_one();
            unit.board.decided(&decision);
            Json(decision).into_response()
        }
        // On the screen and not on the disk yet: the page tries again.
        Ok(false) if unit.board.has_hit(hit) => {
            problem(StatusCode::SERVICE_UNAVAILABLE, "the hit is being stored; try again")
        }
        Ok(false) => problem(StatusCode::NOT_FOUND, format!("there is no hit {hit} (any more)")),
        Err(error) => {
            tracing::error!("a decision cannot be stored: {error}");
            problem(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    plate: String,
}

/// Compares a typed plate with the lists, and keeps that somebody did.
async fn check(State(app): State<App>, body: Bytes) -> Response {
    let asked: Check = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return problem(StatusCode::BAD_REQUEST, error.to_string()),
    };
    let plate = match PlateText::new(&asked.plate) {
        Ok(plate) => plate,
        Err(error) => return problem(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
    };
    let unit = &app.unit;
    let now = unit.clock.now();
    let matches = look_up(&(unit.lists)(), &plate, unit.clock.now_here().date());
    let event = CheckEvent {
        version: VERSION,
        id: unit.clock.new_id(),
        node: unit.id.clone(),
        at: now,
        plate,
        matches,
        position: unit.gps.as_ref().and_then(|gps| gps.at(now)),
        clock_offset_ms: unit.clock.offset_ms(),
    };
    // Nobody looks a plate up without a trace: no record, no answer.
    match unit.store.put_check(&event, unit.to_centre).await {
        Ok(()) => {
            unit.posted.notify_one();
            Json(event).into_response()
        }
        Err(error) => {
            tracing::error!("a typed plate cannot be stored: {error}");
            problem(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
        }
    }
}

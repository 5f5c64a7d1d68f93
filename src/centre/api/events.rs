//! Live events: what happens, as it happens (server-sent events).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::access::{Allowed, Permission as _, See};
use crate::centre::live::Message;
use crate::centre::problem::Problem;
use crate::centre::state::{App, SESSIONS};

const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// How often an open stream looks whether its session still holds.
const RECHECK: Duration = Duration::from_secs(30);
/// After this long a browser that lost the stream tries again.
const RETRY: Duration = Duration::from_secs(2);

#[utoipa::path(get, path = "/api/v1/events", operation_id = "events_listen",
    summary = "Live events (server-sent events)",
    description = "Events `hit` and `hit-changed` (data: Hit), `transit` (Transit), `node` \
                   (Node). `id` rises. The centre ends the stream of a page that reads too \
                   slowly or whose session has ended; after a new connection the page fetches \
                   its lists again, as nothing is sent twice.",
    responses((status = 200, description = "The stream.", content_type = "text/event-stream")),
    security(("session" = ["viewer", "operator", "admin"])))]
pub(super) async fn listen(by: Allowed<See>, State(app): State<App>) -> Result<Response, Problem> {
    let mut recheck = interval_at(Instant::now() + RECHECK, RECHECK);
    recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let listener = Listener {
        messages: app.live.subscribe(),
        app,
        token: by.token,
        groups: by.session.groups,
        recheck,
        greeted: false,
    };
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE).text("still here");
    let mut response = Sse::new(listener.stream()).keep_alive(keep_alive).into_response();
    // A proxy in between must not collect the stream.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

struct Listener {
    messages: Receiver<Arc<Message>>,
    app: App,
    token: [u8; 32],
    /// Of the account; they cannot change while its session holds.
    groups: Vec<String>,
    recheck: Interval,
    greeted: bool,
}

impl Listener {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut listener| async move {
            let event = listener.next().await?;
            Some((Ok(event), listener))
        })
    }

    /// The next event; `None` ends the stream.
    async fn next(&mut self) -> Option<Event> {
        if !self.greeted {
            self.greeted = true;
            return Some(Event::default().comment("listening").retry(RETRY));
        }
        let cancel = self.app.cancel.clone();
        loop {
            tokio::select! {
                () = cancel.cancelled() => return None,
                _ = self.recheck.tick() => if !self.session_holds().await { return None },
                // Both errors end the stream: lagged behind (the page shall fetch
                // its lists afresh) and closed.
                message = self.messages.recv() => {
                    let message = message.ok()?;
                    if !message.tells(&self.groups) {
                        continue;
                    }
                    return Some(
                        Event::default()
                            .id(message.id.to_string())
                            .event(message.kind)
                            .data(&message.data),
                    );
                }
            }
        }
    }

    async fn session_holds(&self) -> bool {
        let session = self.app.store.session(&self.token, SESSIONS, Timestamp::now()).await;
        matches!(session, Ok(Some(session)) if See::ROLES.contains(&session.role))
    }
}

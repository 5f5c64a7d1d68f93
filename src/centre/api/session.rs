//! Signing in and out.

use std::net::SocketAddr;
use std::time::Instant;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::{Allowed, Any, COOKIE, check_guard};
use super::paging::Body;
use crate::centre::problem::Problem;
use crate::centre::secret::{Token, password_matches};
use crate::centre::state::{App, Centre, SESSIONS};
use crate::centre::throttle::Key;
use crate::store::centre::{Account, Language, Role, Writing};

/// How somebody signs in: with a one-time link's token, or with name and password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// Token of a sign-in link: what stands after the `#`.
    link: Option<String>,
    /// Account name.
    name: Option<String>,
    /// Password.
    password: Option<String>,
}

/// Who is signed in.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SignedIn {
    account: AccountInfo,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AccountInfo {
    id: i64,
    name: String,
    role: Role,
    language: Language,
}

#[utoipa::path(get, path = "/api/v1/session", operation_id = "session_show",
    summary = "Who is signed in",
    responses((status = 200, description = "The account.",
               body = ref("#/components/schemas/SignedIn"))),
    security(("session" = ["viewer", "operator", "admin", "auditor"])))]
pub(super) async fn show(by: Allowed<Any>) -> Json<SignedIn> {
    let session = by.session;
    Json(SignedIn {
        account: AccountInfo {
            id: session.account,
            name: session.name,
            role: session.role,
            language: session.language,
        },
    })
}

#[utoipa::path(post, path = "/api/v1/session", operation_id = "session_start",
    summary = "Sign in",
    description = "With a one-time link's token, or with name and password. Sets the cookie \
                   `varco_session`. After 5 failures with a name from one address: 429 for a while.",
    request_body = ref("#/components/schemas/SignIn"),
    responses((status = 200, description = "The account.",
               body = ref("#/components/schemas/SignedIn"))),
    security(()))]
pub(super) async fn start(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    method: Method,
    headers: HeaderMap,
    Body(sign_in): Body<SignIn>,
) -> Result<Response, Problem> {
    check_guard(&method, &headers)?;
    let (way, keys) = match (sign_in.link, sign_in.name, sign_in.password) {
        (Some(token), None, None) => (Way::Link(token), vec![Key::From(from.ip())]),
        (None, Some(name), Some(password)) => {
            let known_as = name.to_lowercase();
            let keys = vec![
                Key::NameFrom(known_as.clone(), from.ip()),
                Key::Name(known_as),
                Key::From(from.ip()),
            ];
            (Way::Password(name, password), keys)
        }
        _ => {
            return Err(Problem::bad_request("give either link, or name and password"));
        }
    };
    if let Some(wait) = app.throttle.wait(&keys, Instant::now()) {
        return Err(Problem::too_many(wait));
    }
    let opened = match &way {
        Way::Link(token) => open_by_link(&app, token).await?,
        Way::Password(name, password) => open_by_password(&app, name, password.clone()).await?,
    };
    let Some((account, mut writing)) = opened else {
        app.throttle.failed(&keys, Instant::now());
        return Err(refuse(&app, &way, from).await?);
    };
    if let Some(key) = keys.first() {
        app.throttle.succeeded(key);
    }
    let token = Token::new()?;
    let now = Timestamp::now();
    writing.start_session(&token.hash, &account, SESSIONS, now).await?;
    let subject = from.ip().to_string();
    writing.audit(now, &account.name, "session.start", &subject, Some(way.name())).await?;
    writing.commit().await?;
    let body = Json(SignedIn {
        account: AccountInfo {
            id: account.id,
            name: account.name,
            role: account.role,
            language: account.language,
        },
    });
    with_cookie(&app, &token.text, SESSIONS.absolute.as_secs(), body)
}

#[utoipa::path(delete, path = "/api/v1/session", operation_id = "session_end",
    summary = "Sign out",
    responses((status = 204, description = "Signed out.")),
    security(("session" = ["viewer", "operator", "admin", "auditor"])))]
pub(super) async fn end(State(app): State<App>, by: Allowed<Any>) -> Result<Response, Problem> {
    let now = Timestamp::now();
    let mut writing = app.store.write().await?;
    writing.end_session(&by.token).await?;
    writing.audit(now, &by.session.name, "session.end", &by.session.name, None).await?;
    writing.commit().await?;
    with_cookie(&app, "", 0, StatusCode::NO_CONTENT)
}

enum Way {
    Link(String),
    Password(String, String),
}

impl Way {
    fn name(&self) -> &'static str {
        match self {
            Self::Link(_) => "link",
            Self::Password(..) => "password",
        }
    }
}

/// The link is used up in the transaction that starts the session.
async fn open_by_link(app: &Centre, token: &str) -> Result<Option<(Account, Writing)>, Problem> {
    let mut writing = app.store.write().await?;
    match writing.take_link(&Token::hash(token), Timestamp::now()).await? {
        Some(account) => Ok(Some((account, writing))),
        None => Ok(None),
    }
}

async fn open_by_password(
    app: &Centre,
    name: &str,
    password: String,
) -> Result<Option<(Account, Writing)>, Problem> {
    let account = app.store.account(name).await?.filter(|it| it.disabled_at.is_none());
    let hash = account.as_ref().and_then(|it| it.password.clone());
    let _turn = app.hashing.acquire().await.map_err(|e| Problem::internal(&e))?;
    let right = tokio::task::spawn_blocking(move || password_matches(&password, hash.as_deref()))
        .await
        .map_err(|e| Problem::internal(&e))?;
    match account {
        Some(account) if right => Ok(Some((account, app.store.write().await?))),
        _ => Ok(None),
    }
}

/// Notes a failed sign-in. Why it failed is not told: that would say which names there are.
async fn refuse(app: &Centre, way: &Way, from: SocketAddr) -> Result<Problem, Problem> {
    let (account, detail) = match way {
        Way::Link(_) => (
            "unknown",
            "the sign-in link was used already, has expired or is incomplete; `varco centre sign-in-link` makes a new one",
        ),
        Way::Password(name, _) => (name.as_str(), "name or password is wrong"),
    };
    // What was typed as a name may be long, or a password by mistake.
    let account = match app.store.account(account).await? {
        Some(account) => account.name,
        None => "unknown".to_owned(),
    };
    let subject = from.ip().to_string();
    let mut writing = app.store.write().await?;
    writing.audit(Timestamp::now(), &account, "session.refuse", &subject, Some(way.name())).await?;
    writing.commit().await?;
    Ok(Problem::new(StatusCode::UNAUTHORIZED, "sign-in", "Not signed in", detail))
}

fn with_cookie(
    app: &Centre,
    value: &str,
    max_age_s: i64,
    answer: impl IntoResponse,
) -> Result<Response, Problem> {
    let secure = if app.secure() { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}");
    let cookie = HeaderValue::from_str(&cookie).map_err(|e| Problem::internal(&e))?;
    Ok(([(header::SET_COOKIE, cookie)], answer).into_response())
}

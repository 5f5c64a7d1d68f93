//! Who asks, and whether they may: every route of the API takes one of these first.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use jiff::{SignedDuration, Timestamp};

use crate::centre::problem::Problem;
use crate::centre::secret::Token;
use crate::centre::state::{App, SESSIONS};
use crate::store::centre::{Role, Session};

/// Name of the session cookie.
pub(super) const COOKIE: &str = "varco_session";
/// Header that every request which changes something must carry. A page of
/// another origin cannot set it without being allowed to, which it is not.
pub(super) const GUARD: &str = "x-varco";
/// A session's last use is kept this exactly.
const TOUCH: SignedDuration = SignedDuration::from_mins(1);

/// A set of roles.
pub(super) trait Permission: Send + Sync {
    /// Who may.
    const ROLES: &'static [Role];
}

/// See hits, transits, evidence, nodes.
pub(super) struct See;
/// Act on hits.
pub(super) struct Act;
/// Manage accounts.
pub(super) struct Administer;
/// Read the audit log.
pub(super) struct Audit;
/// Be signed in.
pub(super) struct Any;

impl Permission for See {
    const ROLES: &'static [Role] = &[Role::Viewer, Role::Operator, Role::Admin];
}
impl Permission for Act {
    const ROLES: &'static [Role] = &[Role::Operator, Role::Admin];
}
impl Permission for Administer {
    const ROLES: &'static [Role] = &[Role::Admin];
}
impl Permission for Audit {
    const ROLES: &'static [Role] = &[Role::Admin, Role::Auditor];
}
impl Permission for Any {
    const ROLES: &'static [Role] = Role::ALL;
}

/// The one who asks is signed in and has a role that may.
pub(super) struct Allowed<P> {
    pub(super) session: Session,
    /// SHA-256 of the session's token.
    pub(super) token: [u8; 32],
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequestParts<App> for Allowed<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = token(&parts.headers).ok_or_else(Problem::unauthenticated)?;
        let now = Timestamp::now();
        let session = app.store.session(&token, SESSIONS, now).await?;
        let session = session.ok_or_else(Problem::unauthenticated)?;
        check_guard(&parts.method, &parts.headers)?;
        if !P::ROLES.contains(&session.role) {
            let roles: Vec<&str> = P::ROLES.iter().map(|role| role.name()).collect();
            return Err(Problem::forbidden(format!(
                "this needs the role {}; {} has the role {}",
                roles.join(" or "),
                session.name,
                session.role
            )));
        }
        if now.duration_since(session.last_used_at) > TOUCH {
            let mut writing = app.store.write().await?;
            writing.touch_session(&token, now).await?;
            writing.commit().await?;
        }
        Ok(Self { session, token, permission: PhantomData })
    }
}

/// Requests that change something carry the guard header.
pub(super) fn check_guard(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if method.is_safe() || headers.contains_key(GUARD) {
        return Ok(());
    }
    Err(Problem::new(
        axum::http::StatusCode::FORBIDDEN,
        "guard",
        "Guard header missing",
        "requests that change something carry the header X-Varco: 1",
    ))
}

/// The SHA-256 of the session cookie's value.
fn token(headers: &HeaderMap) -> Option<[u8; 32]> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| Token::hash(value))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_session_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert_eq!(token(&headers), None);
        let value = HeaderValue::from_static("a=1; varco_session=secret; b=2");
        headers.insert(header::COOKIE, value);
        assert_eq!(token(&headers), Some(Token::hash("secret")));
    }

    #[test]
    fn only_safe_requests_go_without_the_guard() {
        let mut headers = HeaderMap::new();
        assert!(check_guard(&Method::GET, &headers).is_ok());
        assert!(check_guard(&Method::POST, &headers).is_err());
        headers.insert(GUARD, HeaderValue::from_static("1"));
        assert!(check_guard(&Method::DELETE, &headers).is_ok());
    }
}

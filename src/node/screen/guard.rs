//! Who may use the screen: a browser on the unit; on another machine only with the token.
//!
//! A page of the internet that is open in the same browser could send requests here, too
//! (with its own name for this address: DNS rebinding). It is told by the `Host` header,
//! which then holds its name, and by `Origin` and `Sec-Fetch-Site`.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, StatusCode, header};
use sha2::{Digest, Sha256};

/// The cookie that holds the token.
pub(super) const COOKIE: &str = "varco_screen";

/// What is asked of a request.
#[derive(Clone)]
pub(super) struct Guard {
    hosts: Vec<String>,
    /// SHA-256 of the token; `None`: none is asked for.
    token: Option<[u8; 32]>,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error(
        "the screen is not served under this name; open it by its address, or add the name to \
         [screen] hosts"
    )]
    Host,
    #[error("another page sent this")]
    Origin,
    #[error("the token is missing or wrong")]
    Token,
}

impl Refused {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Origin => StatusCode::FORBIDDEN,
            Self::Token => StatusCode::UNAUTHORIZED,
        }
    }
}

impl Guard {
    pub(super) fn new(hosts: Vec<String>, token: Option<&str>) -> Self {
        let hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { hosts, token: token.map(|token| Sha256::digest(token.as_bytes()).into()) }
    }

    /// Whether a token is asked for.
    pub(super) fn wants_token(&self) -> bool {
        self.token.is_some()
    }

    /// Compares digests: how long it takes tells nothing of the token itself.
    pub(super) fn is_token(&self, token: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.token == Some(given)
    }

    /// Whether a request comes from the screen's own page, by its own name.
    pub(super) fn same_site(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refused> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST).ok_or(Refused::Host)?;
        if !self.is_own(host) {
            return Err(Refused::Host);
        }
        let origin = text(header::ORIGIN);
        if origin.is_some_and(|origin| origin.strip_prefix("http://") != Some(host)) {
            return Err(Refused::Origin);
        }
        let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        let foreign = site.is_some_and(|site| !matches!(site, "same-origin" | "none"));
        let changes = !matches!(*method, Method::GET | Method::HEAD);
        // Whatever changes something says where it comes from: all browsers do.
        if foreign || (changes && origin.is_none() && site.is_none()) {
            return Err(Refused::Origin);
        }
        Ok(())
    }

    /// Whether a request carries the token, where one is asked for.
    pub(super) fn admits(&self, headers: &HeaderMap) -> Result<(), Refused> {
        if self.token.is_none() {
            return Ok(());
        }
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
        let known = cookies
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(name, value)| name == COOKIE && self.is_token(value));
        if known { Ok(()) } else { Err(Refused::Token) }
    }

    /// A number cannot be rebound to another one; a name must be known.
    fn is_own(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        let name = name.to_ascii_lowercase();
        name == "localhost" || name.parse::<IpAddr>().is_ok() || self.hosts.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn asked(method: &Method, pairs: &[(&'static str, &str)]) -> Result<(), Refused> {
        Guard::new(vec!["Unit-7.lan".into()], None).same_site(method, &headers(pairs))
    }

    #[test]
    fn own_names_are_answered_and_rebound_ones_are_not() {
        for host in ["127.0.0.1:8090", "localhost:8090", "[::1]:8090", "unit-7.lan", "10.0.0.7"] {
            assert_eq!(asked(&Method::GET, &[("host", host)]), Ok(()), "{host}");
        }
        for host in ["evil.example:8090", "127.0.0.1.evil.example", "", "localhost.evil"] {
            assert_eq!(asked(&Method::GET, &[("host", host)]), Err(Refused::Host), "{host}");
        }
        assert_eq!(asked(&Method::GET, &[]), Err(Refused::Host));
    }

    #[test]
    fn other_pages_may_neither_read_nor_change() {
        let own = ("host", "127.0.0.1:8090");
        let origin = |origin| asked(&Method::POST, &[own, ("origin", origin)]);
        assert_eq!(origin("http://127.0.0.1:8090"), Ok(()));
        assert_eq!(origin("http://127.0.0.1:9999"), Err(Refused::Origin));
        assert_eq!(origin("https://evil.example"), Err(Refused::Origin));
        assert_eq!(origin("null"), Err(Refused::Origin));
        assert_eq!(asked(&Method::POST, &[own]), Err(Refused::Origin), "no browser");
        let site = |site| asked(&Method::GET, &[own, ("sec-fetch-site", site)]);
        assert_eq!(site("cross-site"), Err(Refused::Origin));
        assert_eq!(site("none"), Ok(()), "typed into the address bar");
    }

    #[test]
    fn the_token_is_asked_for_only_where_one_is_set() {
        let open = Guard::new(Vec::new(), None);
        assert_eq!(open.admits(&headers(&[])), Ok(()));
        let guard = Guard::new(Vec::new(), Some("correct horse"));
        assert_eq!(guard.admits(&headers(&[])), Err(Refused::Token));
        assert_eq!(
            guard.admits(&headers(&[("cookie", "varco_screen=wrong")])),
            Err(Refused::Token)
        );
        let cookie = headers(&[("cookie", "a=b; varco_screen=correct horse")]);
        assert_eq!(guard.admits(&cookie), Ok(()));
        assert!(!format!("{guard:?}").contains("horse"));
    }
}

//! Camera addresses: taking user and password out, and printing what is left.

/// A camera address taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CameraUrl {
    /// The address without user and password.
    pub(super) url: String,
    /// User in the address, decoded.
    pub(super) user: Option<String>,
    /// Password in the address, decoded.
    pub(super) password: Option<String>,
}

/// Takes an `rtsp://` or `rtsps://` address apart; the error says what is wrong with it.
pub(super) fn take_apart(text: &str) -> Result<CameraUrl, &'static str> {
    let (scheme, rest) = text.split_once("://").ok_or("it has no \"rtsp://\" at its start")?;
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "rtsp" && scheme != "rtsps" {
        return Err("only rtsp:// and rtsps:// streams can be opened");
    }
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    // A password may hold a bare '@' or '/', written so in many a camera's manual:
    // the last '@' before the path, or else before the query, ends it.
    let (authority, path) = rest.split_at(authority_end);
    let (authority, path) = match authority.rsplit_once('@') {
        None => match path.split('?').next().and_then(|p| p.rfind('@')) {
            Some(at) if rest[..authority_end].contains(':') && !is_host(authority) => {
                let whole = authority_end + at;
                let tail = &rest[whole + 1..];
                let end = tail.find(['/', '?']).unwrap_or(tail.len());
                return finish(&scheme, Some(&rest[..whole]), &tail[..end], &tail[end..]);
            }
            _ => ((None, authority), path),
        },
        Some((user_info, host)) => ((Some(user_info), host), path),
    };
    finish(&scheme, authority.0, authority.1, path)
}

fn finish(
    scheme: &str,
    user_info: Option<&str>,
    host: &str,
    path: &str,
) -> Result<CameraUrl, &'static str> {
    if !is_host(host) {
        return Err("its host or port is missing or wrong (wanted: rtsp://HOST[:PORT]/PATH)");
    }
    if path.chars().any(char::is_whitespace) {
        return Err("it has a space in it (write %20)");
    }
    let (user, password) = match user_info {
        None => (None, None),
        Some(info) => match info.split_once(':') {
            None => (Some(decoded(info)), None),
            Some((user, password)) => (Some(decoded(user)), Some(decoded(password))),
        },
    };
    Ok(CameraUrl {
        url: format!("{scheme}://{host}{path}"),
        user: user.filter(|u| !u.is_empty()),
        password,
    })
}

/// Host (without brackets) and port of an address.
pub(super) fn host_and_port(url: &str) -> Option<(String, u16)> {
    let (scheme, rest) = url.split_once("://")?;
    let usual = if scheme.eq_ignore_ascii_case("rtsps") { 322 } else { 554 };
    let authority = rest.split(['/', '?']).next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
        _ => (authority, usual),
    };
    Some((host.trim_matches(['[', ']']).to_owned(), port))
}

/// Whether a text is `HOST` or `HOST:PORT`.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let host_is_good = if let Some(inner) = host.strip_prefix('[') {
        inner.strip_suffix(']').is_some_and(|v6| v6.parse::<std::net::Ipv6Addr>().is_ok())
    } else {
        !host.is_empty()
            && host.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.' || c == '_')
    };
    host_is_good && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|p| p > 0))
}

/// Takes `%XX` apart; what is no such code stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The address as it may be printed: no user, no password, and no value of a
/// query parameter, where many cameras take a password too.
pub(super) fn printable(url: &str) -> String {
    let Ok(parts) = take_apart(url) else {
        return "(an address that cannot be understood)".to_owned();
    };
    let Some((path, query)) = parts.url.split_once('?') else {
        return parts.url;
    };
    let shown: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((key, _)) if is_private(key) => format!("{key}=***"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", shown.join("&"))
}

fn is_private(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "pwd", "token", "auth", "key", "secret", "user", "login", "usr", "psw"]
        .iter()
        .any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, Option<String>, Option<String>) {
        let parts = take_apart(text).unwrap();
        (parts.url, parts.user, parts.password)
    }

    #[test]
    fn user_and_password_are_taken_out() {
        assert_eq!(
            parts("rtsp://anna:p%40ss@10.0.0.7:8554/ch1?sub=0"),
            ("rtsp://10.0.0.7:8554/ch1?sub=0".into(), Some("anna".into()), Some("p@ss".into()))
        );
        assert_eq!(parts("RTSP://cam.local/x"), ("rtsp://cam.local/x".into(), None, None));
        assert_eq!(
            parts("rtsps://u:@[fe80::1]:322"),
            ("rtsps://[fe80::1]:322".into(), Some("u".into()), Some(String::new()))
        );
        // A password with bare signs in it.
        assert_eq!(
            parts("rtsp://anna:a@b@cam/1"),
            ("rtsp://cam/1".into(), Some("anna".into()), Some("a@b".into()))
        );
        assert_eq!(
            parts("rtsp://anna:a/b@cam/1"),
            ("rtsp://cam/1".into(), Some("anna".into()), Some("a/b".into()))
        );
        // An '@' in the path is no password.
        assert_eq!(parts("rtsp://cam:554/a@b"), ("rtsp://cam:554/a@b".into(), None, None));
    }

    #[test]
    fn wrong_addresses_are_named() {
        for wrong in [
            "cam/1",
            "http://cam/1",
            "rtsp:///1",
            "rtsp://cam:0/1",
            "rtsp://cam:99999/",
            "rtsp://cam/a b",
            "rtsp://[zz]/1",
            "rtsp://ca m/1",
        ] {
            assert!(take_apart(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn host_and_port_have_their_usual_values() {
        let of = |url: &str| host_and_port(url).unwrap();
        assert_eq!(of("rtsp://cam/1"), ("cam".to_owned(), 554));
        assert_eq!(of("rtsps://cam?x=1"), ("cam".to_owned(), 322));
        assert_eq!(of("rtsp://[fe80::1]:8554/1"), ("fe80::1".to_owned(), 8554));
        assert_eq!(of("rtsp://[::1]"), ("::1".to_owned(), 554));
    }

    #[test]
    fn nothing_private_is_printed() {
        assert_eq!(printable("rtsp://a:hush@cam/1"), "rtsp://cam/1");
        assert_eq!(
            printable("rtsp://cam/1?channel=2&passwd=hush&user=a"),
            "rtsp://cam/1?channel=2&passwd=***&user=***"
        );
        assert!(!printable("nonsense hush").contains("hush"));
    }
}

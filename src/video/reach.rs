//! Why a camera's host cannot be connected to, which GStreamer does not tell.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::url;

/// How long each of looking up the name and connecting may take.
const WITHIN: Duration = Duration::from_secs(1);

/// What a plain connection to the camera's port meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is accepted: the fault lies elsewhere.
    Connected,
    /// Nothing listens on the port.
    Refused,
    /// The host's name is not known.
    NameUnknown,
    /// The network knows no way to the host.
    NoWay,
    /// Nothing answers.
    Silent,
}

/// Tries to connect to the host and port of a camera's address.
pub(super) fn reach(camera_url: &str) -> Reach {
    let Some((host, port)) = url::host_and_port(camera_url) else { return Reach::NameUnknown };
    let Some(address) = look_up(host, port) else { return Reach::NameUnknown };
    match TcpStream::connect_timeout(&address, WITHIN) {
        Ok(_) => Reach::Connected,
        Err(error) => match error.kind() {
            ErrorKind::ConnectionRefused => Reach::Refused,
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Reach::NoWay,
            _ => Reach::Silent,
        },
    }
}

/// Looks a name up in a thread of its own, for the system's resolver may hang for long.
fn look_up(host: String, port: u16) -> Option<SocketAddr> {
    let (tell, told) = mpsc::channel();
    let look = move || {
        let found = (host.as_str(), port).to_socket_addrs().ok().and_then(|mut all| all.next());
        // Nobody listens any more when it took too long.
        let _ = tell.send(found);
    };
    thread::Builder::new().name("look-up".to_owned()).spawn(look).ok()?;
    told.recv_timeout(WITHIN).ok().flatten()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_port_is_found_open_closed_or_without_a_host() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("rtsp://{}/x", listener.local_addr().unwrap());
        assert_eq!(reach(&url), Reach::Connected);
        drop(listener);
        assert_eq!(reach(&url), Reach::Refused);
        assert_eq!(reach("rtsp://no-such-camera.invalid/x"), Reach::NameUnknown);
    }
}

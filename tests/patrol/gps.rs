//! A satellite receiver on a road, heard through a real gpsd.

use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::parts::free_port;

/// The road runs east from here.
pub(crate) const START: (f64, f64) = (44.4268, 26.1025);
/// Degrees of longitude each second: some 40 km/h.
const PACE_DEG_S: f64 = 1.4e-4;
const EVERY: Duration = Duration::from_millis(200);

/// Where the receiver is at a (true) time.
pub(crate) fn place_at(began: Timestamp, at: Timestamp) -> (f64, f64) {
    (START.0, START.1 + at.duration_since(began).as_secs_f64() * PACE_DEG_S)
}

fn sentence(body: &str) -> String {
    let sum = body.bytes().fold(0, |sum, byte| sum ^ byte);
    format!("${body}*{sum:02X}\r\n")
}

/// What a receiver says at a time, `GGA` before `RMC`.
pub(crate) fn sentences(began: Timestamp, at: Timestamp) -> String {
    let (lat, lon) = place_at(began, at);
    let utc = at.to_zoned(jiff::tz::TimeZone::UTC);
    let time = utc.strftime("%H%M%S.%3f").to_string();
    let minutes = |degrees: f64| (degrees.trunc() as u32, degrees.fract() * 60.0);
    let ((lat_d, lat_m), (lon_d, lon_m)) = (minutes(lat), minutes(lon));
    let place = format!("{lat_d:02}{lat_m:09.6},N,{lon_d:03}{lon_m:09.6},E");
    let date = utc.strftime("%d%m%y");
    sentence(&format!("GPGGA,{time},{place},1,09,0.8,80.0,M,36.0,M,,"))
        + &sentence(&format!("GPRMC,{time},A,{place},21.6,90.0,{date},,,A"))
}

/// A receiver and its gpsd; both end with the test.
pub(crate) struct Receiver {
    gpsd: Child,
    stop: Arc<AtomicBool>,
    talking: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Starts a gpsd on a port, and a receiver whose time is ahead of this machine's.
    pub(crate) fn start(port: u16, began: Timestamp, ahead: SignedDuration) -> Self {
        let feed = free_port();
        let gpsd = Command::new("/usr/sbin/gpsd")
            .args(["-N", "-n", "-S", &port.to_string(), &format!("udp://127.0.0.1:{feed}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gpsd is there: scripts/setup.sh --test installs it");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let talking = thread::spawn(move || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            let to = SocketAddr::from(([127, 0, 0, 1], feed));
            while !stopped.load(Ordering::Relaxed) {
                let said = sentences(began, Timestamp::now() + ahead);
                // Nobody may be listening yet.
                let _ = socket.send_to(said.as_bytes(), to);
                thread::sleep(EVERY);
            }
        });
        Self { gpsd, stop, talking: Some(talking) }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.talking.take().map(JoinHandle::join);
        let _ = self.gpsd.kill();
        let _ = self.gpsd.wait();
    }
}

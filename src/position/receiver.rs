//! Listening to a receiver, for as long as the node runs.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::config::GpsSource;
use super::fix::Fix;
use super::gps::Gps;
use super::nmea::{self, Sentences};
use super::serial::open_receiver;
use super::{PositionError, gpsd};

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Receivers speak at least once a second, also without a position.
const SILENCE: Duration = Duration::from_secs(10);
/// A SKY report with a hundred satellites has some 15 kB.
const LONGEST_REPORT: usize = 64 * 1024;
/// The least that a gpsd must speak.
const PROTOCOL: u32 = 3;

/// A position, and what the system's clock said when it came.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    /// The position.
    pub fix: Fix,
    /// The system's clock then.
    pub system_at: Timestamp,
}

/// Listens until told to stop: keeps `gps` up to date and passes positions on (one that
/// finds the channel full is not passed on). What breaks off is tried again, later each
/// time. A recorded log needs no listening.
pub async fn receive(
    gps: Gps,
    source: GpsSource,
    heard: mpsc::Sender<Heard>,
    stop: CancellationToken,
) {
    let mut wait = FIRST_WAIT;
    let mut told: Option<String> = None;
    loop {
        let mut fixes = 0;
        let listening = async {
            match &source {
                GpsSource::Gpsd(address) => of_gpsd(&gps, address, &heard, &mut fixes).await,
                GpsSource::Device(path, baud) => {
                    of_device(&gps, path, *baud, &heard, &mut fixes).await
                }
                GpsSource::Log(_) => {
                    std::future::pending::<()>().await;
                    Ok(())
                }
            }
        };
        let outcome = tokio::select! {
            outcome = listening => outcome,
            () = stop.cancelled() => return,
        };
        if fixes > 0 {
            wait = FIRST_WAIT;
            told = None;
        }
        if let Err(error) = outcome {
            let error = error.to_string();
            if told.as_ref() != Some(&error) {
                tracing::warn!("no position: {error}; tried again");
            }
            gps.down(error.clone());
            told = Some(error);
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
            () = stop.cancelled() => return,
        }
    }
}

fn pass_on(gps: &Gps, heard: &mpsc::Sender<Heard>, fix: Fix, fixes: &mut u64) {
    *fixes += 1;
    gps.push(fix);
    // Whoever is behind by so many is told the next ones.
    let _ = heard.try_send(Heard { fix, system_at: Timestamp::now() });
}

async fn of_gpsd(
    gps: &Gps,
    address: &str,
    heard: &mpsc::Sender<Heard>,
    fixes: &mut u64,
) -> Result<(), PositionError> {
    let what = format!("gpsd at {address}");
    let failed = |source| PositionError::Source { what: what.clone(), source };
    let connecting = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await;
    let mut stream =
        connecting.map_err(|_| failed(std::io::ErrorKind::TimedOut.into()))?.map_err(failed)?;
    stream.write_all(gpsd::WATCH).await.map_err(failed)?;
    let mut lines = Lines::new(stream, LONGEST_REPORT);
    let mut reports = gpsd::Reports::default();
    loop {
        let Some(line) = lines.next(&what).await? else {
            return Err(failed(std::io::ErrorKind::UnexpectedEof.into()));
        };
        let protocol = |reason| PositionError::Protocol { what: what.clone(), reason };
        match reports.push(&line).map_err(|error| protocol(error.to_string()))? {
            gpsd::Said::Version(version) if version < PROTOCOL => {
                return Err(protocol(format!("it speaks version {version}, not {PROTOCOL}")));
            }
            gpsd::Said::Fix(fix) => pass_on(gps, heard, fix, fixes),
            gpsd::Said::NoFix(satellites) => gps.searching(satellites),
            gpsd::Said::Error(message) => return Err(protocol(message)),
            gpsd::Said::Version(_) | gpsd::Said::Nothing => {}
        }
    }
}

async fn of_device(
    gps: &Gps,
    path: &Path,
    baud: Option<u32>,
    heard: &mpsc::Sender<Heard>,
    fixes: &mut u64,
) -> Result<(), PositionError> {
    let what = path.display().to_string();
    let failed = |source| PositionError::Source { what: what.clone(), source };
    let device = open_receiver(path, baud).map_err(failed)?;
    // Whatever can be waited for: a terminal device is read as a pipe is.
    let device = pipe::Receiver::from_file_unchecked(device).map_err(failed)?;
    let mut lines = Lines::new(device, nmea::LONGEST_LINE);
    let mut sentences = Sentences::default();
    loop {
        let Some(line) = lines.next(&what).await? else {
            return Err(failed(std::io::ErrorKind::UnexpectedEof.into()));
        };
        match sentences.push(&line) {
            nmea::Said::Fix(fix) => pass_on(gps, heard, fix, fixes),
            nmea::Said::NoFix => gps.searching(None),
            nmea::Said::Nothing => {}
        }
    }
}

/// Lines of a stream, none longer than a bound.
struct Lines<R> {
    reader: BufReader<R>,
    longest: usize,
    line: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(stream: R, longest: usize) -> Self {
        Self { reader: BufReader::new(stream), longest, line: Vec::new() }
    }

    /// The next line; `None` at the end.
    async fn next(&mut self, what: &str) -> Result<Option<String>, PositionError> {
        self.line.clear();
        let mut bounded = (&mut self.reader).take(self.longest as u64);
        let reading = bounded.read_until(b'\n', &mut self.line);
        let silent = || PositionError::Silent { what: what.to_owned(), seconds: SILENCE.as_secs() };
        let read = tokio::time::timeout(SILENCE, reading)
            .await
            .map_err(|_| silent())?
            .map_err(|source| PositionError::Source { what: what.to_owned(), source })?;
        if read == 0 {
            return Ok(None);
        }
        Ok(Some(String::from_utf8_lossy(&self.line).into_owned()))
    }
}

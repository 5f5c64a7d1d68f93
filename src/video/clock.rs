//! Stream time and capture time of each frame.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Where capture times come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureClock {
    /// The camera's own clock, by its RTCP sender reports.
    Camera,
    /// When the frame's packets arrived here: the camera's clock is not told or not plausible.
    Arrival,
    /// A file's own times, counted from its start.
    File,
}

/// A camera whose clock differs from ours by more is not believed. No more than what a
/// wrong clock of our own is left alone for: a camera that is believed is then as wrong
/// as we are, and is corrected with us.
const PLAUSIBLE: SignedDuration = SignedDuration::from_secs(2);

/// No frame waits longer than this on its way through the decoder.
const LONGEST_AGE: Duration = Duration::from_secs(10);

/// What a decoded frame tells of its time.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameTimes {
    /// Running time of the frame within its session.
    pub(super) pts: Option<Duration>,
    /// How long ago the frame's packets arrived (live sources).
    pub(super) age: Option<Duration>,
    /// Capture time by the camera's clock.
    pub(super) camera: Option<Timestamp>,
    /// How long the frame is shown.
    pub(super) duration: Option<Duration>,
    /// Our clocks at this moment.
    pub(super) now: (Instant, Timestamp),
}

/// Times given to a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stamp {
    pub(super) sequence: u64,
    pub(super) stream_time: Duration,
    pub(super) captured_at: Timestamp,
    pub(super) clock: CaptureClock,
}

/// A session's times: first the receiver's, which follow the packets' arrival,
/// then the camera's own, which are exact, once it has told its clock.
#[derive(Debug, Clone, Copy)]
struct Session {
    of_camera: bool,
    /// Stream time of the frame that has `first` as its own time.
    base: Duration,
    first: Duration,
    /// Time of the last frame.
    last: Duration,
    /// Running time of the last frame.
    last_pts: Option<Duration>,
}

/// Packets arrive unevenly; frames that are further apart by their running times really are.
const UNEVEN: Duration = Duration::from_millis(400);

/// A jump of the camera's clock by more is a new setting of that clock.
const LONGEST_STEP: Duration = Duration::from_secs(5);

/// The times of one source over all its sessions.
#[derive(Debug)]
pub(super) struct Timeline {
    live: bool,
    file_starts_at: Option<Timestamp>,
    sequence: u64,
    began: Option<Instant>,
    last: Option<Duration>,
    /// Where the session's times are tied to the stream's.
    session: Option<Session>,
}

impl Timeline {
    pub(super) fn new(live: bool, file_starts_at: Option<Timestamp>) -> Self {
        Self { live, file_starts_at, sequence: 0, began: None, last: None, session: None }
    }

    /// The next frame is the first of a new connection: running times start anew.
    pub(super) fn begin_session(&mut self) {
        self.session = None;
    }

    /// Times for the next frame.
    pub(super) fn stamp(&mut self, times: FrameTimes) -> Stamp {
        let (now, now_utc) = times.now;
        let began = *self.began.get_or_insert(now);
        let step = times.duration.unwrap_or(Duration::from_millis(40));
        // Frames in between may not have been decoded.
        let since = self.session.and_then(|session| times.pts?.checked_sub(session.last_pts?));
        let step = since.filter(|since| *since > UNEVEN).unwrap_or(step);
        let expected = self.last.map_or(Duration::ZERO, |last| last + step);
        let own = times.camera.and_then(since_epoch).or(times.pts);
        let of_camera = times.camera.is_some();
        let stream_time = match own {
            None => expected,
            Some(own) => {
                let base = match self.session {
                    // After a gap the stream goes on where the wall clock is.
                    None => Some(expected.max(now.saturating_duration_since(began))),
                    Some(session)
                        if session.of_camera != of_camera
                            || (of_camera && own.abs_diff(session.last + step) > LONGEST_STEP) =>
                    {
                        Some(expected)
                    }
                    Some(_) => None,
                };
                if let Some(base) = base {
                    let last_pts = times.pts;
                    self.session =
                        Some(Session { of_camera, base, first: own, last: own, last_pts });
                }
                self.session.as_mut().map_or(expected, |session| {
                    (session.last, session.last_pts) = (own, times.pts);
                    session.base + own.saturating_sub(session.first)
                })
            }
        };
        let stream_time = self.last.map_or(stream_time, |last| stream_time.max(last));
        self.last = Some(stream_time);

        let (captured_at, clock) = if self.live {
            let arrival = before(now_utc, times.age.unwrap_or_default().min(LONGEST_AGE));
            match times.camera.filter(|camera| is_plausible(*camera, arrival)) {
                Some(camera) => (camera, CaptureClock::Camera),
                None => (arrival, CaptureClock::Arrival),
            }
        } else {
            let start = *self.file_starts_at.get_or_insert(now_utc);
            let at = SignedDuration::try_from(stream_time)
                .ok()
                .and_then(|since| start.checked_add(since).ok());
            (at.unwrap_or(start), CaptureClock::File)
        };
        let sequence = self.sequence;
        self.sequence += 1;
        Stamp { sequence, stream_time, captured_at, clock }
    }
}

fn since_epoch(at: Timestamp) -> Option<Duration> {
    u64::try_from(at.as_nanosecond()).ok().map(Duration::from_nanos)
}

fn is_plausible(camera: Timestamp, arrival: Timestamp) -> bool {
    arrival.duration_since(camera).abs() <= PLAUSIBLE
}

fn before(at: Timestamp, ago: Duration) -> Timestamp {
    SignedDuration::try_from(ago).ok().and_then(|ago| at.checked_sub(ago).ok()).unwrap_or(at)
}

/// UTC of an NTP time in nanoseconds since 1900.
pub(super) fn from_ntp(ntp_ns: u64) -> Option<Timestamp> {
    const UNIX_IN_NTP_S: i128 = 2_208_988_800;
    Timestamp::from_nanosecond(i128::from(ntp_ns) - UNIX_IN_NTP_S * 1_000_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn times(pts_ms: u64, now: (Instant, Timestamp)) -> FrameTimes {
        FrameTimes { pts: Some(ms(pts_ms)), age: None, camera: None, duration: None, now }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The stream times of a camera's frames, by their running times and the camera's clock.
    fn camera_line() -> impl FnMut(u64, Option<&str>) -> Duration {
        let mut line = Timeline::new(true, None);
        let now = (Instant::now(), at("2026-05-04T10:00:00Z"));
        move |pts_ms, camera| {
            let camera = camera.map(at);
            line.stamp(FrameTimes { camera, ..times(pts_ms, now) }).stream_time
        }
    }

    #[test]
    fn stream_time_goes_on_over_a_reconnect() {
        let mut line = Timeline::new(true, None);
        let (i, t) = (Instant::now(), at("2026-05-04T10:00:00Z"));
        assert_eq!(line.stamp(times(700, (i, t))).stream_time, ms(0));
        assert_eq!(line.stamp(times(740, (i, t))).stream_time, ms(40));
        line.begin_session();
        let later = (i + ms(3000), t);
        let stamp = line.stamp(times(5, later));
        assert_eq!((stamp.sequence, stamp.stream_time), (2, ms(3000)));
        assert_eq!(line.stamp(times(45, later)).stream_time, ms(3040));
        // A reconnect at once does not go back either.
        line.begin_session();
        assert_eq!(line.stamp(times(0, later)).stream_time, ms(3080));
        // Nor do running times that go back.
        assert_eq!(line.stamp(times(200, later)).stream_time, ms(3280));
        assert_eq!(line.stamp(times(100, later)).stream_time, ms(3280));
    }

    #[test]
    fn the_cameras_clock_counts_when_it_is_plausible() {
        let mut line = Timeline::new(true, None);
        let now = (Instant::now(), at("2026-05-04T10:00:00Z"));
        let mut frame = times(0, now);
        frame.age = Some(ms(20));
        let arrival = line.stamp(frame);
        assert_eq!(arrival.clock, CaptureClock::Arrival);
        assert_eq!(arrival.captured_at, at("2026-05-04T09:59:59.98Z"));
        frame.camera = Some(at("2026-05-04T09:59:59.9Z"));
        let camera = line.stamp(frame);
        assert_eq!(
            (camera.clock, camera.captured_at),
            (CaptureClock::Camera, frame.camera.unwrap())
        );
        frame.camera = Some(at("1970-01-01T00:00:07Z"));
        assert_eq!(line.stamp(frame).clock, CaptureClock::Arrival);
    }

    #[test]
    fn stream_time_follows_the_cameras_clock_and_survives_its_jumps() {
        let mut stamp = camera_line();
        assert_eq!(stamp(0, None), ms(0));
        assert_eq!(stamp(55, None), ms(55), "packets that arrive unevenly");
        assert_eq!(stamp(80, Some("2026-05-04T09:59:59.080Z")), ms(95));
        assert_eq!(stamp(140, Some("2026-05-04T09:59:59.120Z")), ms(135));
        // The camera's clock is set an hour back, and an hour forth.
        assert_eq!(stamp(160, Some("2026-05-04T08:59:59.160Z")), ms(175));
        assert_eq!(stamp(200, Some("2026-05-04T08:59:59.200Z")), ms(215));
        assert_eq!(stamp(240, Some("2026-05-04T10:00:00Z")), ms(255));
    }

    #[test]
    fn stream_time_goes_on_over_frames_that_were_not_decoded() {
        let mut stamp = camera_line();
        assert_eq!(stamp(0, None), ms(0));
        assert_eq!(stamp(1000, Some("2026-05-04T10:00:01Z")), ms(1000));
        assert_eq!(stamp(8000, Some("2026-05-04T10:00:08Z")), ms(8000));
        assert_eq!(stamp(9000, None), ms(9000));
        assert_eq!(stamp(11_000, Some("2026-05-04T10:00:11Z")), ms(11_000));
    }

    #[test]
    fn a_files_capture_times_follow_its_own_pace() {
        let start = at("2026-05-04T10:00:00Z");
        let mut line = Timeline::new(false, Some(start));
        let now = (Instant::now(), at("2030-01-01T00:00:00Z"));
        assert_eq!(line.stamp(times(120, now)).captured_at, start);
        let second = line.stamp(times(1120, now));
        assert_eq!(second.captured_at, at("2026-05-04T10:00:01Z"));
        assert_eq!(second.clock, CaptureClock::File);
    }

    #[test]
    fn ntp_becomes_utc() {
        let unix_2026 = at("2026-01-01T00:00:00Z");
        let ntp_s = 2_208_988_800 + u64::try_from(unix_2026.as_second()).unwrap();
        assert_eq!(from_ntp(ntp_s * 1_000_000_000), Some(unix_2026));
    }
}

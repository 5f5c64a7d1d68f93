//! Sources against real files and a real RTSP server on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gstreamer as gst;
use gstreamer::prelude::*;
use jiff::Timestamp;
use tempfile::TempDir;
use varco::frame::{Frame, Layout};
use varco::video::{
    CaptureClock, Location, Next, Pace, RtspServer, RtspServerConfig, Secret, Source, SourceConfig,
    SourceHealth, SourceState, Transport, VideoError,
};

const SOON: Duration = Duration::from_secs(20);

const H264: &str = "x264enc speed-preset=ultrafast key-int-max=25 ! h264parse";
const H264_B_FRAMES: &str = "x264enc speed-preset=veryfast bframes=3 key-int-max=25 ! h264parse";
const H265: &str = "x265enc speed-preset=ultrafast key-int-max=25 ! h265parse";

/// Runs a pipeline to its end.
fn run(description: &str) {
    gst::init().unwrap();
    let pipeline = gst::parse::launch(description).unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let message = pipeline
        .bus()
        .unwrap()
        .timed_pop_filtered(
            gst::ClockTime::from_seconds(60),
            &[gst::MessageType::Eos, gst::MessageType::Error],
        )
        .expect("a clip is made in time");
    assert_eq!(message.type_(), gst::MessageType::Eos, "{description}: {message:?}");
    pipeline.set_state(gst::State::Null).unwrap();
}

/// A clip of a moving ball, 25 pictures a second.
fn clip(folder: &TempDir, name: &str, frames: u32, encoder: &str, muxer: &str) -> PathBuf {
    sized_clip(folder, name, frames, encoder, muxer, (320, 240))
}

fn sized_clip(
    folder: &TempDir,
    name: &str,
    frames: u32,
    encoder: &str,
    muxer: &str,
    (width, height): (u32, u32),
) -> PathBuf {
    let path = folder.path().join(name);
    run(&format!(
        "videotestsrc num-buffers={frames} pattern=ball ! \
         video/x-raw,format=I420,width={width},height={height},framerate=25/1 ! \
         {encoder} ! {muxer} ! filesink location={}",
        path.display()
    ));
    path
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn open(config: SourceConfig) -> Source {
    Source::start(config).unwrap()
}

fn file(path: &Path) -> SourceConfig {
    SourceConfig::new(Location::File(path.to_owned()))
}

/// A camera at the server's address, with short waits.
fn camera(url: &str, wanted: Transport, login: Option<(&str, &str)>) -> SourceConfig {
    let mut location = Location::parse(url).unwrap();
    if let Location::Rtsp { transport, user, password, .. } = &mut location {
        *transport = wanted;
        *user = login.map(|(user, _)| user.to_owned());
        *password = login.map(|(_, password)| Secret::new(password));
    }
    SourceConfig {
        stall_timeout: Duration::from_secs(2),
        backoff_max: Duration::from_millis(500),
        ..SourceConfig::new(location)
    }
}

fn serve(clip: &Path) -> RtspServer {
    RtspServer::start(&RtspServerConfig::new(clip)).unwrap()
}

/// The next frames of a camera.
fn frames(source: &mut Source, count: usize) -> Vec<Frame> {
    let until = Instant::now() + SOON;
    let mut frames = Vec::new();
    while frames.len() < count {
        match source.next(Duration::from_millis(200)) {
            Next::Frame(frame) => frames.push(frame),
            Next::Quiet => {
                assert!(
                    Instant::now() < until,
                    "{} of {count} frames in {SOON:?}: {:?}",
                    frames.len(),
                    source.health()
                );
            }
            other => panic!("{other:?}"),
        }
    }
    frames
}

/// Everything that a file gives, and how it ends.
fn all(source: &mut Source) -> (Vec<(u64, Duration)>, Next) {
    let mut seen = Vec::new();
    loop {
        match source.next(SOON) {
            Next::Frame(frame) => seen.push((frame.sequence, frame.stream_time)),
            Next::Quiet => panic!("nothing for {SOON:?}"),
            end => return (seen, end),
        }
    }
}

/// Waits until the health is as wanted.
fn health_when(source: &mut Source, wanted: impl Fn(&SourceHealth) -> bool) -> SourceHealth {
    let until = Instant::now() + SOON;
    loop {
        let health = source.health();
        if wanted(&health) {
            return health;
        }
        assert!(Instant::now() < until, "{health:?}");
        let _ = source.next(Duration::from_millis(50));
    }
}

fn failed(end: Next) -> VideoError {
    match end {
        Next::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

fn assert_never_goes_back(frames: &[Frame]) {
    for pair in frames.windows(2) {
        assert!(pair[0].stream_time <= pair[1].stream_time);
        assert!(pair[0].sequence < pair[1].sequence);
    }
}

#[test]
fn every_frame_of_a_file_comes_once_and_in_order() {
    let folder = folder();
    for (name, encoder, muxer) in [
        ("a.mp4", H264, "mp4mux"),
        ("b.mp4", H264_B_FRAMES, "mp4mux faststart=true"),
        ("c.mp4", H265, "mp4mux"),
        ("d.mkv", H264, "matroskamux"),
        ("e.ts", H264, "mpegtsmux"),
        ("f.avi", "jpegenc", "avimux"),
    ] {
        let clip = clip(&folder, name, 60, encoder, muxer);
        let start: Timestamp = "2026-05-04T10:00:00Z".parse().unwrap();
        let mut source =
            open(SourceConfig { file_starts_at: Some(start), max_queue: 2, ..file(&clip) });
        let Next::Frame(first) = source.next(SOON) else { panic!("{name}: no frame") };
        assert_eq!((first.picture.width_px(), first.picture.height_px()), (320, 240));
        assert!(matches!(first.picture.layout(), Layout::I420 { .. }));
        assert_eq!((first.stream_time, first.captured_at), (Duration::ZERO, start));
        let (rest, end) = all(&mut source);
        assert!(matches!(end, Next::Ended), "{name}: {end:?}");
        assert!(matches!(source.next(SOON), Next::Ended), "{name}: the end stays");
        assert_eq!(rest.len(), 59, "{name}");
        for (n, (sequence, stream_time)) in (1_u32..).zip(&rest) {
            assert_eq!(*sequence, u64::from(n), "{name}");
            let wanted = Duration::from_millis(40) * n;
            assert!(stream_time.abs_diff(wanted) < Duration::from_millis(2), "{name} {n}");
        }
        let health = source.health();
        assert_eq!(health.state, SourceState::Ended, "{name}");
        assert_eq!((health.dropped_frames, health.decode_errors), (0, 0), "{name}");
        assert_eq!(health.clock, Some(CaptureClock::File));
        assert!(health.codec.is_some(), "{name}");
    }
}

#[test]
fn the_pixels_are_those_of_the_clip() {
    let folder = folder();
    let path = folder.path().join("red.mp4");
    run(&format!(
        "videotestsrc num-buffers=5 pattern=red ! video/x-raw,format=I420,width=322,height=182,\
         colorimetry=bt709 ! x264enc ! mp4mux ! filesink location={}",
        path.display()
    ));
    let mut source = open(file(&path));
    let Next::Frame(frame) = source.next(SOON) else { panic!("no frame") };
    let Layout::I420 { offsets, strides, .. } = frame.picture.layout() else { panic!("layout") };
    let at = |plane: usize, x: usize, y: usize| {
        frame.picture.bytes()[offsets[plane] + y * strides[plane] + x]
    };
    // Red in BT.709: luma 63, blue difference 102, red difference 240.
    for (x, y) in [(0, 0), (160, 90), (321, 181)] {
        let found = [at(0, x, y), at(1, x / 2, y / 2), at(2, x / 2, y / 2)];
        for (found, wanted) in found.into_iter().zip([63_u8, 102, 240]) {
            assert!(found.abs_diff(wanted) <= 3, "{found} instead of {wanted} at {x},{y}");
        }
    }
}

#[test]
fn a_file_in_live_pace_plays_in_real_time_and_drops_the_oldest() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 50, H264, "mp4mux");
    let began = Instant::now();
    let mut source = open(SourceConfig { pace: Pace::Live, max_queue: 2, ..file(&clip) });
    assert!(matches!(source.next(SOON), Next::Frame(_)));
    // A consumer that is away for a second misses frames and gets the newest.
    std::thread::sleep(Duration::from_secs(1));
    let Next::Frame(next) = source.next(SOON) else { panic!("no frame") };
    assert!(next.sequence > 10, "{}", next.sequence);
    let (rest, end) = all(&mut source);
    assert!(matches!(end, Next::Ended), "{end:?}");
    let took = began.elapsed();
    assert!(took > Duration::from_millis(1900), "{took:?} for a clip of 2 s");
    let dropped = source.health().dropped_frames;
    assert_eq!(dropped + rest.len() as u64 + 2, 50, "each frame is taken or counted as dropped");
}

#[test]
fn a_file_that_breaks_off_gives_what_it_has_and_says_where() {
    let folder = folder();
    for (name, encoder, muxer) in
        [("a.mp4", H264, "mp4mux faststart=true"), ("b.mkv", H264, "matroskamux")]
    {
        let clip = clip(&folder, name, 200, encoder, muxer);
        let bytes = fs::read(&clip).unwrap();
        fs::write(&clip, &bytes[..bytes.len() / 2]).unwrap();
        let mut source = open(file(&clip));
        let (seen, end) = all(&mut source);
        assert!((20..190).contains(&seen.len()), "{name}: {} frames", seen.len());
        let error = failed(end);
        let text = error.to_string();
        let (at, of) = match error {
            VideoError::BreaksOff { at_s, of_s, .. } => (at_s, of_s),
            VideoError::Broken { at_s, .. } => (at_s, 8.0),
            other => panic!("{name}: {other}"),
        };
        assert!((of - 8.0).abs() < 0.2, "{text}");
        let last = seen.last().unwrap().1.as_secs_f64();
        assert!((at - last).abs() < 0.5, "{name}: {text}, last frame at {last}");
        assert!(text.contains(name), "{text}");
        assert_eq!(source.health().state, SourceState::Down);
        assert!(matches!(source.next(SOON), Next::Failed(_)), "the failure stays");
    }
}

#[test]
fn what_is_no_video_is_named() {
    let folder = folder();
    let text_of = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let (seen, end) = all(&mut open(file(&path)));
        assert!(seen.is_empty());
        let text = failed(end).to_string();
        assert!(text.contains(&format!("{name} is not a video that can be decoded")), "{text}");
        text
    };
    let noise: Vec<u8> =
        (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    text_of("noise.mp4", &noise);
    text_of("text.mp4", b"this is only text\n");
    assert!(text_of("empty.mp4", b"").contains("empty"));
    // An mp4 whose index at its end is missing.
    let clip = clip(&folder, "whole.mp4", 50, H264, "mp4mux");
    let whole = fs::read(clip).unwrap();
    assert!(text_of("cut.mp4", &whole[..whole.len() * 2 / 3]).contains("index (moov) is missing"));
    // Sound without pictures.
    let sound = folder.path().join("sound.ogg");
    run(&format!(
        "audiotestsrc num-buffers=50 ! audioconvert ! vorbisenc ! oggmux ! filesink location={}",
        sound.display()
    ));
    let (_, end) = all(&mut open(file(&sound)));
    assert!(failed(end).to_string().contains("there is no video in it"));
}

#[test]
fn what_is_not_there_is_named_at_once() {
    let folder = folder();
    let error = |location: Location| Source::start(SourceConfig::new(location)).unwrap_err();
    let missing = folder.path().join("missing.mp4");
    assert!(matches!(error(Location::File(missing.clone())), VideoError::NotFound { .. }));
    assert!(matches!(error(Location::Folder(missing.clone())), VideoError::NotFound { .. }));
    assert!(matches!(error(Location::Picture(missing)), VideoError::NotFound { .. }));
    let empty = error(Location::Folder(folder.path().to_owned()));
    assert!(matches!(empty, VideoError::EmptyFolder { .. }), "{empty}");
    let folder_as_file = error(Location::File(folder.path().to_owned()));
    assert!(matches!(folder_as_file, VideoError::Unreadable { .. }), "{folder_as_file}");
    let device = error(Location::Device("/dev/video97".into()));
    assert!(matches!(device, VideoError::NoDevice { .. }), "{device}");
}

#[test]
fn a_folder_gives_its_good_pictures_and_names_the_broken_one() {
    let folder = folder();
    let save = |name: &str, width: u32| {
        let picture = image::RgbImage::from_pixel(width, 30, image::Rgb([200, 30, 30]));
        picture.save(folder.path().join(name)).unwrap();
    };
    save("a.jpg", 40);
    save("c.png", 41);
    save("d.webp", 42);
    fs::write(folder.path().join("b.jpg"), "broken").unwrap();
    let mut source = open(SourceConfig::new(Location::Folder(folder.path().to_owned())));
    let mut widths = Vec::new();
    let mut skipped = Vec::new();
    loop {
        match source.next(SOON) {
            Next::Frame(frame) => widths.push(frame.picture.width_px()),
            Next::Skipped(error) => skipped.push(error.to_string()),
            Next::Ended => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(widths, [40, 41, 42]);
    assert!(skipped.len() == 1 && skipped[0].contains("b.jpg"), "{skipped:?}");

    let mut broken = open(SourceConfig::new(Location::Picture(folder.path().join("b.jpg"))));
    let (_, end) = all(&mut broken);
    assert!(matches!(failed(end), VideoError::PictureBroken { .. }));
}

#[test]
fn a_camera_is_read_over_tcp_and_udp() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 100, H264, "mp4mux");
    let server = serve(&clip);
    for transport in [Transport::Tcp, Transport::Udp, Transport::Auto] {
        let mut source = open(camera(server.url(), transport, None));
        let seen = frames(&mut source, 50);
        assert_never_goes_back(&seen);
        let span = seen[49].stream_time - seen[0].stream_time;
        let wanted = Duration::from_millis(49 * 40);
        assert!(span.abs_diff(wanted) < Duration::from_millis(400), "{transport:?}: {span:?}");
        for frame in &seen {
            let late = Timestamp::now().duration_since(frame.captured_at).as_secs_f64();
            assert!((-0.5..10.0).contains(&late), "{transport:?}: {late} s");
        }
        let health = source.health();
        assert_eq!((health.state, health.reconnects), (SourceState::Live, 0), "{transport:?}");
        assert_eq!((health.width_px, health.height_px), (320, 240));
        assert_eq!(health.codec.as_deref(), Some("H.264"), "{transport:?}");
        assert!((15.0..40.0).contains(&health.decoded_fps), "{}", health.decoded_fps);
    }
}

#[test]
fn h265_is_read_from_a_camera() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 60, H265, "mp4mux");
    let server = serve(&clip);
    let mut source = open(camera(server.url(), Transport::Tcp, None));
    frames(&mut source, 40);
    assert_eq!(source.health().codec.as_deref(), Some("H.265"));
}

#[test]
fn another_encoding_is_served_as_h264() {
    let folder = folder();
    let clip = clip(&folder, "a.avi", 60, "jpegenc", "avimux");
    let server = serve(&clip);
    let mut source = open(camera(server.url(), Transport::Tcp, None));
    frames(&mut source, 40);
    assert_eq!(source.health().codec.as_deref(), Some("H.264"));
}

#[test]
fn a_repeated_clip_goes_on_without_a_step_in_time() {
    let folder = folder();
    for (name, encoder) in [("a.mp4", H264), ("b.mp4", H264_B_FRAMES)] {
        let clip = clip(&folder, name, 30, encoder, "mp4mux");
        let server = serve(&clip);
        let config =
            SourceConfig { pace: Pace::EveryFrame, ..camera(server.url(), Transport::Tcp, None) };
        let mut source = open(config);
        // Until the camera tells its clock, times follow the packets' arrival.
        health_when(&mut source, |health| health.clock == Some(CaptureClock::Camera));
        let seen = frames(&mut source, 70);
        for pair in seen.windows(2) {
            let step =
                pair[1].stream_time.abs_diff(pair[0].stream_time + Duration::from_millis(40));
            assert!(step < Duration::from_millis(2), "{name}: a step of {step:?} too much");
        }
        assert_eq!(source.health().reconnects, 0);
    }
}

#[test]
fn the_cameras_own_clock_gives_the_capture_time() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 50, H264, "mp4mux");
    let server = serve(&clip);
    let mut source = open(camera(server.url(), Transport::Tcp, None));
    health_when(&mut source, |health| health.clock == Some(CaptureClock::Camera));
    let seen = frames(&mut source, 30);
    for pair in seen.windows(2).skip(5) {
        let captured = pair[1].captured_at.duration_since(pair[0].captured_at).as_secs_f64();
        let streamed = (pair[1].stream_time - pair[0].stream_time).as_secs_f64();
        assert!((captured - streamed).abs() < 0.005, "{captured} s and {streamed} s");
    }
    let late = Timestamp::now().duration_since(seen[29].captured_at).as_secs_f64();
    assert!((0.0..1.0).contains(&late), "{late} s");
}

#[test]
fn only_the_right_password_opens_a_camera() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 50, H264, "mp4mux");
    let config = RtspServerConfig {
        login: Some(("anna".to_owned(), Secret::new("right-word"))),
        ..RtspServerConfig::new(&clip)
    };
    let server = RtspServer::start(&config).unwrap();
    let mut right = open(camera(server.url(), Transport::Tcp, Some(("anna", "right-word"))));
    frames(&mut right, 5);

    let mut wrong = open(camera(server.url(), Transport::Tcp, Some(("anna", "wrong-word"))));
    let health = health_when(&mut wrong, |health| health.state == SourceState::Down);
    let text = health.error.unwrap();
    assert!(text.contains("refused user anna: check user and password"), "{text}");
    assert!(!text.contains("wrong-word"), "{text}");

    let mut none = open(camera(server.url(), Transport::Tcp, None));
    let health = health_when(&mut none, |health| health.state == SourceState::Down);
    assert!(health.error.unwrap().contains("asks for a user and a password"));
}

#[test]
fn a_camera_that_cannot_be_reached_is_down_and_says_why() {
    let folder = folder();
    let down = |url: &str| {
        let mut source = open(camera(url, Transport::Tcp, None));
        let text = health_when(&mut source, |h| h.state == SourceState::Down).error.unwrap();
        // It is tried again, and never given up.
        health_when(&mut source, |health| health.reconnects >= 2);
        assert!(matches!(source.next(Duration::from_millis(10)), Next::Quiet));
        text
    };
    // A port that nothing listens on.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = down(&format!("rtsp://127.0.0.1:{free}/x"));
    assert!(text.contains("refuses the connection"), "{text}");
    let text = down("rtsp://no-such-camera.invalid/x");
    assert!(text.contains("cannot be reached") && text.contains("name"), "{text}");
    // A server that knows another path.
    let clip = clip(&folder, "a.mp4", 25, H264, "mp4mux");
    let server = serve(&clip);
    let text = down(&server.url().replace("/stream", "/other"));
    assert!(text.contains("404") && text.contains("/other"), "{text}");
    // A port that listens and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let text = down(&format!("rtsp://{}/x", silent.local_addr().unwrap()));
    assert!(text.contains("does not answer as an RTSP camera"), "{text}");
}

#[test]
fn frames_go_on_after_the_camera_was_away_and_came_back_different() {
    let folder = folder();
    let first = clip(&folder, "a.mp4", 100, H264, "mp4mux");
    let second = sized_clip(&folder, "b.mp4", 100, H265, "mp4mux", (640, 360));
    let server = serve(&first);
    let (url, port) = (server.url().to_owned(), server.port());
    let mut source = open(camera(&url, Transport::Tcp, None));
    let mut seen = frames(&mut source, 10);
    drop(server);
    let health = health_when(&mut source, |health| health.state == SourceState::Down);
    assert!(health.error.is_some());
    // Another camera takes its place: another size, another encoding.
    let server =
        RtspServer::start(&RtspServerConfig { port, ..RtspServerConfig::new(&second) }).unwrap();
    let health = health_when(&mut source, |health| health.state == SourceState::Live);
    assert!(health.reconnects >= 1, "{health:?}");
    assert_eq!(health.error, None);
    seen.extend(frames(&mut source, 10));
    assert_never_goes_back(&seen);
    let health = source.health();
    assert_eq!((health.width_px, health.height_px), (640, 360));
    assert_eq!(health.codec.as_deref(), Some("H.265"));
    drop(server);
}

/// `varco rtsp-serve` as a process of its own, killed when dropped.
struct ServerProcess(std::process::Child);

impl ServerProcess {
    /// Starts it on a port (0 for any) and gives the address that it prints.
    fn start(clip: &Path, port: u16) -> (Self, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_varco"))
            .args(["rtsp-serve", "--port", &port.to_string()])
            .arg(clip)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), line.trim().to_owned())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn frames_go_on_after_the_cameras_process_was_killed() {
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/clips/one-car.mp4");
    let (server, url) = ServerProcess::start(&clip, 0);
    let port = url.rsplit_once(':').unwrap().1.split('/').next().unwrap().parse().unwrap();
    for transport in [Transport::Tcp, Transport::Udp] {
        let mut source = open(camera(&url, transport, None));
        frames(&mut source, 10);
    }
    let mut source = open(camera(&url, Transport::Tcp, None));
    let mut seen = frames(&mut source, 20);
    drop(server);
    health_when(&mut source, |health| health.state == SourceState::Down);
    let (server, again) = ServerProcess::start(&clip, port);
    assert_eq!(again, url);
    seen.extend(frames(&mut source, 20));
    assert_never_goes_back(&seen);
    let health = source.health();
    assert_eq!(health.state, SourceState::Live);
    assert!(health.reconnects >= 1, "{health:?}");
    drop(server);
}

#[test]
fn a_change_of_size_within_a_stream_is_followed() {
    let folder = folder();
    let small = clip(&folder, "small.h264", 20, H264, "video/x-h264,stream-format=byte-stream");
    let large = sized_clip(
        &folder,
        "large.h264",
        20,
        H264,
        "video/x-h264,stream-format=byte-stream",
        (640, 360),
    );
    let both = folder.path().join("both.h264");
    fs::write(&both, [fs::read(small).unwrap(), fs::read(large).unwrap()].concat()).unwrap();
    let mut source = open(file(&both));
    let mut widths = Vec::new();
    let mut times = Vec::new();
    while let Next::Frame(frame) = source.next(SOON) {
        widths.push(frame.picture.width_px());
        times.push(frame.stream_time);
    }
    assert_eq!(widths, [vec![320; 20], vec![640; 20]].concat());
    assert!(times.is_sorted(), "{times:?}");
    assert!(matches!(source.next(SOON), Next::Ended));
}

#[test]
fn damage_in_the_middle_of_a_file_is_counted_and_passed() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 150, H264, "mp4mux");
    let mut bytes = fs::read(&clip).unwrap();
    // Picture data lie between the headers at the start and the index at the end.
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 3000] {
        *byte ^= 0x5A;
    }
    fs::write(&clip, bytes).unwrap();
    let mut source = open(file(&clip));
    let (seen, end) = all(&mut source);
    assert!(matches!(end, Next::Ended), "{end:?}");
    assert!((100..150).contains(&seen.len()), "{} frames", seen.len());
    let last = seen.last().unwrap().1;
    assert!(last > Duration::from_secs(5), "it went on behind the damage: {last:?}");
    assert!(source.health().decode_errors > 0, "{:?}", source.health());
}

#[test]
fn a_stream_at_its_end_is_opened_again() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 15, H264, "mp4mux");
    let config = RtspServerConfig { repeat: false, ..RtspServerConfig::new(&clip) };
    let server = RtspServer::start(&config).unwrap();
    let mut source = open(camera(server.url(), Transport::Tcp, None));
    let seen = frames(&mut source, 40);
    assert_never_goes_back(&seen);
    assert!(source.health().reconnects >= 2, "{:?}", source.health());
}

#[test]
fn a_slow_consumer_of_a_camera_loses_the_oldest_frames() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 50, H264, "mp4mux");
    let server = serve(&clip);
    let mut source =
        open(SourceConfig { max_queue: 3, ..camera(server.url(), Transport::Tcp, None) });
    let first = frames(&mut source, 1)[0].sequence;
    std::thread::sleep(Duration::from_millis(1500));
    let next = frames(&mut source, 1)[0].sequence;
    let dropped = source.health().dropped_frames;
    assert!(dropped >= 20, "{dropped} dropped");
    assert!(next > first + 20, "{first} then {next}");
}

#[test]
fn dropping_a_source_ends_its_threads_at_once() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 300, H264, "mp4mux");
    let server = serve(&clip);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_url = format!("rtsp://{}/x", silent.local_addr().unwrap());
    for config in [
        file(&clip), // Its decoder waits for room in the queue.
        camera(server.url(), Transport::Tcp, None),
        camera(server.url(), Transport::Udp, None),
        camera("rtsp://127.0.0.1:1/x", Transport::Tcp, None),
        camera(&silent_url, Transport::Tcp, None),
    ] {
        let what = config.location.to_string();
        let source = open(config);
        let until = Instant::now() + SOON;
        while source.health().state == SourceState::Connecting && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        let began = Instant::now();
        drop(source);
        assert!(began.elapsed() < Duration::from_secs(2), "{what}: {:?}", began.elapsed());
    }
}

#[test]
fn the_server_says_what_keeps_it_from_starting() {
    let folder = folder();
    let clip = clip(&folder, "a.mp4", 10, H264, "mp4mux");
    let server = serve(&clip);
    let config = RtspServerConfig { port: server.port(), ..RtspServerConfig::new(&clip) };
    let text = RtspServer::start(&config).unwrap_err().to_string();
    assert!(text.contains("another program listens"), "{text}");
    let missing = RtspServerConfig::new(folder.path().join("none.mp4"));
    assert!(matches!(RtspServer::start(&missing), Err(VideoError::NotFound { .. })));
    let text = folder.path().join("text.mp4");
    fs::write(&text, "only text").unwrap();
    let error = RtspServer::start(&RtspServerConfig::new(&text)).unwrap_err();
    assert!(matches!(error, VideoError::NotAVideo { .. }), "{error}");
}

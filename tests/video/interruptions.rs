//! Cameras that are away, come back different, change their size, end, or are dropped.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use varco::video::{Next, RtspServer, RtspServerConfig, SourceState, Transport};

use super::setup::{
    H264, H265, SOON, assert_never_goes_back, camera, clip, file, folder, frames, health_when,
    open, serve, sized_clip,
};

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

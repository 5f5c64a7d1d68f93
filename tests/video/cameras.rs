//! Cameras over RTSP: transports, codecs, clocks, passwords, slow consumers.

use std::fs;
use std::time::Duration;

use jiff::Timestamp;
use varco::video::{
    CaptureClock, Pace, RtspServer, RtspServerConfig, Secret, SourceConfig, SourceState, Transport,
    VideoError,
};

use super::setup::{
    H264, H264_B_FRAMES, H265, assert_never_goes_back, camera, clip, folder, frames, health_when,
    open, serve,
};

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

/// Frames that wait in the queue and in the pipeline, at most.
const ON_THEIR_WAY: usize = 20;

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
        let seen = frames(&mut source, 90);
        // What was on its way when the clock came to be known still has the time of its arrival.
        for pair in seen.windows(2).skip(ON_THEIR_WAY) {
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

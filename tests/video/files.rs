//! Files, folders and pictures: whole, broken off, damaged, not there.

use std::fs;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use varco::frame::Layout;
use varco::video::{
    CaptureClock, Location, Next, Pace, Source, SourceConfig, SourceState, VideoError,
};

use super::setup::{H264, H264_B_FRAMES, H265, SOON, all, clip, failed, file, folder, open, run};

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

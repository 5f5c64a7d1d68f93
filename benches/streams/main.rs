//! How many live streams a core reads with every vehicle caught.
//!
//! ```text
//! cargo bench --bench streams              all of it, 15 minutes
//! cargo bench --bench streams -- --short   a gate and a busy road, 4 minutes
//! cargo bench --bench streams -- --files   both from their files, as fast as they can be read
//! ```
//! 1080p25 H.264 clips are made of the project's own (`fixtures/clips`) under `target/bench/`, and
//! played by RTSP servers in processes of their own. Costs are processor time of this process,
//! so other work on the machine hardly counts; streams per core are derived from them. The curve
//! shows that they do not rise with the number of streams.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints its result"
)]

mod clips;
mod live;
mod weather;

use clips::{Clip, GATE, HARD, ROAD, clip};
use live::{Run, Seen, Way, cpu_time, file, live, memory_mb};

fn main() {
    let short = std::env::args().any(|argument| argument == "--short");
    let (gate, road) = (clip(GATE), clip(ROAD));
    for clip in [&gate, &road] {
        decoding(clip);
    }
    if std::env::args().any(|argument| argument == "--files") {
        files(&[&gate, &road]);
        return;
    }
    if !short {
        hard();
    }
    let seconds = if short { 26.0 } else { 40.0 };
    report("busy road, 2 streams", &road, &live(&[&road; 2], Way::Sparing, seconds));
    if !short {
        report(
            "busy road, everything, 1 stream",
            &road,
            &live(&[&road; 1], Way::Everything, seconds),
        );
    }
    let counts: &[usize] = if short { &[4] } else { &[1, 2, 4, 8, 16] };
    let before_mb = memory_mb();
    for count in counts {
        let clips = vec![&gate; *count];
        let run = live(&clips, Way::Sparing, seconds);
        report(&format!("gate, a vehicle each 12 s, {count} streams"), &gate, &run);
        println!("{:<44} {:6.0} MB a stream", "", (run.memory_mb - before_mb) / *count as f64);
    }
}

/// What decoding alone costs.
fn decoding(clip: &Clip) {
    let began = cpu_time();
    let seen = file(clip, Way::Decoding);
    let each_ms = (cpu_time() - began).as_secs_f64() * 1000.0 / seen.frames as f64;
    let what = format!("{}, decoding alone", clip.name);
    println!("{what:<44} {each_ms:6.2} ms a frame, {:5.1} streams a core", 40.0 / each_ms);
}

/// The hard clips from their files.
fn hard() {
    files(&HARD.map(clip).each_ref());
}

/// Clips from their files: everything decoded and looked at, and sparingly.
fn files(clips: &[&Clip]) {
    for clip in clips {
        for way in [Way::Everything, Way::Sparing] {
            let began = cpu_time();
            let seen = file(clip, way);
            let cost = (cpu_time() - began).as_secs_f64() / seen.length_s;
            let what = match way {
                Way::Everything => format!("{}, everything", clip.name),
                _ => format!("{}, sparingly", clip.name),
            };
            println!("{what:<44} {:6.1} ms a second{}", cost * 1000.0, caught(clip, &[seen]));
        }
    }
}

fn report(what: &str, clip: &Clip, run: &Run) {
    let mut ages: Vec<f64> = run.seen.iter().flat_map(|seen| seen.ages_ms.clone()).collect();
    ages.sort_by(f64::total_cmp);
    let percentile = |share: f64| ages[((ages.len() - 1) as f64 * share) as usize];
    println!(
        "{what:<44} {:6.1} ms a second, {:5.1} streams a core{}",
        run.cost * 1000.0,
        1.0 / run.cost,
        caught(clip, &run.seen)
    );
    println!(
        "{:<44} age at a look: median {:.0} ms, 99 % {:.0} ms, most {:.0} ms; {:.0} MB in all",
        "",
        percentile(0.5),
        percentile(0.99),
        percentile(1.0),
        run.memory_mb
    );
}

/// Transits caught, and what was decoded and looked at for them.
fn caught(clip: &Clip, seen: &[Seen]) -> String {
    let (mut expected, mut missed) = (0, Vec::new());
    for seen in seen {
        let (of, not) = seen.missed(clip);
        expected += of;
        missed.extend(not);
    }
    let sum = |part: fn(&Seen) -> u64| seen.iter().map(part).sum::<u64>();
    let seconds = |part: fn(&Seen) -> f64| seen.iter().map(part).sum::<f64>();
    let length_s = seconds(|s| s.length_s);
    let ring = seen.iter().map(|seen| seen.ring_bytes).max().unwrap_or(0);
    let mut text = format!(
        "; {} of {expected} caught; decoded {:.0} %, woken {} times, {} by sizes, {:.1} looks/s \
         ({:.1} of the whole picture) of {:.1} ms and {:.1} reads/s of {:.1} ms, skipped {}, ring {:.1} MB",
        expected - missed.len(),
        100.0 * sum(|s| s.decoded) as f64 / sum(|s| s.received).max(1) as f64,
        sum(|s| s.wakes),
        sum(|s| s.size_wakes),
        sum(|s| s.looks) as f64 / length_s,
        sum(|s| s.whole_looks) as f64 / length_s,
        1000.0 * seconds(|s| s.finding_s) / sum(|s| s.looks).max(1) as f64,
        sum(|s| s.reads) as f64 / length_s,
        1000.0 * seconds(|s| s.reading_s) / sum(|s| s.reads).max(1) as f64,
        sum(|s| s.skipped),
        ring as f64 / 1e6
    );
    if !missed.is_empty() {
        text.push_str(&format!("; MISSED {}", missed.join(", ")));
    }
    text
}

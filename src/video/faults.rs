//! Camera faults from cheap luma statistics: one frame a second, 64 of its rows.
//!
//! Luma is brought to 0–255. The thresholds are explained in `docs/reference/video.md`.

use std::time::Duration;

use crate::frame::{ColourMatrix, Layout, Picture};

/// What is wrong with a camera's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Almost nothing is lit.
    Dark,
    /// No edge is sharp.
    Blurred,
    /// The same picture again and again.
    Frozen,
}

const ROWS: usize = 64;
const COLUMNS: usize = 64;
/// Looks in a row that must agree before a dark or blurred picture is reported.
const LOOKS_FOR_BAD: u32 = 3;
/// Looks in a row with the very same picture before it is reported as frozen.
const LOOKS_FOR_FROZEN: u32 = 10;
/// Darker than this in 999 of 1000 pixels: not even a lamp or a plate in infra-red light.
const DARK_BELOW: usize = 24;
/// With less contrast than this nothing can be said of edges.
const CONTRAST_AT_LEAST: usize = 40;
/// The steepest edges of a blurred picture rise by less of its contrast over two pixels.
const SHARP_AT_LEAST: f32 = 0.10;

/// What one look at a picture found.
#[derive(Debug, PartialEq)]
struct Look {
    dark: bool,
    blurred: bool,
    grid: Vec<u8>,
}

/// Watches a camera's pictures.
#[derive(Debug, Default)]
pub(super) struct FaultWatch {
    next_at: Duration,
    dark: u32,
    blurred: u32,
    frozen: u32,
    last: Vec<u8>,
}

impl FaultWatch {
    /// The faults, when a second has gone by since the last look.
    pub(super) fn see(&mut self, picture: &Picture, stream_time: Duration) -> Option<Vec<Fault>> {
        if stream_time < self.next_at {
            return None;
        }
        self.next_at = stream_time + Duration::from_secs(1);
        let look = look(picture)?;
        let count = |n: u32, bad: bool| if bad { n.saturating_add(1) } else { 0 };
        self.dark = count(self.dark, look.dark);
        self.blurred = count(self.blurred, look.blurred);
        self.frozen = count(self.frozen, look.grid == self.last);
        self.last = look.grid;
        let mut faults = Vec::new();
        if self.dark >= LOOKS_FOR_BAD {
            faults.push(Fault::Dark);
        }
        if self.blurred >= LOOKS_FOR_BAD {
            faults.push(Fault::Blurred);
        }
        if self.frozen >= LOOKS_FOR_FROZEN {
            faults.push(Fault::Frozen);
        }
        Some(faults)
    }
}

/// Statistics of one picture; `None` for a picture that is not planar or too small.
fn look(picture: &Picture) -> Option<Look> {
    let Layout::I420 { offsets, strides, matrix } = picture.layout() else { return None };
    let (width, height) = (picture.width_px() as usize, picture.height_px() as usize);
    if width < 16 || height < 16 {
        return None;
    }
    let full = matches!(matrix, ColourMatrix::Bt601Full | ColourMatrix::Bt709Full);
    let level = |y: u8| {
        if full { usize::from(y) } else { usize::from(y.saturating_sub(16)) * 255 / 219 }
    };
    let mut levels = [0_u32; 300];
    let mut steps = [0_u32; 300];
    let mut grid = Vec::with_capacity(ROWS * COLUMNS);
    let count = |bins: &mut [u32], bin: usize| {
        if let Some(bin) = bins.get_mut(bin) {
            *bin += 1;
        }
    };
    for row in 0..ROWS {
        let start = offsets[0] + (row * height + height / 2) / ROWS * strides[0];
        let line = picture.bytes().get(start..start + width)?;
        for &y in line.iter().step_by(2) {
            count(&mut levels, level(y));
        }
        for around in line.windows(3) {
            count(&mut steps, level(around[0]).abs_diff(level(around[2])));
        }
        grid.extend((0..COLUMNS).filter_map(|c| line.get((c * width + width / 2) / COLUMNS)));
    }
    let bright = percentile(&levels, 0.99);
    let contrast = bright.saturating_sub(percentile(&levels, 0.01));
    let sharpness = percentile(&steps, 0.995) as f32 / contrast.max(1) as f32;
    Some(Look {
        dark: percentile(&levels, 0.999) < DARK_BELOW,
        blurred: contrast >= CONTRAST_AT_LEAST && sharpness < SHARP_AT_LEAST,
        grid,
    })
}

/// The bin below which a share of all counts lies.
fn percentile(bins: &[u32], share: f64) -> usize {
    let total: u64 = bins.iter().map(|&n| u64::from(n)).sum();
    let wanted = (total as f64 * share) as u64;
    let mut seen = 0;
    for (bin, &n) in bins.iter().enumerate() {
        seen += u64::from(n);
        if seen > wanted {
            return bin;
        }
    }
    bins.len() - 1
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// An I420 picture, 320x240, by luma.
    fn picture(luma: impl Fn(usize, usize) -> u8) -> Picture {
        let mut bytes = Vec::with_capacity(320 * 240 * 3 / 2);
        for y in 0..240 {
            bytes.extend((0..320).map(|x| luma(x, y)));
        }
        bytes.resize(320 * 240 * 3 / 2, 128);
        let layout = Layout::I420 {
            offsets: [0, 320 * 240, 320 * 240 * 5 / 4],
            strides: [320, 160, 160],
            matrix: ColourMatrix::Bt709,
        };
        Picture::new(320, 240, layout, Arc::new(bytes)).unwrap()
    }

    /// Dark blocks on light ground, each edge spread over `spread` pixels.
    fn blocks(x: usize, spread: usize) -> u8 {
        let inside = x % 80;
        let from_edge = (inside.min(80 - inside)) as f32 - 20.0;
        let ramp = (from_edge / spread.max(1) as f32 + 0.5).clamp(0.0, 1.0);
        (40.0 + 160.0 * ramp) as u8
    }

    fn faults_after(watch: &mut FaultWatch, looks: u64, of: impl Fn(u64) -> Picture) -> Vec<Fault> {
        let mut faults = Vec::new();
        for n in 0..looks {
            let at = watch.next_at;
            faults = watch.see(&of(n), at).unwrap();
        }
        faults
    }

    #[test]
    fn a_lively_sharp_picture_has_no_fault() {
        let faults = faults_after(&mut FaultWatch::default(), 30, |n| {
            picture(|x, _| blocks(x + n as usize, 2))
        });
        assert_eq!(faults, []);
    }

    #[test]
    fn a_covered_lens_is_dark_and_a_night_with_a_lit_plate_is_not() {
        let noise = |x: usize, y: usize, n: u64| ((x * 7 + y * 13 + n as usize * 5) % 6) as u8;
        let covered = |n| picture(|x, y| 17 + noise(x, y, n));
        assert_eq!(faults_after(&mut FaultWatch::default(), 2, covered), []);
        assert_eq!(faults_after(&mut FaultWatch::default(), 3, covered), [Fault::Dark]);
        let night = |n| {
            picture(|x, y| {
                let plate = (100..150).contains(&x) && (100..130).contains(&y);
                if plate && x % 8 < 4 { 200 } else { 17 + noise(x, y, n) }
            })
        };
        assert_eq!(faults_after(&mut FaultWatch::default(), 5, night), []);
    }

    #[test]
    fn a_picture_without_sharp_edges_is_blurred() {
        let soft = |n| picture(|x, _| blocks(x + n as usize, 30));
        let mut watch = FaultWatch::default();
        assert_eq!(faults_after(&mut watch, 5, soft), [Fault::Blurred]);
        let sharp = |n| picture(|x, _| blocks(x + n as usize, 3));
        assert_eq!(faults_after(&mut watch, 1, sharp), [], "gone with the first sharp picture");
        // A grey wall has no edges at all: nothing can be said.
        assert_eq!(faults_after(&mut watch, 5, |n| picture(|_, _| 90 + n as u8)), []);
    }

    #[test]
    fn the_same_picture_for_ten_seconds_is_frozen() {
        let same = |_| picture(|x, _| blocks(x, 2));
        let mut watch = FaultWatch::default();
        assert_eq!(faults_after(&mut watch, 10, same), []);
        assert_eq!(faults_after(&mut watch, 1, same), [Fault::Frozen]);
        assert_eq!(faults_after(&mut watch, 1, |_| picture(|x, _| blocks(x + 7, 2))), []);
    }

    #[test]
    fn looks_are_a_second_apart() {
        let mut watch = FaultWatch::default();
        let picture = picture(|x, _| blocks(x, 2));
        assert!(watch.see(&picture, Duration::ZERO).is_some());
        assert!(watch.see(&picture, Duration::from_millis(990)).is_none());
        assert!(watch.see(&picture, Duration::from_millis(1000)).is_some());
    }
}

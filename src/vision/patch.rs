//! A plate's light and dark, pulled straight at the picture's own scale.

use super::rectify::Homography;
use crate::frame::{ColourMatrix, Layout, Picture, Quad};

/// A piece of a picture, pulled straight.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Columns.
    pub width: usize,
    /// Grey levels from 0 to 255, row by row.
    pub levels: Vec<f32>,
}

/// The quad's inside at `across` × `down` places, each by bilinear interpolation. `None` when
/// the quad's middle is not within the picture.
#[must_use]
pub fn straightened(picture: &Picture, quad: &Quad, across: usize, down: usize) -> Option<Patch> {
    let [mid_x, mid_y] = quad.bounds().centre();
    let (width, height) = (picture.width_px() as f32, picture.height_px() as f32);
    if !((0.0..width).contains(&mid_x) && (0.0..height).contains(&mid_y)) {
        return None;
    }
    let place = Homography::of_unit_square(quad);
    let level = |column: usize, row: usize| {
        let [x, y] =
            place.at((column as f32 + 0.5) / across as f32, (row as f32 + 0.5) / down as f32);
        between(picture, x - 0.5, y - 0.5)
    };
    let levels = (0..down)
        .flat_map(|row| (0..across).map(move |column| (column, row)))
        .map(|(c, r)| level(c, r));
    Some(Patch { width: across, levels: levels.collect() })
}

/// The grey level at a place between pixels; the picture's edge goes on beyond it.
fn between(picture: &Picture, x: f32, y: f32) -> f32 {
    let (last_x, last_y) = (picture.width_px() as usize - 1, picture.height_px() as usize - 1);
    // In this order a place that is no number becomes 0.
    let (x, y) = (x.max(0.0).min(last_x as f32), y.max(0.0).min(last_y as f32));
    let (x0, y0) = (x as usize, y as usize);
    let (x1, y1) = ((x0 + 1).min(last_x), (y0 + 1).min(last_y));
    let (fx, fy) = (x - x0 as f32, y - y0 as f32);
    let mix = |a: f32, b: f32, share: f32| a + (b - a) * share;
    let upper = mix(grey(picture, x0, y0), grey(picture, x1, y0), fx);
    let lower = mix(grey(picture, x0, y1), grey(picture, x1, y1), fx);
    mix(upper, lower, fy)
}

/// The grey level of a pixel within the picture.
fn grey(picture: &Picture, x: usize, y: usize) -> f32 {
    let bytes = picture.bytes();
    let value = |at: usize| bytes.get(at).copied().map_or(0.0, f32::from);
    match picture.layout() {
        Layout::Rgb8 { stride } => {
            let at = y * stride + 3 * x;
            // Luma of ITU-R BT.601.
            0.299 * value(at) + 0.587 * value(at + 1) + 0.114 * value(at + 2)
        }
        Layout::I420 { offsets, strides, matrix } => {
            let luma = value(offsets[0] + y * strides[0] + x);
            match matrix {
                ColourMatrix::Bt601Full | ColourMatrix::Bt709Full => luma,
                ColourMatrix::Bt601 | ColourMatrix::Bt709 => {
                    ((luma - 16.0) * 255.0 / 219.0).clamp(0.0, 255.0)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::frame::Rect;

    #[test]
    fn a_patch_is_the_picture_in_its_quad() {
        let rgb = (0..40 * 20).flat_map(|i| [(i % 40 * 5) as u8; 3]).collect();
        let picture = Picture::from_rgb8(40, 20, rgb).unwrap();
        let quad = Rect { x: 10.0, y: 5.0, w: 20.0, h: 8.0 }.quad();
        let patch = straightened(&picture, &quad, 20, 8).unwrap();
        assert_eq!((patch.width, patch.levels.len()), (20, 160));
        for (i, level) in patch.levels.iter().enumerate() {
            assert!((level - (10 + i % 20) as f32 * 5.0).abs() < 0.1, "{i}: {level}");
        }
        assert_eq!(straightened(&picture, &Rect { x: 50.0, ..quad.bounds() }.quad(), 20, 8), None);
    }

    #[test]
    fn studio_range_luma_is_stretched() {
        let mut bytes = vec![16; 64];
        bytes[32..].fill(235);
        bytes.extend([128; 32]);
        let layout =
            Layout::I420 { offsets: [0, 64, 80], strides: [8, 4, 4], matrix: ColourMatrix::Bt709 };
        let picture = Picture::new(8, 8, layout, Arc::new(bytes)).unwrap();
        let quad = Rect { x: 0.0, y: 0.0, w: 8.0, h: 8.0 }.quad();
        let patch = straightened(&picture, &quad, 8, 8).unwrap();
        assert_eq!((patch.levels[0], patch.levels[63]), (0.0, 255.0));
    }
}

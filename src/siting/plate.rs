//! What one plate in a picture says of its camera.

use crate::frame::{Picture, Quad};
use crate::vision::{Patch, straightened};

/// A plate is measured at no more pixels than these: more say nothing new.
const MOST_ACROSS: usize = 400;
const MOST_DOWN: usize = 200;
/// With less contrast than this (of 255) there are no edges to be measured.
const LEAST_CONTRAST: f32 = 20.0;
/// Slopes of which one in so many is steeper stand for the edges of characters: a line of text
/// has some twenty of them on a hundred pixels, noise and screws few.
const OF_EDGES: f32 = 0.95;

/// What one plate in a picture says of its camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlateLook {
    /// Width of the plate, pixels.
    pub width_px: f32,
    /// Over how many pixels an edge is spread from left to right: 1 to 2 is as sharp as pixels
    /// can be. `None` where there is too little contrast to tell.
    pub edge_across_px: Option<f32>,
    /// The same from top to bottom.
    pub edge_down_px: Option<f32>,
    /// Between characters and ground, in grey levels (0 to 255).
    pub contrast: f32,
    /// Of the brighter of the two, in grey levels (0 to 255).
    pub bright: f32,
    /// How much the line of text is turned out of the horizontal, degrees; clockwise is positive.
    pub roll_deg: f32,
    /// How much the upright strokes lean against that line, degrees.
    pub lean_deg: f32,
}

impl PlateLook {
    /// Measures the plate within a quad. `None` when it is too small to be measured or
    /// not within the picture.
    #[must_use]
    pub fn of(picture: &Picture, quad: &Quad) -> Option<Self> {
        let (width_px, height_px) = (quad.width_px(), quad.height_px());
        if !(width_px >= 8.0 && height_px >= 4.0) {
            return None;
        }
        let across = (width_px.round() as usize).min(MOST_ACROSS);
        let down = (height_px.round() as usize).min(MOST_DOWN);
        let patch = straightened(picture, quad, across, down)?;
        let mut levels = patch.levels.clone();
        let dark = percentile(&mut levels, 0.05);
        let bright = percentile(&mut levels, 0.95);
        let contrast = bright - dark;
        let seen = contrast >= LEAST_CONTRAST;
        // A plate that was measured at fewer pixels than it has, has wider edges than seen there.
        let scale = |pixels: f32, measured: usize| pixels / measured as f32;
        let edge = |steps: Vec<f32>, scale: f32| {
            let mut steps = steps;
            let steepest = percentile(&mut steps, OF_EDGES);
            (seen && steepest > 0.0).then(|| (contrast / steepest).max(1.0) * scale)
        };
        let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = quad.0;
        // Mean directions of the edges that run along and down.
        let (along_x, along_y) = (x1 - x0 + x2 - x3, y1 - y0 + y2 - y3);
        let (down_x, down_y) = (x3 - x0 + x2 - x1, y3 - y0 + y2 - y1);
        let roll_deg = along_y.atan2(along_x).to_degrees();
        let lean_deg = within_half_turn(90.0 - (down_y.atan2(down_x).to_degrees() - roll_deg));
        Some(Self {
            width_px,
            edge_across_px: edge(patch.steps_across(), scale(width_px, across)),
            edge_down_px: edge(patch.steps_down(), scale(height_px, down)),
            contrast,
            bright,
            roll_deg,
            lean_deg,
        })
    }

    /// How many widths of its blurrier edges the plate is wide: how much detail there is,
    /// whatever its size. Where there is too little contrast to tell, `None`.
    #[must_use]
    pub fn sharpness(&self) -> Option<f32> {
        Some(self.width_px / self.edge_px()?)
    }

    /// Over how many pixels the blurrier edges are spread.
    #[must_use]
    pub fn edge_px(&self) -> Option<f32> {
        match (self.edge_across_px, self.edge_down_px) {
            (Some(across), Some(down)) => Some(across.max(down)),
            (one, other) => one.or(other),
        }
    }
}

impl Patch {
    fn steps_across(&self) -> Vec<f32> {
        let rows = self.levels.chunks_exact(self.width.max(1));
        rows.flat_map(|row| row.windows(2).map(|pair| (pair[1] - pair[0]).abs())).collect()
    }

    fn steps_down(&self) -> Vec<f32> {
        let below = self.levels.iter().skip(self.width);
        self.levels.iter().zip(below).map(|(upper, lower)| (lower - upper).abs()).collect()
    }
}

fn within_half_turn(degrees: f32) -> f32 {
    (degrees + 180.0).rem_euclid(360.0) - 180.0
}

/// The value below which a share of all lies; 0 for none. Leaves them in another order.
fn percentile(values: &mut [f32], share: f32) -> f32 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let at = ((last as f32 * share).round() as usize).min(last);
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Rect;

    /// A plate of strokes that are spread over `spread` pixels, from left to right only.
    fn strokes(width: u32, spread: f32, dark: f32, bright: f32) -> Picture {
        let level = |x: u32| {
            let inside = x as f32 % 20.0;
            let ramp = ((inside.min(20.0 - inside) - 5.0) / spread + 0.5).clamp(0.0, 1.0);
            (dark + (bright - dark) * ramp) as u8
        };
        let rgb = (0..60 * width).flat_map(|i| [level(i % width); 3]).collect();
        Picture::from_rgb8(width, 60, rgb).unwrap()
    }

    fn look(picture: &Picture) -> PlateLook {
        let rect = Rect { x: 20.0, y: 10.0, w: 120.0, h: 30.0 };
        PlateLook::of(picture, &rect.quad()).unwrap()
    }

    #[test]
    fn the_spread_of_edges_is_measured_whatever_the_contrast() {
        for spread in [2.0, 4.0, 8.0_f32] {
            for (dark, bright) in [(10.0, 240.0), (80.0, 140.0)] {
                let edge = look(&strokes(200, spread, dark, bright)).edge_across_px.unwrap();
                assert!((edge - spread).abs() < 0.35 * spread, "{spread}: {edge}");
            }
        }
    }

    #[test]
    fn light_is_measured_and_a_grey_plate_has_no_edges() {
        let seen = look(&strokes(200, 2.0, 30.0, 200.0));
        assert!((seen.contrast - 170.0).abs() < 4.0 && (seen.bright - 200.0).abs() < 4.0);
        let grey = look(&strokes(200, 2.0, 100.0, 110.0));
        assert_eq!((grey.edge_across_px, grey.edge_px(), grey.sharpness()), (None, None, None));
    }

    #[test]
    fn turned_and_leaning_plates_are_told_apart() {
        let picture = strokes(200, 2.0, 30.0, 200.0);
        let of = |quad| PlateLook::of(&picture, &Quad(quad)).unwrap();
        let turned = of([[20.0, 10.0], [118.5, 27.4], [113.3, 56.9], [14.8, 39.5]]);
        assert!((turned.roll_deg - 10.0).abs() < 0.5, "{turned:?}");
        assert!(turned.lean_deg.abs() < 0.5, "{turned:?}");
        let leaning = of([[30.0, 10.0], [130.0, 10.0], [120.0, 40.0], [20.0, 40.0]]);
        assert!(leaning.roll_deg.abs() < 0.5, "{leaning:?}");
        assert!((leaning.lean_deg.abs() - 18.4).abs() < 0.5, "{leaning:?}");
    }

    #[test]
    fn what_is_too_small_or_outside_is_not_measured() {
        let picture = strokes(200, 2.0, 30.0, 200.0);
        let of = |x, w, h| {
            PlateLook::of(&picture, &Rect { x, y: 5.0, w, h }.quad()).map(|look| look.width_px)
        };
        assert_eq!(of(10.0, 6.0, 3.0), None);
        assert_eq!(of(500.0, 60.0, 20.0), None);
        assert_eq!(of(f32::NAN, 60.0, 20.0), None);
        assert_eq!(of(10.0, 60.0, 20.0), Some(60.0));
    }
}

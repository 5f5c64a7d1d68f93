//! A picture made ready for the detector: scaled, padded, planar red, green, blue.

use super::scaler::{Canvas, Scaler, Shrinking, Spot};
use crate::frame::{Picture, Rect};

/// Both sides of the detector's input are multiples of this.
const MULTIPLE_PX: u32 = 32;

/// Padding at the right and the bottom.
const GREY: f32 = 0.5;

/// Scales pictures into one buffer that is kept from picture to picture.
pub(super) struct Letterbox {
    scaler: Scaler,
    /// Planar RGB, `3 × height × width`, 0 to 1.
    input: Vec<f32>,
    shape: Shape,
}

/// Size of the input and of the picture within it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Shape {
    /// Width of the network's input.
    pub(super) width: usize,
    /// Height of the network's input.
    pub(super) height: usize,
    /// Width of the scaled picture.
    inner_width: usize,
    /// Height of the scaled picture.
    inner_height: usize,
    /// Input pixels per picture pixel, across.
    pub(super) scale_x: f32,
    /// Input pixels per picture pixel, down.
    pub(super) scale_y: f32,
}

impl Shape {
    /// The input for a picture whose long side becomes at most `long_side_px`.
    /// Pictures are never enlarged more than twofold: there is nothing to gain.
    pub(super) fn of(width_px: u32, height_px: u32, long_side_px: u32) -> Self {
        let long = width_px.max(height_px).max(1);
        let scale = (f64::from(long_side_px) / f64::from(long)).min(2.0);
        let inner = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
        let (inner_width, inner_height) = (inner(width_px), inner(height_px));
        Self {
            width: inner_width.next_multiple_of(MULTIPLE_PX) as usize,
            height: inner_height.next_multiple_of(MULTIPLE_PX) as usize,
            inner_width: inner_width as usize,
            inner_height: inner_height as usize,
            scale_x: inner_width as f32 / width_px.max(1) as f32,
            scale_y: inner_height as f32 / height_px.max(1) as f32,
        }
    }
}

impl Letterbox {
    pub(super) fn new(shrinking: Shrinking) -> Self {
        Self { scaler: Scaler::new(shrinking), input: Vec::new(), shape: Shape::default() }
    }

    /// The network's input for a picture: its shape and `3 × height × width` values.
    pub(super) fn fill(
        &mut self,
        picture: &Picture,
        long_side_px: u32,
    ) -> Result<(Shape, &[f32]), String> {
        let shape = Shape::of(picture.width_px(), picture.height_px(), long_side_px);
        if shape != self.shape {
            self.input.clear();
            self.input.resize(3 * shape.width * shape.height, GREY);
            self.shape = shape;
        }
        let Shape { width, inner_width, inner_height, .. } = shape;
        let (w, h) = (picture.width_px() as f32, picture.height_px() as f32);
        let spot = Spot { left: 0, top: 0, width: inner_width, height: inner_height };
        let mut canvas = Canvas { values: &mut self.input, width };
        self.scaler.draw(picture, Rect { x: 0.0, y: 0.0, w, h }, &mut canvas, spot)?;
        Ok((shape, &self.input))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::frame::{ColourMatrix, Layout};

    #[test]
    fn shapes_keep_the_aspect_and_are_multiples_of_32() {
        let shape = Shape::of(1280, 720, 640);
        assert_eq!((shape.width, shape.height), (640, 384));
        assert_eq!((shape.inner_width, shape.inner_height), (640, 360));
        let small = Shape::of(100, 50, 640);
        assert_eq!((small.inner_width, small.inner_height), (200, 100));
        let line = Shape::of(5000, 1, 640);
        assert_eq!((line.width, line.height), (640, 32));
    }

    #[test]
    fn red_is_red_from_rgb_and_from_every_yuv_matrix() {
        let rgb = [255u8, 0, 0].repeat(64 * 32);
        let mut letterbox = Letterbox::new(Shrinking::Mean);
        let picture = Picture::from_rgb8(64, 32, rgb).unwrap();
        let (shape, input) = letterbox.fill(&picture, 64).unwrap();
        assert_eq!((shape.width, shape.height), (64, 32));
        assert!(
            (input[0] - 1.0).abs() < 1e-3 && input[64 * 32] < 1e-3 && input[2 * 64 * 32] < 1e-3
        );
        // Values of pure red, from the standards' own equations.
        let reds = [
            (ColourMatrix::Bt601, [81, 90, 240]),
            (ColourMatrix::Bt601Full, [76, 85, 255]),
            (ColourMatrix::Bt709, [63, 102, 240]),
            (ColourMatrix::Bt709Full, [54, 99, 255]),
        ];
        for (matrix, [y, cb, cr]) in reds {
            let mut bytes = vec![y; 64 * 32];
            bytes.extend(vec![cb; 32 * 16]);
            bytes.extend(vec![cr; 32 * 16]);
            let layout = Layout::I420 { offsets: [0, 2048, 2560], strides: [64, 32, 32], matrix };
            let picture = Picture::new(64, 32, layout, Arc::new(bytes)).unwrap();
            let (_, input) = letterbox.fill(&picture, 64).unwrap();
            let colour = [input[0], input[64 * 32], input[2 * 64 * 32]];
            assert!(
                (colour[0] - 1.0).abs() < 0.02 && colour[1] < 0.02 && colour[2] < 0.02,
                "{matrix:?} gave {colour:?}"
            );
        }
    }

    #[test]
    fn rows_with_a_stride_are_read_where_they_are() {
        // White picture, black stride padding: none of it may leak in.
        let stride = 50 * 3 + 7;
        let mut bytes = vec![0u8; stride * 39 + 150];
        for row in bytes.chunks_mut(stride) {
            row[..150].fill(255);
        }
        let picture = Picture::new(50, 40, Layout::Rgb8 { stride }, Arc::new(bytes)).unwrap();
        let mut letterbox = Letterbox::new(Shrinking::Mean);
        let (shape, input) = letterbox.fill(&picture, 50).unwrap();
        assert_eq!((shape.width, shape.height), (64, 64));
        assert!(input[..50].iter().all(|v| *v > 0.99));
        assert!(input[50..64].iter().all(|v| (*v - GREY).abs() < 1e-6));
    }
}

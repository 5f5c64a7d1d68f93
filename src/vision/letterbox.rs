//! A picture made ready for the detector: scaled, padded, planar red, green, blue.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::frame::{ColourMatrix, Layout, Picture, YuvWeights};

/// Both sides of the detector's input are multiples of this.
const MULTIPLE_PX: u32 = 32;

/// Padding at the right and the bottom.
const GREY: f32 = 0.5;

/// Scales pictures into one buffer that is kept from picture to picture.
///
/// Colour pictures of a camera come as luma and half-size chroma planes: each is
/// scaled by itself and only the small result is turned into colours.
pub(super) struct Letterbox {
    resizer: Resizer,
    /// Scaled planes, or the scaled picture in the first one.
    scaled: [Vec<u8>; 3],
    /// A plane whose rows end before their stride does, made whole.
    padded: Vec<u8>,
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
    pub(super) fn new() -> Self {
        Self {
            resizer: Resizer::new(),
            scaled: Default::default(),
            padded: Vec::new(),
            input: Vec::new(),
            shape: Shape::default(),
        }
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
        let (w, h) = (picture.width_px(), picture.height_px());
        match picture.layout() {
            Layout::Rgb8 { stride } => {
                let rows = Plane { bytes: picture.bytes(), width: w, height: h, stride, depth: 3 };
                self.scale(0, rows)?;
                self.spread_rgb();
            }
            Layout::I420 { offsets, strides, matrix } => {
                let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
                for (index, (width, height)) in [(w, h), (cw, ch), (cw, ch)].into_iter().enumerate()
                {
                    let bytes = &picture.bytes()[offsets[index]..];
                    let stride = strides[index];
                    self.scale(index, Plane { bytes, width, height, stride, depth: 1 })?;
                }
                self.spread_yuv(matrix);
            }
        }
        Ok((shape, &self.input))
    }

    /// Scales one plane to the inner size, into `scaled[index]`.
    fn scale(&mut self, index: usize, plane: Plane<'_>) -> Result<(), String> {
        let Plane { mut bytes, width, height, stride, depth } = plane;
        let (inner_w, inner_h) = (self.shape.inner_width as u32, self.shape.inner_height as u32);
        let pixel = if depth == 3 { PixelType::U8x3 } else { PixelType::U8 };
        let row_bytes = width as usize * depth;
        // The resizer wants whole rows; a stride that holds whole pixels is seen
        // as a wider picture and cut, anything else is copied row by row.
        let mut stride_px = (stride / depth) as u32;
        if !stride.is_multiple_of(depth) || bytes.len() < stride * height as usize {
            self.padded.clear();
            for row in bytes.chunks(stride).take(height as usize) {
                self.padded.extend_from_slice(row.get(..row_bytes).ok_or("short row")?);
            }
            bytes = &self.padded;
            stride_px = width;
        }
        let needed = stride_px as usize * height as usize * depth;
        let whole = bytes.get(..needed).ok_or("short plane")?;
        let source =
            ImageRef::new(stride_px, height, whole, pixel).map_err(|error| error.to_string())?;
        let target = &mut self.scaled[index];
        target.resize(self.shape.inner_width * self.shape.inner_height * depth, 0);
        let mut target = Image::from_slice_u8(inner_w, inner_h, target, pixel)
            .map_err(|error| error.to_string())?;
        let filter = if inner_w < width { FilterType::Box } else { FilterType::Bilinear };
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(
            0.0,
            0.0,
            f64::from(width),
            f64::from(height),
        );
        self.resizer.resize(&source, &mut target, &options).map_err(|error| error.to_string())
    }

    fn spread_rgb(&mut self) {
        let Shape { width, height, inner_width, .. } = self.shape;
        let (red, rest) = self.input.split_at_mut(width * height);
        let (green, blue) = rest.split_at_mut(width * height);
        let rows = self.scaled[0].chunks_exact(inner_width * 3);
        for (y, row) in rows.enumerate() {
            let line = y * width..y * width + inner_width;
            let out =
                red[line.clone()].iter_mut().zip(&mut green[line.clone()]).zip(&mut blue[line]);
            for (((r, g), b), pixel) in out.zip(row.chunks_exact(3)) {
                *r = f32::from(pixel[0]) / 255.0;
                *g = f32::from(pixel[1]) / 255.0;
                *b = f32::from(pixel[2]) / 255.0;
            }
        }
    }

    fn spread_yuv(&mut self, matrix: ColourMatrix) {
        let Shape { width, height, inner_width, .. } = self.shape;
        let weights = YuvWeights::of(matrix);
        let (red, rest) = self.input.split_at_mut(width * height);
        let (green, blue) = rest.split_at_mut(width * height);
        let [luma, blue_difference, red_difference] = &self.scaled;
        let rows = luma
            .chunks_exact(inner_width)
            .zip(blue_difference.chunks_exact(inner_width))
            .zip(red_difference.chunks_exact(inner_width));
        for (y, ((luma, cb), cr)) in rows.enumerate() {
            let line = y * width..y * width + inner_width;
            let out =
                red[line.clone()].iter_mut().zip(&mut green[line.clone()]).zip(&mut blue[line]);
            for (((r, g), b), ((luma, cb), cr)) in out.zip(luma.iter().zip(cb).zip(cr)) {
                [*r, *g, *b] = weights.rgb(f32::from(*luma), f32::from(*cb), f32::from(*cr));
            }
        }
    }
}

/// One plane of a picture: `depth` bytes a pixel.
#[derive(Clone, Copy)]
struct Plane<'p> {
    bytes: &'p [u8],
    width: u32,
    height: u32,
    stride: usize,
    depth: usize,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

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
        let mut letterbox = Letterbox::new();
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
        let mut letterbox = Letterbox::new();
        let (shape, input) = letterbox.fill(&picture, 50).unwrap();
        assert_eq!((shape.width, shape.height), (64, 64));
        assert!(input[..50].iter().all(|v| *v > 0.99));
        assert!(input[50..64].iter().all(|v| (*v - GREY).abs() < 1e-6));
    }
}

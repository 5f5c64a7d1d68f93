//! Scales a part of a picture to the size that a network wants, as planar red, green, blue.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::frame::{ColourMatrix, Layout, Picture, Rect, YuvWeights};

/// Planes of red, green and blue, 0 to 1, that a network looks at.
pub(super) struct Canvas<'c> {
    /// `3 × height × width` values.
    pub(super) values: &'c mut [f32],
    pub(super) width: usize,
}

/// Where on a canvas something is drawn, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// How a picture is made smaller. Neither lets anything alias.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shrinking {
    /// Each pixel is the mean of those that fall on it: costs least.
    Mean,
    /// Those beside count a little, too (a Hamming window): the same picture wherever the edges of the
    /// pixels fall, for half as much again.
    Windowed,
}

/// Scales pictures by way of buffers that are kept from one to the next.
///
/// Colour pictures of a camera come as luma and half-size chroma planes: each is
/// scaled by itself and only the small result is turned into colours.
pub(super) struct Scaler {
    resizer: Resizer,
    smaller: FilterType,
    /// Scaled planes, or the scaled picture in the first one.
    scaled: [Vec<u8>; 3],
    /// A plane whose rows end before their stride does, made whole.
    padded: Vec<u8>,
}

impl Scaler {
    pub(super) fn new(shrinking: Shrinking) -> Self {
        let smaller = match shrinking {
            Shrinking::Mean => FilterType::Box,
            Shrinking::Windowed => FilterType::Hamming,
        };
        Self { resizer: Resizer::new(), smaller, scaled: Default::default(), padded: Vec::new() }
    }

    /// Draws the `part` of a picture, in its pixels and within it, into the `spot`. What is made smaller
    /// is averaged, so nothing aliases.
    pub(super) fn draw(
        &mut self,
        picture: &Picture,
        part: Rect,
        canvas: &mut Canvas<'_>,
        spot: Spot,
    ) -> Result<(), String> {
        if spot.width == 0 || spot.height == 0 {
            return Ok(());
        }
        let (width, height) = (picture.width_px(), picture.height_px());
        match picture.layout() {
            Layout::Rgb8 { stride } => {
                let plane = Plane { bytes: picture.bytes(), width, height, stride, depth: 3 };
                self.scale(0, plane, part, spot)?;
                spread_rgb(&self.scaled[0], canvas, spot);
            }
            Layout::I420 { offsets, strides, matrix } => {
                let (half_w, half_h) = (width.div_ceil(2), height.div_ceil(2));
                let sides = [(width, height), (half_w, half_h), (half_w, half_h)];
                for (index, (plane_w, plane_h)) in sides.into_iter().enumerate() {
                    let (x, y) = (plane_w as f32 / width as f32, plane_h as f32 / height as f32);
                    let part = Rect { x: part.x * x, y: part.y * y, w: part.w * x, h: part.h * y };
                    let bytes = picture.bytes().get(offsets[index]..).ok_or("short picture")?;
                    let stride = strides[index];
                    let plane = Plane { bytes, width: plane_w, height: plane_h, stride, depth: 1 };
                    self.scale(index, plane, part, spot)?;
                }
                spread_yuv(&self.scaled, matrix, canvas, spot);
            }
        }
        Ok(())
    }

    /// Scales the part of one plane to the spot's size, into `scaled[index]`.
    fn scale(
        &mut self,
        index: usize,
        plane: Plane<'_>,
        part: Rect,
        spot: Spot,
    ) -> Result<(), String> {
        let Plane { bytes, width, height, stride, depth } = plane;
        let (left, right) = within(part.x, part.w, width);
        let (top, bottom) = within(part.y, part.h, height);
        let (first, last) = (top.floor() as usize, (bottom.ceil() as usize).min(height as usize));
        let rows = last - first;
        let mut bytes = bytes.get(first * stride..).ok_or("short plane")?;
        // The resizer wants whole rows; a stride that holds whole pixels is seen
        // as a wider picture and cut, anything else is copied row by row.
        let mut stride_px = (stride / depth) as u32;
        if !stride.is_multiple_of(depth) || bytes.len() < stride * rows {
            self.padded.clear();
            for row in bytes.chunks(stride).take(rows) {
                self.padded
                    .extend_from_slice(row.get(..width as usize * depth).ok_or("short row")?);
            }
            bytes = &self.padded;
            stride_px = width;
        }
        let pixel = if depth == 3 { PixelType::U8x3 } else { PixelType::U8 };
        let whole = bytes.get(..stride_px as usize * rows * depth).ok_or("short plane")?;
        let source = ImageRef::new(stride_px, rows as u32, whole, pixel)
            .map_err(|error| error.to_string())?;
        let target = &mut self.scaled[index];
        target.resize(spot.width * spot.height * depth, 0);
        let mut target = Image::from_slice_u8(spot.width as u32, spot.height as u32, target, pixel)
            .map_err(|error| error.to_string())?;
        let smaller = (spot.width as f64) < right - left;
        let filter = if smaller { self.smaller } else { FilterType::Bilinear };
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(
            left,
            top - first as f64,
            right - left,
            bottom - top,
        );
        self.resizer.resize(&source, &mut target, &options).map_err(|error| error.to_string())
    }
}

/// From where to where a part of a side reaches, kept within the side and never empty.
fn within(start: f32, length: f32, side: u32) -> (f64, f64) {
    let side = f64::from(side);
    // In this order what is no number becomes 0.
    let low = f64::from(start).max(0.0).min(side - 1.0);
    let high = (f64::from(start) + f64::from(length)).max(low + 1.0).min(side);
    (low, high)
}

/// The three rows of a line of the spot.
fn line<'c>(canvas: &'c mut Canvas<'_>, spot: Spot, row: usize) -> [&'c mut [f32]; 3] {
    let width = canvas.width;
    let plane = canvas.values.len() / 3;
    let start = (spot.top + row) * width + spot.left;
    let (red, rest) = canvas.values.split_at_mut(plane);
    let (green, blue) = rest.split_at_mut(plane);
    [red, green, blue].map(|plane| &mut plane[start..start + spot.width])
}

fn spread_rgb(scaled: &[u8], canvas: &mut Canvas<'_>, spot: Spot) {
    for (y, row) in scaled.chunks_exact(spot.width * 3).enumerate() {
        let [red, green, blue] = line(canvas, spot, y);
        let out = red.iter_mut().zip(green).zip(blue);
        for (((r, g), b), pixel) in out.zip(row.chunks_exact(3)) {
            *r = f32::from(pixel[0]) / 255.0;
            *g = f32::from(pixel[1]) / 255.0;
            *b = f32::from(pixel[2]) / 255.0;
        }
    }
}

fn spread_yuv(scaled: &[Vec<u8>; 3], matrix: ColourMatrix, canvas: &mut Canvas<'_>, spot: Spot) {
    let weights = YuvWeights::of(matrix);
    let [luma, blue_difference, red_difference] = scaled;
    let rows = luma
        .chunks_exact(spot.width)
        .zip(blue_difference.chunks_exact(spot.width))
        .zip(red_difference.chunks_exact(spot.width));
    for (y, ((luma, cb), cr)) in rows.enumerate() {
        let [red, green, blue] = line(canvas, spot, y);
        let out = red.iter_mut().zip(green).zip(blue);
        for (((r, g), b), ((luma, cb), cr)) in out.zip(luma.iter().zip(cb).zip(cr)) {
            [*r, *g, *b] = weights.rgb(f32::from(*luma), f32::from(*cb), f32::from(*cr));
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

    /// Draws a part into the middle 4 x 2 of a canvas of 6 x 4 and gives the red plane.
    fn red_of(picture: &Picture, part: [f32; 4]) -> Vec<f32> {
        let mut values = vec![0.5; 3 * 24];
        let mut canvas = Canvas { values: &mut values, width: 6 };
        let spot = Spot { left: 1, top: 1, width: 4, height: 2 };
        Scaler::new(Shrinking::Mean).draw(picture, Rect::from(part), &mut canvas, spot).unwrap();
        values.truncate(24);
        values
    }

    #[test]
    fn a_part_is_averaged_into_its_spot_and_nothing_beside_it_changes() {
        // Red is 0 in the left half of 16 px and 255 in the right one; the part begins in the middle of the former.
        let rgb: Vec<u8> =
            (0..16 * 8).flat_map(|i| [if i % 16 < 8 { 0 } else { 255 }, 9, 9]).collect();
        let red = red_of(&Picture::from_rgb8(16, 8, rgb).unwrap(), [4.0, 2.0, 8.0, 4.0]);
        assert_eq!(red[..6], [0.5; 6]);
        assert_eq!(red[6..12], [0.5, 0.0, 0.0, 1.0, 1.0, 0.5]);
        assert_eq!(red[12..18], [0.5, 0.0, 0.0, 1.0, 1.0, 0.5]);
        assert_eq!(red[18..], [0.5; 6]);
    }

    #[test]
    fn rows_with_a_stride_and_parts_beyond_the_picture_are_read_where_they_are() {
        // White picture, black stride padding of odd length: none of it may leak in.
        let stride = 10 * 3 + 7;
        let mut bytes = vec![0u8; stride * 7 + 30];
        bytes.chunks_mut(stride).for_each(|row| row[..30].fill(255));
        let picture = Picture::new(10, 8, Layout::Rgb8 { stride }, Arc::new(bytes)).unwrap();
        for part in
            [[0.0, 0.0, 10.0, 8.0], [6.0, 5.0, 30.0, 30.0], [-5.0, 7.5, 6.0, 0.0], [f32::NAN; 4]]
        {
            let red = red_of(&picture, part);
            assert_eq!(red[7..11], [1.0; 4], "{part:?}");
            assert_eq!(red[13..17], [1.0; 4], "{part:?}");
        }
    }
}

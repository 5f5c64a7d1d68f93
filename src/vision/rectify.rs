//! Cuts a plate, or a piece around one, out of a picture and pulls it straight.

use crate::frame::{ColourMatrix, Layout, Picture, Quad, YuvWeights};

/// How large a network wants what is cut out for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CropSize {
    /// Columns, at most [`CropSize::MAX`]'s.
    pub width_px: usize,
    /// Rows, at most [`CropSize::MAX`]'s.
    pub height_px: usize,
}

impl CropSize {
    /// The largest one.
    pub const MAX: Self = Self { width_px: MAX_WIDTH_PX, height_px: 96 };

    /// Values of one rectified plate: planar red, green, blue.
    pub const fn values(self) -> usize {
        3 * self.width_px * self.height_px
    }
}

/// What is shown beyond the plate on the left and on the right, in plate widths.
pub const MARGIN_X: f32 = 0.06;
/// What is shown above and below, in plate heights. The reader is trained with both.
pub const MARGIN_Y: f32 = 0.12;

/// No window is wider.
const MAX_WIDTH_PX: usize = 192;
/// More samples than this per pixel and direction gain nothing.
const MAX_SAMPLES: usize = 6;

/// What of a place is cut out, and at which size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// What is shown beyond the unit square on the left and on the right, in its widths.
    pub(super) margin_x: f32,
    /// The same above and below, in its heights.
    pub(super) margin_y: f32,
    pub(super) size: CropSize,
}

/// Writes the plate within `quad`, with its margins, as planar RGB from 0 to 1 (3 x height x width
/// values) into `crop`. What lies outside the picture repeats its edge.
///
/// `crop` must hold [`CropSize::values`] values and `size` be no wider than [`CropSize::MAX`]; otherwise
/// it is left as it is.
pub fn rectify(picture: &Picture, quad: &Quad, size: CropSize, crop: &mut [f32]) {
    cut(picture, quad, Window { margin_x: MARGIN_X, margin_y: MARGIN_Y, size }, crop);
}

/// Writes the window of what lies within `quad` as planar RGB from 0 to 1 into `out`. What lies
/// outside the picture repeats its edge.
///
/// Every pixel is the mean of as many bilinear samples as picture pixels fall on it, so that
/// large plates are not aliased. An `out` of fewer than [`CropSize::values`] is left as it is.
pub(super) fn cut(picture: &Picture, quad: &Quad, window: Window, out: &mut [f32]) {
    if out.len() < window.size.values() || window.size.width_px > MAX_WIDTH_PX {
        return;
    }
    let place = Homography::of_unit_square(quad);
    let across = samples(quad.width_px() * (1.0 + 2.0 * window.margin_x), window.size.width_px);
    let down = samples(quad.height_px() * (1.0 + 2.0 * window.margin_y), window.size.height_px);
    match picture.layout() {
        Layout::Rgb8 { stride } => {
            let sampler = RgbSampler { picture, stride };
            fill(out, &place, window, [across, down], |x, y| sampler.at(x, y));
        }
        Layout::I420 { offsets, strides, matrix } => {
            let sampler = YuvSampler::new(picture, offsets, strides, matrix);
            fill(out, &place, window, [across, down], |x, y| sampler.at(x, y));
        }
    }
}

fn samples(length_px: f32, shown_px: usize) -> usize {
    let per_pixel = (length_px / shown_px as f32).round();
    if per_pixel.is_finite() { (per_pixel as usize).clamp(1, MAX_SAMPLES) } else { 1 }
}

fn fill(
    out: &mut [f32],
    place: &Homography,
    window: Window,
    [across, down]: [usize; 2],
    sample: impl Fn(f32, f32) -> [f32; 3],
) {
    let Window { margin_x, margin_y, size: CropSize { width_px, height_px } } = window;
    let plane = width_px * height_px;
    let weight = 1.0 / (across * down) as f32;
    let step_x = (1.0 + 2.0 * margin_x) / (width_px * across) as f32;
    let step_y = (1.0 + 2.0 * margin_y) / (height_px * down) as f32;
    // The places of a whole line at once: its divisions then go through the vector units.
    let mut line = [[0.0_f32; 2]; MAX_WIDTH_PX * MAX_SAMPLES];
    let line = &mut line[..width_px * across];
    for row in 0..height_px {
        let mut sums = [[0.0_f32; 3]; MAX_WIDTH_PX];
        let sums = &mut sums[..width_px];
        for j in 0..down {
            let v = ((row * down + j) as f32 + 0.5) * step_y - margin_y;
            for (i, point) in line.iter_mut().enumerate() {
                *point = place.at((i as f32 + 0.5) * step_x - margin_x, v);
            }
            for (sum, points) in sums.iter_mut().zip(line.chunks_exact(across)) {
                for [x, y] in points {
                    let colour = sample(x - 0.5, y - 0.5);
                    for (total, value) in sum.iter_mut().zip(colour) {
                        *total += value;
                    }
                }
            }
        }
        for (column, sum) in sums.iter().enumerate() {
            for (channel, total) in sum.iter().enumerate() {
                out[channel * plane + row * width_px + column] = total * weight;
            }
        }
    }
}

/// The projective map that takes the unit square to a quad
/// (P. Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, §2.2.3).
pub(super) struct Homography {
    x: [f32; 3],
    y: [f32; 3],
    w: [f32; 2],
}

impl Homography {
    pub(super) fn of_unit_square(quad: &Quad) -> Self {
        let [p0, p1, p2, p3] = quad.0;
        let (dx1, dx2) = (p1[0] - p2[0], p3[0] - p2[0]);
        let (dy1, dy2) = (p1[1] - p2[1], p3[1] - p2[1]);
        let sum_x = p0[0] - p1[0] + p2[0] - p3[0];
        let sum_y = p0[1] - p1[1] + p2[1] - p3[1];
        let determinant = dx1 * dy2 - dx2 * dy1;
        let (mut g, mut h) = (0.0, 0.0);
        if determinant.abs() > 1e-6 {
            g = (sum_x * dy2 - dx2 * sum_y) / determinant;
            h = (dx1 * sum_y - sum_x * dy1) / determinant;
        }
        // A bent quad may put its vanishing line through the margins: then the
        // affine part alone is the better map.
        if g.abs() > 0.9 || h.abs() > 0.9 || !g.is_finite() || !h.is_finite() {
            (g, h) = (0.0, 0.0);
        }
        Self {
            x: [p1[0] - p0[0] + g * p1[0], p3[0] - p0[0] + h * p3[0], p0[0]],
            y: [p1[1] - p0[1] + g * p1[1], p3[1] - p0[1] + h * p3[1], p0[1]],
            w: [g, h],
        }
    }

    #[inline]
    pub(super) fn at(&self, u: f32, v: f32) -> [f32; 2] {
        let w = self.w[0] * u + self.w[1] * v + 1.0;
        [
            (self.x[0] * u + self.x[1] * v + self.x[2]) / w,
            (self.y[0] * u + self.y[1] * v + self.y[2]) / w,
        ]
    }
}

/// Whole place and fraction along one side, kept within the picture.
#[inline]
fn split(place: f32, side: usize) -> (usize, usize, f32) {
    let last = side - 1;
    // In this order a place that is no number becomes 0.
    let place = place.max(0.0).min(last as f32);
    let whole = place as u32 as usize;
    (whole, (whole + 1).min(last), place - whole as f32)
}

#[inline]
fn mix(corners: [f32; 4], fx: f32, fy: f32) -> f32 {
    let upper = corners[0] + (corners[1] - corners[0]) * fx;
    let lower = corners[2] + (corners[3] - corners[2]) * fx;
    upper + (lower - upper) * fy
}

struct RgbSampler<'p> {
    picture: &'p Picture,
    stride: usize,
}

impl RgbSampler<'_> {
    #[inline]
    fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let (x0, x1, fx) = split(x, self.picture.width_px() as usize);
        let (y0, y1, fy) = split(y, self.picture.height_px() as usize);
        let bytes = self.picture.bytes();
        let value = |x: usize, y: usize, c: usize| f32::from(bytes[y * self.stride + x * 3 + c]);
        let channel = |c: usize| {
            mix([value(x0, y0, c), value(x1, y0, c), value(x0, y1, c), value(x1, y1, c)], fx, fy)
                / 255.0
        };
        [channel(0), channel(1), channel(2)]
    }
}

struct YuvSampler<'p> {
    planes: [PlaneSampler<'p>; 3],
    weights: YuvWeights,
}

impl<'p> YuvSampler<'p> {
    fn new(
        picture: &'p Picture,
        offsets: [usize; 3],
        strides: [usize; 3],
        matrix: ColourMatrix,
    ) -> Self {
        let (w, h) = (picture.width_px() as usize, picture.height_px() as usize);
        let plane = |index: usize, width: usize, height: usize| PlaneSampler {
            bytes: &picture.bytes()[offsets[index]..],
            stride: strides[index],
            width,
            height,
        };
        let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
        Self {
            planes: [plane(0, w, h), plane(1, cw, ch), plane(2, cw, ch)],
            weights: YuvWeights::of(matrix),
        }
    }

    #[inline]
    fn at(&self, x: f32, y: f32) -> [f32; 3] {
        let (cx, cy) = ((x + 0.5) / 2.0 - 0.5, (y + 0.5) / 2.0 - 0.5);
        let [luma, blue, red] = &self.planes;
        self.weights.rgb(luma.at(x, y), blue.at(cx, cy), red.at(cx, cy))
    }
}

struct PlaneSampler<'p> {
    bytes: &'p [u8],
    stride: usize,
    width: usize,
    height: usize,
}

impl PlaneSampler<'_> {
    #[inline]
    fn at(&self, x: f32, y: f32) -> f32 {
        let (x0, x1, fx) = split(x, self.width);
        let (y0, y1, fy) = split(y, self.height);
        let upper = &self.bytes[y0 * self.stride..][..self.width];
        let lower = &self.bytes[y1 * self.stride..][..self.width];
        let corners = [upper[x0], upper[x1], lower[x0], lower[x1]].map(f32::from);
        mix(corners, fx, fy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Rect;

    const SIZE: CropSize = CropSize { width_px: 160, height_px: 48 };

    /// A picture whose red grows to the right and whose green grows downwards.
    fn ramp(width: u32, height: u32) -> Picture {
        let mut rgb = Vec::new();
        for y in 0..height {
            for x in 0..width {
                rgb.extend([x as u8, y as u8, 7]);
            }
        }
        Picture::from_rgb8(width, height, rgb).unwrap()
    }

    #[test]
    fn an_upright_quad_is_cut_with_its_margins() {
        let picture = ramp(250, 200);
        let quad = Rect::from([50.0, 60.0, 100.0, 50.0]).quad();
        let mut crop = vec![0.0; SIZE.values()];
        rectify(&picture, &quad, SIZE, &mut crop);
        let plane = SIZE.width_px * SIZE.height_px;
        let red = |row: usize, column: usize| crop[row * SIZE.width_px + column] * 255.0;
        let green = |row: usize, column: usize| crop[plane + row * SIZE.width_px + column] * 255.0;
        // The first column's centre lies half a crop pixel within the left margin.
        let pixel_px = 112.0 / 160.0;
        assert!((red(20, 0) - (50.0 - 6.0 + pixel_px / 2.0 - 0.5)).abs() < 0.6, "{}", red(20, 0));
        assert!((red(20, 159) - (150.0 + 6.0 - pixel_px / 2.0 - 0.5)).abs() < 0.6);
        assert!((green(0, 80) - (60.0 - 6.0 + 62.0 / 96.0 - 0.5)).abs() < 0.6);
        assert!((crop[2 * plane + 100] * 255.0 - 7.0).abs() < 1e-3);
    }

    #[test]
    fn a_homography_meets_all_four_corners() {
        let quad = Quad([[10.0, 20.0], [110.0, 30.0], [105.0, 70.0], [12.0, 52.0]]);
        let place = Homography::of_unit_square(&quad);
        let corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
        for (unit, corner) in corners.into_iter().zip(quad.0) {
            let [x, y] = place.at(unit[0], unit[1]);
            assert!((x - corner[0]).abs() < 1e-3 && (y - corner[1]).abs() < 1e-3);
        }
    }

    #[test]
    fn wild_quads_do_no_harm() {
        let picture = ramp(40, 30);
        let wild = [
            Quad([[0.0; 2]; 4]),
            Quad([[f32::NAN; 2]; 4]),
            Quad([[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]]),
            Quad([[5.0, 5.0], [5.0, 5.0], [9.0, 9.0], [5.0, 9.0]]),
        ];
        for quad in wild {
            let mut crop = vec![0.0; SIZE.values()];
            rectify(&picture, &quad, SIZE, &mut crop);
            assert!(crop.iter().all(|v| v.is_finite()));
        }
    }
}

//! A frame as a JPEG file: evidence.
//!
//! Video frames are luma and chroma already, as JPEG is: they go into the encoder
//! without a detour over red, green and blue. JPEG means BT.601 at full range
//! (JFIF 1.02, section 6); other streams are brought there row by row.

use jpeg_encoder::{ColorType, Encoder, EncodingError, ImageBuffer, JpegColorType, SamplingFactor};

use crate::frame::{ColourMatrix, Layout, Picture};

/// Why a picture cannot become a JPEG file.
#[derive(Debug, thiserror::Error)]
pub enum JpegError {
    /// JPEG has 16 bits for each side.
    #[error(
        "a picture of {width_px}x{height_px} pixels is too large for JPEG (at most 65535 a side)"
    )]
    TooLarge {
        /// Width.
        width_px: u32,
        /// Height.
        height_px: u32,
    },
    /// The encoder failed.
    #[error("cannot encode a JPEG picture: {0}")]
    Encode(#[from] EncodingError),
}

/// Encodes a picture with the given quality, 1 to 100. The same picture gives the same bytes.
///
/// # Errors
/// [`JpegError`] when the picture is too large.
pub fn encode(picture: &Picture, quality: u8) -> Result<Vec<u8>, JpegError> {
    let (width_px, height_px) = (picture.width_px(), picture.height_px());
    let (Ok(width), Ok(height)) = (u16::try_from(width_px), u16::try_from(height_px)) else {
        return Err(JpegError::TooLarge { width_px, height_px });
    };
    let mut jpeg = Vec::with_capacity(picture.bytes().len() / 6);
    let mut encoder = Encoder::new(&mut jpeg, quality.clamp(1, 100));
    match picture.layout() {
        Layout::Rgb8 { stride } if stride == usize::from(width) * 3 => {
            encoder.encode(picture.bytes(), width, height, ColorType::Rgb)?;
        }
        Layout::Rgb8 { stride } => {
            let rows = picture.bytes().chunks(stride).take(usize::from(height));
            let packed: Vec<u8> =
                rows.flat_map(|row| row.iter().take(usize::from(width) * 3)).copied().collect();
            encoder.encode(&packed, width, height, ColorType::Rgb)?;
        }
        Layout::I420 { offsets, strides, matrix } => {
            // The chroma is at half size already: the encoder takes it as it is.
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            let bytes = picture.bytes();
            let conversion = Conversion::of(matrix);
            encoder.encode_image(Planes { width, height, bytes, offsets, strides, conversion })?;
        }
    }
    Ok(jpeg)
}

/// From a stream's luma and chroma to those of JPEG, in 1/65536.
struct Conversion {
    /// Luma for each of its values.
    luma: [i32; 256],
    /// What chroma (around 128) adds to luma: blue, red difference.
    luma_of_chroma: [i32; 2],
    /// The new blue difference out of the old blue and red difference.
    blue: [i32; 2],
    /// The new red difference out of the old blue and red difference.
    red: [i32; 2],
}

const ONE: f64 = 65536.0;

impl Conversion {
    fn of(matrix: ColourMatrix) -> Self {
        let (limited, bt709) = match matrix {
            ColourMatrix::Bt601 => (true, false),
            ColourMatrix::Bt601Full => (false, false),
            ColourMatrix::Bt709 => (true, true),
            ColourMatrix::Bt709Full => (false, true),
        };
        // Limited range has luma in 16–235 and chroma in 16–240.
        let (black, luma_scale, chroma_scale) =
            if limited { (16.0, 255.0 / 219.0, 255.0 / 224.0) } else { (0.0, 1.0, 1.0) };
        // BT.709 decoded to red, green, blue and encoded by BT.601 (ITU-R BT.709-6 and
        // BT.601-7, luma weights 0.2126/0.7152/0.0722 and 0.299/0.587/0.114).
        let (mix, blue, red) = if bt709 {
            ([0.101_579, 0.196_076], [0.989_854, -0.110_653], [-0.072_453, 0.983_398])
        } else {
            ([0.0, 0.0], [1.0, 0.0], [0.0, 1.0])
        };
        let fixed = |pair: [f64; 2]| pair.map(|c| (c * chroma_scale * ONE).round() as i32);
        let luma = std::array::from_fn(|y| ((y as f64 - black) * luma_scale * ONE).round() as i32);
        Self { luma, luma_of_chroma: fixed(mix), blue: fixed(blue), red: fixed(red) }
    }
}

struct Planes<'a> {
    width: u16,
    height: u16,
    bytes: &'a [u8],
    offsets: [usize; 3],
    strides: [usize; 3],
    conversion: Conversion,
}

impl Planes<'_> {
    fn row(&self, plane: usize, row: usize, length: usize) -> &[u8] {
        let start = self.offsets[plane] + row * self.strides[plane];
        // `Picture` has made sure that the layout is within the bytes.
        self.bytes.get(start..start + length).unwrap_or_default()
    }
}

fn byte(fixed: i32) -> u8 {
    ((fixed + 0x8000) >> 16).clamp(0, 255) as u8
}

impl ImageBuffer for Planes<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let (row, width) = (usize::from(y), usize::from(self.width));
        let chroma_width = width.div_ceil(2);
        let luma = self.row(0, row, width);
        let chroma = self
            .row(1, row / 2, chroma_width)
            .iter()
            .zip(self.row(2, row / 2, chroma_width))
            .map(|(&blue, &red)| (i32::from(blue) - 128, i32::from(red) - 128));
        let to = &self.conversion;
        let [luma_out, blue_out, red_out, _] = buffers;
        for (pair, (blue, red)) in luma.chunks(2).zip(chroma) {
            let shift = to.luma_of_chroma[0] * blue + to.luma_of_chroma[1] * red;
            let new_blue = byte(to.blue[0] * blue + to.blue[1] * red + (128 << 16));
            let new_red = byte(to.red[0] * blue + to.red[1] * red + (128 << 16));
            for &value in pair {
                luma_out.push(byte(to.luma[usize::from(value)] + shift));
                blue_out.push(new_blue);
                red_out.push(new_red);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A picture of one colour, with row gaps and odd sides.
    fn flat(y: u8, cb: u8, cr: u8, matrix: ColourMatrix) -> Picture {
        let (w, h, stride, chroma_stride) = (35_usize, 21_usize, 40_usize, 24_usize);
        let chroma_rows = h.div_ceil(2);
        let mut bytes = vec![y; stride * h];
        bytes.extend(std::iter::repeat_n(cb, chroma_stride * chroma_rows));
        bytes.extend(std::iter::repeat_n(cr, chroma_stride * chroma_rows));
        let layout = Layout::I420 {
            offsets: [0, stride * h, stride * h + chroma_stride * chroma_rows],
            strides: [stride, chroma_stride, chroma_stride],
            matrix,
        };
        Picture::new(w as u32, h as u32, layout, Arc::new(bytes)).unwrap()
    }

    fn middle(jpeg: &[u8]) -> [u8; 3] {
        let image = image::load_from_memory(jpeg).unwrap().to_rgb8();
        assert_eq!(image.dimensions(), (35, 21));
        image.get_pixel(17, 10).0
    }

    #[test]
    fn colours_survive_in_every_matrix() {
        // Pure red by the standards' own formulas, limited and full range.
        for (y, cb, cr, matrix) in [
            (81, 90, 240, ColourMatrix::Bt601),
            (76, 85, 255, ColourMatrix::Bt601Full),
            (63, 102, 240, ColourMatrix::Bt709),
            (54, 99, 255, ColourMatrix::Bt709Full),
        ] {
            let jpeg = encode(&flat(y, cb, cr, matrix), 95).unwrap();
            let [r, g, b] = middle(&jpeg);
            assert!(r > 245 && g < 12 && b < 12, "{matrix:?}: {r} {g} {b}");
        }
        let [r, g, b] = middle(&encode(&flat(235, 128, 128, ColourMatrix::Bt709), 95).unwrap());
        assert!(r > 252 && g > 252 && b > 252, "{r} {g} {b}");
    }

    #[test]
    fn red_green_blue_with_gaps_between_rows() {
        let mut bytes = Vec::new();
        for _ in 0..21 {
            bytes.extend(std::iter::repeat_n([200, 100, 50], 35).flatten());
            bytes.extend([9; 7]);
        }
        let layout = Layout::Rgb8 { stride: 35 * 3 + 7 };
        let picture = Picture::new(35, 21, layout, Arc::new(bytes)).unwrap();
        let jpeg = encode(&picture, 95).unwrap();
        let near = middle(&jpeg).iter().zip([200, 100, 50]).all(|(a, b)| a.abs_diff(b) < 6);
        assert!(near, "{:?}", middle(&jpeg));
        assert_eq!(jpeg, encode(&picture, 95).unwrap());
    }

    #[test]
    fn a_picture_too_large_for_the_format_is_refused() {
        let picture = Picture::from_rgb8(65536, 1, vec![0; 65536 * 3]).unwrap();
        assert!(matches!(encode(&picture, 85), Err(JpegError::TooLarge { .. })));
    }
}

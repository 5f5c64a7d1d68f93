//! From luma and chroma to red, green and blue.

use super::picture::{ColourMatrix, Layout, Picture};

/// How luma and chroma bytes become red, green and blue from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct YuvWeights {
    luma_offset: f32,
    luma: f32,
    red_from_cr: f32,
    green_from_cb: f32,
    green_from_cr: f32,
    blue_from_cb: f32,
}

impl YuvWeights {
    /// Weights from the luma shares of red and blue (ITU-R BT.601-7, BT.709-6).
    #[must_use]
    pub fn of(matrix: ColourMatrix) -> Self {
        let (red, blue) = match matrix {
            ColourMatrix::Bt601 | ColourMatrix::Bt601Full => (0.299, 0.114),
            ColourMatrix::Bt709 | ColourMatrix::Bt709Full => (0.2126, 0.0722),
        };
        let (luma_offset, luma_range, chroma_range) = match matrix {
            ColourMatrix::Bt601 | ColourMatrix::Bt709 => (16.0, 219.0, 224.0),
            ColourMatrix::Bt601Full | ColourMatrix::Bt709Full => (0.0, 255.0, 255.0),
        };
        let green = 1.0 - red - blue;
        let from_cr = 2.0 * (1.0 - red) / chroma_range;
        let from_cb = 2.0 * (1.0 - blue) / chroma_range;
        Self {
            luma_offset,
            luma: 1.0 / luma_range,
            red_from_cr: from_cr,
            green_from_cb: -from_cb * blue / green,
            green_from_cr: -from_cr * red / green,
            blue_from_cb: from_cb,
        }
    }

    /// Red, green, blue, each 0 to 1.
    #[must_use]
    #[inline]
    pub fn rgb(&self, luma: f32, cb: f32, cr: f32) -> [f32; 3] {
        let grey = (luma - self.luma_offset) * self.luma;
        let (cb, cr) = (cb - 128.0, cr - 128.0);
        let red = grey + self.red_from_cr * cr;
        let green = grey + self.green_from_cb * cb + self.green_from_cr * cr;
        let blue = grey + self.blue_from_cb * cb;
        [red.clamp(0.0, 1.0), green.clamp(0.0, 1.0), blue.clamp(0.0, 1.0)]
    }
}

impl Picture {
    /// The picture as packed red, green, blue bytes, rows without gaps.
    #[must_use]
    pub fn to_rgb8(&self) -> Vec<u8> {
        let (width, height) = (self.width_px() as usize, self.height_px() as usize);
        let bytes = self.bytes();
        let mut rgb = Vec::with_capacity(width * height * 3);
        match self.layout() {
            Layout::Rgb8 { stride } => {
                for row in bytes.chunks(stride).take(height) {
                    rgb.extend_from_slice(&row[..width * 3]);
                }
            }
            Layout::I420 { offsets, strides, matrix } => {
                let weights = YuvWeights::of(matrix);
                for y in 0..height {
                    let luma = &bytes[offsets[0] + y * strides[0]..][..width];
                    let blue = &bytes[offsets[1] + y / 2 * strides[1]..][..width.div_ceil(2)];
                    let red = &bytes[offsets[2] + y / 2 * strides[2]..][..width.div_ceil(2)];
                    for (x, luma) in luma.iter().enumerate() {
                        let (cb, cr) = (f32::from(blue[x / 2]), f32::from(red[x / 2]));
                        let colour = weights.rgb(f32::from(*luma), cb, cr);
                        rgb.extend(colour.map(|value| (value * 255.0 + 0.5) as u8));
                    }
                }
            }
        }
        rgb
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn odd_sizes_and_strides_become_packed_colours() {
        let matrix = ColourMatrix::Bt601Full;
        let layout = Layout::I420 { offsets: [0, 12, 16], strides: [4, 2, 2], matrix };
        let mut bytes = vec![255, 0, 128, 9, 0, 255, 128, 9, 255, 255, 255, 9];
        bytes.extend([128; 8]);
        let picture = Picture::new(3, 3, layout, Arc::new(bytes)).unwrap();
        let rgb = picture.to_rgb8();
        assert_eq!(rgb.len(), 27);
        assert_eq!(rgb[..9], [255, 255, 255, 0, 0, 0, 128, 128, 128]);
        assert_eq!(rgb[18..], [255; 9]);
    }
}

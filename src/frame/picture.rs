//! A picture's pixels, shared without copying.

use std::fmt;
use std::sync::Arc;

/// Bytes that hold pixels: a vector, or a decoder's own buffer kept mapped.
pub trait PixelBytes: Send + Sync {
    /// All bytes of the picture.
    fn bytes(&self) -> &[u8];
}

impl PixelBytes for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// How luma and chroma become red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColourMatrix {
    /// ITU-R BT.601, 16–235.
    Bt601,
    /// ITU-R BT.601, 0–255 (JPEG).
    Bt601Full,
    /// ITU-R BT.709, 16–235.
    Bt709,
    /// ITU-R BT.709, 0–255.
    Bt709Full,
}

/// Where the pixels are within the bytes. Offsets and strides in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Red, green, blue, one byte each.
    Rgb8 {
        /// Bytes from one row to the next.
        stride: usize,
    },
    /// Planes of luma, blue and red difference, the latter at half size both ways (rounded up).
    I420 {
        /// First byte of each plane.
        offsets: [usize; 3],
        /// Bytes from one row to the next, for each plane.
        strides: [usize; 3],
        /// How to make colours of it.
        matrix: ColourMatrix,
    },
}

/// Why bytes are no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Width or height is 0.
    #[error("a picture of {width_px}x{height_px} pixels has nothing in it")]
    Empty {
        /// Width.
        width_px: u32,
        /// Height.
        height_px: u32,
    },
    /// The layout reaches beyond the bytes.
    #[error("a {width_px}x{height_px} picture needs {needed} bytes, only {found} are there")]
    Short {
        /// Width.
        width_px: u32,
        /// Height.
        height_px: u32,
        /// Bytes that the layout needs.
        needed: usize,
        /// Bytes that are there.
        found: usize,
    },
}

/// A picture. Cloning it shares the pixels.
#[derive(Clone)]
pub struct Picture {
    width_px: u32,
    height_px: u32,
    layout: Layout,
    pixels: Arc<dyn PixelBytes>,
}

impl Picture {
    /// A picture over the given bytes.
    ///
    /// # Errors
    /// [`PictureError`] when the size is 0 or the layout reaches beyond the bytes.
    pub fn new(
        width_px: u32,
        height_px: u32,
        layout: Layout,
        pixels: Arc<dyn PixelBytes>,
    ) -> Result<Self, PictureError> {
        if width_px == 0 || height_px == 0 {
            return Err(PictureError::Empty { width_px, height_px });
        }
        let needed = needed_bytes(width_px as usize, height_px as usize, layout);
        let found = pixels.bytes().len();
        match needed {
            Some(needed) if needed <= found => Ok(Self { width_px, height_px, layout, pixels }),
            _ => Err(PictureError::Short {
                width_px,
                height_px,
                needed: needed.unwrap_or(usize::MAX),
                found,
            }),
        }
    }

    /// A picture of packed red, green, blue bytes, rows without gaps.
    ///
    /// # Errors
    /// [`PictureError`] when there are too few bytes for the size.
    pub fn from_rgb8(width_px: u32, height_px: u32, rgb: Vec<u8>) -> Result<Self, PictureError> {
        let layout = Layout::Rgb8 { stride: width_px as usize * 3 };
        Self::new(width_px, height_px, layout, Arc::new(rgb))
    }

    /// Width in pixels.
    #[must_use]
    pub fn width_px(&self) -> u32 {
        self.width_px
    }

    /// Height in pixels.
    #[must_use]
    pub fn height_px(&self) -> u32 {
        self.height_px
    }

    /// Where the pixels are within [`Self::bytes`].
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// All bytes; [`Self::layout`] is within them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.pixels.bytes()
    }
}

/// Bytes that a layout needs; `None` on overflow.
fn needed_bytes(width: usize, height: usize, layout: Layout) -> Option<usize> {
    let end = |offset: usize, stride: usize, row_bytes: usize, rows: usize| {
        if stride < row_bytes {
            return None;
        }
        stride.checked_mul(rows.checked_sub(1)?)?.checked_add(row_bytes)?.checked_add(offset)
    };
    match layout {
        Layout::Rgb8 { stride } => end(0, stride, width.checked_mul(3)?, height),
        Layout::I420 { offsets, strides, .. } => {
            let (cw, ch) = (width.div_ceil(2), height.div_ceil(2));
            let luma = end(offsets[0], strides[0], width, height)?;
            let blue = end(offsets[1], strides[1], cw, ch)?;
            let red = end(offsets[2], strides[2], cw, ch)?;
            Some(luma.max(blue).max(red))
        }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}x{}, {:?})", self.width_px, self.height_px, self.layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_beyond_the_bytes_is_refused() {
        assert!(Picture::from_rgb8(4, 4, vec![0; 48]).is_ok());
        assert!(matches!(
            Picture::from_rgb8(4, 4, vec![0; 47]),
            Err(PictureError::Short { needed: 48, found: 47, .. })
        ));
        assert!(matches!(Picture::from_rgb8(0, 4, vec![]), Err(PictureError::Empty { .. })));
        let layout =
            Layout::I420 { offsets: [0, 9, 13], strides: [3, 2, 2], matrix: ColourMatrix::Bt601 };
        assert!(Picture::new(3, 3, layout, Arc::new(vec![0u8; 17])).is_ok());
        assert!(Picture::new(3, 3, layout, Arc::new(vec![0u8; 16])).is_err());
        let wild = Layout::Rgb8 { stride: usize::MAX };
        assert!(Picture::new(3, 3, wild, Arc::new(vec![0u8; 16])).is_err());
    }
}

//! A decoder's buffer as a picture, without a copy.

use std::sync::Arc;

use gstreamer as gst;
use gstreamer_video as gst_video;

use crate::frame::{ColourMatrix, Layout, Picture, PixelBytes};

/// A buffer kept mapped for as long as a picture of it lives.
struct MappedPixels(gst::MappedBuffer<gst::buffer::Readable>);

impl PixelBytes for MappedPixels {
    fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }
}

/// The picture in an I420 buffer; the error says what is wrong with it.
pub(super) fn picture(buffer: gst::Buffer, info: &gst_video::VideoInfo) -> Result<Picture, String> {
    let (planes, strides) = match buffer.meta::<gst_video::VideoMeta>() {
        Some(meta) => (meta.offset().to_vec(), meta.stride().to_vec()),
        None => (info.offset().to_vec(), info.stride().to_vec()),
    };
    let (&[y, u, v], &[y_stride, u_stride, v_stride]) = (planes.as_slice(), strides.as_slice())
    else {
        return Err(format!("a picture of {} planes", planes.len()));
    };
    let stride = |s: i32| usize::try_from(s).map_err(|_| "rows from bottom to top".to_owned());
    let layout = Layout::I420 {
        offsets: [y, u, v],
        strides: [stride(y_stride)?, stride(u_stride)?, stride(v_stride)?],
        matrix: matrix(info),
    };
    let pixels =
        buffer.into_mapped_buffer_readable().map_err(|_| "its memory cannot be read".to_owned())?;
    Picture::new(info.width(), info.height(), layout, Arc::new(MappedPixels(pixels)))
        .map_err(|error| error.to_string())
}

/// The stream's colour matrix; what it does not say follows from its height, as players do.
fn matrix(info: &gst_video::VideoInfo) -> ColourMatrix {
    let colorimetry = info.colorimetry();
    let full = colorimetry.range() == gst_video::VideoColorRange::Range0_255;
    let bt601 = match colorimetry.matrix() {
        gst_video::VideoColorMatrix::Bt601 | gst_video::VideoColorMatrix::Fcc => true,
        gst_video::VideoColorMatrix::Bt709 => false,
        _ => info.height() < 720,
    };
    match (bt601, full) {
        (true, false) => ColourMatrix::Bt601,
        (true, true) => ColourMatrix::Bt601Full,
        (false, false) => ColourMatrix::Bt709,
        (false, true) => ColourMatrix::Bt709Full,
    }
}

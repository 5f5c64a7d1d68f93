//! One picture from a file, with limits and the right way up.

use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::Path;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::error::VideoError;
use crate::frame::Picture;

/// Longest side of a picture that is read, in pixels.
pub const MAX_PICTURE_SIDE_PX: u32 = 20_000;
/// Most pixels of a picture that is read.
pub const MAX_PICTURE_PIXELS: u64 = 100_000_000;
/// Most bytes that decoding a picture may take: 100 megapixels of four 16-bit channels.
const MAX_ALLOCATION: u64 = MAX_PICTURE_PIXELS * 8;

/// Whether the path's ending names a picture format that can be read.
#[must_use]
pub fn is_picture_file(path: &Path) -> bool {
    path.extension().and_then(|e| e.to_str()).is_some_and(|extension| {
        ["jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Reads a picture (JPEG, PNG, WebP, BMP, TIFF) as RGB, turned as its EXIF data says.
/// The content decides the format, not the file's name.
///
/// # Errors
/// [`VideoError`] when the file is missing, may not be read, is no picture, breaks
/// off, or is larger than [`MAX_PICTURE_SIDE_PX`] or [`MAX_PICTURE_PIXELS`].
pub fn read_picture(path: &Path) -> Result<Picture, VideoError> {
    let broken = |reason: String| VideoError::PictureBroken { path: path.to_owned(), reason };
    let file = open(path)?;
    let mut reader = ImageReader::new(BufReader::new(file))
        .with_guessed_format()
        .map_err(|error| broken(error.to_string()))?;
    let Some(format) = reader.format() else {
        return Err(broken(
            "it is no JPEG, PNG, WebP, BMP or TIFF, whatever its name says".to_owned(),
        ));
    };
    reader.no_limits(); // Set below, after the size is known and can be named.
    let mut decoder = reader.into_decoder().map_err(|error| broken(reason(&error)))?;
    let (width_px, height_px) = decoder.dimensions();
    let pixels = u64::from(width_px) * u64::from(height_px);
    if width_px.max(height_px) > MAX_PICTURE_SIDE_PX || pixels > MAX_PICTURE_PIXELS {
        return Err(VideoError::PictureTooBig { path: path.to_owned(), width_px, height_px });
    }
    if format == ImageFormat::Jpeg {
        // The JPEG decoder fills what is missing with grey and says nothing.
        check_jpeg_end(path).map_err(broken)?;
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_ALLOCATION);
    decoder.set_limits(limits).map_err(|error| broken(reason(&error)))?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture =
        DynamicImage::from_decoder(decoder).map_err(|error| broken(reason(&error)))?;
    picture.apply_orientation(orientation);
    let rgb = picture.into_rgb8();
    Picture::from_rgb8(rgb.width(), rgb.height(), rgb.into_raw())
        .map_err(|error| broken(error.to_string()))
}

fn open(path: &Path) -> Result<File, VideoError> {
    let unreadable = |reason: String| VideoError::Unreadable { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => VideoError::NotFound { path: path.to_owned() },
        _ => unreadable(error.to_string()),
    })?;
    match file.metadata() {
        Ok(about) if about.is_dir() => Err(unreadable("it is a folder".to_owned())),
        Ok(about) if about.len() == 0 => Err(VideoError::PictureBroken {
            path: path.to_owned(),
            reason: "the file is empty".to_owned(),
        }),
        Ok(_) => Ok(file),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

fn reason(error: &image::ImageError) -> String {
    let text = error.to_string();
    let lower = text.to_lowercase();
    if ["eof", "end of file", "fill whole buffer", "truncated", "exhausted"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return format!("it breaks off ({text}); copy it again");
    }
    text
}

/// Looks for the end mark behind the start of a JPEG's picture data.
fn check_jpeg_end(path: &Path) -> Result<(), String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let data = jpeg_data_start(&bytes).and_then(|start| bytes.get(start..)).unwrap_or(&[]);
    // Within picture data 0xFF is always followed by 0, so this mark is no pixel.
    if data.windows(2).any(|pair| pair == [0xFF, 0xD9]) {
        Ok(())
    } else {
        Err(format!(
            "it breaks off after {} bytes, before the end of the picture; copy it again",
            bytes.len()
        ))
    }
}

/// Where the picture data of a JPEG start: behind its first start-of-scan segment.
/// Segments are stepped over by their length, and with them an EXIF thumbnail.
fn jpeg_data_start(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let &[mark, kind] = bytes.get(at..at + 2)? else { return None };
        if mark != 0xFF {
            return None;
        }
        match kind {
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            _ => {
                let &[high, low] = bytes.get(at + 2..at + 4)? else { return None };
                at += 2 + usize::from(u16::from_be_bytes([high, low]));
                if kind == 0xDA {
                    return Some(at);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use image::{ImageBuffer, Rgb};

    use super::*;
    use crate::frame::Layout;

    fn half_red(width: u32, height: u32) -> ImageBuffer<Rgb<u8>, Vec<u8>> {
        ImageBuffer::from_fn(width, height, |x, y| {
            if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, (y * 3) as u8, 200]) }
        })
    }

    fn save(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        half_red(64, 32).save(&path).unwrap();
        path
    }

    #[test]
    fn every_format_is_read_by_its_content() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.jpg", "a.png", "a.webp", "a.bmp", "a.tiff"] {
            let path = save(folder.path(), name);
            let wrong_name = folder.path().join("b.jpg");
            fs::copy(&path, &wrong_name).unwrap();
            for path in [path, wrong_name] {
                let picture = read_picture(&path).unwrap();
                assert_eq!((picture.width_px(), picture.height_px()), (64, 32), "{name}");
                assert!(matches!(picture.layout(), Layout::Rgb8 { stride: 192 }));
                assert!(picture.bytes()[0] > 240 && picture.bytes()[1] < 15, "{name}");
            }
        }
    }

    #[test]
    fn cut_off_and_broken_pictures_are_named() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.jpg", "a.png", "a.webp", "a.bmp", "a.tiff"] {
            let path = save(folder.path(), name);
            let bytes = fs::read(&path).unwrap();
            for part in [bytes.len() / 2, 20] {
                fs::write(&path, &bytes[..part]).unwrap();
                let error = read_picture(&path).unwrap_err();
                assert!(error.to_string().contains(name), "{error}");
                assert!(matches!(error, VideoError::PictureBroken { .. }), "{error}");
            }
        }
        let text = folder.path().join("text.jpg");
        fs::write(&text, "no picture at all").unwrap();
        assert!(read_picture(&text).unwrap_err().to_string().contains("whatever its name says"));
        fs::write(&text, "").unwrap();
        assert!(read_picture(&text).unwrap_err().to_string().contains("empty"));
        let missing = read_picture(&folder.path().join("missing.jpg")).unwrap_err();
        assert!(matches!(missing, VideoError::NotFound { .. }));
        assert!(matches!(read_picture(folder.path()), Err(VideoError::Unreadable { .. })));
    }

    #[test]
    fn a_picture_beyond_the_limits_is_refused_before_it_is_decoded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.png");
        ImageBuffer::from_pixel(30_000, 20, Rgb([9u8, 9, 9])).save(&path).unwrap();
        let error = read_picture(&path).unwrap_err().to_string();
        assert!(error.contains("30000 x 20") && error.contains("20000 a side"), "{error}");
        // 12,000 x 12,000 as a bitmap's header says; the pixels are never looked for.
        let mut bitmap = Vec::new();
        let mut out = std::io::Cursor::new(&mut bitmap);
        half_red(8, 8).write_to(&mut out, ImageFormat::Bmp).unwrap();
        bitmap[18..22].copy_from_slice(&12_000_i32.to_le_bytes());
        bitmap[22..26].copy_from_slice(&12_000_i32.to_le_bytes());
        let path = folder.path().join("huge.bmp");
        fs::write(&path, bitmap).unwrap();
        let error = read_picture(&path).unwrap_err();
        assert!(matches!(error, VideoError::PictureTooBig { width_px: 12_000, .. }), "{error}");
    }

    #[test]
    fn a_phones_picture_is_turned_upright() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(folder.path(), "phone.jpg");
        let plain = fs::read(&path).unwrap();
        // EXIF: orientation 6, turn a quarter clockwise. Behind it, in the same
        // segment, an end mark as a thumbnail would have.
        let mut exif =
            b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend([0xFF, 0xD9]);
        let mut turned = plain[..2].to_vec();
        turned.extend([0xFF, 0xE1]);
        turned.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        turned.extend(&exif);
        turned.extend(&plain[2..]);
        fs::write(&path, &turned).unwrap();
        let picture = read_picture(&path).unwrap();
        assert_eq!((picture.width_px(), picture.height_px()), (32, 64));
        // The left half was red; turned clockwise it is the upper half.
        let pixel = |x: usize, y: usize| &picture.bytes()[(y * 32 + x) * 3..][..3];
        assert!(pixel(30, 2)[0] > 230 && pixel(2, 60)[0] < 30);
        // The thumbnail's end mark is not taken for the picture's.
        fs::write(&path, &turned[..turned.len() - 40]).unwrap();
        assert!(read_picture(&path).unwrap_err().to_string().contains("breaks off"));
    }
}

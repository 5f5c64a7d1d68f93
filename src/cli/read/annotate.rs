//! Pictures with what was read drawn in.

use std::path::Path;

use font8x8::{BASIC_FONTS, LATIN_FONTS, UnicodeFonts};
use image::{Rgb, RgbImage};
use imageproc::drawing::draw_line_segment_mut;

use crate::frame::{Picture, Quad};

const FRAME: Rgb<u8> = Rgb([0, 230, 118]);
const LETTER: Rgb<u8> = Rgb([255, 255, 255]);
const LABEL: Rgb<u8> = Rgb([16, 24, 32]);
/// Pixels of a font cell.
const CELL: u32 = 8;

/// Writes `DIR/NAME.jpg` (for a vehicle of a video `DIR/NAME-NUMBER-TEXT.jpg`).
pub(super) fn write<'a>(
    folder: &Path,
    source: &Path,
    part: Option<(u64, &str)>,
    picture: &Picture,
    plates: impl IntoIterator<Item = (Quad, &'a str)>,
) -> Result<(), String> {
    let (width, height) = (picture.width_px(), picture.height_px());
    let mut image = RgbImage::from_raw(width, height, picture.to_rgb8())
        .ok_or_else(|| format!("{} has no pixels to draw on", source.display()))?;
    for (quad, text) in plates {
        draw(&mut image, &quad, text);
    }
    let stem = source.file_stem().map_or_else(|| "stream".into(), |stem| stem.to_string_lossy());
    let name = match part {
        None => format!("{stem}.jpg"),
        Some((number, text)) => format!("{stem}-{number}-{text}.jpg"),
    };
    let path = folder.join(name);
    image.save(&path).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn draw(image: &mut RgbImage, quad: &Quad, text: &str) {
    let thick = (image.width() / 640).clamp(1, 6) as i32;
    for (index, from) in quad.0.iter().enumerate() {
        let to = quad.0[(index + 1) % 4];
        for shift in 0..thick {
            let d = shift as f32;
            draw_line_segment_mut(image, (from[0] + d, from[1] + d), (to[0] + d, to[1] + d), FRAME);
        }
    }
    let bounds = quad.bounds();
    let scale =
        ((bounds.w / (text.chars().count().max(1) as f32 * CELL as f32)) as u32).clamp(1, 6);
    let height = CELL * scale + 2 * scale;
    let above = bounds.y - height as f32 - 2.0;
    let top = if above >= 0.0 { above } else { bounds.y + bounds.h + 2.0 };
    label(image, bounds.x.max(0.0) as u32, top.max(0.0) as u32, scale, text);
}

fn label(image: &mut RgbImage, left: u32, top: u32, scale: u32, text: &str) {
    let width = (text.chars().count() as u32 * CELL + 2) * scale;
    fill(image, left, top, width, (CELL + 2) * scale, LABEL);
    for (index, character) in text.chars().enumerate() {
        let glyph = BASIC_FONTS.get(character).or_else(|| LATIN_FONTS.get(character));
        let x = left + (index as u32 * CELL + 1) * scale;
        for (row, bits) in (0_u32..).zip(glyph.unwrap_or_default()) {
            for column in (0..CELL).filter(|column| bits >> column & 1 == 1) {
                fill(image, x + column * scale, top + (row + 1) * scale, scale, scale, LETTER);
            }
        }
    }
}

fn fill(image: &mut RgbImage, left: u32, top: u32, width: u32, height: u32, colour: Rgb<u8>) {
    for y in top..(top + height).min(image.height()) {
        for x in left..(left + width).min(image.width()) {
            image.put_pixel(x, y, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Rect;

    #[test]
    fn plates_at_the_edges_are_drawn_without_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let picture = Picture::from_rgb8(64, 48, vec![90; 64 * 48 * 3]).unwrap();
        let quads = [[-20.0, -5.0, 40.0, 10.0], [50.0, 40.0, 90.0, 30.0], [20.0, 20.0, 20.0, 6.0]];
        let plates = quads.map(|rect| (Rect::from(rect).quad(), "GÖAB123"));
        write(folder.path(), Path::new("a/car.png"), None, &picture, plates).unwrap();
        let drawn = image::open(folder.path().join("car.jpg")).unwrap().to_rgb8();
        assert_eq!(drawn.dimensions(), (64, 48));
        assert!(drawn.pixels().any(|p| p[1] > 180 && p[0] < 80), "the frame is not there");
    }
}

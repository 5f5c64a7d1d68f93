//! What the vehicle classifier sees of a vehicle: a square around it, cut out of the full-size picture.

use std::ops::Range;

use super::scaler::{Canvas, Scaler, Spot};
use crate::frame::{Picture, Rect};

/// Side of a view.
pub(super) const SIDE_PX: usize = 128;
/// Values of one view: planar red, green, blue.
pub(super) const VALUES: usize = 3 * SIDE_PX * SIDE_PX;

/// Side of what is shown for the long side of the vehicle's box: a box that ends too early shows what it
/// leaves out.
const AROUND: f32 = 1.4;
/// What lies beyond the picture is grey, what lies beyond the box half so: which of two neighbours is
/// meant shows.
const GREY: f32 = 127.0 / 255.0;
const FADED: f32 = 0.5;

/// Writes the square around a vehicle as planar RGB from 0 to 1 into `out`.
pub(super) fn show(
    scaler: &mut Scaler,
    picture: &Picture,
    rect: &Rect,
    out: &mut [f32],
) -> Result<(), String> {
    out.fill(GREY);
    let side = AROUND * rect.w.max(rect.h).max(2.0);
    let step = side / SIDE_PX as f32;
    let [middle_x, middle_y] = rect.centre();
    let across = seen(middle_x - side / 2.0, step, picture.width_px());
    let down = seen(middle_y - side / 2.0, step, picture.height_px());
    let spot =
        Spot { left: across.start, top: down.start, width: across.len(), height: down.len() };
    let part = Rect {
        x: middle_x - side / 2.0 + across.start as f32 * step,
        y: middle_y - side / 2.0 + down.start as f32 * step,
        w: across.len() as f32 * step,
        h: down.len() as f32 * step,
    };
    scaler.draw(picture, part, &mut Canvas { values: out, width: SIDE_PX }, spot)?;
    let (box_across, box_down) = (shown(rect.w / step), shown(rect.h / step));
    for plane in out.chunks_exact_mut(SIDE_PX * SIDE_PX) {
        for (row, line) in plane.chunks_exact_mut(SIDE_PX).enumerate() {
            if box_down.contains(&row) {
                line[..box_across.start].iter_mut().for_each(fade);
                line[box_across.end..].iter_mut().for_each(fade);
            } else {
                line.iter_mut().for_each(fade);
            }
        }
    }
    Ok(())
}

/// The pixels of a view whose middle lies within a side of the picture, where the view begins at `start`
/// and each of its pixels is `step` of the picture's.
fn seen(start: f32, step: f32, side_px: u32) -> Range<usize> {
    let pixel = |place: f32| ((place - start) / step - 0.5).ceil().clamp(0.0, SIDE_PX as f32);
    pixel(0.0) as usize..pixel(side_px as f32) as usize
}

/// The pixels in the middle of a view that a box of this length covers.
fn shown(length_px: f32) -> Range<usize> {
    let (middle, half) = (SIDE_PX as f32 / 2.0, length_px / 2.0);
    (middle - half).floor().max(0.0) as usize..((middle + half).ceil() as usize).min(SIDE_PX)
}

fn fade(value: &mut f32) {
    *value += FADED * (GREY - *value);
}

#[cfg(test)]
mod tests {
    use super::super::scaler::Shrinking;
    use super::*;

    #[test]
    fn the_view_is_a_square_faded_beyond_the_box_and_grey_beyond_the_picture() {
        let picture = Picture::from_rgb8(200, 100, vec![255; 3 * 200 * 100]).unwrap();
        let mut out = vec![0.0; VALUES];
        let rect = Rect::from([0.0, 0.0, 100.0, 50.0]);
        show(&mut Scaler::new(Shrinking::Windowed), &picture, &rect, &mut out).unwrap();
        let at = |x: usize, y: usize| out[y * SIDE_PX + x];
        // 140 px are 128: the box is 91 wide and 46 high, the picture's corner is at (18.3, 41.1).
        assert_eq!(at(64, 64), 1.0);
        assert_eq!(at(5, 64), GREY);
        assert_eq!(at(64, 20), GREY);
        assert!((at(64, 100) - (1.0 + GREY) / 2.0).abs() < 1e-6);
        assert!((at(120, 64) - (1.0 + GREY) / 2.0).abs() < 1e-6);
    }
}

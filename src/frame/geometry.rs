//! Boxes and quadrilaterals in pixels; origin top left, x right, y down.

use serde::{Deserialize, Serialize};

/// An upright box: left, top, width, height in pixels. Written as `[x, y, w, h]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(from = "[f32; 4]", into = "[f32; 4]")]
#[schemars(with = "[f32; 4]")]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Rect {
    /// Area in square pixels; never negative.
    #[must_use]
    pub fn area(&self) -> f32 {
        self.w.max(0.0) * self.h.max(0.0)
    }

    /// Centre point `[x, y]`.
    #[must_use]
    pub fn centre(&self) -> [f32; 2] {
        [self.x + self.w / 2.0, self.y + self.h / 2.0]
    }

    /// Overlap of two boxes.
    #[must_use]
    pub fn intersection_area(&self, other: &Self) -> f32 {
        let w = (self.x + self.w).min(other.x + other.w) - self.x.max(other.x);
        let h = (self.y + self.h).min(other.y + other.h) - self.y.max(other.y);
        w.max(0.0) * h.max(0.0)
    }

    /// Intersection over union, 0 to 1.
    #[must_use]
    pub fn iou(&self, other: &Self) -> f32 {
        let both = self.intersection_area(other);
        let union = self.area() + other.area() - both;
        if union > 0.0 { both / union } else { 0.0 }
    }

    /// The box half-way between two: each side where the mean of theirs is.
    #[must_use]
    pub fn midway(&self, other: &Self) -> Self {
        let [x, y, w, h] = [self.x + other.x, self.y + other.y, self.w + other.w, self.h + other.h];
        Self { x: x / 2.0, y: y / 2.0, w: w / 2.0, h: h / 2.0 }
    }

    /// The box cut to a picture of the given size.
    #[must_use]
    pub fn clamped(&self, width_px: u32, height_px: u32) -> Self {
        let x0 = self.x.clamp(0.0, width_px as f32);
        let y0 = self.y.clamp(0.0, height_px as f32);
        let x1 = (self.x + self.w).clamp(0.0, width_px as f32);
        let y1 = (self.y + self.h).clamp(0.0, height_px as f32);
        Self { x: x0, y: y0, w: x1 - x0, h: y1 - y0 }
    }

    /// The box as a quad.
    #[must_use]
    pub fn quad(&self) -> Quad {
        let (x0, y0, x1, y1) = (self.x, self.y, self.x + self.w, self.y + self.h);
        Quad([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    }
}

impl From<[f32; 4]> for Rect {
    fn from([x, y, w, h]: [f32; 4]) -> Self {
        Self { x, y, w, h }
    }
}

impl From<Rect> for [f32; 4] {
    fn from(r: Rect) -> Self {
        [r.x, r.y, r.w, r.h]
    }
}

/// Four corners `[x, y]`, clockwise from the plate's top left one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Quad(pub [[f32; 2]; 4]);

impl Quad {
    /// The upright box around the corners.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        let (mut x0, mut y0) = (f32::INFINITY, f32::INFINITY);
        let (mut x1, mut y1) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        for [x, y] in self.0 {
            x0 = x0.min(x);
            y0 = y0.min(y);
            x1 = x1.max(x);
            y1 = y1.max(y);
        }
        Rect { x: x0, y: y0, w: x1 - x0, h: y1 - y0 }
    }

    /// Mean length of the upper and the lower edge, in pixels: how wide the plate is.
    #[must_use]
    pub fn width_px(&self) -> f32 {
        (distance(self.0[0], self.0[1]) + distance(self.0[3], self.0[2])) / 2.0
    }

    /// Mean length of the left and the right edge, in pixels: how high the plate is.
    #[must_use]
    pub fn height_px(&self) -> f32 {
        (distance(self.0[0], self.0[3]) + distance(self.0[1], self.0[2])) / 2.0
    }
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iou_of_equal_apart_and_half_overlapping_boxes() {
        let a = Rect::from([0.0, 0.0, 10.0, 10.0]);
        assert!((a.iou(&a) - 1.0).abs() < 1e-6);
        assert_eq!(a.iou(&Rect::from([20.0, 0.0, 10.0, 10.0])), 0.0);
        let half = a.iou(&Rect::from([5.0, 0.0, 10.0, 10.0]));
        assert!((half - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(Rect::from([0.0; 4]).iou(&Rect::from([0.0; 4])), 0.0);
    }

    #[test]
    fn quad_measures() {
        let quad = Rect::from([10.0, 20.0, 100.0, 25.0]).quad();
        assert_eq!(quad.bounds(), Rect::from([10.0, 20.0, 100.0, 25.0]));
        assert_eq!((quad.width_px(), quad.height_px()), (100.0, 25.0));
    }
}

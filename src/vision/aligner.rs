//! Looks at each detection again, a little wider: where exactly the plate's corners are, and
//! whether it is a plate at all.
//!
//! The detector tells four corners from one cell of a small picture, which is near but not
//! exact; a character at the end of a plate is lost by a fifth of its height. The aligner sees the
//! plate from the full-size picture, 100 pixels wide in a view of 160.

use super::error::VisionError;
use super::model::{Model, ModelCard, Models, Place};
use super::rectify::{CropSize, Window, cut};
use crate::frame::{Picture, Quad};

/// Views looked at in one pass at most.
const BATCH: usize = 8;
/// Used when the model file does not say how far its view reaches.
const DEFAULT_REACH: [f32; 2] = [0.3, 0.6];
/// A quad whose corners came to lie this far from the detection's, in plate heights, is looked at
/// once more: from nearer the plate the view is better.
const FAR_HEIGHTS: f32 = 0.15;
/// A quad that comes out smaller than this, across or down, is none.
const LEAST_SIDE_PX: f32 = 2.0;

/// What the aligner says of one detection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Aligned {
    /// The plate's corners; the detection's own where the aligner makes no sense.
    pub(super) quad: Quad,
    /// Logit of this being a plate.
    pub(super) logit: f32,
}

/// The aligner with its buffer; one per thread.
pub(super) struct Aligner {
    model: Model,
    /// How far the view reaches beyond a detection, in its widths and heights.
    reach: [f32; 2],
    views: Vec<f32>,
}

impl Aligner {
    const VIEW: Window =
        Window { margin_x: 0.0, margin_y: 0.0, size: CropSize { width_px: 160, height_px: 64 } };

    pub(super) fn new(place: &Place, models: &Models) -> Result<Self, VisionError> {
        let model = Model::aligner(place, models)?;
        let [across, down] = DEFAULT_REACH;
        let reach =
            [model.number("reach_x")?.unwrap_or(across), model.number("reach_y")?.unwrap_or(down)];
        Ok(Self { model, reach, views: Vec::new() })
    }

    pub(super) fn card(&self) -> &ModelCard {
        &self.model.card
    }

    /// The plates near the quads of a picture, in the same order.
    pub(super) fn align(
        &mut self,
        picture: &Picture,
        quads: &[Quad],
    ) -> Result<Vec<Aligned>, VisionError> {
        let mut aligned = self.look(picture, quads)?;
        let far: Vec<usize> =
            (0..quads.len()).filter(|&at| is_far(&quads[at], &aligned[at])).collect();
        let nearer: Vec<Quad> = far.iter().map(|&at| aligned[at].quad).collect();
        for (at, better) in far.into_iter().zip(self.look(picture, &nearer)?) {
            aligned[at] = better;
        }
        Ok(aligned)
    }

    /// One look at each quad.
    fn look(&mut self, picture: &Picture, quads: &[Quad]) -> Result<Vec<Aligned>, VisionError> {
        let mut aligned = Vec::with_capacity(quads.len());
        for batch in quads.chunks(BATCH) {
            let views: Vec<Quad> = batch.iter().map(|quad| view(quad, self.reach)).collect();
            self.views.resize(batch.len() * Self::VIEW.size.values(), 0.0);
            for (view, out) in
                views.iter().zip(self.views.chunks_exact_mut(Self::VIEW.size.values()))
            {
                cut(picture, view, Self::VIEW, out);
            }
            let said = self.run(&views).map_err(|source| VisionError::Run {
                model: "plate aligner",
                width_px: picture.width_px(),
                height_px: picture.height_px(),
                source,
            })?;
            aligned.extend(batch.iter().zip(said).map(|(rough, said)| {
                if is_quad(&said.quad) { said } else { Aligned { quad: *rough, ..said } }
            }));
        }
        Ok(aligned)
    }

    fn run(&mut self, views: &[Quad]) -> ort::Result<Vec<Aligned>> {
        let shape = [views.len(), 3, Self::VIEW.size.height_px, Self::VIEW.size.width_px];
        let values = &self.views[..views.len() * Self::VIEW.size.values()];
        let outputs = self.model.network.run("views", shape, values)?;
        let (_, corners) = outputs.tensor("corners")?;
        let (_, logits) = outputs.tensor("plate")?;
        if corners.len() != 8 * views.len() || logits.len() != views.len() {
            let (n, c, l) = (views.len(), corners.len(), logits.len());
            return Err(ort::Error::new(format!(
                "aligner gives {c} coordinates and {l} logits of {n} views, not {} and {n}",
                8 * n
            )));
        }
        let (corners, _) = corners.as_chunks::<8>();
        let said = views.iter().zip(corners).zip(logits);
        Ok(said
            .map(|((view, &[ax, ay, bx, by, cx, cy, dx, dy]), &logit)| Aligned {
                quad: Quad([[ax, ay], [bx, by], [cx, cy], [dx, dy]].map(|at| place(view, at))),
                logit,
            })
            .collect())
    }
}

/// The parallelogram of the quad's mean sides, widened. So no quad, however bent, has a horizon
/// in its view.
fn view(quad: &Quad, [reach_x, reach_y]: [f32; 2]) -> Quad {
    let [a, b, c, d] = quad.0;
    let half = |p: [f32; 2], q: [f32; 2], r: [f32; 2], s: [f32; 2], reach: f32| {
        [0, 1].map(|i| (q[i] - p[i] + r[i] - s[i]) / 4.0 * (1.0 + 2.0 * reach))
    };
    let (across, down) = (half(a, b, c, d, reach_x), half(a, d, c, b, reach_y));
    let corner = |x: f32, y: f32| {
        [0, 1].map(|i| (a[i] + b[i] + c[i] + d[i]) / 4.0 + x * across[i] + y * down[i])
    };
    Quad([corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)])
}

/// A point of a parallelogram's unit square in the picture.
fn place(view: &Quad, [u, v]: [f32; 2]) -> [f32; 2] {
    let [a, b, _, d] = view.0;
    [0, 1].map(|i| a[i] + u * (b[i] - a[i]) + v * (d[i] - a[i]))
}

/// Whether the corners of what seems to be a plate moved far.
fn is_far(from: &Quad, to: &Aligned) -> bool {
    let pairs = from.0.iter().zip(&to.quad.0);
    let moved_px = pairs.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).sum::<f32>() / 4.0;
    to.logit > 0.0 && moved_px > FAR_HEIGHTS * to.quad.height_px()
}

/// Whether the corners go round clockwise (y down), without a dent, and enclose something.
fn is_quad(quad: &Quad) -> bool {
    let corners = quad.0;
    let turns = (0..4).all(|at| {
        let [p, q, r] = [0, 1, 2].map(|step| corners[(at + step) % 4]);
        (q[0] - p[0]) * (r[1] - q[1]) - (q[1] - p[1]) * (r[0] - q[0]) > 0.0
    });
    turns && quad.width_px() >= LEAST_SIDE_PX && quad.height_px() >= LEAST_SIDE_PX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Rect;

    #[test]
    fn the_view_of_an_upright_quad_reaches_beyond_it_on_every_side() {
        let quad = Rect::from([100.0, 50.0, 200.0, 40.0]).quad();
        let seen = view(&quad, [0.3, 0.6]).bounds();
        let wanted = Rect::from([40.0, 26.0, 320.0, 88.0]);
        for (is, should) in
            [(seen.x, wanted.x), (seen.y, wanted.y), (seen.w, wanted.w), (seen.h, wanted.h)]
        {
            assert!((is - should).abs() < 1e-3, "{seen:?}");
        }
    }

    #[test]
    fn a_place_in_the_view_is_found_again_in_the_picture() {
        let turned = Quad([[10.0, 20.0], [110.0, 40.0], [104.0, 70.0], [4.0, 50.0]]);
        let seen = view(&turned, [0.0, 0.0]);
        for (corner, at) in turned.0.iter().zip([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) {
            let [x, y] = place(&seen, at);
            assert!((x - corner[0]).abs() < 1e-3 && (y - corner[1]).abs() < 1e-3);
        }
    }

    #[test]
    fn dented_turned_over_and_empty_quads_are_none() {
        assert!(is_quad(&Rect::from([5.0, 5.0, 100.0, 20.0]).quad()));
        let none = [
            Quad([[0.0, 0.0], [100.0, 0.0], [20.0, 5.0], [0.0, 30.0]]),
            Quad([[100.0, 0.0], [0.0, 0.0], [0.0, 20.0], [100.0, 20.0]]),
            Quad([[5.0, 5.0]; 4]),
            Quad([[f32::NAN; 2]; 4]),
            Rect::from([5.0, 5.0, 100.0, 1.0]).quad(),
        ];
        for quad in none {
            assert!(!is_quad(&quad), "{quad:?}");
        }
    }
}

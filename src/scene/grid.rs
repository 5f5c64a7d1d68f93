//! A picture as a coarse grid of mean brightness.

use crate::frame::{Layout, Picture};

/// Cells in a row of the grid: 32 pixels each in a picture 1920 wide. A vehicle whose plate can
/// be read (26 pixels, a fifth of its width) covers some of them.
const COLUMNS: usize = 60;
/// Pixels looked at in each cell, along and down: enough that their mean is calm where each
/// of them is noisy.
const SAMPLES: usize = 8;

/// Mean luma of each cell, 0 to 255, row by row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LumaGrid {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) cells: Vec<f32>,
}

impl LumaGrid {
    /// Fills the grid from a picture; false for one that has no luma plane or is tiny.
    pub(super) fn fill(&mut self, picture: &Picture) -> bool {
        let Layout::I420 { offsets, strides, .. } = picture.layout() else { return false };
        let (width, height) = (picture.width_px() as usize, picture.height_px() as usize);
        let rows = (COLUMNS * height / width).clamp(1, 2 * COLUMNS);
        if width < COLUMNS || height < rows {
            return false;
        }
        (self.columns, self.rows) = (COLUMNS, rows);
        self.cells.clear();
        self.cells.resize(COLUMNS * rows, 0.0);
        let across = COLUMNS * SAMPLES;
        let places: Vec<usize> = (0..across).map(|i| (2 * i + 1) * width / (2 * across)).collect();
        let down = rows * SAMPLES;
        for sample in 0..down {
            let y = (2 * sample + 1) * height / (2 * down);
            let start = offsets[0] + y * strides[0];
            let Some(line) = picture.bytes().get(start..start + width) else { return false };
            let row = &mut self.cells[sample / SAMPLES * COLUMNS..][..COLUMNS];
            for (cell, places) in row.iter_mut().zip(places.chunks_exact(SAMPLES)) {
                let sum: u32 = places.iter().map(|x| u32::from(line[*x])).sum();
                *cell += sum as f32;
            }
        }
        for cell in &mut self.cells {
            *cell /= (SAMPLES * SAMPLES) as f32;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::frame::ColourMatrix;

    #[test]
    fn cells_hold_the_mean_of_their_pixels_whatever_the_stride() {
        let (width, height, stride) = (640_usize, 360_usize, 704_usize);
        let mut bytes = vec![255_u8; stride * height + 2 * (stride / 2) * (height / 2)];
        for y in 0..height {
            for x in 0..width {
                bytes[y * stride + x] = if x < width / 2 { 40 } else { 200 };
            }
        }
        let layout = Layout::I420 {
            offsets: [0, stride * height, stride * height * 5 / 4],
            strides: [stride, stride / 2, stride / 2],
            matrix: ColourMatrix::Bt709,
        };
        let picture = Picture::new(640, 360, layout, Arc::new(bytes)).unwrap();
        let mut grid = LumaGrid::default();
        assert!(grid.fill(&picture));
        assert_eq!((grid.columns, grid.rows), (60, 33));
        for row in grid.cells.chunks(60) {
            assert!(row[..30].iter().all(|cell| *cell == 40.0));
            assert!(row[30..].iter().all(|cell| *cell == 200.0));
        }
    }

    #[test]
    fn a_picture_without_luma_is_refused() {
        let picture = Picture::from_rgb8(640, 360, vec![0; 640 * 360 * 3]).unwrap();
        assert!(!LumaGrid::default().fill(&picture));
    }
}

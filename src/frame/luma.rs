//! A picture as a coarse grid of mean brightness.

use super::picture::{Layout, Picture};

/// Rows of pixels that are looked at in each cell: enough that its mean is calm where each pixel
/// is noisy, and few enough that a large picture costs little.
const SAMPLED_ROWS: usize = 4;

/// Mean luma of each cell, 0 to 255, row by row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LumaGrid {
    /// Cells in a row.
    pub columns: usize,
    /// Rows of cells.
    pub rows: usize,
    /// `rows × columns` values.
    pub cells: Vec<f32>,
    /// Sums of the lines of pixels in a row of cells.
    line: Vec<u16>,
}

impl LumaGrid {
    /// Fills the grid with `columns` cells in a row, and as many rows as make them square; a
    /// smaller picture gets a cell for each of its pixels.
    /// Of a picture of packed colours green stands for luma.
    pub fn fill(&mut self, picture: &Picture, columns: usize) {
        let (width, height) = (picture.width_px() as usize, picture.height_px() as usize);
        let columns = columns.clamp(1, width);
        let rows = ((columns * height + width / 2) / width).clamp(1, height);
        let (start, stride, step) = match picture.layout() {
            Layout::I420 { offsets, strides, .. } => (offsets[0], strides[0], 1),
            Layout::Rgb8 { stride } => (1, stride, 3),
        };
        (self.columns, self.rows) = (columns, rows);
        self.cells.clear();
        self.cells.resize(columns * rows, 0.0);
        let edges: Vec<usize> = (0..=columns).map(|i| i * width / columns * step).collect();
        self.line.clear();
        self.line.resize(width * step, 0);
        for (row, cells) in self.cells.chunks_exact_mut(columns).enumerate() {
            let (top, bottom) = (row * height / rows, (row + 1) * height / rows);
            let lines = (bottom - top).min(SAMPLED_ROWS);
            self.line.fill(0);
            for line in 0..lines {
                let y = top + (2 * line + 1) * (bottom - top) / (2 * lines);
                let pixels = picture.bytes().get(start + y * stride..).unwrap_or_default();
                // Whole lines are added up first: that is what processors do fastest.
                let sums = self.line.iter_mut().zip(pixels);
                sums.for_each(|(sum, pixel)| *sum += u16::from(*pixel));
            }
            for (cell, edge) in cells.iter_mut().zip(edges.windows(2)) {
                let sums = self.line.get(edge[0]..edge[1]).unwrap_or_default();
                let sum: u32 = sums.iter().step_by(step).map(|sum| u32::from(*sum)).sum();
                *cell = sum as f32 / (lines * (edge[1] - edge[0]) / step) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::picture::ColourMatrix;
    use super::*;

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
        for (columns, rows) in [(160, 90), (60, 34), (7, 4)] {
            grid.fill(&picture, columns);
            assert_eq!((grid.columns, grid.rows), (columns, rows));
            for row in grid.cells.chunks(columns) {
                assert!(row[..columns / 2].iter().all(|cell| *cell == 40.0));
                assert!(row[columns.div_ceil(2)..].iter().all(|cell| *cell == 200.0));
            }
        }
    }

    #[test]
    fn tiny_pictures_and_packed_colours_have_a_grid_too() {
        let mut grid = LumaGrid::default();
        grid.fill(&Picture::from_rgb8(2, 1, vec![0, 10, 0, 0, 20, 0]).unwrap(), 160);
        assert_eq!((grid.columns, grid.rows, grid.cells.as_slice()), (2, 1, &[10.0, 20.0][..]));
    }
}

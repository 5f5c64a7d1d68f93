//! Groups of foreground cells.

use super::ground::CellBox;

/// A foreground cell with fewer foreground cells around it is noise.
const LEAST_BESIDE: usize = 3;

/// Cells that belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Blob {
    pub(super) cells: CellBox,
    /// Foreground cells in it.
    pub(super) count: usize,
}

/// Finds the groups of a mask; keeps its buffers.
#[derive(Debug, Default)]
pub(super) struct Blobs {
    firm: Vec<bool>,
    wide: Vec<bool>,
    rows: Vec<bool>,
    stack: Vec<usize>,
    seen: Vec<bool>,
}

impl Blobs {
    /// Groups of cells that are no further apart than `2 × reach` cells, largest first; those
    /// of fewer than `least` foreground cells are left out, and so are single cells beside them,
    /// which are noise.
    pub(super) fn find(
        &mut self,
        mask: &[bool],
        columns: usize,
        reach: usize,
        least: usize,
    ) -> Vec<Blob> {
        let rows = mask.len() / columns.max(1);
        self.thin(mask, columns, rows);
        let mask = std::mem::take(&mut self.firm);
        self.widen(&mask, columns, reach);
        self.seen.clear();
        self.seen.resize(mask.len(), false);
        let mut found = Vec::new();
        for start in 0..mask.len() {
            if !mask[start] || self.seen[start] {
                continue;
            }
            let mut blob =
                Blob { cells: CellBox { left: columns, top: rows, right: 0, bottom: 0 }, count: 0 };
            self.seen[start] = true;
            self.stack.push(start);
            while let Some(at) = self.stack.pop() {
                let (row, column) = (at / columns, at % columns);
                if mask[at] {
                    let b = &mut blob.cells;
                    (b.left, b.right) = (b.left.min(column), b.right.max(column));
                    (b.top, b.bottom) = (b.top.min(row), b.bottom.max(row));
                    blob.count += 1;
                }
                for r in row.saturating_sub(1)..=(row + 1).min(rows - 1) {
                    for c in column.saturating_sub(1)..=(column + 1).min(columns - 1) {
                        let next = r * columns + c;
                        if self.wide[next] && !self.seen[next] {
                            self.seen[next] = true;
                            self.stack.push(next);
                        }
                    }
                }
            }
            if blob.count >= least {
                found.push(blob);
            }
        }
        self.firm = mask;
        found.sort_by_key(|blob| std::cmp::Reverse(blob.count));
        found
    }

    /// The mask without cells that have less than [`LEAST_BESIDE`] others around them.
    fn thin(&mut self, mask: &[bool], columns: usize, rows: usize) {
        self.firm.clear();
        self.firm.resize(mask.len(), false);
        for (index, cell) in mask.iter().enumerate() {
            if *cell {
                let (row, column) = (index / columns, index % columns);
                let mut beside = 0;
                for r in row.saturating_sub(1)..=(row + 1).min(rows - 1) {
                    let line = &mask[r * columns..][..columns];
                    let near = &line[column.saturating_sub(1)..=(column + 1).min(columns - 1)];
                    beside += near.iter().filter(|cell| **cell).count();
                }
                // The cell itself was counted too.
                self.firm[index] = beside > LEAST_BESIDE;
            }
        }
    }

    /// The mask, each cell grown by `reach` in all directions.
    fn widen(&mut self, mask: &[bool], columns: usize, reach: usize) {
        self.rows.clear();
        self.rows.resize(mask.len(), false);
        self.wide.clear();
        self.wide.resize(mask.len(), false);
        for (index, cell) in mask.iter().enumerate() {
            if *cell {
                let column = index % columns;
                let from = index - column.min(reach);
                let to = index + reach.min(columns - 1 - column);
                self.rows[from..=to].fill(true);
            }
        }
        for start in (0..mask.len()).step_by(columns.max(1)) {
            if !self.rows[start..start + columns].contains(&true) {
                continue;
            }
            let row = start / columns;
            let last = (row + reach).min(mask.len() / columns - 1);
            for target in row.saturating_sub(reach)..=last {
                let line = &self.rows[start..start + columns];
                let wide = &mut self.wide[target * columns..][..columns];
                wide.iter_mut().zip(line).for_each(|(wide, cell)| *wide |= cell);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_cells_are_one_group_and_far_ones_two() {
        let picture = [
            "##..##....",
            "##..##....",
            "..........",
            "..#.......",
            "..........",
            ".......###",
            ".......###",
        ];
        let mask: Vec<bool> =
            picture.iter().flat_map(|row| row.bytes().map(|c| c == b'#')).collect();
        let mut blobs = Blobs::default();
        let found = blobs.find(&mask, 10, 1, 2);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].cells, CellBox { left: 0, top: 0, right: 5, bottom: 1 });
        assert_eq!((found[1].count, found[1].cells.bottom), (6, 6));
        assert_eq!(blobs.find(&mask, 10, 0, 1).len(), 3);
        assert_eq!(blobs.find(&mask, 10, 4, 1).len(), 1);
    }
}

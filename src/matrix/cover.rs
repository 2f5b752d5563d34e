//! Covers: rows and columns that hold every entry. The rank is at most the number of them, whatever the
//! entries are.
//!
//! The least cover has as many lines as the largest matching of rows to columns (D. König 1931), which is
//! found in phases of shortest augmenting paths (J. E. Hopcroft, R. M. Karp, SIAM J. Comput. 2, 1973).

use super::Matrix;

/// Rows and columns outside of which all entries are zero; both increasing, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The rows.
    pub rows: Vec<u32>,
    /// The columns.
    pub cols: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Cover {
    /// The number of lines.
    pub fn size(&self) -> usize {
        self.rows.len() + self.cols.len()
    }

    /// All rows that have an entry, or all columns that do: the fewer.
    pub fn by_one_side(matrix: &Matrix) -> Self {
        let rows = 0..matrix.rows();
        let mut seen = vec![false; matrix.cols()];
        rows.clone().flat_map(|i| matrix.columns(i)).for_each(|j| seen[*j as usize] = true);
        let rows: Vec<u32> =
            rows.filter(|i| !matrix.columns(*i).is_empty()).map(|i| i as u32).collect();
        let cols: Vec<u32> = (0..matrix.cols() as u32).filter(|j| seen[*j as usize]).collect();
        if rows.len() <= cols.len() {
            Self { rows, cols: Vec::new() }
        } else {
            Self { rows: Vec::new(), cols }
        }
    }

    /// A least cover. Cost: O(e sqrt(m + n)) for e entries.
    pub fn least(matrix: &Matrix) -> Self {
        let matching = Matching::largest(matrix);
        // What alternating paths reach from the rows that are not matched.
        let mut reached_rows: Vec<bool> = matching.col_of_row.iter().map(|j| *j == NONE).collect();
        let mut reached_cols = vec![false; matrix.cols()];
        let mut queue: Vec<usize> = (0..matrix.rows()).filter(|i| reached_rows[*i]).collect();
        while let Some(row) = queue.pop() {
            for col in matrix.columns(row).iter().map(|j| *j as usize) {
                if !std::mem::replace(&mut reached_cols[col], true) {
                    // No augmenting path is left, so the column is matched.
                    let next = matching.row_of_col[col] as usize;
                    if reached_rows.get(next) == Some(&false) {
                        reached_rows[next] = true;
                        queue.push(next);
                    }
                }
            }
        }
        let rows = (0..matrix.rows() as u32).filter(|i| !reached_rows[*i as usize]).collect();
        let cols = (0..matrix.cols() as u32).filter(|j| reached_cols[*j as usize]).collect();
        Self { rows, cols }
    }
}

struct Matching {
    col_of_row: Vec<u32>,
    row_of_col: Vec<u32>,
}

impl Matching {
    fn largest(matrix: &Matrix) -> Self {
        let mut matching =
            Self { col_of_row: vec![NONE; matrix.rows()], row_of_col: vec![NONE; matrix.cols()] };
        let mut levels = vec![NONE; matrix.rows()];
        let mut next = vec![0; matrix.rows()];
        while matching.levels(matrix, &mut levels) {
            next.fill(0);
            for row in 0..matrix.rows() {
                if matching.col_of_row[row] == NONE {
                    matching.augment(matrix, row, &mut levels, &mut next);
                }
            }
        }
        matching
    }

    /// Distances from the rows that are not matched along alternating paths; whether a path can be augmented.
    fn levels(&self, matrix: &Matrix, levels: &mut [u32]) -> bool {
        let mut queue: Vec<usize> = Vec::new();
        for (row, level) in levels.iter_mut().enumerate() {
            *level = if self.col_of_row[row] == NONE { 0 } else { NONE };
            if *level == 0 {
                queue.push(row);
            }
        }
        let mut found = false;
        let mut at = 0;
        while let Some(&row) = queue.get(at) {
            at += 1;
            for col in matrix.columns(row) {
                let other = self.row_of_col[*col as usize];
                if other == NONE {
                    found = true;
                } else if levels[other as usize] == NONE {
                    levels[other as usize] = levels[row] + 1;
                    queue.push(other as usize);
                }
            }
        }
        found
    }

    /// Augments along a path that goes down the levels, if there is one from this row.
    fn augment(&mut self, matrix: &Matrix, row: usize, levels: &mut [u32], next: &mut [usize]) {
        let mut path = vec![row];
        while let Some(&row) = path.last() {
            let Some(&col) = matrix.columns(row).get(next[row]) else {
                levels[row] = NONE; // a dead end for the others too
                path.pop();
                continue;
            };
            next[row] += 1;
            let other = self.row_of_col[col as usize];
            if other == NONE {
                // Each row of the path takes the column that it went through last.
                for row in path {
                    let col = matrix.columns(row)[next[row] - 1];
                    self.col_of_row[row] = col;
                    self.row_of_col[col as usize] = row as u32;
                }
                return;
            }
            if levels[row] != NONE && levels[other as usize] == levels[row] + 1 {
                path.push(other as usize);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::read::{Format, parse};

    /// The largest matching by trying every choice.
    fn matching(matrix: &Matrix, row: usize, used: &mut Vec<u32>) -> usize {
        if row == matrix.rows() {
            return 0;
        }
        let mut best = matching(matrix, row + 1, used);
        for col in matrix.columns(row) {
            if !used.contains(col) {
                used.push(*col);
                best = best.max(1 + matching(matrix, row + 1, used));
                used.pop();
            }
        }
        best
    }

    #[test]
    fn least_covers_cover_and_are_as_large_as_a_matching() {
        for seed in 0..400u64 {
            let (rows, cols) = (1 + seed as usize % 6, 1 + seed as usize / 6 % 7);
            let mut state = seed;
            let mut bit = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 40) % 10 < 3
            };
            let line =
                |_| (0..cols).map(|_| if bit() { "1" } else { "0" }).collect::<Vec<_>>().join(",");
            let text: Vec<String> = (0..rows).map(line).collect();
            let matrix =
                parse(text.join("\n").as_bytes(), Format::Csv, Default::default()).unwrap();
            let size = matching(&matrix, 0, &mut Vec::new());
            for cover in [Cover::least(&matrix), Cover::by_one_side(&matrix)] {
                for (i, j) in
                    (0..rows).flat_map(|i| matrix.columns(i).iter().map(move |j| (i as u32, j)))
                {
                    assert!(cover.rows.contains(&i) || cover.cols.contains(j), "{text:?}");
                }
                assert!(cover.size() >= size);
            }
            assert_eq!(Cover::least(&matrix).size(), size, "{text:?}");
        }
    }
}

//! A singular value decomposition by rotations of columns (Hestenes 1958), accurate for clusters and small values.

use nalgebra::{DMatrix, DVector};

/// U, S and V of a square matrix that is `U S V^T`, the values decreasing.
pub(super) struct Decomposition {
    pub(super) u: DMatrix<f64>,
    pub(super) values: Vec<f64>,
    pub(super) v: DMatrix<f64>,
}

/// Sweeps over all pairs of columns; a dozen are usual, and what is not orthogonal after these has wide bounds.
const SWEEPS: usize = 60;

impl Decomposition {
    /// Cost: O(n^3) a sweep.
    pub(super) fn of(matrix: &DMatrix<f64>) -> Self {
        let n = matrix.ncols();
        let (mut a, mut v) = (matrix.clone(), DMatrix::identity(n, n));
        for _ in 0..SWEEPS {
            let mut turned = false;
            for (p, q) in itertools::iproduct!(0..n, 0..n).filter(|(p, q)| p < q) {
                if let Some(turn) = rotation(&a, p, q) {
                    turned = true;
                    rotate(&mut a, (p, q), turn);
                    rotate(&mut v, (p, q), turn);
                }
            }
            if !turned {
                break;
            }
        }
        let sizes: Vec<f64> = a.column_iter().map(|column| column.norm()).collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|i, j| sizes[*j].total_cmp(&sizes[*i]));
        let mut u = DMatrix::zeros(a.nrows(), n);
        for (place, &j) in order.iter().enumerate() {
            let column = match sizes[j] > f64::MIN_POSITIVE {
                true => a.column(j) / sizes[j],
                false => orthogonal(&u),
            };
            u.set_column(place, &column);
        }
        let values = order.iter().map(|j| sizes[*j]).collect();
        Self { u, values, v: v.select_columns(&order) }
    }
}

/// Cosine and sine that make two columns orthogonal; `None` if they are, as far as rounding shows.
fn rotation(a: &DMatrix<f64>, p: usize, q: usize) -> Option<(f64, f64)> {
    let (x, y) = (a.column(p), a.column(q));
    let (alpha, beta, gamma) = (x.norm_squared(), y.norm_squared(), x.dot(&y));
    if gamma == 0.0 || gamma.abs() <= f64::EPSILON * alpha.sqrt() * beta.sqrt() {
        return None;
    }
    let zeta = (beta - alpha) / (2.0 * gamma);
    let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
    let cosine = tangent.hypot(1.0).recip();
    Some((cosine, cosine * tangent))
}

fn rotate(a: &mut DMatrix<f64>, (p, q): (usize, usize), (cosine, sine): (f64, f64)) {
    for mut row in a.row_iter_mut() {
        let (x, y) = (row[p], row[q]);
        row[p] = cosine * x - sine * y;
        row[q] = sine * x + cosine * y;
    }
}

/// A unit vector orthogonal to the columns, which are unit vectors or 0: what is left of the unit vector of which
/// most is left.
fn orthogonal(u: &DMatrix<f64>) -> DVector<f64> {
    let left = |k: usize| {
        let mut x = DVector::zeros(u.nrows());
        x[k] = 1.0;
        // Twice: the first time leaves what rounding leaves.
        for _ in 0..2 {
            x -= u * (u.transpose() * &x);
        }
        x
    };
    let all = (0..u.nrows()).map(left);
    let longest = all.max_by(|x, y| x.norm().total_cmp(&y.norm()));
    longest.map_or_else(|| DVector::zeros(u.nrows()), |x| x.normalize())
}

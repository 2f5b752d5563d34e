//! Multi-head self-attention (Vaswani et al. 2017).

use nalgebra::DMatrix;

/// `sum_h A_h (Y V_h) O_h` with `A_h = softmax_rows(Y Q_h (Y K_h)^T / sqrt(d_a))`, or without softmax
/// the same scores divided by N, which keeps their sums of the same size.
///
/// `weights` are the d x d matrices Q, K, V, O; head h has the columns `h d_a..(h+1) d_a` of the first
/// three and those rows of O, d_a = d / heads. Cost: O(N d^2 + N^2 d).
pub fn attention(
    y: &DMatrix<f64>,
    weights: &[DMatrix<f64>; 4],
    heads: usize,
    softmax: bool,
) -> DMatrix<f64> {
    let (tokens, width) = y.shape();
    let head_width = width / heads;
    let [queries, keys, values] = [0, 1, 2].map(|k| y * &weights[k]);
    let mut mixed = DMatrix::zeros(tokens, width);
    for head in 0..heads {
        let columns = head * head_width;
        let part = |m: &DMatrix<f64>| m.columns(columns, head_width).into_owned();
        let mut scores = part(&queries) * part(&keys).transpose() / (head_width as f64).sqrt();
        if softmax {
            softmax_rows(&mut scores);
        } else {
            scores /= tokens as f64;
        }
        mixed.columns_mut(columns, head_width).copy_from(&(scores * part(&values)));
    }
    mixed * &weights[3]
}

/// Replaces every row by `exp(x_j) / sum_k exp(x_k)`, computed from differences to its largest entry.
pub fn softmax_rows(scores: &mut DMatrix<f64>) {
    for mut row in scores.row_iter_mut() {
        let largest = row.max();
        row.apply(|x| *x = (*x - largest).exp());
        row /= row.sum();
    }
}

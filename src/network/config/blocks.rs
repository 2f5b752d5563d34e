//! Blocks of two parts, each with a residual connection, with or without normalisation.

use super::draft::{Draft, Norm, residual};

/// Where a block normalises.
#[derive(Clone, Copy)]
pub(super) enum Normed {
    /// Before each part, within its residual connection.
    Before(Norm),
    /// After each residual connection.
    After(Norm),
}

/// The beginnings of the keys of the weights of all blocks: of both parts, and of the normalisations of a real network.
pub(super) struct Keys {
    pub(super) parts: [String; 2],
    norms: [String; 2],
    norm: Norm,
    /// The number of the layer after the blocks.
    pub(super) next: usize,
}

/// How often blocks stand there, and whether with the same weights each time.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) times: usize,
    pub(super) shared: bool,
}

impl Draft {
    /// Blocks of these two parts. A polynomial network has no normalisation.
    pub(super) fn blocks(
        &mut self,
        Times { times, shared }: Times,
        parts: [&str; 2],
        normed: Normed,
    ) -> Keys {
        let first = self.count();
        let (Normed::Before(norm) | Normed::After(norm)) = normed;
        let share = |number: usize| match shared {
            true => format!(", share = \"norm{number}\""),
            false => String::new(),
        };
        let own = [1, 2].map(|number| norm.layer() + &share(number));
        let (layers, inner): (Vec<String>, usize) = match (self.real, normed) {
            (false, _) => (parts.map(|part| residual(&[part])).into(), 0),
            (true, Normed::Before(_)) => {
                let [a, b] = [0, 1].map(|part| residual(&[&own[part], parts[part]]));
                (vec![a, b], 1)
            }
            (true, Normed::After(_)) => {
                let [a, b] = parts.map(|part| residual(&[part]));
                let [after, last] = own;
                (vec![a, after, b, last], 0)
            }
        };
        let step = layers.len();
        self.repeat(times, &layers);
        // Weights that all blocks share have the number of the first.
        let number = |offset: usize| match (shared, first + offset) {
            (true, number) => number.to_string(),
            (false, 0) => format!("{{{step}i}}"),
            (false, number) => format!("{{{step}i+{number}}}"),
        };
        let part = |index: usize| number(index * step / 2);
        let norms = [0, 1].map(|index| match normed {
            Normed::Before(_) => format!("{}.inner0", part(index)),
            Normed::After(_) => number(index * step / 2 + 1),
        });
        let parts = [0, 1].map(|index| format!("{}.inner{inner}", part(index)));
        Keys { parts, norms, norm, next: first.saturating_add(step.saturating_mul(times)) }
    }

    /// Where the weights of the normalisations are found, if they stay.
    pub(super) fn block_norms(&mut self, keys: &Keys, modules: [String; 2]) {
        if self.real {
            for (key, module) in keys.norms.iter().zip(&modules) {
                self.norm_weights(key, keys.norm, module);
            }
        }
    }
}

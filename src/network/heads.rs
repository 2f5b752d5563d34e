//! The heads of an attention layer, as a view of its parameters.

use super::Network;
use super::layers::Layer;
use crate::arith::Ring;
use nalgebra::DMatrix;

/// The four factors of one head, each `width x head_width`. A layer without positions, masks and
/// biases maps `Y` to `sum_h (Y W_h Y^T) Y V_h`. The fields are named as in certificates; in network files O is
/// `value` and U is `out`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head<'a, T> {
    /// Q.
    pub query: &'a DMatrix<T>,
    /// K.
    pub key: &'a DMatrix<T>,
    /// O.
    pub output: &'a DMatrix<T>,
    /// U.
    pub value: &'a DMatrix<T>,
}

impl<T: Ring> Head<'_, T> {
    /// `W = Q K^T`, of size `width x width`.
    pub fn w(&self) -> DMatrix<T> {
        self.query * self.key.transpose()
    }

    /// `V = O U^T`, of size `width x width`.
    pub fn v(&self) -> DMatrix<T> {
        self.output * self.value.transpose()
    }
}

impl<T> Network<T> {
    /// The heads of a layer in order; none if it is not [`Layer::Attention`] or not there. Factors
    /// that heads share are in each of them.
    pub fn heads(&self, layer: usize) -> impl Iterator<Item = Head<'_, T>> {
        let shape = match self.layers.get(layer) {
            Some(Layer::Attention(shape)) => Some(shape),
            _ => None,
        };
        let numbers = shape.map(|shape| shape.factor_numbers()).unwrap_or_default();
        numbers.into_iter().map(move |numbers| {
            let [query, key, output, value] = numbers.map(|i| &self.parameters[layer][i]);
            Head { query, key, output, value }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::Rational;
    use crate::network::layers::Attention;

    /// Every parameter is a matrix of one number of its own; the names tell the heads apart.
    #[test]
    fn heads_hold_the_parameters_of_their_names() {
        for flags in 0..16u8 {
            let flag = |bit: u8| flags >> bit & 1 == 1;
            let layer = Layer::from(Attention {
                causal: flag(0),
                multi_query: flag(1),
                relative: flag(2),
                bias: flag(3),
                ..Attention::plain(2, 1)
            });
            let wanted = layer.parameters(3, 2);
            let numbered = wanted
                .iter()
                .enumerate()
                .map(|(i, p)| DMatrix::from_element(p.rows, p.cols, Rational::from(i as i64)));
            let list = numbered.collect();
            let network = Network::new(3, 2, vec![layer], vec![list]).unwrap();
            let heads: Vec<_> = network.heads(0).collect();
            assert_eq!(heads.len(), 2);
            for (h, head) in heads.into_iter().enumerate() {
                let factors = [head.query, head.key, head.output, head.value];
                for (name, factor) in ["query", "key", "value", "out"].into_iter().zip(factors) {
                    let own = format!("head{h}.{name}");
                    let index = wanted.iter().position(|p| p.name == own || p.name == name);
                    assert_eq!(factor[(0, 0)], Rational::from(index.unwrap() as i64), "{own}");
                }
                assert_eq!(head.w(), head.query * head.key.transpose());
                assert_eq!(head.v(), head.output * head.value.transpose());
            }
            assert_eq!(network.heads(1).count(), 0);
        }
    }
}

//! The network, in its naive definition.

use super::layers;
use super::matrix::{Matrix, add, index, multiply};
use super::problem::{Architecture, MixerSizes, Problem};
use super::ring::Ring;
use super::verdict::{Finding, Kind};
use crate::certificate::{self as file, Expression, Weights};

/// A network with weights in a ring: X goes to the entry of the last state that is f.
pub(super) struct Network<'a, R: Ring> {
    ring: &'a R,
    problem: &'a Problem<'a>,
    layers: Vec<Layer<'a, R::Element>>,
}

struct MixerLayer<E> {
    w: [Matrix<E>; 4],
    bias: Option<[Vec<E>; 4]>,
}

/// W and V of one head.
type Head<E> = (Matrix<E>, Matrix<E>);

enum Layer<'a, E> {
    /// `Y <- sum_h (Y W_h Y^T) Y V_h`.
    Attention(Vec<Head<E>>),
    /// `U = W2 sigma(W1 Y + b1) + b2`, `Y <- tau(U W3 + b3) W4 + b4`; with residuals `+ Y`, `+ U`.
    Mixer(Box<MixerLayer<E>>),
    /// An expression in Y and parameters.
    Expression(&'a Expression, Vec<layers::Given<E>>),
}

impl<'a, R: Ring> Network<'a, R> {
    /// Checks the sizes of the weights and embeds them.
    pub(super) fn new(
        ring: &'a R,
        problem: &'a Problem<'a>,
        weights: &Weights,
        place: &str,
    ) -> Result<Self, Finding> {
        let reader = Reader { ring, problem, place: format!("{place}.weights") };
        let layers: Result<Vec<_>, Finding> = match (&problem.architecture, weights) {
            (Architecture::Attention { heads, head_width }, Weights::Attention(layers)) => {
                reader.count(layers.len())?;
                let size = (problem.width, *head_width);
                let layer = |(l, heads_of_l): (usize, &Vec<file::Head>)| {
                    reader.attention(l, heads_of_l, *heads, size)
                };
                layers.iter().enumerate().map(layer).collect()
            }
            (Architecture::Mixer(m), Weights::Mixer(layers)) => {
                reader.count(layers.len())?;
                layers.iter().enumerate().map(|(l, layer)| reader.mixer(l, layer, m)).collect()
            }
            (Architecture::Layers(given), Weights::Layers(weights)) => {
                reader.count(weights.len())?;
                let both = given.layers.iter().zip(weights).enumerate();
                both.map(|(l, (layer, weights))| reader.parameters(l, layer, weights, place))
                    .collect()
            }
            _ => {
                let expected = "weights of the problem's architecture";
                let place = &reader.place;
                return Err(Finding::new(Kind::WeightShape, place, expected, "the other's"));
            }
        };
        Ok(Self { ring, problem, layers: layers? })
    }

    /// f at the X with the given entries on either side.
    pub(super) fn at(&self, left: &[R::Element], right: &[R::Element]) -> R::Element {
        let (n, d) = (index(self.problem.tokens), index(self.problem.width));
        let (mut own, mut other) = (left.chunks(d), right.chunks(d));
        let mut positions = self.problem.left.iter().peekable();
        let mut entries = Vec::with_capacity(left.len() + right.len());
        for token in 0..self.problem.tokens {
            let on_left = positions.next_if_eq(&&token).is_some();
            let side = if on_left { &mut own } else { &mut other };
            entries.extend_from_slice(side.next().unwrap_or_default());
        }
        self.evaluate(Matrix::new(n, d, entries))
    }

    /// f(X), X being N x d.
    pub(super) fn evaluate(&self, x: Matrix<R::Element>) -> R::Element {
        let mut y = match &self.problem.architecture {
            Architecture::Mixer(MixerSizes { permutation: Some(source), .. }) => {
                let entries = source.iter().map(|&e| x.entries()[index(e)].clone());
                Matrix::new(x.rows, x.cols, entries.collect())
            }
            _ => x,
        };
        for layer in &self.layers {
            y = match layer {
                Layer::Attention(heads) => self.attention(heads, &y),
                Layer::Mixer(layer) => self.mixer(layer, &y),
                Layer::Expression(expression, parameters) => {
                    layers::evaluate(self.ring, expression, parameters, &y).into_owned()
                }
            };
        }
        y.get(index(self.problem.output.0), index(self.problem.output.1)).clone()
    }

    fn attention(&self, heads: &[Head<R::Element>], y: &Matrix<R::Element>) -> Matrix<R::Element> {
        let times = |a: &Matrix<_>, b: &Matrix<_>| multiply(self.ring, a, b);
        let transposed = y.transpose();
        let zero = Matrix::from_fn(y.rows, y.cols, |_, _| self.ring.zero());
        heads.iter().fold(zero, |sum, (w, v)| {
            let scores = times(&times(y, w), &transposed);
            add(self.ring, &sum, &times(&times(&scores, y), v))
        })
    }

    fn mixer(
        &self,
        MixerLayer { w: [w1, w2, w3, w4], bias }: &MixerLayer<R::Element>,
        y: &Matrix<R::Element>,
    ) -> Matrix<R::Element> {
        let ring = self.ring;
        let Architecture::Mixer(shape) = &self.problem.architecture else { return y.clone() };
        // Token biases are one number a row, channel biases one a column.
        let biased = |m: Matrix<R::Element>, index: usize| match bias {
            Some(b) => Matrix::from_fn(m.rows, m.cols, |i, j| {
                ring.add(m.get(i, j), &b[index][if index < 2 { i } else { j }])
            }),
            None => m,
        };
        let activated = |m: Matrix<R::Element>, degree| m.map(|z| ring.power(z, degree));
        let residual = |m, before| if shape.residual { add(ring, &m, before) } else { m };
        let hidden = activated(biased(multiply(ring, w1, y), 0), shape.token_degree);
        let u = residual(biased(multiply(ring, w2, &hidden), 1), y);
        let hidden = activated(biased(multiply(ring, &u, w3), 2), shape.channel_degree);
        residual(biased(multiply(ring, &hidden, w4), 3), &u)
    }
}

/// Takes weights from the file into the ring.
struct Reader<'a, R> {
    ring: &'a R,
    problem: &'a Problem<'a>,
    place: String,
}

impl<'r, R: Ring> Reader<'r, R> {
    fn mismatch(&self, place: &str, expected: u64, got: usize, what: &str) -> Finding {
        Finding::new(Kind::WeightShape, place, format_args!("{expected} {what}"), got)
    }

    fn size(&self, place: &str, expected: u64, got: usize, what: &str) -> Result<(), Finding> {
        if expected == got as u64 { Ok(()) } else { Err(self.mismatch(place, expected, got, what)) }
    }

    /// As many layers as the problem has.
    fn count(&self, got: usize) -> Result<(), Finding> {
        self.size(&self.place, self.problem.depth, got, "layers")
    }

    /// Layer number `l` of attention, its factors being of the given size.
    fn attention(
        &self,
        l: usize,
        list: &[file::Head],
        heads: u64,
        size: (u64, u64),
    ) -> Result<Layer<'r, R::Element>, Finding> {
        let place = format!("{}[{l}]", self.place);
        self.size(&place, heads, list.len(), "heads")?;
        let head = |(h, head)| self.head(head, &format!("{place}[{h}]"), size);
        list.iter().enumerate().map(head).collect::<Result<_, _>>().map(Layer::Attention)
    }

    /// Layer number `l` of a Mixer.
    fn mixer(
        &self,
        l: usize,
        layer: &file::MixerLayer,
        m: &MixerSizes,
    ) -> Result<Layer<'r, R::Element>, Finding> {
        let place = format!("{}[{l}]", self.place);
        let (n, d) = (self.problem.tokens, self.problem.width);
        let (s, c) = (m.token_hidden, m.channel_hidden);
        let matrix =
            |name: &str, m, rows, cols| self.matrix(m, &format!("{place}.{name}"), (rows, cols));
        let w = [
            matrix("w1", &layer.w1, s, n)?,
            matrix("w2", &layer.w2, n, s)?,
            matrix("w3", &layer.w3, d, c)?,
            matrix("w4", &layer.w4, c, d)?,
        ];
        let vector = |name: &str, v, size| self.vector(v, &format!("{place}.bias.{name}"), size);
        let bias = match (&layer.bias, m.bias) {
            (Some(b), true) => Some([
                vector("b1", &b.b1, s)?,
                vector("b2", &b.b2, n)?,
                vector("b3", &b.b3, c)?,
                vector("b4", &b.b4, d)?,
            ]),
            (None, false) => None,
            (given, wanted) => {
                let (place, got) = (format!("{place}.bias"), usize::from(given.is_some()));
                return Err(self.mismatch(&place, u64::from(wanted), got, "sets of biases"));
            }
        };
        Ok(Layer::Mixer(Box::new(MixerLayer { w, bias })))
    }

    fn vector(
        &self,
        vector: &[file::Rational],
        place: &str,
        size: u64,
    ) -> Result<Vec<R::Element>, Finding> {
        self.size(place, size, vector.len(), "entries")?;
        let embed = |q: &file::Rational| {
            self.ring.embed(&q.0).ok_or_else(|| {
                Finding::new(Kind::Denominator, place, "a denominator prime to the modulus", q)
            })
        };
        vector.iter().map(embed).collect()
    }

    fn matrix(
        &self,
        matrix: &file::Matrix,
        place: &str,
        (rows, cols): (u64, u64),
    ) -> Result<Matrix<R::Element>, Finding> {
        self.size(place, rows, matrix.len(), "rows")?;
        let mut entries = Vec::new();
        for (i, row) in matrix.iter().enumerate() {
            entries.extend(self.vector(row, &format!("{place}[{i}]"), cols)?);
        }
        Ok(Matrix::new(index(rows), index(cols), entries))
    }

    /// Layer number `l` with its values, and the weights in place of those it has not.
    fn parameters(
        &self,
        l: usize,
        layer: &'r file::Layer,
        weights: &[file::Matrix],
        claim: &str,
    ) -> Result<Layer<'r, R::Element>, Finding> {
        let own = format!("{}[{l}]", self.place);
        let free = layer.parameters.iter().filter(|p| p.value.is_none()).count() as u64;
        self.size(&own, free, weights.len(), "matrices")?;
        let mut weights = weights.iter().enumerate();
        let mut matrices = Vec::new();
        for (i, p) in layer.parameters.iter().enumerate() {
            let (matrix, place) = match &p.value {
                Some(value) => {
                    let layers = format!("{claim}.problem.architecture.layers.layers[{l}]");
                    (value, format!("{layers}.parameters[{i}].value"))
                }
                None => match weights.next() {
                    Some((w, matrix)) => (matrix, format!("{own}[{w}]")),
                    None => return Err(self.mismatch(&own, free, i, "matrices")),
                },
            };
            matrices.push(self.matrix(matrix, &place, (p.rows, p.cols))?);
        }
        let given = matrices.into_iter().map(layers::Given::from).collect();
        Ok(Layer::Expression(&layer.expression, given))
    }

    /// W = query key^T and V = output value^T.
    fn head(
        &self,
        head: &file::Head,
        place: &str,
        size: (u64, u64),
    ) -> Result<Head<R::Element>, Finding> {
        let factor = |name: &str, m| self.matrix(m, &format!("{place}.{name}"), size);
        let product = |a, b: Matrix<_>| multiply(self.ring, &a, &b.transpose());
        let w = product(factor("query", &head.query)?, factor("key", &head.key)?);
        Ok((w, product(factor("output", &head.output)?, factor("value", &head.value)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ring::Residues;
    use num_rational::BigRational;

    /// A Mixer of identities takes each entry from where the permutation has it.
    #[test]
    fn entries_are_permuted_first() {
        let unit = |i, j| file::Text(BigRational::from_integer(i32::from(i == j).into()));
        let identity: file::Matrix = (0..2).map(|i| (0..2).map(|j| unit(i, j)).collect()).collect();
        let [w1, w2, w3, w4] = [(); 4].map(|()| identity.clone());
        let weights = Weights::Mixer(vec![file::MixerLayer { w1, w2, w3, w4, bias: None }]);
        let ring = Residues::new(101);
        for permutation in [None, Some(vec![2, 0, 3, 1])] {
            let source = permutation.clone().unwrap_or(vec![0, 1, 2, 3]);
            for (entry, expected) in source.into_iter().enumerate() {
                let sizes = MixerSizes {
                    token_hidden: 2,
                    token_degree: 1,
                    channel_hidden: 2,
                    channel_degree: 1,
                    bias: false,
                    residual: false,
                    permutation: permutation.clone(),
                };
                let problem = Problem {
                    architecture: Architecture::Mixer(sizes),
                    depth: 1,
                    width: 2,
                    tokens: 2,
                    left: vec![0],
                    output: (entry as u64 / 2, entry as u64 % 2),
                };
                let network = Network::new(&ring, &problem, &weights, "").unwrap();
                let x = Matrix::new(2, 2, vec![10, 11, 12, 13]);
                assert_eq!(network.evaluate(x), 10 + expected);
            }
        }
    }
}

//! A network over a prime field.

use super::Network;
use crate::arith::{Fp, Prime, Rational};
use num_traits::Zero;
use rug::Integer;

/// An entry of a network's parameters that means something else modulo a prime: `1/p` has no
/// residue there, and p is zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "layer {layer}, {parameter}: the {part} of entry {row},{col} = {value} must not be divisible \
     by the prime {prime}"
)]
pub struct VanishingEntry {
    /// Index of the layer.
    pub layer: usize,
    /// Name of the parameter, for example `"head0.query"`.
    pub parameter: String,
    /// Row of the entry.
    pub row: usize,
    /// Column of the entry.
    pub col: usize,
    /// The entry.
    pub value: Rational,
    /// Which part of it the prime divides.
    pub part: RatioPart,
    /// The prime.
    pub prime: Prime,
}

/// A part of a ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatioPart {
    /// Divisible by p in a number that is zero modulo p.
    Numerator,
    /// Divisible by p in a number that has no residue.
    Denominator,
}

impl std::fmt::Display for RatioPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Numerator => "numerator",
            Self::Denominator => "denominator",
        })
    }
}

impl Network<Rational> {
    /// The network over F_p: the residues of all parameters.
    ///
    /// # Errors
    /// The first entry whose denominator p divides; it has no residue.
    pub fn modulo(&self, prime: Prime) -> Result<Network<Fp>, VanishingEntry> {
        let p = Integer::from(prime.get());
        self.first_entry(prime, |q| q.denom().is_divisible(&p).then_some(RatioPart::Denominator))?;
        Ok(self.map(|q| Fp::from_ratio(q, prime).expect("every denominator is invertible")))
    }

    /// Whether every parameter keeps its residue modulo p, and is zero there only if it is zero.
    /// Without that the network over F_p is a special case of the one that was asked for: a factor
    /// p in a layer's values, for example, would cut its channel off.
    ///
    /// # Errors
    /// The first entry, not zero, whose numerator or denominator p divides.
    pub fn faithful_modulo(&self, prime: Prime) -> Result<(), VanishingEntry> {
        let p = Integer::from(prime.get());
        self.first_entry(prime, |q| match q.denom().is_divisible(&p) {
            true => Some(RatioPart::Denominator),
            false if !q.is_zero() && q.numer().is_divisible(&p) => Some(RatioPart::Numerator),
            false => None,
        })
    }

    /// An error that names the first entry in which `vanishing` finds a part.
    fn first_entry(
        &self,
        prime: Prime,
        vanishing: impl Fn(&Rational) -> Option<RatioPart>,
    ) -> Result<(), VanishingEntry> {
        for (layer, (matrices, names)) in self.parameters.iter().zip(self.names.iter()).enumerate()
        {
            for (matrix, parameter) in matrices.iter().zip(names) {
                let entries = (0..matrix.nrows())
                    .flat_map(|row| (0..matrix.ncols()).map(move |col| (row, col)));
                for (row, col) in entries {
                    let value = &matrix[(row, col)];
                    if let Some(part) = vanishing(value) {
                        let (parameter, value) = (parameter.clone(), value.clone());
                        return Err(VanishingEntry {
                            layer,
                            parameter,
                            row,
                            col,
                            value,
                            part,
                            prime,
                        });
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::layers::{Over, Scaling};
    use crate::network::{Problem, WeightStyle};
    use nalgebra::DMatrix;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    /// A layer of four numbers.
    fn network(values: [(i64, i64); 4]) -> Network<Rational> {
        let layer = Scaling { over: Over::Entries, values: None };
        let values = values.map(Rational::from);
        let matrix = DMatrix::from_row_slice(2, 2, &values);
        Network::new(2, 2, vec![layer.into()], vec![vec![matrix]]).unwrap()
    }

    #[test]
    fn what_vanishes_is_named() {
        let prime = Prime::new(7).unwrap();
        let sound = network([(1, 2), (-3, 5), (0, 1), (8, 1)]);
        assert_eq!(sound.faithful_modulo(prime), Ok(()));
        let residues = sound.modulo(prime).unwrap().parameters()[0][0].map(|r| r.residue(prime));
        // 1/2 = 4, -3/5 = -3 * 3 = 5, 0, 8 = 1 modulo 7.
        assert_eq!(residues, DMatrix::from_row_slice(2, 2, &[4, 5, 0, 1]));
        let zero = network([(1, 2), (-3, 5), (14, 3), (1, 1)]);
        assert!(zero.modulo(prime).is_ok());
        let error = zero.faithful_modulo(prime).unwrap_err();
        assert_eq!((error.row, error.col, error.part), (1, 0, RatioPart::Numerator));
        let pole = network([(1, 2), (3, 14), (7, 1), (1, 1)]);
        let error = pole.modulo(prime).unwrap_err();
        assert_eq!(pole.faithful_modulo(prime), Err(error.clone()));
        assert_eq!(
            error.to_string(),
            "layer 0, values: the denominator of entry 0,1 = 3/14 must not be divisible by the prime 7"
        );
    }

    #[test]
    fn residues_commute_with_the_forward_pass() {
        let problem = Problem::attention(2, 2, 1, 2).unwrap();
        let network = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(3));
        let x = DMatrix::from_fn(2, 2, |i, j| Rational::from((2 * i as i64 - 1, 1 + j as i64)));
        for prime in [Prime::WORD, Prime::MERSENNE_61] {
            let reduce = |q: &Rational| Fp::from_ratio(q, prime).unwrap();
            let below = network.modulo(prime).unwrap().forward(&x.map(|q| reduce(&q)));
            assert_eq!(below, network.forward(&x).map(|q| reduce(&q)));
        }
    }
}

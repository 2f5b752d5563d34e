//! Theorem 4.6': any network whose first layer that is not affine depends on the input through one
//! activation only, such as a token mixing without a residual connection; biases and any polynomials.

use super::mixer_homogeneous::up_to_covered;
use super::support::{covered_below, supported, within_forms};
use super::{Bound, Inapplicable, LogInterval, Side};
use crate::network::{Architecture, FirstActivation, Problem};
use rug::Integer;

struct NetworkSupport;

impl Bound for NetworkSupport {
    fn id(&self) -> &'static str {
        "network-support"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "4.6'"
    }
    fn formula(&self) -> &'static str {
        "$min_{0<=t<=D+1} [ sum_{a<t} N_A(a) + sum_{b<=D-t} N_B(b) ]$, $N_A(a)$ the lesser of $mc(n_A, a)$ and the \
         number of monomials $u^alpha$ of degree a in $n$ variables with $sum_i ceil(alpha_i / k) <= D / k$; $k$ the \
         degree of the first activation, $n$ its entries, $D$, $n_A$, $n_B$ those of 4.5"
    }
    fn hypotheses(&self) -> &'static str {
        "network, described by its layers, first activation of degree $k >= 3$ and all that follows a function of it, \
         all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let why = match (problem.architecture(), first(problem)) {
            (Architecture::Layers(_), Some(FirstActivation { degree: 3.., .. })) => return Ok(()),
            (Architecture::Layers(_), _) => {
                "needs an activation of degree 3 or more in the first layer that is not affine, and nothing beside it"
            }
            _ => "is for networks given by their layers; these have bounds of their own",
        };
        Err(Inapplicable::new(why))
    }
    /// `None` also where the monomials take too long to count.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let FirstActivation { entries, degree } = first(problem)?;
        let units = problem.big_degree().to_u64()? / degree;
        let monomials = supported(&entries.into(), degree, units)?;
        let (n_a, n_b) = problem.visible_variables();
        Some(covered_below(&within_forms(n_a, &monomials), &within_forms(n_b, &monomials)))
    }
    /// Wide: from 1 to 4.5, which the value does not exceed.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        up_to_covered(problem.visible_variables(), &problem.big_degree())
    }
}

inventory::submit!(&NetworkSupport as &dyn Bound);

fn first(problem: &Problem) -> Option<FirstActivation> {
    match problem.architecture() {
        Architecture::Layers(_) => problem.first_activation(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::Rational;
    use crate::bounds::attack::withstood;
    use crate::network::layers::{
        Attention, ChannelMixing, Layer, LinearHead, Pooling, Residual, TokenMixing,
    };
    use crate::network::{Activation, Output, Partition};
    use crate::prove::{RankRequest, rank};

    fn problem(layers: Vec<Layer>, width: usize, tokens: usize) -> Problem {
        let partition = Partition::halves(tokens).unwrap();
        Problem::new(Architecture::of_layers(width, layers), partition, Output::default()).unwrap()
    }

    /// `z^k + z + 1`, not a power.
    fn polynomial(k: usize) -> Activation {
        let mut coefficients = vec![Rational::from(0); k + 1];
        for i in [0, 1, k] {
            coefficients[i] = Rational::from(1);
        }
        Activation::new(coefficients).unwrap()
    }

    fn mixing(activation: Activation, bias: bool) -> Layer {
        TokenMixing { hidden: 2, activation, bias }.into()
    }

    fn channels(degree: u64, bias: bool) -> Layer {
        ChannelMixing { hidden: 2, activation: Activation::Power(degree), bias }.into()
    }

    /// The cases of Theorem 4.6 with other activations and biases: the same numbers, and random weights reach
    /// them: 14, 18, 46 and 138.
    #[test]
    fn random_weights_reach_it() {
        for (depth, k_t, k_c, value) in
            [(1, 4, 1, 14), (1, 5, 1, 18), (1, 3, 2, 46), (2, 3, 1, 138)]
        {
            for bias in [false, true] {
                let block = || [mixing(polynomial(k_t), bias), channels(k_c, bias)];
                let own = problem((0..depth).flat_map(|_| block()).collect(), 2, 4);
                assert!(matches!(own.architecture(), Architecture::Layers(_)));
                let found = rank(&RankRequest::new(own.clone()), &|_, _| ()).unwrap().rank;
                let values = (NetworkSupport.value(&own), found);
                assert_eq!(values, (Some(value.into()), value), "{own:?}");
                let degree = crate::bounds::find("network-degree").unwrap();
                assert!(degree.value(&own).unwrap() > value);
            }
        }
    }

    /// Affine layers before, other layers behind; no weights exceed it, and 4.5 is not below it.
    #[test]
    fn no_weights_exceed_it() {
        let cube = || mixing(polynomial(3), true);
        let head = |outputs| -> Layer { LinearHead { outputs, bias: true }.into() };
        for layers in [
            vec![head(3), cube(), channels(2, false)],
            vec![mixing(Activation::Power(1), true), cube(), Pooling {}.into()],
            vec![channels(3, true), mixing(Activation::Power(2), false)],
            vec![mixing(Activation::Power(4), false), head(1)],
            vec![cube(), Residual { inner: vec![channels(2, true)] }.into()],
        ] {
            let problem = problem(layers, 2, 3);
            NetworkSupport.applies(&problem).unwrap();
            let value = withstood(&NetworkSupport, &problem);
            let degree = crate::bounds::find("network-degree").unwrap().value(&problem).unwrap();
            assert!(value <= degree);
        }
    }

    /// What depends on the input beside the activation, or has none of degree 3, is refused.
    #[test]
    fn its_hypotheses() {
        let cube = mixing(polynomial(3), false);
        for layers in [
            vec![Residual { inner: vec![cube.clone()] }.into()],
            vec![mixing(Activation::Power(2), true), cube.clone()],
            vec![Attention::plain(1, 2).into(), cube.clone()],
            vec![mixing(Activation::Power(1), true)],
        ] {
            assert!(NetworkSupport.applies(&problem(layers, 2, 3)).is_err());
        }
        let inside = vec![LinearHead { outputs: 2, bias: false }.into(), cube, channels(2, true)];
        let nested =
            problem(vec![crate::network::layers::Parallel { branches: vec![inside] }.into()], 2, 3);
        assert!(NetworkSupport.applies(&nested).is_ok());
        assert!(NetworkSupport.applies(&Problem::mixer(1, 2, 2, 2).unwrap()).is_err());
    }
}

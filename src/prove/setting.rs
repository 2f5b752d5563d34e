//! A request with everything that follows from it before a matrix is made: scope, inputs, weights and
//! the bounds that hold.

use super::answer::{BoundValue, Scope};
use super::request::{Inputs, RankError, RankRequest, Weights, generator};
use super::witness::{Witness, WitnessKind};
use crate::arith::Rational;
use crate::bounds::{Evaluation, Side, applicable, evaluate};
use crate::files::Bytes;
use crate::network::{InputFamily, InvalidProblem, Network, WeightStyle};
use crate::tensor::hankel::{Labels, Sizes};
use crate::tensor::{MemoryLimit, weight_bytes};
use rand_chacha::ChaCha20Rng;
use std::cell::OnceCell;

/// A request, resolved. Weights are drawn and bounds evaluated when they are first asked for.
pub(super) struct Setting<'a> {
    pub(super) request: &'a RankRequest,
    pub(super) scope: Scope,
    /// The inputs of a proof, or all.
    pub(super) family: Option<InputFamily>,
    pub(super) witness: Option<Witness>,
    /// Bytes of the weights, of a forecast also of those that are not made.
    pub(super) weight_bytes: u64,
    /// Weights of more bytes are not made, as in a forecast.
    pub(super) made: MemoryLimit,
    bounds: OnceCell<Vec<Evaluation>>,
    /// Random weights, and the generator as drawing them leaves it.
    drawn: OnceCell<(Network<Rational>, ChaCha20Rng)>,
}

/// Bounds with more decimal digits are above every rank that 64 bits count.
const DIGITS: f64 = 20.0;

/// Whether what is asked can be drawn that often.
fn drawn_often(request: &RankRequest) -> Result<(), InvalidProblem> {
    let allowed = match (&request.weights, request.draws) {
        (_, 0) => "at least 1",
        (Weights::Styled(_), 2..) => {
            "must be 1 for weights of this kind, as each draw of them is another network"
        }
        _ => return Ok(()),
    };
    Err(InvalidProblem::new("draws", request.draws, allowed))
}

/// Why the weights are not made.
pub(super) fn not_made(bytes: u64, made: MemoryLimit) -> String {
    let (bytes, most) = (Bytes(bytes), Bytes(made.0));
    format!("the forecast depends on these weights, which take {bytes}; it makes at most {most}")
}

impl<'a> Setting<'a> {
    /// Weights of more than `made` bytes are not made.
    ///
    /// # Errors
    /// A degree past 64 bits, weights over the memory limit, named weights that do not fit the problem,
    /// or the inputs of a proof without its weights.
    pub(super) fn new(request: &'a RankRequest, made: MemoryLimit) -> Result<Self, RankError> {
        let problem = &request.problem;
        problem.degree()?;
        drawn_often(request)?;
        let copies = match &request.weights {
            // Of several draws the best is kept.
            Weights::Random | Weights::Styled(_) => 1 + u64::from(request.draws > 1),
            // Those that are given, or put together, and those of the network.
            _ => 2,
        };
        // The inputs are there in two places too.
        let inputs = match &request.weights {
            Weights::Named(kind) => kind.input_bytes(problem).and_then(|n| n.checked_mul(2)),
            _ => Some(0),
        };
        let bytes = weight_bytes(problem, copies).zip(inputs).and_then(|(w, i)| w.checked_add(i));
        let sizes = &["depth", "width", "tokens"];
        request.memory.check("the weights", bytes, sizes)?;
        let weight_bytes = bytes.unwrap_or(u64::MAX);
        let witness = match &request.weights {
            Weights::Named(kind) => {
                if weight_bytes > made.0 {
                    let allowed = not_made(weight_bytes, made);
                    return Err(InvalidProblem::new("weights", kind.name(), allowed).into());
                }
                Some(kind.build(problem)?)
            }
            Weights::Witness(witness) => Some(witness.as_ref().clone()),
            _ => None,
        };
        let (scope, family) = match (request.inputs, &witness) {
            // Of a network whose layers state all their numbers there is nothing to draw.
            (Inputs::All, _)
                if request.weights == Weights::Random && problem.weight_degree() != Some(0) =>
            {
                (Scope::Generic, None)
            }
            (Inputs::All, _) => (Scope::Weights, None),
            (Inputs::Theorem, Some(witness)) => (Scope::ProofInputs, Some(witness.family.clone())),
            (Inputs::Theorem, None) => {
                let names = WitnessKind::ALL.map(WitnessKind::name).join(", ");
                let allowed =
                    format!("needs the weights of a proof, which names the inputs: {names}");
                return Err(InvalidProblem::new("inputs", "theorem", allowed).into());
            }
        };
        let (bounds, drawn) = (OnceCell::new(), OnceCell::new());
        Ok(Self { request, scope, family, witness, weight_bytes, made, bounds, drawn })
    }

    fn drawn(&self) -> &(Network<Rational>, ChaCha20Rng) {
        self.drawn.get_or_init(|| {
            let style = match &self.request.weights {
                Weights::Styled(style) => *style,
                _ => WeightStyle::Random,
            };
            let mut rng = generator(self.request.seed);
            let network = style.draw(&self.request.problem, &mut rng);
            (network, rng)
        })
    }

    /// The network of given weights, or of those of a proof.
    fn known(&self) -> Option<&Network<Rational>> {
        match &self.request.weights {
            Weights::Given(network) => Some(network),
            _ => self.witness.as_ref().map(|witness| &witness.network),
        }
    }

    /// Whether the weights are not drawn, so that they may be fractions of many digits.
    pub(super) fn is_given(&self) -> bool {
        matches!(self.request.weights, Weights::Given(_))
    }

    /// Bits of a coefficient of f, about: of a product of as many weights as its degree in them. Weights that are not made
    /// have a few.
    pub(super) fn entry_bits(&self) -> f64 {
        let weights = self.known().map(|network| network.parameters().iter().flatten().flatten());
        let bits = |q: &Rational| q.numer().significant_bits() + q.denom().significant_bits();
        let most = weights.and_then(|weights| weights.map(bits).max()).unwrap_or(6);
        f64::from(most) * self.request.problem.weight_degree().unwrap_or(0) as f64
    }

    /// The network with its weights.
    pub(super) fn network(&self) -> &Network<Rational> {
        self.known().unwrap_or_else(|| &self.drawn().0)
    }

    /// The generator as drawing the weights leaves it.
    pub(super) fn rng(&self) -> ChaCha20Rng {
        match self.known() {
            Some(_) => generator(self.request.seed),
            None => self.drawn().1.clone(),
        }
    }

    /// The network with its weights, and the inputs of a proof.
    pub(super) fn into_parts(mut self) -> (Network<Rational>, Option<InputFamily>) {
        let drawn = self.drawn.take().map(|(network, _)| network);
        let made = drawn.or_else(|| Some(self.witness.take()?.network));
        (made.unwrap_or_else(|| self.network().clone()), self.family)
    }

    /// The bounds that hold for the scope: upper bounds are of all weights and all inputs, lower bounds
    /// of almost all weights on all inputs.
    fn bounds(&self) -> &[Evaluation] {
        let problem = &self.request.problem;
        self.bounds.get_or_init(|| {
            let holds = |side| side == Side::Upper || self.scope == Scope::Generic;
            let list = applicable(problem).into_iter().filter(|b| holds(b.side()));
            list.map(|b| evaluate(b, problem, DIGITS)).collect()
        })
    }

    /// The same, written out.
    pub(super) fn bound_values(&self) -> Vec<BoundValue> {
        let value = |e: &Evaluation| {
            let value = e.value.clone().or_else(|| e.bound.value(&self.request.problem));
            BoundValue { id: e.bound.id(), side: e.bound.side(), value, log: e.log.clone() }
        };
        self.bounds().iter().map(value).collect()
    }

    /// The least upper bound that 64 bits hold, with its id.
    pub(super) fn upper(&self) -> Option<(&'static str, u64)> {
        let uppers = self.bounds().iter().filter(|e| e.bound.side() == Side::Upper);
        uppers.filter_map(|e| Some((e.bound.id(), e.value.as_ref()?.to_u64()?))).min_by_key(|b| b.1)
    }

    /// A rank that is reached, to plan by: of random weights the best lower bound, of those of a proof
    /// its formula, else 0. `None` past 64 bits.
    pub(super) fn reached(&self) -> Option<u64> {
        if let Some(witness) = &self.witness {
            return witness.rank.to_u64();
        }
        let lowers = self.bounds().iter().filter(|e| e.bound.side() == Side::Lower);
        lowers
            .filter(|e| e.log.is_some())
            .try_fold(0, |best: u64, e| Some(best.max(e.value.as_ref()?.to_u64()?)))
    }

    /// The symmetry under signs of the function of a sum, of so many variables and components. Random
    /// weights have none: by chance alone entries vanish.
    pub(super) fn labels(&self, sizes: &Sizes) -> Labels {
        let special = self.request.weights != Weights::Random;
        let found = special.then(|| Labels::of_attention(&self.request.problem, self.network()));
        let none = || Labels::none(sizes.variables as usize, sizes.components as usize);
        found.flatten().unwrap_or_else(none)
    }
}

//! Lower-bound witnesses as Coq theorems.
//!
//! The file that is written holds the network and the grid points as literals. Coq evaluates the
//! network on the grid, factors the minor modulo a small prime and concludes
//! `sep_rank_lower : forall s, sep_le .. s -> r <= s` by `proofs/theories/Certificate.v`.

use super::grid_witness::GridWitness;
use super::literals::{attention_weights, mixer_weights, rows};
use crate::arith::{Fp, Prime, Rational};
use crate::linalg::rank_mod_p;
use crate::network::{Architecture, Network, Problem, describe};
use crate::tensor::{Evaluator, GridPoints};
use itertools::Itertools;
use nalgebra::DMatrix;

/// Why a witness cannot be written as a Coq theorem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CoqError {
    /// The Coq evaluator has no input permutations.
    #[error("the Coq evaluator has no input permutations")]
    Permutation,
    /// The Coq evaluator knows attention and Mixers only.
    #[error("the Coq evaluator knows attention and Mixers only")]
    Layers,
    /// The Coq evaluator reads integers.
    #[error("weight {0} is not an integer, which the Coq evaluator needs")]
    Fraction(String),
    /// The minor vanishes modulo each of the primes tried.
    #[error("the minor vanishes modulo each of {0} primes below 2^20")]
    NoPrime(usize),
}

/// Primes that the Coq checker accepts: products of residues, summed a few hundred times, fit its
/// native 63-bit integers.
fn primes() -> impl Iterator<Item = Prime> {
    (0..1 << 20).rev().filter_map(|p| Prime::new(p).ok()).take(20)
}

/// The Coq file for a witness. It compiles with `coqc -R proofs/theories Seprank`.
///
/// # Errors
/// [`CoqError`], if the network is beyond the Coq evaluator.
pub fn coq_theorem(witness: &GridWitness) -> Result<String, CoqError> {
    let GridWitness { problem, network, points, prime: large } = witness;
    let integers = |m: &DMatrix<Rational>| match m.iter().find(|q| *q.denom() != 1) {
        Some(q) => Err(CoqError::Fraction(q.to_string())),
        None => Ok(()),
    };
    network.parameters().iter().flatten().try_for_each(integers)?;
    for prime in primes() {
        // Any integers do as points: the residues modulo this smaller prime are taken.
        let side = |list: &[DMatrix<Fp>]| -> Vec<DMatrix<Fp>> {
            let small = |x: Fp| Fp::from_residue(x.residue(*large), prime);
            list.iter().map(|m| m.map(small)).collect()
        };
        let points = GridPoints { left: side(&points.left), right: side(&points.right) };
        let Ok(reduced) = network.modulo(prime) else { continue };
        let matrix = Evaluator::new(problem, &reduced, prime).grid(&points, &|_| ());
        if rank_mod_p(&matrix, prime).rank == points.left.len() {
            return write_theorem(problem, network, &points, prime);
        }
    }
    Err(CoqError::NoPrime(primes().count()))
}

fn write_theorem(
    problem: &Problem,
    network: &Network<Rational>,
    points: &GridPoints<Fp>,
    prime: Prime,
) -> Result<String, CoqError> {
    let (n, d, r) = (problem.tokens(), problem.width(), points.left.len());
    let (token, channel) = (problem.output().token, problem.output().channel);
    let name = describe(problem);
    let left = problem.partition().left();
    let side = (0..n).map(|t| left.contains(&t)).join("; ");
    let list = |points: &[DMatrix<Fp>]| {
        let points = points.iter().map(|m| rows(&m.map(|x| x.residue(prime))));
        format!("[::\n  {}]%Z", points.format(";\n  "))
    };
    let (points_a, points_b) = (list(&points.left), list(&points.right));
    let (weights, accepts, function, lemma) = match problem.architecture() {
        Architecture::Attention(_) => (
            attention_weights(network),
            format!(
                "attention_accepts modulus {n} {d} side_A points_A points_B output_token output_channel {r} weights"
            ),
            format!("net (lit_net [comRingType of rat] {d} weights)"),
            "attention_sep_rank_lower",
        ),
        Architecture::Mixer(shape) if shape.permutation.is_some() => {
            return Err(CoqError::Permutation);
        }
        Architecture::Mixer(shape) => (
            mixer_weights(shape, (n, d), network),
            format!(
                "mixer_accepts modulus {n} {d} side_A points_A points_B output_token output_channel {r}\n  \
                 token_activation channel_activation weights"
            ),
            format!(
                "mixer (lit_poly [comRingType of rat] token_activation) (lit_poly [comRingType of rat] \
                 channel_activation)\n      (lit_mixer [comRingType of rat] {n} {d} weights)"
            ),
            "mixer_sep_rank_lower",
        ),
        Architecture::Layers(_) => return Err(CoqError::Layers),
    };
    Ok(format!(
        "(* {name}: the separation rank with these weights is at least {r}. *)
From mathcomp Require Import all_ssreflect all_algebra.
From Seprank Require Import SepRank Attention Mixer NetEval Certificate.
From Coq Require Import ZArith Uint63.

Definition modulus := {prime}%uint63.
Definition side_A := [:: {side}].
Definition output_token : 'I_{n} := @Ordinal {n} {token} isT.
Definition output_channel : 'I_{d} := @Ordinal {d} {channel} isT.
Definition points_A : seq (rows Z) := {points_a}.
Definition points_B : seq (rows Z) := {points_b}.
{weights}
Lemma accepted : {accepts}.
Proof. vm_cast_no_check (erefl true). Qed.

Theorem sep_rank_lower s :
  sep_le (fun x y : 'M[rat]_({n}, {d}) =>
    {function} (mix (side_of side_A) x y) output_token output_channel) s -> {r} <= s.
Proof. exact: ({lemma} accepted). Qed.
Print Assumptions sep_rank_lower.
"
    ))
}

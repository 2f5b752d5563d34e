//! One verdict on an answer: its bounds hold for what it is about, its certificate says the same, and
//! its prime divides nothing of the network.

use crate::cases::cases;
use crate::problems::{small_enough, small_problem, style, tensor};
use nalgebra::DMatrix;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rug::Integer;
use seprank::Limit;
use seprank::arith::{Prime, Rational};
use seprank::bounds::Side;
use seprank::certificate::{Certificate, Claim, Relation};
use seprank::check::{Verdict, check};
use seprank::linalg::rank_bareiss;
use seprank::network::{Network, NetworkFile, Problem, Replacements, WeightStyle};
use seprank::prove::witness::WitnessKind;
use seprank::prove::{
    Basis, Inputs, Method, RankAnswer, RankError, RankRequest, Scope, Status, Weights, rank,
};
use std::path::Path;

fn answer(request: &RankRequest) -> RankAnswer {
    rank(request, &|_, _| ()).unwrap_or_else(|e| panic!("{request:?}: {e}"))
}

fn relation(certificate: &Certificate) -> Relation {
    let Claim::Rank(claim) = &certificate.claim else { panic!("a claim about a rank") };
    claim.relation
}

/// The rank over Q by fraction-free elimination of the whole coefficient matrix.
fn rank_over_q(problem: &Problem, network: &Network<Rational>) -> usize {
    let blocks = tensor(problem, network).matricize().blocks;
    let of_block = |block: &seprank::tensor::Block<Rational>| {
        let dense = block.to_dense();
        let lcm = dense.iter().fold(Integer::from(1), |lcm, c| lcm.lcm(c.denom()));
        rank_bareiss(&dense.map(|c| Integer::from(c.numer() * &lcm) / c.denom())).rank
    };
    blocks.iter().map(of_block).sum()
}

proptest! {
    #![proptest_config(cases(64))]

    /// At fixed weights the coefficient matrix decides: the rank over Q, exactly, in the answer and in
    /// its certificate.
    #[test]
    fn fixed_weights_by_coefficients_are_exact(
        problem in small_problem(), style in style(), given in any::<bool>(), seed: u64
    ) {
        prop_assume!(small_enough(&problem));
        let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed));
        let weights =
            if given { Weights::Given(network.clone()) } else { Weights::Styled(style) };
        let request = RankRequest {
            weights, seed, method: Method::Coefficients, ..RankRequest::new(problem.clone())
        };
        let answer = answer(&request);
        prop_assert_eq!(answer.rank, rank_over_q(&problem, &network));
        prop_assert_eq!((answer.status, answer.scope), (Status::Exact, Scope::Weights));
        let certificate = answer.certificate().unwrap();
        prop_assert_eq!(relation(&certificate), Relation::Equal);
        prop_assert_eq!(check(&certificate), Verdict::Valid);
    }

    /// Bounds that are listed hold for the rank that is listed with them, whatever it is of; and the
    /// certificate claims equality if and only if the answer is exact.
    #[test]
    fn listed_bounds_hold_and_certificates_say_the_same(
        problem in small_problem(), style in style(), kind in 0..WitnessKind::ALL.len(), random in any::<bool>(),
        theorem in any::<bool>(), grid in any::<bool>(), seed: u64
    ) {
        prop_assume!(small_enough(&problem));
        let weights = if random { Weights::Random } else { Weights::Styled(style) };
        let named = WitnessKind::ALL[kind];
        let weights = if named.build(&problem).is_ok() { Weights::Named(named) } else { weights };
        let proof = theorem && matches!(weights, Weights::Named(_));
        let request = RankRequest {
            weights: weights.clone(),
            inputs: if proof { Inputs::Theorem } else { Inputs::All },
            method: if grid { Method::Grid } else { Method::Auto },
            seed,
            ..RankRequest::new(problem)
        };
        let answer = answer(&request);
        let generic = weights == Weights::Random;
        for bound in &answer.bounds {
            let Some(value) = &bound.value else { continue };
            match bound.side {
                Side::Upper => prop_assert!(*value >= answer.rank, "{}", bound.id),
                Side::Lower => {
                    prop_assert!(generic, "{} is of almost all weights, all inputs", bound.id);
                    prop_assert!(*value <= answer.rank, "{}", bound.id);
                }
            }
        }
        let certificate = answer.certificate().unwrap();
        prop_assert_eq!(check(&certificate), Verdict::Valid);
        // The certificate of a rank on the inputs of a proof is about all inputs.
        if answer.scope != Scope::ProofInputs {
            let equal = relation(&certificate) == Relation::Equal;
            prop_assert_eq!(equal, answer.status == Status::Exact);
        }
    }
}

/// Zero weights have rank 0, whatever a theorem says of others.
#[test]
fn zero_weights_have_no_lower_bounds() {
    for method in [Method::Auto, Method::Grid, Method::Hankel] {
        let problem = Problem::attention(2, 3, 1, 6).unwrap();
        let weights = Weights::Styled(WeightStyle::Zero);
        let answer = answer(&RankRequest { weights, method, ..RankRequest::new(problem) });
        assert_eq!(answer.rank, 0);
        assert!(!answer.bounds.is_empty());
        assert!(answer.bounds.iter().all(|b| b.side == Side::Upper), "{:?}", answer.bounds);
    }
}

/// Numbers that vanish modulo a first prime, or have no residue there.
fn unlucky() -> Vec<Rational> {
    let [p, q] = [Prime::MERSENNE_61, Prime::WORD].map(|p| Rational::from(p.get() as i64));
    let inverse = |x: &Rational| Rational::parse(&format!("1/{x}")).unwrap();
    let next = Rational::from(8_388_587); // the prime before the word prime
    vec![
        inverse(&p),
        inverse(&q),
        p.clone() * q.clone(),
        inverse(&q) * p.clone(),
        q.clone() * next,
        p,
        q,
    ]
}

/// Attention of depth 2 whose only non-zero weights are `scale` at (0, 0): a multiple of
/// x_0 (g_A + g_B)^4, of rank 5 for every scale but 0.
fn planted(scale: &Rational) -> (Problem, Network<Rational>) {
    let problem = Problem::attention(2, 2, 1, 4).unwrap();
    let zero = WeightStyle::Zero.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
    let corner = |m: &DMatrix<Rational>| {
        let mut m = m.clone();
        m[(0, 0)] = scale.clone();
        m
    };
    let weights = zero.parameters().iter().map(|layer| layer.iter().map(corner).collect());
    let network = Network::new(4, 2, problem.layers(), weights.collect()).unwrap();
    (problem, network)
}

fn divides_nothing(answer: &RankAnswer) -> bool {
    answer.network.faithful_modulo(answer.prime).is_ok()
}

#[test]
fn given_weights_that_vanish_modulo_a_prime_do_not_vanish() {
    for scale in std::iter::once(Rational::from(1)).chain(unlucky()) {
        let (problem, network) = planted(&scale);
        for method in [Method::Auto, Method::Coefficients, Method::Grid, Method::Hankel] {
            let weights = Weights::Given(network.clone());
            let answer =
                answer(&RankRequest { weights, method, ..RankRequest::new(problem.clone()) });
            assert_eq!(answer.rank, 5, "{scale} {method:?}");
            assert!(divides_nothing(&answer), "{scale} {method:?}");
            assert_eq!(check(&answer.certificate().unwrap()), Verdict::Valid);
        }
    }
}

/// A number that all the primes tried divide is refused, by name; one prime less, and the last is taken.
#[test]
fn a_multiple_of_all_primes_tried_is_refused() {
    let product = |first: Prime, count: usize| {
        let primes = first.downwards().take(count).map(|p| Rational::from(p.get() as i64));
        primes.fold(Rational::from(1), |product, p| product * p)
    };
    for (first, method) in [
        (Prime::MERSENNE_61, Method::Grid),
        (Prime::MERSENNE_61, Method::Coefficients),
        (Prime::WORD, Method::Hankel),
    ] {
        // A grid is tried modulo small primes first.
        let small = if method == Method::Grid { product(Prime::WORD, 100) } else { 1.into() };
        let of = |count: usize| {
            let (problem, network) = planted(&(product(first, count) * small.clone()));
            let weights = Weights::Given(network);
            rank(&RankRequest { weights, method, ..RankRequest::new(problem) }, &|_, _| ())
        };
        let answer = of(99).unwrap();
        assert_eq!((answer.rank, Some(answer.prime)), (5, first.downwards().nth(99)));
        let error = of(100).unwrap_err();
        let RankError::NoPrime { tried, last } = &error else { panic!("{error}") };
        assert_eq!((*tried, &*last.parameter), (100, "head0.query"));
    }
}

/// Of a network file whose given value is `value`: the generic rank is that for the value 1, since
/// other factors are taken up by the weights or the inputs.
fn of_value(text: &str, value: &str, method: Method) -> RankAnswer {
    let text = text.replace("VALUE", value);
    let file = NetworkFile::parse(&text, Path::new("."), &Replacements::default()).unwrap();
    answer(&RankRequest { method, ..RankRequest::new(file.problem) })
}

#[test]
fn given_values_that_vanish_modulo_a_prime_do_not_vanish() {
    let scaling = "tokens = 2\nwidth = 2\nleft = [0]\n[[layer]]\ntype = 'scaling'\nvalues = [['VALUE', 1]]\n\
                   [[layer]]\ntype = 'spatial-gating'\n";
    let activation = "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'token-mixing'\nhidden = 2\n\
                      activation = [0, 1, 'VALUE']\n";
    for text in [scaling, activation] {
        for method in [Method::Auto, Method::Coefficients, Method::Grid] {
            let plain = of_value(text, "1", method);
            assert!(plain.rank >= 3);
            for value in unlucky() {
                let answer = of_value(text, &value.to_string(), method);
                assert_eq!(answer.rank, plain.rank, "{value} {method:?}");
                assert_eq!(answer.status, plain.status);
                assert!(divides_nothing(&answer));
                let low = |basis: &Basis| matches!(basis, Basis::Chance(Some(p)) if *p < 1e-3);
                assert_eq!(low(&answer.basis), low(&plain.basis));
                assert_eq!(check(&answer.certificate().unwrap()), Verdict::Valid);
            }
        }
    }
}

/// A network that states all its numbers has one rank; here two terms cancel, which no bound sees.
#[test]
fn networks_without_weights_are_decided() {
    let branch =
        |c: &str| format!("[{{ type = \"linear-token-mixing\", matrix = [[1, {c}], [0, 1]] }}]");
    let text = format!(
        "tokens = 2\nwidth = 1\n[[layer]]\ntype = \"parallel\"\nbranches = [{}, {}]\n",
        branch("0.5"),
        branch("\"-1/2\"")
    );
    let file = NetworkFile::parse(&text, Path::new(""), &Replacements::default()).unwrap();
    let answer = answer(&RankRequest::new(file.problem));
    assert_eq!((answer.rank, answer.status), (1, Status::Exact));
    assert_eq!((answer.scope, &answer.basis), (Scope::Weights, &Basis::Factorisation));
    let certificate = answer.certificate().unwrap();
    assert_eq!((relation(&certificate), check(&certificate)), (Relation::Equal, Verdict::Valid));
}

/// Two gatings: no bound is met, so that their rank rests on what is drawn.
fn of_draws(seed: u64, draws: u64, method: Method) -> RankRequest {
    let text = "tokens = 4\nwidth = 2\n[[layer]]\ntype = 'spatial-gating'\n\
                [[layer]]\ntype = 'spatial-gating'\n";
    let file = NetworkFile::parse(text, Path::new("."), &Replacements::default()).unwrap();
    RankRequest { seed, draws, method, ..RankRequest::new(file.problem) }
}

#[test]
fn independent_draws_multiply_their_chances() {
    for method in [Method::Coefficients, Method::Grid] {
        let mut product = 1.0;
        for draws in 1..=3 {
            let alone = answer(&of_draws(4 + draws, 1, method));
            let Basis::Chance(Some(p)) = alone.basis else { panic!("{:?}", alone.basis) };
            assert!(p > 0.0 && p < 1e-3);
            product *= p;
            let together = answer(&of_draws(5, draws, method));
            assert_eq!((together.rank, together.status), (alone.rank, Status::Lower));
            assert_eq!((together.seed, together.draws), (5, draws));
            let Basis::Chance(Some(p)) = together.basis else { panic!("{:?}", together.basis) };
            assert!((p / product - 1.0).abs() < 1e-9);
            let said = together.to_string().contains(&format!(" over {draws} draws "));
            assert_eq!(said, draws > 1);
        }
    }
}

#[test]
fn no_more_is_drawn_where_a_bound_is_met_or_the_time_is_over() {
    let problem = Problem::attention(2, 2, 1, 4).unwrap();
    let met = answer(&RankRequest { draws: u64::MAX, ..RankRequest::new(problem) });
    assert_eq!((met.status, met.draws), (Status::Exact, 1));
    let over = of_draws(0, u64::MAX, Method::Coefficients);
    over.stop.ask();
    let over = answer(&over);
    assert_eq!((over.draws, over.limit), (1, Some(Limit::Interrupt)));
}

#[test]
fn what_is_not_drawn_anew_has_one_draw() {
    let refused = |request: &RankRequest| rank(request, &|_, _| ()).unwrap_err().to_string();
    let diagonal = Weights::Styled(WeightStyle::Diagonal);
    let text = refused(&RankRequest { weights: diagonal, ..of_draws(0, 2, Method::Auto) });
    assert!(text.contains("draws 2") && text.contains("another network"), "{text}");
    let text = refused(&of_draws(0, 0, Method::Auto));
    assert!(text.contains("draws 0: must be at least 1"), "{text}");
    let nowhere = Path::new("no-such-directory");
    let kept = seprank::prove::resumed_rank(&of_draws(0, 2, Method::Auto), nowhere, &|_, _| ());
    assert!(kept.unwrap_err().to_string().contains("draws 2"));
    assert!(!nowhere.exists());
}

//! One plan: the forecast is of the run, errors are the same, and what is refused is refused first.

use crate::cases::cases;
use crate::problems::{small_enough, small_problem, style};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::network::{NetworkFile, Problem, Replacements, WeightStyle};
use seprank::prove::witness::WitnessKind;
use seprank::prove::{
    Basis, Evidence, Inputs, Method, RankError, RankRequest, Route, Scope, Status, Weights,
    forecast, rank,
};
use seprank::tensor::MemoryLimit;
use std::path::Path;

const METHODS: [Method; 4] = [Method::Auto, Method::Coefficients, Method::Grid, Method::Hankel];

/// Problems on which every route is taken, besides the small ones.
fn larger() -> Vec<Problem> {
    let layers = "tokens = 4\nwidth = 2\n[[layer]]\ntype = 'token-mixing'\nhidden = 2\nbias = true\n\
                  [[layer]]\ntype = 'spatial-gating'\n";
    let file = NetworkFile::parse(layers, Path::new("."), &Replacements::default()).unwrap();
    let mut list = vec![file.problem];
    list.extend(
        [
            Problem::attention(2, 3, 1, 6),
            Problem::attention(2, 4, 2, 8),
            Problem::attention(2, 4, 2, 5),
            Problem::mixer(3, 2, 2, 4),
            // S is larger than either side: no Hankel blocks.
            Problem::mixer(1, 2, 3, 4),
            Problem::mixer(2, 3, 2, 6),
        ]
        .map(Result::unwrap),
    );
    list
}

/// Weights of every kind; those of a proof may not fit the problem.
fn weights() -> impl Strategy<Value = Option<Weights>> {
    prop_oneof![
        2 => Just(Some(Weights::Random)),
        2 => style().prop_map(|style| Some(Weights::Styled(style))),
        2 => prop::sample::select(WitnessKind::ALL.to_vec()).prop_map(|k| Some(Weights::Named(k))),
        1 => Just(None),
    ]
}

proptest! {
    #![proptest_config(cases(200))]

    /// For all methods, weights, inputs and limits: one route, or one error.
    #[test]
    fn the_forecast_is_of_the_run(
        problem in prop_oneof![small_problem(), prop::sample::select(larger())],
        weights in weights(), given in style(), theorem in any::<bool>(),
        method in prop::sample::select(METHODS.to_vec()),
        memory in prop::sample::select(vec![100u64, 3_000, 200_000, 1 << 32]),
        points in prop::option::of(1u64..40), seed: u64,
    ) {
        prop_assume!(method != Method::Coefficients || small_enough(&problem) || memory < 1 << 32);
        // `None` stands for given weights.
        let weights = weights.unwrap_or_else(|| {
            Weights::Given(given.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed)))
        });
        let request = RankRequest {
            weights,
            inputs: if theorem { Inputs::Theorem } else { Inputs::All },
            method,
            seed,
            memory: MemoryLimit(memory),
            points,
            ..RankRequest::new(problem)
        };
        let (planned, answer) = (forecast(&request), rank(&request, &|_, _| ()));
        prop_assert_eq!(
            planned.as_ref().map(|f| f.route).map_err(Clone::clone),
            answer.as_ref().map(|a| a.evidence.route()).map_err(Clone::clone)
        );
        let (Ok(planned), Ok(answer)) = (planned, answer) else { return Ok(()) };
        prop_assert!(planned.seconds.is_finite() && planned.seconds < 100.0, "{:?}", planned);
        prop_assert!(planned.bytes <= memory);
        match &answer.evidence {
            // The last grid is no larger than forecast, and where the rank is known it is that one.
            Evidence::Grid { tried, .. } => {
                let last = planned.blocks[0].0;
                prop_assert!(*tried as u64 <= last);
                prop_assert!(answer.scope != Scope::ProofInputs || *tried as u64 == last);
            }
            Evidence::Hankel { blocks, .. } => {
                let sizes: Vec<_> = blocks.iter().map(|b| (b.rows as u64, b.cols as u64)).collect();
                prop_assert_eq!(planned.blocks, sizes);
            }
            Evidence::Coefficients { .. } => {}
        }
    }
}

/// A Mixer whose hidden tokens outnumber a side is no function of a free sum.
#[test]
fn a_method_that_does_not_apply_is_refused_by_run_and_forecast() {
    for hidden in [3, 4, 7] {
        let problem = Problem::mixer(1, 2, hidden, 4).unwrap();
        let request = RankRequest { method: Method::Hankel, ..RankRequest::new(problem) };
        let refused = rank(&request, &|_, _| ()).unwrap_err();
        assert_eq!(forecast(&request), Err(refused.clone()));
        let RankError::Invalid(error) = refused else { panic!("{refused:?}") };
        assert_eq!((error.field, &*error.value), ("method", "hankel"));
    }
}

/// The forecast of the inputs of a proof is of the grid that its formula asks for.
#[test]
fn the_inputs_of_a_proof_are_forecast_by_its_formula() {
    for (kind, depth, width, heads) in
        [(WitnessKind::Blocks, 3, 6, 2), (WitnessKind::Isotropic, 3, 4, 1)]
    {
        let problem = Problem::attention(depth, width, heads, 6).unwrap();
        let request = RankRequest {
            weights: Weights::Named(kind),
            inputs: Inputs::Theorem,
            ..RankRequest::new(problem.clone())
        };
        let formula = kind.build(&problem).unwrap().rank;
        let planned = forecast(&request).unwrap();
        assert_eq!(planned.route, Route::Grid);
        // The least size of a grid is 64.
        assert_eq!(planned.blocks[0].0, formula.to_u64().unwrap().saturating_add(1).max(64));
        assert!(planned.seconds < 100.0, "{}", planned.seconds);
        let answer = rank(&request, &|_, _| ()).unwrap();
        assert!(formula == answer.rank && answer.status == Status::Exact);
    }
}

/// A grid that may not grow for its memory, or its points, is answered: with its rank, from below.
#[test]
fn a_grid_that_does_not_grow_is_a_lower_bound() {
    let problem = Problem::attention(2, 4, 1, 8).unwrap();
    let weights = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
    let whole = RankRequest {
        weights: Weights::Given(weights),
        method: Method::Grid,
        ..RankRequest::new(problem)
    };
    assert_eq!(rank(&whole, &|_, _| ()).unwrap().rank, 110);
    let pointed = RankRequest { points: Some(64), ..whole.clone() };
    // Twice as many points take 300 kB more.
    let memory = MemoryLimit(forecast(&pointed).unwrap().bytes + 100_000);
    let limited = RankRequest { memory, ..whole };
    assert!(!forecast(&limited).unwrap().fits && forecast(&pointed).unwrap().fits);
    for request in [limited, pointed] {
        let answer = rank(&request, &|_, _| ()).unwrap();
        assert_eq!((answer.rank, answer.status), (64, Status::Lower));
        assert_eq!(answer.basis, Basis::Chance(None));
    }
}

/// Progress ends where it was planned to.
#[test]
fn progress_adds_up_to_the_plan() {
    use std::sync::atomic::{AtomicU64, Ordering};
    for (method, steps) in [(Method::Hankel, None), (Method::Grid, Some(64 * 64))] {
        let problem = Problem::attention(2, 3, 1, 6).unwrap();
        let request = RankRequest { method, ..RankRequest::new(problem) };
        let (done, planned) = (AtomicU64::new(0), AtomicU64::new(0));
        rank(&request, &|steps, total| {
            done.fetch_add(steps, Ordering::Relaxed);
            planned.store(total, Ordering::Relaxed);
        })
        .unwrap();
        assert!(done.load(Ordering::Relaxed) > 0);
        assert_eq!(done.load(Ordering::Relaxed), planned.load(Ordering::Relaxed));
        assert!(steps.is_none_or(|s| planned.load(Ordering::Relaxed) <= s));
    }
}

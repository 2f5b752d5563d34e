//! Certificates by Hankel blocks: accepted for what they show, and for nothing else.
//!
//! What is true is read off the coefficient matrix over Q, which has nothing of blocks. Solutions of challenges are
//! found here by an elimination of the test's own.

#[path = "common/cases.rs"]
mod cases;

use cases::cases;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::Prime;
use seprank::certificate::{Block, Blocks, Certificate, Claim, Grid, Lower, RankClaim};
use seprank::certificate::{Relation, Scope, Text, Value, Words, to_bytes};
use seprank::check::{Options, Verdict, check, check_by};
use seprank::linalg::rank_rational;
use seprank::network::{InputFamily, Network, Problem, WeightStyle};
use seprank::prove::{GridWitness, Method, RankRequest, Weights, rank};
use seprank::tensor::hankel::{BlockRank, ClassRank, SumFunction, sum_function};
use seprank::tensor::{CoefficientTensor, MemoryLimit};
use std::sync::LazyLock;

const P: u64 = 8_388_593;

fn claim(certificate: &Certificate) -> &RankClaim {
    let Claim::Rank(claim) = &certificate.claim else { panic!("a rank") };
    claim
}

fn claim_mut(certificate: &mut Certificate) -> &mut RankClaim {
    let Claim::Rank(claim) = &mut certificate.claim else { panic!("a rank") };
    claim
}

fn blocks(certificate: &mut Certificate) -> &mut Blocks {
    let Some(Lower::Blocks(blocks)) = &mut claim_mut(certificate).lower else { panic!("blocks") };
    blocks
}

/// A problem that is a function of a sum, with weights; its certificate, of the rank with these weights.
#[derive(Clone)]
struct Case {
    problem: Problem,
    network: Network<seprank::arith::Rational>,
    certificate: Certificate,
}

fn case(problem: Problem, style: WeightStyle, seed: u64) -> Case {
    let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed));
    let request = RankRequest {
        weights: Weights::Given(network.clone()),
        method: Method::Hankel,
        ..RankRequest::new(problem.clone())
    };
    let mut certificate = rank(&request, &|_, _| ()).unwrap().certificate().unwrap();
    // Its lower half alone.
    let own = claim_mut(&mut certificate);
    (own.relation, own.upper) = (Relation::AtLeast, None);
    Case { problem, network, certificate }
}

fn cases_of(kind: usize, seed: u64) -> Case {
    let attention = |depth, d, heads, tokens, left: &[usize]| {
        let problem = Problem::attention(depth, d, heads, tokens).unwrap();
        problem.with_partition(left).unwrap()
    };
    let mixer = |depth, d, s, tokens| Problem::mixer(depth, d, s, tokens).unwrap();
    let (problem, style) = match kind {
        0 => (attention(2, 2, 1, 4, &[0, 1]), WeightStyle::Random),
        1 => (attention(2, 2, 2, 4, &[2, 3]), WeightStyle::Random),
        2 => (attention(2, 3, 1, 6, &[0, 1, 2]), WeightStyle::Diagonal),
        3 => (attention(2, 3, 1, 6, &[0, 1, 2]), WeightStyle::Blocks2),
        4 => (attention(2, 2, 1, 3, &[0]), WeightStyle::Random),
        5 => (attention(2, 2, 1, 3, &[1, 2]), WeightStyle::Diagonal),
        6 => (attention(2, 2, 1, 2, &[0]), WeightStyle::Random),
        7 => (attention(1, 3, 3, 6, &[0, 1, 2]), WeightStyle::Random),
        8 => (mixer(1, 2, 2, 4), WeightStyle::Random),
        _ => (mixer(2, 2, 1, 4), WeightStyle::Random),
    };
    case(problem, style, seed)
}

const KINDS: usize = 10;

/// The rank of the network with its weights, from its coefficients over Q.
fn true_rank(problem: &Problem, network: &Network<seprank::arith::Rational>) -> usize {
    let family = InputFamily::all(problem);
    let tensor =
        CoefficientTensor::new(problem, network, &family, Clone::clone, MemoryLimit::default());
    let blocks = tensor.unwrap().matricize().blocks;
    blocks.iter().map(|b| rank_rational(&b.to_integers()).echelon.rank).sum()
}

/// The network with the weights in the file, as a grid of no points would have it.
fn network_in(certificate: &Certificate) -> (Problem, Network<seprank::arith::Rational>) {
    let mut without = certificate.clone();
    let own = claim_mut(&mut without);
    own.value = Value::Exact(Text(0.into()));
    own.lower = Some(Lower::Grid(Grid { prime: Text(P), left: Vec::new(), right: Vec::new() }));
    let witness = GridWitness::of_certificate(&without).unwrap();
    (witness.problem, witness.network)
}

/// The minor's entries, as the tables of the producer have them.
fn entries(function: &SumFunction, block: &Block) -> Vec<Vec<u64>> {
    let list = |words: &Words| words.0.iter().map(|n| *n as usize).collect::<Vec<_>>();
    let minor =
        ClassRank { rows: list(&block.rows), cols: list(&block.cols), ..Default::default() };
    let rank = minor.rows.len();
    let block = BlockRank {
        degree: block.degree as usize,
        rows: 0,
        cols: 0,
        classes: 1,
        rank,
        whole: true,
        minors: vec![minor],
    };
    let minor = function.minor(&block);
    let row = |i: usize| minor.row(i).iter().map(|x| x.residue(function.prime())).collect();
    (0..rank).map(row).collect()
}

/// Gauss and Jordan: some x with `m x = y` if there is one.
fn solution(mut m: Vec<Vec<u64>>, y: &[u64], p: u64) -> Option<Vec<u32>> {
    let n = y.len();
    m.iter_mut().zip(y).for_each(|(row, y)| row.push(*y));
    let mut pivots = Vec::new();
    for col in 0..n {
        let Some(at) = (pivots.len()..n).find(|i| m[*i][col] != 0) else { continue };
        let lead = pivots.len();
        m.swap(lead, at);
        let inverse = power(m[lead][col], p - 2, p);
        m[lead].iter_mut().for_each(|x| *x = *x * inverse % p);
        let pivot = m[lead].clone();
        for (_, row) in m.iter_mut().enumerate().filter(|(i, _)| *i != lead) {
            let factor = p - row[col];
            row.iter_mut().zip(&pivot).for_each(|(x, y)| *x = (*x + factor * y) % p);
        }
        pivots.push(col);
    }
    let mut x = vec![0; n];
    pivots.iter().zip(&m).for_each(|(col, row)| x[*col] = row[n] as u32);
    m[pivots.len()..].iter().all(|row| row[n] == 0).then_some(x)
}

fn power(base: u64, exponent: u64, p: u64) -> u64 {
    match exponent {
        0 => 1 % p,
        e if e % 2 == 1 => base * power(base, e - 1, p) % p,
        e => power(base * base % p, e / 2, p),
    }
}

/// The same certificate, its minors answered: where there is no solution, 0.
fn answered(case: &Case, prime: u64) -> Certificate {
    let mut certificate = case.certificate.clone();
    let own = claim(&certificate).clone();
    let weights = own.weights.unwrap();
    let function = sum_function(&case.problem, &case.network, Prime::new(prime).unwrap()).unwrap();
    let evidence = blocks(&mut certificate);
    evidence.prime = Text(prime);
    for block in &mut evidence.blocks {
        let challenge = block.challenge(&own.problem, &weights, &Text(prime));
        let m = entries(&function, block);
        let solve = |y: Vec<u64>| solution(m.clone(), &y, prime).unwrap_or(vec![0; y.len()]);
        let sides = challenge.sides(block.rows.0.len()).into_iter();
        block.solutions = Some(sides.map(solve).map(Words).collect());
    }
    certificate
}

#[test]
fn every_kind_is_accepted_both_ways() {
    for kind in 0..KINDS {
        let case = cases_of(kind, 1);
        let truth = true_rank(&case.problem, &case.network);
        assert_eq!(claim(&case.certificate).value, Value::Exact(Text(truth.into())), "{kind}");
        assert_eq!(claim(&case.certificate).scope, Scope::Fixed);
        assert_eq!(check(&case.certificate), Verdict::Valid, "{kind}");
        let answered = answered(&case, P);
        assert_eq!(check(&answered), Verdict::ValidByChallenge, "{kind}");
        assert_eq!(
            check_by(&answered, Options { eliminate: true, ..Options::default() }),
            Verdict::Valid,
            "{kind}"
        );
    }
}

/// `SEPRANK_BLESS=1` writes them again: with classes of signs, without and with solutions.
#[test]
fn the_files_are_on_record() {
    let files =
        [("blocks", cases_of(2, 1).certificate), ("challenge", answered(&cases_of(3, 1), P))];
    for (name, certificate) in files {
        let path = format!("{}/tests/data/accept/{name}.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("SEPRANK_BLESS").is_some() {
            certificate.write(&path).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == to_bytes(&certificate), "{path} is out of date");
    }
}

/// Larger minors come with solutions, which the elimination that found them has left.
#[test]
fn large_minors_are_answered_by_the_run_that_found_them() {
    for (style, seed) in [(WeightStyle::Random, 0), (WeightStyle::Blocks2, 1)] {
        let mut certificate =
            case(Problem::attention(2, 7, 1, 14).unwrap(), style, seed).certificate;
        let with_solutions =
            |c: &mut Certificate| blocks(c).blocks.iter().filter(|b| b.solutions.is_some()).count();
        let expected = if style == WeightStyle::Random {
            assert!(with_solutions(&mut certificate) > 0);
            Verdict::ValidByChallenge
        } else {
            assert_eq!(with_solutions(&mut certificate), 0);
            Verdict::Valid
        };
        assert_eq!(check(&certificate), expected);
        assert_eq!(
            check_by(&certificate, Options { eliminate: true, ..Options::default() }),
            Verdict::Valid
        );
    }
}

#[derive(Clone, Debug)]
enum Mutation {
    Row(usize, usize, u32),
    Col(usize, usize, u32),
    SwapRows(usize),
    Residue(usize, usize, usize, u32),
    DropSolution(usize),
    Prime(usize),
    Degree(usize, u64),
    Sign(usize, u64),
    LeaveOut(usize),
    Twice(usize),
    Value(u64),
    Weight(usize, i64),
    Eliminated(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    use Mutation::*;
    let at = || 0..64usize;
    prop_oneof![
        (at(), at(), 0..40u32).prop_map(|(b, i, n)| Row(b, i, n)),
        (at(), at(), 0..40u32).prop_map(|(b, i, n)| Col(b, i, n)),
        at().prop_map(SwapRows),
        (at(), 0..6usize, at(), 0..P as u32).prop_map(|(b, i, j, x)| Residue(b, i, j, x)),
        at().prop_map(DropSolution),
        at().prop_map(Prime),
        (at(), 0..6u64).prop_map(|(b, k)| Degree(b, k)),
        (at(), 0..4u64).prop_map(|(c, s)| Sign(c, s)),
        at().prop_map(LeaveOut),
        at().prop_map(Twice),
        (0..80u64).prop_map(Value),
        (at(), -3..4i64).prop_map(|(i, n)| Weight(i, n)),
        at().prop_map(Eliminated),
    ]
}

/// The other primes modulo which something may be claimed.
const PRIMES: [u64; 5] = [11, 101, 8_388_587, (1 << 31) - 1, 8_388_595];

fn apply(certificate: &mut Certificate, mutation: &Mutation) {
    use Mutation::*;
    match *mutation {
        Value(n) => {
            claim_mut(certificate).value = seprank::certificate::Value::Exact(Text(n.into()));
            return;
        }
        Weight(i, n) => {
            use seprank::certificate::Weights as W;
            let Some(weights) = &mut claim_mut(certificate).weights else { return };
            let mut numbers: Vec<_> = match weights {
                W::Attention(layers) => {
                    let heads = layers.iter_mut().flatten();
                    let matrices =
                        heads.flat_map(|h| [&mut h.query, &mut h.key, &mut h.output, &mut h.value]);
                    matrices.flatten().flatten().collect()
                }
                W::Mixer(layers) => {
                    let matrices = layers
                        .iter_mut()
                        .flat_map(|l| [&mut l.w1, &mut l.w2, &mut l.w3, &mut l.w4]);
                    matrices.flatten().flatten().collect()
                }
                W::Layers(_) => return,
            };
            let count = numbers.len();
            *numbers[i % count] = Text(num_rational::BigRational::from_integer(n.into()));
            return;
        }
        _ => {}
    }
    let evidence = blocks(certificate);
    let count = evidence.blocks.len().max(1);
    let (Row(b, ..) | Col(b, ..) | Residue(b, ..) | Degree(b, _)) = *mutation else {
        match *mutation {
            Prime(i) => evidence.prime = Text(PRIMES[i % PRIMES.len()]),
            Sign(c, s) => {
                let channels = evidence.signs.len();
                evidence.signs[c % channels] = s;
            }
            LeaveOut(b) => drop(evidence.blocks.remove(b % count)),
            Twice(b) => {
                let again = evidence.blocks[b % count].clone();
                evidence.blocks.push(again);
            }
            SwapRows(b) => evidence.blocks[b % count].rows.0.reverse(),
            Eliminated(b) => evidence.blocks[b % count].solutions = None,
            DropSolution(b) => {
                drop(evidence.blocks[b % count].solutions.as_mut().and_then(Vec::pop))
            }
            _ => unreachable!("done above or below"),
        }
        return;
    };
    let block = &mut evidence.blocks[b % count];
    let put = |list: &mut Vec<u32>, i: usize, x: u32| {
        let n = list.len().max(1);
        list.iter_mut().skip(i % n).take(1).for_each(|entry| *entry = x);
    };
    match *mutation {
        Row(_, i, n) => put(&mut block.rows.0, i, n),
        Col(_, i, n) => put(&mut block.cols.0, i, n),
        Residue(_, i, j, x) => {
            let solutions = block.solutions.iter_mut().flatten();
            solutions.skip(i).take(1).for_each(|solution| put(&mut solution.0, j, x));
        }
        Degree(_, k) => block.degree = k,
        _ => unreachable!("done above"),
    }
}

proptest! {
    #![proptest_config(cases(200))]

    /// Whatever was changed: what is accepted is at most the rank over Q with the weights in the file.
    #[test]
    fn nothing_false_is_accepted(
        kind in 0..KINDS, by_challenge: bool,
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        static KNOWN: LazyLock<Vec<[Certificate; 2]>> = LazyLock::new(|| {
            let both = |case: Case| [case.certificate.clone(), answered(&case, P)];
            (0..KINDS).map(|kind| both(cases_of(kind, 1))).collect()
        });
        let mut certificate = KNOWN[kind][usize::from(by_challenge)].clone();
        for mutation in &mutations {
            let evidence = blocks(&mut certificate);
            if !evidence.blocks.is_empty() {
                apply(&mut certificate, mutation);
            }
        }
        // A sum of orders that was mended after a change of blocks.
        let orders: usize = blocks(&mut certificate).blocks.iter().map(|b| b.rows.0.len()).sum();
        for mended in [false, true] {
            if mended {
                claim_mut(&mut certificate).value = Value::Exact(Text(orders.into()));
            }
            if check(&certificate).is_valid() {
                let own = claim(&certificate);
                let Value::Exact(value) = &own.value else { panic!("exact") };
                // As long as the network is the same, its rank is.
                let fixed = |c: &Certificate| (claim(c).problem.clone(), claim(c).weights.clone());
                let same = fixed(&certificate) == fixed(&KNOWN[kind][0]);
                let Value::Exact(Text(known_value)) = &claim(&KNOWN[kind][0]).value else { panic!() };
                if same && *known_value >= value.0 {
                    continue;
                }
                let (problem, network) = network_in(&certificate);
                let truth = true_rank(&problem, &network);
                prop_assert!(value.0 <= truth.into(), "{kind} {mutations:?}: {} > {truth}", value);
            }
        }
    }
}

//! Certificates of networks that need depth, bits or time.

use super::*;
use std::sync::atomic::{AtomicU64, Ordering};

fn parsed(tokens: usize, width: usize, layers: &str) -> RealProblem {
    let text = format!("tokens = {tokens}\nwidth = {width}\n{layers}");
    RealNetworkFile::parse(&text, Path::new(""), &Replacements::default()).unwrap().problem
}

/// ALBERT: one layer for all its blocks, whose polynomials alone would have a degree above 2^64.
#[test]
fn blocks_that_share_their_weights_have_certificates_at_any_depth() {
    for times in [1, 16, 64] {
        let layers = format!(
            "[[layer]]\ntype = \"repeat\"\ntimes = {times}\nlayers = [\n\
             {{ type = \"residual\", layers = [{{ type = \"norm\", share = \"n\" }}, {{ type = \"attention\", softmax = true, share = \"a\" }}] }},\n\
             {{ type = \"residual\", layers = [{{ type = \"norm\", share = \"m\" }}, {{ type = \"channel-mixing\", activation = \"gelu\", share = \"c\" }}] }},\n]\n"
        );
        let answer = answer(parsed(2, 2, &layers), 2);
        let certificate = answer.certificate().unwrap();
        let read = certificate::from_bytes(&certificate::to_bytes(&certificate)).unwrap();
        assert_eq!((answer.rank, check::check(&read)), (2, Verdict::Valid), "{times}");
    }
}

fn scaled(by: &str, times: usize, then: &str) -> RealProblem {
    let scaling = format!("[[layer]]\ntype = \"scaling\"\nvalues = [[{by}, {by}]]\n");
    parsed(4, 2, &format!("{}{then}", scaling.repeat(times)))
}

const MIXING: &str = "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = \"gelu\"\n";

/// Numbers that a fixed number of bits after the point does not hold as floating ones do.
#[test]
fn certificates_have_as_many_bits_as_the_checker_needs() {
    let norm = format!("[[layer]]\ntype = \"norm\"\nepsilon = 0\n{MIXING}");
    let bits = [(1, 1), (1, 30), (1, 250), (7, 250)].map(|(times, digits)| {
        let answer = answer(scaled(&format!("1e-{digits}"), times, &norm), 3);
        assert_eq!(answer.rank, 2);
        let certificate = answer.certificate().unwrap().into_owned();
        assert_eq!(check::check(&certificate), Verdict::Valid, "1e-{digits}, {times} times");
        let certificate::Claim::Rank(claim) = certificate.claim else { panic!() };
        let Some(certificate::Lower::Enclosure(enclosure)) = claim.lower else { panic!() };
        enclosure.bits
    });
    assert!(bits.is_sorted() && bits[3] > 4096, "{bits:?}");
    let large = answer(scaled("1e60", 1, MIXING), 2);
    assert_eq!(check::check(&large.certificate().unwrap()), Verdict::Valid);
    // 10^-6000 needs more than 2^14 bits.
    let error = answer(scaled("1e-300", 20, &norm), 2).certificate().unwrap_err();
    assert!(error.to_string().starts_with("no certificate: at 16384 bits the checker"), "{error}");
}

/// What is stopped in a large grid has shown what a small one shows.
#[test]
fn a_grid_that_is_stopped_has_shown_its_leading_square() {
    let passes = AtomicU64::new(0);
    let after = |limit: u64| {
        let stop = Stop::new(None);
        let asked = stop.clone();
        let request = RealRequest { stop, ..request(file(NETWORKS[4]).problem, 200) };
        passes.store(0, Ordering::Relaxed);
        let count = |new, planned| {
            assert_eq!(planned, 200 * 200);
            if passes.fetch_add(new, Ordering::Relaxed) + new >= limit {
                asked.ask();
            }
        };
        real_rank(&request, &count).unwrap()
    };
    for (limit, expected) in [(10, 0), (16 * 16 + 10, 16), (24 * 24 + 10, 24)] {
        let found = after(limit);
        assert_eq!((found.rank, found.points), (expected, expected), "{limit}");
        assert_eq!(found.limit, Some(seprank::Limit::Interrupt));
        assert!(passes.load(Ordering::Relaxed) < limit + 64);
        assert_eq!(check::check(&found.certificate().unwrap()), Verdict::Valid);
    }
}

/// A block as published, wide enough that its grid is long: 2 tokens, 393,000 multiplications a value.
fn wide() -> RealProblem {
    let layers = "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"attention\", heads = 4, softmax = true, bias = true }]\n\
        [[layer]]\ntype = \"norm\"\n\
        [[layer]]\ntype = \"residual\"\nlayers = [{ type = \"channel-mixing\", hidden = 512, activation = \"gelu\", bias = true }]\n\
        [[layer]]\ntype = \"norm\"\n";
    parsed(2, 128, layers)
}

#[test]
fn minors_of_wide_networks_are_chosen_in_doubles_and_proved_by_the_checker() {
    let passes = AtomicU64::new(0);
    let stop = Stop::new(None);
    let request = RealRequest { stop: stop.clone(), ..request(wide(), 24) };
    // Asked once the values of the larger square are under way.
    let count = |new, _| {
        if passes.fetch_add(new, Ordering::Relaxed) + new > 300 {
            stop.ask();
        }
    };
    let found = real_rank(&request, &count).unwrap();
    assert_eq!((found.rank, found.points), (16, 16));
    assert_eq!(found.limit, Some(seprank::Limit::Interrupt));
    assert!(found.to_string().contains("chosen in doubles"), "{found}");
    assert_eq!(check::check(&found.certificate().unwrap()), Verdict::Valid);
}

/// The rank of a product of two tokens' sums is 2: no more pivots are chosen, and none is claimed.
#[test]
fn no_more_rows_are_claimed_than_a_wide_network_has() {
    let layers = "[[layer]]\ntype = \"linear-token-mixing\"\n\
        [[layer]]\ntype = \"channel-mixing\"\nhidden = 400\n\
        [[layer]]\ntype = \"scaling\"\n";
    let file = parsed(
        2,
        400,
        &format!(
            "{layers}[[layer]]\ntype = \"norm\"\nnorm = \"rms\"\naffine = false\nepsilon = 1e300\n"
        ),
    );
    let found = answer(file, 17);
    assert!(found.rank <= 2, "{found}");
}

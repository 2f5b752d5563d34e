//! 3.8 and 3.9 against every choice that the theorems allow.

use super::super::attention_problem;
use super::*;
use crate::check::count::big;

type Formula = fn(&Problem, &Work) -> Result<Estimate, Failure>;
type Choices = fn(&Sizes, (u64, u64)) -> Vec<(u64, u64, u64)>;

fn work() -> Work {
    Work::new()
}

/// Every q and c that Lemma 3.7 allows for r vectors, with the number n of heads free.
fn stages(s: &Sizes, r: u64) -> impl Iterator<Item = (u64, u64)> {
    let (pairs, head_width) = (r.div_ceil(2), s.head_width);
    let all = (1..=s.heads).flat_map(move |n| (1..s.depth).map(move |c| (n, c)));
    all.filter(move |&(n, c)| n.checked_pow(c as u32).is_none_or(|most| pairs <= most))
        .map(move |(n, c)| (pairs.div_ceil(n), c))
        .filter(move |(q, _)| 2 * q <= head_width)
}

/// Every (m, tau, K) that Theorem 3.8 allows.
fn all_of_heads(s: &Sizes, (own, other): (u64, u64)) -> Vec<(u64, u64, u64)> {
    let room = s.head_width.min(own);
    let stages = (1..=room).flat_map(|r| stages(s, r).map(move |(q, c)| (r, q, c)));
    let fitting = stages.filter(|&(r, q, _)| r + q <= room && r + q < s.width);
    fitting.map(|(r, q, c)| (s.width - r - q, r.min(other), s.depth - 1 - c)).collect()
}

/// Every (m, tau, K) that Theorem 3.9 allows, with t1, t2 and m free.
fn all_of_blocks(s: &Sizes, (own, other): (u64, u64)) -> Vec<(u64, u64, u64)> {
    let mut list = Vec::new();
    for (first, second) in (1..=own).flat_map(|t| (0..=t).map(move |u| (t, u))) {
        let r = first + second;
        for (q, c) in stages(s, r).filter(|(_, c)| s.heads >= 2 && s.depth >= c + 2) {
            if first + q <= s.head_width && r + q <= own && r + q < s.width {
                let most = (s.width - r - q).min((s.heads - 1) * first);
                list.extend((1..=most).map(|m| (m, r.min(other), s.depth - 2 - c)));
            }
        }
    }
    list
}

/// v(m, tau), entry by entry of the first tau rows.
fn entries(m: u64, tau: u64) -> u64 {
    (0..tau.min(m)).map(|i| m - i).sum()
}

/// c is the least with n^c >= ceil(r/2), q the least with q n >= ceil(r/2).
#[test]
fn summing_stages_are_as_few_as_suffice() {
    for (r, n) in (1..60u64).flat_map(|r| (1..7u64).map(move |n| (r, n))) {
        let pairs = r.div_ceil(2);
        let layers = (1..9).find(|c| n.pow(*c) >= pairs);
        let carriers = (1..=pairs).find(|q| q * n >= pairs).unwrap();
        assert_eq!(summing(r, n), layers.map(|c| (carriers, c as u64)), "{r} {n}");
    }
}

/// The second batch may be all but as large as the first, with r near twice d_a.
#[test]
fn batches_are_as_large_as_heads_allow() {
    let s = Sizes { depth: 5, width: 48, heads: 8, head_width: 6 };
    let value = |(m, tau, e): (u64, u64, u64)| -> BigUint {
        let h = determinantal(&work(), m as u64, tau.min(m) as u64, 3u64.pow(e as u32)).unwrap();
        h.into_iter().map(|h| h.value).sum()
    };
    let best = all_of_blocks(&s, (20, 20)).into_iter().map(value).max();
    assert_eq!(blocks(&attention_problem(&s, (20, 20)), &work()).ok().map(|own| own.value), best);
}

/// The values of 3.8 and 3.9 are the largest that any choice of their free numbers gives.
#[test]
fn every_choice_of_the_free_numbers_is_met() {
    let theorems: [(Formula, Choices); 2] = [(heads, all_of_heads), (blocks, all_of_blocks)];
    let mut met = [0, 0];
    let sizes = |k: u64| (2 + k % 4, 2 + k / 4 % 12, 1 + k / 48 % 4, 1 + k / 192 % 6);
    for (depth, width, heads, head_width) in (0..1152).map(sizes) {
        let s = Sizes { depth, width, heads, head_width };
        for (sides, own) in [(1, 1), (2, 3), (4, 2), (5, 7), (9, 4)].into_iter().zip(0..) {
            for ((theorem, all), met) in theorems.iter().zip(&mut met) {
                if (own + depth + width) % 3 > 0 && *met > 300 {
                    continue; // enough of the small ones
                }
                let value = |(m, tau, e): (u64, u64, u64)| -> BigUint {
                    let h = determinantal(&work(), m as u64, tau.min(m) as u64, 3u64.pow(e as u32));
                    h.unwrap().into_iter().map(|h| h.value).sum()
                };
                let context = format!("{:?} {sides:?}", (depth, width, heads, head_width));
                match (theorem(&attention_problem(&s, sides), &work()), all(&s, sides)) {
                    (Ok(own), all) => {
                        assert!(own.sharp, "{context}");
                        assert_eq!(Some(own.value), all.into_iter().map(value).max(), "{context}");
                        *met += 1;
                    }
                    (Err(failure), all) => {
                        assert!(matches!(failure, Failure::Hypothesis(_)) && all.is_empty());
                    }
                }
            }
        }
    }
    assert!(met.iter().all(|n| *n > 200), "{met:?}");
}

/// Where the sums have too many terms, the largest mc(v+1, K) is left.
#[test]
fn sums_too_long_leave_the_simple_value() {
    for (heads, head_width, width, sides) in
        [(1, 8, 8, (3, 2)), (3, 2, 7, (5, 4)), (2, 6, 13, (9, 9)), (12, 4, 20, (40, 3))]
    {
        let s = Sizes { depth: 13, width, heads, head_width };
        let theorems: [(Formula, Choices); 2] =
            [(self::heads, all_of_heads), (blocks, all_of_blocks)];
        for (theorem, all) in theorems.map(|(theorem, all)| (theorem, all(&s, sides))) {
            let value = |&(m, tau, e): &(u64, u64, u64)| {
                monomials(&work(), &big(entries(m, tau) + 1), &big(3).pow(e as u32)).unwrap()
            };
            let Some(best) = all.iter().map(value).max() else { continue };
            let own = theorem(&attention_problem(&s, sides), &work()).ok().unwrap();
            assert!(!own.sharp);
            assert_eq!(own.value, best, "{heads} {head_width} {width} {sides:?}");
        }
    }
}

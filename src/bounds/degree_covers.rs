//! Covers of what occurs in `x_i Phi(G_A + G_B)`, by the degrees in G and in the part of G that the first layer
//! does not see (docs/theory.md, 3.14 and 3.16): so many functions of one side or the other are enough.

use super::attention_graded::HeadCounts;
use rug::Integer;

/// `min over 0 <= t_0 <= .. <= t_C <= E+1 of sum_b [ P_b(E-t_b) + Q_(C-b)(t_b-1) ]`: B-functions of degree b and at
/// most E - t_b in the unseen coordinates, and A-functions of degree C - b and less than t_b in them.
/// `from_other` and `from_own` bound the functions of degree b, and c, in all.
/// Cost: two products of integers for each b and t.
pub(super) fn staircase(
    from_other: &[Integer],
    from_own: &[Integer],
    counts: &HeadCounts,
    reads: usize,
) -> Integer {
    let mut best: Vec<Integer> = Vec::new();
    for (b, (all_other, all_own)) in from_other.iter().zip(from_own.iter().rev()).enumerate() {
        // R(s) is at index s + 1.
        let own = counts.up_to((from_other.len() - 1 - b) as u64);
        let other = counts.up_to(b as u64);
        if best.is_empty() {
            best = vec![Integer::new(); own.len()];
        }
        let mut least: Option<Integer> = None;
        for (best, (own, other)) in best.iter_mut().zip(own.iter().zip(other.iter().rev())) {
            let before = least.map_or(best.clone(), |least| least.min(best.clone()));
            let own = Integer::from(own * reads as u64).min(all_own.clone());
            *best = Integer::from(other.min(all_other)) + own + &before;
            least = Some(before);
        }
    }
    best.into_iter().min().unwrap_or_default()
}

/// The least weight of a cover of the classes of monomials by degree s and degree j in the unseen coordinates:
/// of A, `leading` for each monomial with `s + s' <= C` and `others` for each with `s + s' < C`, against those of
/// B, where `j + j' <= E`.
///
/// What has fewer partners is left out of a cover sooner: of B those of degree j' are covered with s' below
/// some `tau_j'`, which does not grow with j'. Then A is covered up to `C - tau_(E-j)`.
/// Cost: three products of integers for each j and s.
pub(super) fn thresholds(counts: &HeadCounts, leading: usize, others: usize) -> Integer {
    let top = counts.seen.len(); // C + 1
    let bare = counts.unseen.len() - 1;
    // Monomials with degree j in the unseen coordinates and less than s in all.
    let below = |j: usize| {
        let mut sums = vec![Integer::new()];
        for s in 0..top {
            let more = match s.checked_sub(j) {
                Some(rest) => Integer::from(&counts.unseen[j] * &counts.seen[rest]),
                None => Integer::new(),
            };
            sums.push(more + &sums[s]);
        }
        sums
    };
    // Thresholds from j' = E down, each at least the one before.
    let mut best = vec![Integer::new(); top + 1];
    for j in (0..=bare).rev() {
        let (other, own) = (below(j), below(bare - j));
        let mut least: Option<Integer> = None;
        for (tau, best) in best.iter_mut().enumerate() {
            let before = least.map_or(best.clone(), |least| least.min(best.clone()));
            let full = Integer::from(&own[top - tau] * leading as u64);
            let lower = Integer::from(&own[(top - tau).saturating_sub(1)] * others as u64);
            *best = full + lower + &other[tau] + &before;
            least = Some(before);
        }
    }
    best.into_iter().min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::numbers::multiset;
    use std::collections::{HashMap, HashSet};

    fn counts(u: u64, w: u64, c: u64, e: u64) -> HeadCounts {
        let list = |n: u64, top: u64| (0..=top).map(|k| multiset(&n.into(), k)).collect();
        HeadCounts { seen: list(u, c), unseen: list(w, e) }
    }

    /// The least weight of any cover is the largest flow from A to B: by augmenting paths.
    fn flow(counts: &HeadCounts, leading: u64, others: u64) -> u64 {
        let (c, e) = (counts.seen.len() - 1, counts.unseen.len() - 1);
        type Node = (char, usize, usize);
        let (source, sink): (Node, Node) = (('s', 0, 0), ('t', 0, 0));
        let mut room: HashMap<(Node, Node), u64> = HashMap::new();
        let mut near: HashMap<Node, HashSet<Node>> = HashMap::new();
        let mut edge = |x: Node, y: Node, size: u64| {
            *room.entry((x, y)).or_default() += size;
            room.entry((y, x)).or_default();
            near.entry(x).or_default().insert(y);
            near.entry(y).or_default().insert(x);
        };
        let classes: Vec<(usize, usize)> =
            (0..=e).flat_map(|j| (j..=c).map(move |s| (s, j))).collect();
        for &(s, j) in &classes {
            let size = Integer::from(&counts.seen[s - j] * &counts.unseen[j]).to_u64().unwrap();
            edge(source, ('y', s, j), leading * size);
            edge(source, ('z', s, j), others * size);
            edge(('b', s, j), sink, size);
            for &(other, k) in classes.iter().filter(|(_, k)| j + k <= e) {
                for (name, most) in [('y', c), ('z', c - 1)] {
                    if s + other <= most {
                        edge((name, s, j), ('b', other, k), u64::MAX / 4);
                    }
                }
            }
        }
        let mut total = 0;
        loop {
            let mut from: HashMap<Node, Node> = HashMap::from([(source, source)]);
            let mut list = vec![source];
            while let Some(x) = list.pop() {
                for &y in &near[&x] {
                    if room[&(x, y)] > 0 && !from.contains_key(&y) {
                        from.insert(y, x);
                        list.push(y);
                    }
                }
            }
            let path: Vec<(Node, Node)> =
                std::iter::successors(from.get(&sink).map(|x| (*x, sink)), |(x, _)| {
                    (*x != source).then(|| (from[x], *x))
                })
                .collect();
            let Some(more) = path.iter().map(|edge| room[edge]).min() else { return total };
            for &(x, y) in &path {
                *room.get_mut(&(x, y)).unwrap() -= more;
                *room.get_mut(&(y, x)).unwrap() += more;
            }
            total += more;
        }
    }

    #[test]
    fn thresholds_are_the_least_cover() {
        let cases =
            itertools::iproduct!([0, 1, 2, 4], [0, 1, 3], [(1, 0), (4, 1), (5, 2)], 1..=3, 0..=2);
        for (u, w, (c, e), leading, others) in cases {
            let counts = counts(u, w, c, e);
            let own = thresholds(&counts, leading, others);
            let expected = flow(&counts, leading as u64, others as u64);
            assert_eq!(own, expected, "{u} {w} {c} {e} {leading} {others}");
        }
    }

    /// One nondecreasing sequence t_b is as good as the best t for each b alone, which only homogeneous
    /// networks allow: for the sizes of attention with limits on h and h1 that grow.
    #[test]
    fn one_staircase_is_as_good_as_each_degree_alone() {
        for (u, w, (c, e), reads) in
            itertools::iproduct!([1, 2, 3, 5], [1, 2, 4], [(1u64, 0), (4, 1), (13, 4)], 1..=3usize)
        {
            let counts = counts(u, w, c, e);
            let all = |scale: u64| -> Vec<Integer> {
                (0..=c).map(|k| multiset(&Integer::from(u + w), k) * scale).collect()
            };
            let (from_other, from_own) = (all(1), all(reads as u64));
            let alone = |b: u64| {
                let (own, other) = (counts.up_to(c - b), counts.up_to(b));
                let sums = own.iter().zip(other.iter().rev());
                sums.map(|(x, y)| Integer::from(x * reads as u64) + y).min().unwrap()
            };
            let expected: Integer = (0..=c).map(alone).sum();
            assert_eq!(staircase(&from_other, &from_own, &counts, reads), expected);
        }
    }
}

//! The words of attention (docs/theory.md, 3.12): which products of scalars every part of f contains.
//!
//! Row i of the last state is a sum of words, x_i and C_L Gram factors with constants between them. A
//! place between two letters of the same side becomes a scalar once that side has one token only; its
//! type says how many constants can stand there.

use super::numbers::{attention_half_degree, multiset};
use itertools::Itertools;
use rug::{Assign, Integer};

/// Depths at which words are counted: at 5 there are 122 letters and places of 6 types.
pub(super) const MAX_DEPTH: usize = 5;

/// Which side's letters are counted: that of the output token has x_i before the first Gram factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    /// A, the side of the output token.
    Own,
    /// B.
    Other,
}

/// The types of places 0..C, from 1: `1, J_L` with `J_1 = ()`, `J_l = J_{l-1}, l, reversed J_{l-1}, 1, 1, J_{l-1}`.
fn places(depth: usize) -> Vec<usize> {
    let inner = (2..=depth).fold(Vec::new(), |before: Vec<usize>, l| {
        let mirrored = before.iter().rev().copied();
        before
            .iter()
            .copied()
            .chain([l])
            .chain(mirrored)
            .chain([1, 1])
            .chain(before.clone())
            .collect()
    });
    [vec![1], inner].concat()
}

/// Forms of one degree: those that the constants at a type of place give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forms {
    /// How many constants can stand there.
    pub(super) number: u64,
    /// The degree of the form of each.
    pub(super) weight: usize,
}

impl Forms {
    /// `(1 - z^w)^n` up to degree `top`.
    pub(super) fn without(self, top: usize) -> Vec<Integer> {
        let mut series = vec![Integer::new(); top + 1];
        let mut coefficient = Integer::from(1);
        for k in 0..=top / self.weight {
            series[k * self.weight].assign(&coefficient);
            // C(n, k+1) (-1)^(k+1), zero from k = n on.
            coefficient *= Integer::from(k) - Integer::from(self.number);
            coefficient.div_exact_mut(&Integer::from(k + 1));
        }
        series
    }

    /// `(1 - z^w)^n sum over e >= cap of mc(n,e) z^(w e)` up to degree `top`.
    fn large_exponents(self, cap: usize, top: usize) -> Vec<Integer> {
        let mut monomials = vec![Integer::new(); top + 1];
        for e in cap..=top / self.weight {
            monomials[e * self.weight] = multiset(&self.number.into(), e as u64);
        }
        product(&monomials, &self.without(top))
    }
}

/// The kinds 1..=L and, last, that of the end of a word: `H^(2l-1)` matrices, `H^L` vectors.
fn kinds(depth: usize, heads: usize) -> Vec<Forms> {
    let power = |e: usize| (heads as u64).saturating_pow(e as u32);
    let matrices = (1..=depth).map(|l| Forms { number: power(2 * l - 1), weight: 2 });
    matrices.chain([Forms { number: power(depth), weight: 1 }]).collect()
}

/// For every vector a of exponents, one for each kind, the most letters of one side that a word has
/// with at most `a_t` places of kind t between two of them.
///
/// A word with exactly c of them exists below a if and only if `most >= c`: another letter in the place of
/// one of them leaves no place more.
struct MostLetters {
    /// Places of each kind; exponents beyond them are no restriction.
    caps: Vec<usize>,
    /// By vector, the first exponent slowest.
    most: Vec<u8>,
}

impl MostLetters {
    /// Cost: C times the number of vectors, which is 4480 at depth 4 and 367,360 at depth 5.
    fn new(depth: usize, letters: Letters) -> Self {
        let places = places(depth);
        let mut caps: Vec<usize> =
            (1..=depth).map(|t| places.iter().filter(|p| **p == t).count()).collect();
        caps.push(1);
        let strides: Vec<usize> =
            (0..caps.len()).map(|t| caps[t + 1..].iter().map(|cap| cap + 1).product()).collect();
        let size = strides[0] * (caps[0] + 1);
        // The most letters of this side in the word so far, ending with one of them or not; -1 if there is none.
        let (mut with, mut without) = (vec![-1i16; size], vec![-1i16; size]);
        match letters {
            Letters::Own => with.fill(0),
            Letters::Other => without.fill(0),
        }
        // Either way of reaching a place of kind t where a letter of this side follows.
        let before = |with: &[i16], without: &[i16], t: usize| -> Vec<i16> {
            let (step, block) = (strides[t], strides[t] * (caps[t] + 1));
            let mut list = without.to_vec();
            for (list, with) in list.chunks_mut(block).zip(with.chunks(block)) {
                for (most, with) in list[step..].iter_mut().zip(with) {
                    *most = (*most).max(*with);
                }
            }
            list
        };
        for t in places {
            let next = before(&with, &without, t - 1);
            for (without, with) in without.iter_mut().zip(&with) {
                *without = (*without).max(*with);
            }
            with = next.into_iter().map(|n| if n < 0 { n } else { n + 1 }).collect();
        }
        let most = before(&with, &without, depth);
        let most = most.into_iter().map(|n| n.max(0) as u8).collect();
        Self { caps, most }
    }

    /// The exponents of the kinds in `chosen`, those of all other kinds being no restriction, with the
    /// number of letters.
    fn vectors(&self, chosen: &[usize]) -> impl Iterator<Item = (Vec<usize>, u8)> {
        let stride = |t: usize| self.caps[t + 1..].iter().map(|cap| cap + 1).product::<usize>();
        let free = (0..self.caps.len()).filter(|t| !chosen.contains(t));
        let base: usize = free.map(|t| self.caps[t] * stride(t)).sum();
        let strides: Vec<usize> = chosen.iter().map(|t| stride(*t)).collect();
        let ranges = chosen.iter().map(|t| 0..=self.caps[*t]);
        ranges.multi_cartesian_product().map(move |vector| {
            let index: usize = vector.iter().zip(&strides).map(|(e, stride)| e * stride).sum();
            (vector, self.most[base + index])
        })
    }
}

/// `delta(c)` for c = 0..=C: so many of the functions of degree c in the Gram matrix of one side are in
/// no word.
///
/// # Panics
/// If the depth is above [`MAX_DEPTH`].
pub(super) fn missing_functions(
    depth: usize,
    width: usize,
    heads: usize,
    letters: Letters,
) -> Vec<Integer> {
    assert!(depth <= MAX_DEPTH);
    let kinds = kinds(depth, heads);
    let words = MostLetters::new(depth, letters);
    let last = attention_half_degree(depth).to_usize().expect("122 letters at most");
    let odd = usize::from(letters == Letters::Own);
    let degrees: Vec<usize> = (0..=last).map(|c| 2 * c + odd).collect();
    let mut delta = vec![Integer::new(); last + 1];
    for chosen in choices(&kinds, width as u64) {
        for (delta, q) in delta.iter_mut().zip(quotients(&words, &kinds, &chosen, width, &degrees))
        {
            if q > *delta {
                *delta = q;
            }
        }
    }
    delta
}

/// The sets of kinds with d+1 variables, and the maximal ones of those with at most d: up to d variables
/// a larger set has a smaller ideal, and the count is exact.
fn choices(kinds: &[Forms], width: u64) -> Vec<Vec<usize>> {
    let members = |set: usize| (0..kinds.len()).filter(move |t| set >> t & 1 == 1);
    let variables = |set: usize| members(set).fold(0u64, |n, t| n.saturating_add(kinds[t].number));
    let grows = |set: usize| {
        (0..kinds.len()).any(|t| set >> t & 1 == 0 && variables(set | 1 << t) <= width)
    };
    (1..1 << kinds.len())
        .filter(|set| variables(*set) == width + 1 || variables(*set) <= width && !grows(*set))
        .map(|set| members(set).collect())
        .collect()
}

/// `Q_T(c)` for each c, at the degree `degrees[c]`: the coefficient of the Hilbert series of the theorem.
///
/// A monomial of R_T whose degree in the variables of kind t is `a_t` lies outside the ideal of c if and only if
/// `most(a) < c`. Exponents from the number of places on are alike: their monomials are summed in one
/// series. So the vectors are grouped by the set of kinds where they are that large.
fn quotients(
    words: &MostLetters,
    kinds: &[Forms],
    chosen: &[usize],
    width: usize,
    degrees: &[usize],
) -> Vec<Integer> {
    let top = degrees[degrees.len() - 1];
    let caps: Vec<usize> = chosen.iter().map(|t| words.caps[*t]).collect();
    // Monomials outside, by group, number of letters and degree.
    let mut outside = vec![vec![Vec::new(); degrees.len()]; 1 << chosen.len()];
    let monomials: Vec<Vec<Integer>> = chosen
        .iter()
        .map(|t| {
            (0..words.caps[*t]).map(|e| multiset(&kinds[*t].number.into(), e as u64)).collect()
        })
        .collect();
    let mut count = Integer::new();
    for (vector, most) in words.vectors(chosen) {
        let (mut group, mut degree) = (0, 0);
        count.assign(1);
        for (place, (t, e)) in chosen.iter().zip(vector).enumerate() {
            if e == caps[place] {
                group |= 1 << place;
            } else {
                degree += kinds[*t].weight * e;
                count *= &monomials[place][e];
            }
        }
        let counts: &mut Vec<Integer> = &mut outside[group][usize::from(most)];
        if counts.len() <= degree {
            counts.resize(degree + 1, Integer::new());
        }
        counts[degree] += &count;
    }
    let mut values = vec![Integer::new(); degrees.len()];
    for (group, by_letters) in outside.iter().enumerate() {
        let mut series: Vec<Integer> =
            (0..=top).map(|k| multiset(&Integer::from(width), k as u64)).collect();
        for (place, t) in chosen.iter().enumerate() {
            let factor = if group >> place & 1 == 1 {
                kinds[*t].large_exponents(caps[place], top)
            } else {
                kinds[*t].without(top)
            };
            series = product(&series, &factor);
        }
        let mut below = vec![Integer::new(); top + 1];
        for (c, degree) in degrees.iter().enumerate() {
            let pairs = below.iter().take(degree + 1).zip(series[..=*degree].iter().rev());
            values[c] += pairs
                .filter(|(n, _)| !n.is_zero())
                .map(|(n, s)| Integer::from(n * s))
                .sum::<Integer>();
            for (below, more) in below.iter_mut().zip(&by_letters[c]) {
                *below += more;
            }
        }
    }
    values
}

/// The product of two series of the same length.
pub(super) fn product(left: &[Integer], right: &[Integer]) -> Vec<Integer> {
    let mut product = vec![Integer::new(); left.len()];
    for (i, x) in left.iter().enumerate().filter(|(_, x)| !x.is_zero()) {
        for (sum, y) in product[i..].iter_mut().zip(right) {
            *sum += x * y;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exponents of every word with exactly c letters of the side, letter by letter.
    fn all_words(depth: usize, letters: Letters) -> Vec<Vec<Vec<usize>>> {
        let places = places(depth);
        let own_first = letters == Letters::Own;
        let mut words = vec![Vec::new(); places.len() + 1];
        for word in 0u32..1 << places.len() {
            let letter = |t: usize| if t == 0 { own_first } else { word >> (t - 1) & 1 == 1 };
            let mut exponents = vec![0; depth + 1];
            for (t, kind) in places.iter().enumerate() {
                exponents[kind - 1] += usize::from(letter(t) && letter(t + 1));
            }
            exponents[depth] += usize::from(letter(places.len()));
            words[word.count_ones() as usize].push(exponents);
        }
        words
    }

    #[test]
    fn places_are_those_of_the_recursion() {
        assert_eq!(places(1), [1]);
        assert_eq!(places(2), [1, 2, 1, 1]);
        assert_eq!(places(3), [1, 2, 1, 1, 3, 1, 1, 2, 1, 1, 2, 1, 1]);
    }

    #[test]
    fn the_most_letters_are_those_of_all_words() {
        for (depth, letters) in itertools::iproduct!(1..=3, [Letters::Own, Letters::Other]) {
            let words = all_words(depth, letters);
            let all: Vec<usize> = (0..=depth).collect();
            for (vector, most) in MostLetters::new(depth, letters).vectors(&all) {
                for (c, words) in words.iter().enumerate() {
                    let below = |word: &Vec<usize>| word.iter().zip(&vector).all(|(e, a)| e <= a);
                    let exists = words.iter().any(below);
                    assert_eq!(
                        exists,
                        usize::from(most) >= c,
                        "{depth} {letters:?} {vector:?} {c}"
                    );
                }
            }
        }
    }
}

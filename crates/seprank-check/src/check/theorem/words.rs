//! The words of attention, docs/theory.md 3.12: how many places between two letters of one side they
//! have at least, and what that leaves out.

use crate::check::count::{Work, monomial_table, product_work};
use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};
use std::iter::repeat_n;

/// A word of depth 5 has 121 letters.
pub(super) const MAX_DEPTH: u64 = 5;

/// No word.
const NONE: u8 = u8::MAX;

/// The kinds of the places before the letters 1, 2, ..: `Phi_l` written out by the recursion of Lemma 3.1,
/// the matrix of layer l between the V of the layers before it being one constant of kind l.
pub(super) fn kinds_of_places(depth: u64) -> Vec<usize> {
    const LETTER: usize = 0;
    let phi = (1..=depth as usize).fold(Vec::new(), |phi: Vec<usize>, layer| {
        let transposed: Vec<usize> = phi.iter().rev().copied().collect();
        [&phi[..], &[layer], &transposed, &[LETTER], &phi].concat()
    });
    phi.into_iter().filter(|symbol| *symbol != LETTER).collect()
}

/// The least number of places of kind 1 in the words with exactly c letters of one side and at most a
/// given number of places of each other kind: kinds 2, .., L, and the end of the word.
pub(super) struct Fewest {
    /// The largest number of each kind 2, .., L, end.
    caps: Vec<usize>,
    /// Places of kind 1.
    first: usize,
    letters: usize,
    /// By vector, the last kind fastest, and then by c.
    table: Vec<u8>,
}

impl Fewest {
    pub(super) fn new(depth: u64, token_is_of_the_side: bool, work: &Work) -> Option<Self> {
        let places = kinds_of_places(depth);
        let number = |kind: usize| places.iter().filter(|p| **p == kind).count();
        let caps: Vec<usize> = (2..=depth as usize).map(number).chain([1]).collect();
        let (first, letters) = (number(1), places.len());
        let vectors: usize = caps.iter().map(|cap| cap + 1).product();
        let row = letters + 1;
        work.take((vectors * row * letters) as u64)?;
        // How far apart two vectors are in the table that differ by one in this kind.
        let step = |k: usize| row * caps[k + 1..].iter().map(|cap| cap + 1).product::<usize>();
        let one_less = |at: usize, k: usize| {
            (!(at / step(k)).is_multiple_of(caps[k] + 1)).then(|| at - step(k))
        };
        let start: Vec<u8> =
            (0..vectors * row).map(|at| if at % row == 0 { 0 } else { NONE }).collect();
        let nothing = vec![NONE; start.len()];
        let (mut with, mut without) =
            if token_is_of_the_side { (start, nothing) } else { (nothing, start) };
        for kind in places {
            // From the last entry on, so that those of one letter or one place less are still the old ones.
            for vector in (0..vectors).rev() {
                let base = vector * row;
                let source = if kind == 1 { Some(base) } else { one_less(base, kind - 2) };
                for c in (0..row).rev() {
                    let at = base + c;
                    let other = with[at].min(without[at]);
                    with[at] = match c.checked_sub(1) {
                        None => NONE,
                        Some(c) => {
                            let pair = source.map_or(NONE, |from| with[from + c]);
                            let pair = pair.saturating_add(u8::from(kind == 1));
                            pair.min(without[base + c])
                        }
                    };
                    without[at] = other;
                }
            }
        }
        let end = caps.len() - 1;
        let table = (0..vectors * row).map(|at| {
            let ended = one_less(at, end).map_or(NONE, |from| with[from]);
            ended.min(without[at])
        });
        let table = table.collect();
        Some(Self { caps, first, letters, table })
    }

    /// `None` if there is no word.
    #[cfg(test)]
    pub(super) fn of(&self, vector: &[usize], c: usize) -> Option<u8> {
        let index = vector.iter().zip(&self.caps).fold(0, |i, (e, cap)| i * (cap + 1) + e);
        Some(self.table[index * (self.letters + 1) + c]).filter(|n| *n != NONE)
    }
}

/// Forms of degree `weight`, so many of them.
#[derive(Clone, Copy)]
struct Forms {
    number: u64,
    weight: usize,
}

/// `delta(c)` for c = 0, .., C: the largest `Q_T(c)`, over all sets T of kinds with at most d+1 variables.
pub(super) fn absent(
    (depth, width, heads): (u64, u64, u64),
    token_is_of_the_side: bool,
    work: &Work,
) -> Option<Vec<BigInt>> {
    let fewest = Fewest::new(depth, token_is_of_the_side, work)?;
    let power = |e: u64| (0..e).fold(1u64, |n, _| n.saturating_mul(heads));
    // Kinds 1, .., L, end.
    let mut forms: Vec<Forms> =
        (1..=depth).map(|l| Forms { number: power(2 * l - 1), weight: 2 }).collect();
    forms.push(Forms { number: power(depth), weight: 1 });
    let odd = usize::from(token_is_of_the_side);
    let mut most = vec![BigInt::zero(); fewest.letters + 1];
    for set in 1u32..1 << forms.len() {
        let of_set: Vec<Option<Forms>> =
            forms.iter().enumerate().map(|(k, f)| (set >> k & 1 == 1).then_some(*f)).collect();
        let all = of_set.iter().flatten().fold(0u64, |n, f| n.saturating_add(f.number));
        if all > width + 1 {
            continue;
        }
        let quotients = outside(&fewest, &of_set, width, odd, work)?;
        for (most, q) in most.iter_mut().zip(quotients) {
            if q > *most {
                *most = q;
            }
        }
    }
    Some(most)
}

/// `Q_T(c)` in degree `2c + odd` for each c; `forms[k]` is `None` for a kind outside T.
///
/// The monomials outside the ideal, with degree `a_k` in the forms of kind k > 1: those of degree below
/// the fewest places of kind 1 in the forms of that kind.
fn outside(
    fewest: &Fewest,
    forms: &[Option<Forms>],
    width: u64,
    odd: usize,
    work: &Work,
) -> Option<Vec<BigInt>> {
    let top = 2 * fewest.letters + odd;
    let tables = Tables::new(fewest, forms, width, top, work)?;
    let mut sums = vec![BigInt::zero(); fewest.letters + 1];
    let mut vector = vec![0; fewest.caps.len()];
    for row in fewest.table.chunks(fewest.letters + 1) {
        let bound = |(k, e): (usize, &usize)| forms[k + 1].is_some() || *e == fewest.caps[k];
        if vector.iter().enumerate().all(bound) {
            let (group, degree, count) = tables.monomials(&vector);
            work.take(row.len() as u64 * product_work(count.bits(), 64))?;
            for (c, (sum, first)) in sums.iter_mut().zip(row).enumerate() {
                if let Some(rest) = (2 * c + odd).checked_sub(degree) {
                    *sum += &count * tables.series(group, *first, rest);
                }
            }
        }
        // The next vector, the last kind fastest.
        for (e, cap) in vector.iter_mut().zip(&fewest.caps).rev() {
            *e = if *e < *cap { *e + 1 } else { 0 };
            if *e > 0 {
                break;
            }
        }
    }
    Some(sums)
}

/// Series for the vectors that are at the caps in the same kinds.
struct Tables<'a> {
    caps: &'a [usize],
    forms: &'a [Option<Forms>],
    /// `mc(number, e)` for each kind after the first and e up to its cap.
    counts: Vec<Vec<BigUint>>,
    /// By group: for each number n of places of kind 1, the series with the monomials of degree below n
    /// in the forms of kind 1; at the end, the one with all of them.
    groups: Vec<Vec<Vec<BigInt>>>,
}

impl<'a> Tables<'a> {
    fn new(
        fewest: &'a Fewest,
        forms: &'a [Option<Forms>],
        width: u64,
        top: usize,
        work: &Work,
    ) -> Option<Self> {
        let table = |n: u64, last: usize| monomial_table(work, &n.into(), last as u64);
        let inputs: Vec<BigInt> = table(width, top)?.into_iter().map(BigInt::from).collect();
        let bits = inputs.last()?.bits();
        let counts = forms[1..].iter().zip(&fewest.caps).map(|(f, cap)| match f {
            Some(f) => table(f.number, *cap),
            None => Some(vec![BigUint::one(); cap + 1]),
        });
        let counts: Vec<Vec<BigUint>> = counts.collect::<Option<_>>()?;
        let mut groups = Vec::new();
        for group in 0..1usize << fewest.caps.len() {
            let mut series = inputs.clone();
            let mut all_of_set = true;
            for (k, cap) in fewest.caps.iter().enumerate() {
                let at_cap = group >> k & 1 == 1;
                match forms[k + 1] {
                    Some(f) => {
                        let regular = one_minus(f, top);
                        let factor = if at_cap {
                            let mut large = vec![BigInt::zero(); top + 1];
                            let last = top / f.weight;
                            for (e, n) in table(f.number, last)?.into_iter().enumerate().skip(*cap)
                            {
                                large[e * f.weight] = n.into();
                            }
                            take_times(&regular, bits, work)?;
                            times(&regular, &large)
                        } else {
                            regular
                        };
                        take_times(&factor, bits, work)?;
                        series = times(&factor, &series);
                    }
                    None => all_of_set &= at_cap,
                }
            }
            groups.push(if all_of_set {
                work.take(((fewest.first + 2) * (top + 1)) as u64 * product_work(bits, 64))?;
                by_first(&series, forms[0], fewest.first, work)?
            } else {
                Vec::new() // a kind outside T is always at its cap
            });
        }
        Some(Self { caps: &fewest.caps, forms, counts, groups })
    }

    /// Group, degree and number of the monomials with these degrees in the forms of each kind.
    fn monomials(&self, vector: &[usize]) -> (usize, usize, BigInt) {
        let (mut group, mut degree, mut count) = (0, 0, BigInt::one());
        for (k, (e, cap)) in vector.iter().zip(self.caps).enumerate() {
            if e == cap {
                group |= 1 << k;
            } else if let Some(forms) = self.forms[k + 1] {
                degree += forms.weight * e;
                count *= BigInt::from(self.counts[k][*e].clone());
            }
        }
        (group, degree, count)
    }

    fn series(&self, group: usize, first: u8, degree: usize) -> &BigInt {
        let by_first = &self.groups[group];
        let index = if first == NONE { by_first.len() - 1 } else { usize::from(first) };
        &by_first[index][degree]
    }
}

/// The series for 0, 1, .., n places of kind 1, and for any number. Without forms of kind 1 a word leaves
/// nothing.
fn by_first(
    series: &[BigInt],
    forms: Option<Forms>,
    n: usize,
    work: &Work,
) -> Option<Vec<Vec<BigInt>>> {
    let zero = vec![BigInt::zero(); series.len()];
    let Some(forms) = forms else {
        return Some(repeat_n(zero, n + 1).chain([series.to_vec()]).collect());
    };
    let regular = times(&one_minus(forms, series.len() - 1), series);
    let counts = monomial_table(work, &forms.number.into(), n as u64)?;
    let mut list = vec![zero];
    for (e, count) in counts.into_iter().take(n).enumerate() {
        let mut next = list[e].clone();
        let count = BigInt::from(count);
        for (sum, x) in next.iter_mut().skip(forms.weight * e).zip(&regular) {
            *sum += &count * x;
        }
        list.push(next);
    }
    list.push(series.to_vec());
    Some(list)
}

/// `(1 - z^weight)^number` up to degree `top`, one factor after the other.
fn one_minus(forms: Forms, top: usize) -> Vec<BigInt> {
    let mut series = vec![BigInt::zero(); top + 1];
    series[0] = BigInt::one();
    // C(n, k) of the factors, with signs.
    let mut coefficient = BigInt::one();
    for k in 1..=top / forms.weight {
        coefficient = coefficient * (BigInt::from(k - 1) - forms.number) / k;
        series[k * forms.weight] = coefficient.clone();
    }
    series
}

/// Takes the work of [`times`] with numbers of so many bits.
fn take_times(sparse: &[BigInt], bits: u64, work: &Work) -> Option<()> {
    let terms = sparse.iter().filter(|x| !x.is_zero()).count() * sparse.len();
    work.take(terms as u64 * product_work(bits, 64))
}

/// The product of two series, the first one with few terms.
pub(super) fn times(sparse: &[BigInt], series: &[BigInt]) -> Vec<BigInt> {
    let mut product = vec![BigInt::zero(); series.len()];
    for (i, x) in sparse.iter().enumerate().filter(|(_, x)| !x.is_zero()) {
        for (sum, y) in product.iter_mut().skip(i).zip(series) {
            *sum += x * y;
        }
    }
    product
}

/// `(1 - z)^n` up to degree `top`.
pub(super) fn without_variables(n: u64, top: usize) -> Vec<BigInt> {
    one_minus(Forms { number: n, weight: 1 }, top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_theorem() {
        assert_eq!(kinds_of_places(2), [1, 2, 1, 1]);
        assert_eq!(kinds_of_places(3), [1, 2, 1, 1, 3, 1, 1, 2, 1, 1, 2, 1, 1]);
    }

    #[test]
    fn the_fewest_places_are_those_of_all_words() {
        for (depth, own) in itertools::iproduct!(1..=3u64, [false, true]) {
            let places = kinds_of_places(depth);
            let fewest = Fewest::new(depth, own, &Work::new()).unwrap();
            let ranges = fewest.caps.iter().map(|cap| 0..=*cap);
            for vector in itertools::Itertools::multi_cartesian_product(ranges) {
                let mut least = vec![None; places.len() + 1];
                for word in 0u32..1 << places.len() {
                    let letter = |t: usize| if t == 0 { own } else { word >> (t - 1) & 1 == 1 };
                    let mut exponents = vec![0usize; depth as usize + 1];
                    for (t, kind) in places.iter().enumerate() {
                        exponents[kind - 1] += usize::from(letter(t) && letter(t + 1));
                    }
                    exponents[depth as usize] = letter(places.len()).into();
                    if exponents[1..].iter().zip(&vector).all(|(e, a)| e <= a) {
                        let least = &mut least[word.count_ones() as usize];
                        *least = Some(least.unwrap_or(u8::MAX).min(exponents[0] as u8));
                    }
                }
                for (c, least) in least.into_iter().enumerate() {
                    assert_eq!(fewest.of(&vector, c), least, "{depth} {own} {vector:?} {c}");
                }
            }
        }
    }
}

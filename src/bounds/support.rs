//! Functions of one side of the input that a first activation of degree k lets through, counted by degree:
//! the tables in Theorems 4.6, 4.7 and 4.8, and the covers made of two of them.
//!
//! A table has an entry for each degree a = 0..=D, `D = k M`: at most so many A-functions belong to the
//! part of f of degree a in A.

use super::numbers::{choose, log10_multiset_estimate, multiset};
use super::{MAX_DIGITS, short};
use rug::Integer;

/// `min( mc(n, a), table[a] )`: what is counted besides are forms in n variables.
pub(super) fn within_forms(n: usize, table: &[Integer]) -> Vec<Integer> {
    let forms = (0..).map(|a| multiset(&Integer::from(n), a));
    forms.zip(table).map(|(forms, some)| forms.min(some.clone())).collect()
}

/// The smaller of two tables in each degree.
pub(super) fn least(a: Vec<Integer>, b: Vec<Integer>) -> Vec<Integer> {
    a.into_iter().zip(b).map(|(a, b)| a.min(b)).collect()
}

/// `sum_a min( N_A(a), N_B(D-a) )`: f homogeneous of degree D.
pub(super) fn paired(from_a: &[Integer], from_b: &[Integer]) -> Integer {
    from_a.iter().zip(from_b.iter().rev()).map(|(a, b)| a.min(b)).sum()
}

/// `min_{0<=t<=D+1} [ sum_{a<t} N_A(a) + sum_{b<=D-t} N_B(b) ]`: f of degree at most D.
pub(super) fn covered_below(from_a: &[Integer], from_b: &[Integer]) -> Integer {
    let sums = |list: &[Integer]| {
        list.iter().fold(vec![Integer::new()], |mut sums, term| {
            sums.push(Integer::from(term + &sums[sums.len() - 1]));
            sums
        })
    };
    let (below, rest) = (sums(from_a), sums(from_b));
    let covers = below.into_iter().zip(rest.into_iter().rev()).map(|(a, b)| a + b);
    covers.min().expect("t = 0 is one")
}

/// By degree the monomials `u^alpha` in n variables with `sum_i ceil(alpha_i/k) <= M`; `None` where they
/// take too long to count.
pub(super) fn supported(n: &Integer, k: u64, units: u64) -> Option<Vec<Integer>> {
    let degree = k.checked_mul(units)?;
    let digits = log10_multiset_estimate(n.to_f64(), degree as f64);
    let most = n.to_u64().map_or(units, |n| n.min(units));
    let steps = degree as f64 * (most as f64).powi(2);
    if digits > MAX_DIGITS || degree as f64 > 2e7 || steps > 2e7 || !short(steps, digits) {
        return None;
    }
    let mut counts = vec![Integer::new(); (degree + 1) as usize];
    each_count(n, k, units, |_, a, count| counts[a] += count);
    Some(counts)
}

/// Calls `add` with m, a and a number, so that for each m and a the numbers sum to the monomials of
/// degree a in n variables with `sum_i ceil(alpha_i/k) = m`, for all m up to `units`.
///
/// Of i variables that occur, with `alpha_i = k j_i - r_i`, `j_i >= 1`, `0 <= r_i < k` and
/// `sum j_i = m`, there are `C(n,i) C(m-1,i-1)` times the ways to write `km - a` as a sum of the `r_i`.
fn each_count(n: &Integer, k: u64, units: u64, mut add: impl FnMut(u64, usize, Integer)) {
    add(0, 0, Integer::from(1)); // no variable occurs
    let most = n.to_u64().map_or(units, |n| n.min(units));
    // Ways to write 0, 1, .. as a sum of i numbers below k.
    let mut ways = vec![Integer::from(1)];
    for i in 1..=most {
        let mut next = vec![Integer::new(); ways.len() + k as usize - 1];
        for (sum, count) in ways.iter().enumerate() {
            for more in &mut next[sum..sum + k as usize] {
                *more += count;
            }
        }
        ways = next;
        let variables = choose(n.clone(), i);
        for m in i..=units {
            let choices = choose(Integer::from(m - 1), i - 1) * &variables;
            for (defect, count) in ways.iter().enumerate() {
                // The largest defect, i(k-1), is below k m.
                add(m, (k * m) as usize - defect, Integer::from(&choices * count));
            }
        }
    }
}

/// By degree the dimension of the forms in `width` variables that are sums of products of a - (k-1)M or more
/// of the k-th powers of C generic coordinates, with anything (Theorem 4.7): the number of
/// `x^beta x_1^{k j_1} .. x_C^{k j_C}`, `beta_1, .., beta_C < k`, `sum j >= a - (k-1)M`. `None` where that takes too long.
pub(super) fn narrowed(width: usize, channels: usize, k: u64, units: u64) -> Option<Vec<Integer>> {
    let degree = k.checked_mul(units)?;
    let digits = log10_multiset_estimate(width as f64, degree as f64);
    let steps = degree as f64 * (degree as f64 / k as f64 + 2.0 * channels.min(width) as f64);
    if digits > MAX_DIGITS || steps > 2e6 || !short(steps, digits) {
        return None;
    }
    let channels = channels.min(width);
    let (k, degree) = (k as usize, degree as usize);
    // Monomials without a k-th power of the first variables: (1-t^k)^C / (1-t)^d.
    let mut rest: Vec<Integer> =
        (0..=degree).map(|a| multiset(&Integer::from(width), a as u64)).collect();
    for _ in 0..channels {
        for a in (k..=degree).rev() {
            let less = rest[a - k].clone();
            rest[a] -= less;
        }
    }
    let powers: Vec<Integer> = (0..=units).map(|j| multiset(&Integer::from(channels), j)).collect();
    let table = |a: usize| -> Integer {
        let least = a.saturating_sub((k - 1) * units as usize);
        (least..=a / k).map(|j| Integer::from(&powers[j] * &rest[a - k * j])).sum()
    };
    Some((0..=degree).map(table).collect())
}

/// By degree at least the dimension of the span of the monomials counted by [`supported`] where the
/// variables are, in each of `width` channels, the same `forms` linear forms in `tokens` variables of that
/// channel (Theorem 4.8); `None` where that takes too long.
pub(super) fn spanned(
    (width, forms, tokens): (usize, usize, usize),
    k: u64,
    units: u64,
) -> Option<Vec<Integer>> {
    let degree = k.checked_mul(units)?;
    let variables = Integer::from(width) * Integer::from(forms.min(tokens));
    let digits = log10_multiset_estimate(variables.to_f64(), degree as f64);
    let steps = (k as f64).powi(2) * (units as f64 + 1.0).powi(4) / 24.0;
    if digits > MAX_DIGITS || steps > 3e6 || !short(steps, digits) {
        return None;
    }
    let channel = channel_steps(forms, tokens, k, units);
    let all = power_of_one_plus(&channel, width);
    let mut table = vec![Integer::new(); (degree + 1) as usize];
    for entry in &all {
        for (a, count) in entry.iter().enumerate() {
            table[a] += count;
        }
    }
    Some(table)
}

/// For one channel `D(a,m) - D(a,m-1)` in the entry [m][a], `a <= km`.
fn channel_steps(forms: usize, tokens: usize, k: u64, units: u64) -> Vec<Vec<Integer>> {
    let row = |m: u64| vec![Integer::new(); (k * m + 1) as usize];
    let mut exactly: Vec<Vec<Integer>> = (0..=units).map(row).collect();
    each_count(&Integer::from(forms), k, units, |m, a, count| exactly[m as usize][a] += count);
    // D(a,m): products of the forms with m units at most, and no more than all of degree a.
    let mut before = vec![Integer::from(1)];
    let mut products = before.clone();
    for m in 1..=units {
        let row = &mut exactly[m as usize];
        products.resize(row.len(), Integer::new());
        before.resize(row.len(), Integer::new());
        for (a, step) in row.iter_mut().enumerate() {
            products[a] += &*step;
            let dimension = multiset(&Integer::from(tokens), a as u64).min(products[a].clone());
            *step = Integer::from(&dimension - &before[a]);
            before[a] = dimension;
        }
    }
    exactly
}

/// `G^d` up to the degree of G in y, for `G = sum_m y^m G_m(z)` with `G_0 = 1`: from `y G (G^d)' = d y G' G^d`
/// its coefficients are `n H_n = sum_{j=1}^n (d j - (n - j)) G_j H_{n-j}`.
fn power_of_one_plus(g: &[Vec<Integer>], d: usize) -> Vec<Vec<Integer>> {
    let mut powers = vec![vec![Integer::from(1)]];
    for n in 1..g.len() {
        let mut sum = vec![Integer::new(); g[n].len()];
        for j in 1..=n {
            let factor = Integer::from(d) * Integer::from(j) - Integer::from(n - j);
            for (a, x) in g[j].iter().enumerate().filter(|(_, x)| **x != 0) {
                let x = Integer::from(x * &factor);
                for (b, y) in powers[n - j].iter().enumerate() {
                    sum[a + b] += Integer::from(&x * y);
                }
            }
        }
        let divisor = Integer::from(n);
        powers.push(sum.into_iter().map(|x| x.div_exact(&divisor)).collect());
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All exponents of n variables up to `most` each.
    fn exponents(n: usize, most: u64) -> impl Iterator<Item = Vec<u64>> {
        itertools::Itertools::multi_cartesian_product(std::iter::repeat_n(0..=most, n))
    }

    fn units_of(alpha: &[u64], k: u64) -> u64 {
        alpha.iter().map(|a| a.div_ceil(k)).sum()
    }

    /// All monomials, one by one.
    #[test]
    fn monomials_are_counted() {
        for (n, k, units) in itertools::iproduct!(1..=4usize, 1..=4u64, 1..=3u64) {
            let mut expected = vec![0; (k * units + 1) as usize];
            for alpha in exponents(n, k * units).filter(|alpha| units_of(alpha, k) <= units) {
                expected[alpha.iter().sum::<u64>() as usize] += 1;
            }
            assert_eq!(supported(&n.into(), k, units).unwrap(), expected, "{n} {k} {units}");
        }
    }

    /// With as many variables as forms nothing depends on anything.
    #[test]
    fn independent_forms_span_what_their_monomials_do() {
        for (width, forms, more) in itertools::iproduct!(1..=3, 1..=3, 0..=1) {
            for (k, units) in itertools::iproduct!(2..=4, 1..=3) {
                let n = Integer::from(width * forms);
                let sizes = (width, forms, forms + more);
                assert_eq!(spanned(sizes, k, units), supported(&n, k, units));
            }
        }
    }

    /// With one variable a channel: the monomials in d variables.
    #[test]
    fn forms_in_one_variable_are_one_form() {
        for (width, forms, k) in itertools::iproduct!(1..=3usize, 2..=4, 2..=4) {
            for units in 1..=3 {
                let expected = supported(&width.into(), k, units);
                assert_eq!(spanned((width, forms, 1), k, units), expected);
            }
        }
    }

    /// The dimension of the span of products of forms at random points modulo a prime: never above.
    #[test]
    fn no_forms_span_more() {
        use crate::arith::Prime;
        use crate::linalg::rank_mod_p;
        use rand::RngExt;
        let p = Prime::new((1 << 31) - 1).unwrap();
        let mut rng = crate::prove::generator(3);
        let mut equal = 0;
        for (width, tokens, forms, k, units) in
            itertools::iproduct!(1..=2usize, 1..=3usize, 2..=4usize, 2..=3u64, 1..=2u64)
        {
            if forms <= tokens || width * forms > 4 {
                continue;
            }
            let mut random = || rng.random_range(1..p.get());
            let weights = nalgebra::DMatrix::from_fn(forms, tokens, |_, _| random());
            let table = spanned((width, forms, tokens), k, units).unwrap();
            let points: Vec<Vec<u64>> = (0..80)
                .map(|_| {
                    let x = nalgebra::DMatrix::from_fn(tokens, width, |_, _| random());
                    let form = |s: usize, c: usize| {
                        let terms = (0..tokens)
                            .map(|t| u128::from(weights[(s, t)]) * u128::from(x[(t, c)]));
                        (terms.sum::<u128>() % u128::from(p.get())) as u64
                    };
                    itertools::iproduct!(0..forms, 0..width).map(|(s, c)| form(s, c)).collect()
                })
                .collect();
            let power = |x: u64, e: u64| {
                let times = |y: u128, _| y * u128::from(x) % u128::from(p.get());
                (0..e).fold(1, times) as u64
            };
            for (a, value) in table.iter().enumerate() {
                let alphas = exponents(forms * width, k * units)
                    .filter(|al| al.iter().sum::<u64>() == a as u64 && units_of(al, k) <= units);
                let rows: Vec<Vec<u64>> = alphas
                    .map(|alpha| {
                        let at = |point: &Vec<u64>| {
                            let powers = point.iter().zip(&alpha).map(|(x, e)| power(*x, *e));
                            let times = |y: u64, x: u64| {
                                (u128::from(y) * u128::from(x) % u128::from(p.get())) as u64
                            };
                            powers.fold(1, times)
                        };
                        points.iter().map(at).collect()
                    })
                    .collect();
                let matrix = nalgebra::DMatrix::from_fn(rows.len(), points.len(), |i, j| {
                    crate::arith::Fp::from_residue(rows[i][j], p)
                });
                let found = rank_mod_p(&matrix, p).rank;
                assert!(*value >= found, "{width} {tokens} {forms} {k} {units} {a}");
                equal += usize::from(*value == found);
            }
        }
        assert!(equal > 30, "{equal}");
    }

    /// Monomial by monomial; nothing is lost with as many channels as variables, beyond 4.6.
    #[test]
    fn products_with_powers_are_counted() {
        for (width, channels, k, units) in
            itertools::iproduct!(1..=3usize, 1..=4usize, 1..=3u64, 1..=3u64)
        {
            let mut expected = vec![0; (k * units + 1) as usize];
            for alpha in exponents(width, k * units) {
                let a: u64 = alpha.iter().sum();
                let powers: u64 = alpha.iter().take(channels).map(|x| x / k).sum();
                if a <= k * units && powers + (k - 1) * units >= a {
                    expected[a as usize] += 1;
                }
            }
            let found = narrowed(width, channels, k, units).unwrap();
            assert_eq!(found, expected, "{width} {channels} {k} {units}");
            if channels >= width {
                let support = supported(&width.into(), k, units).unwrap();
                assert!(found.iter().zip(&support).all(|(x, y)| x >= y));
            }
        }
    }

    #[test]
    fn large_tables_are_refused() {
        assert!(supported(&1.into(), 3, 1 << 40).is_none());
        assert!(supported(&Integer::from(u64::MAX), 64, 1 << 60).is_none());
        assert!(spanned((1 << 24, 1 << 24, 1 << 23), 64, 1 << 60).is_none());
        assert!(spanned((1, 2, 1), 3, 1 << 40).is_none());
        assert!(narrowed(2, 1, 3, 1 << 40).is_none());
        assert!(narrowed(1 << 24, 1 << 24, 3, 3).is_none());
    }
}

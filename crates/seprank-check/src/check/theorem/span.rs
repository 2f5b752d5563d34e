//! The Mixer whose first layer makes more forms of a side than that has variables, channel by channel:
//! docs/theory.md, 4.8.

use super::degree::{mixer, total_degree, variables};
use super::support::{covered_below, paired, units_table};
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, monomial_table, product_work, sharp,
};
use crate::check::problem::{MixerSizes, Problem};
use num_bigint::BigUint;
use num_traits::{One, Zero};

pub(super) fn span(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let m = mixer(problem)?;
    if m.residual || m.permutation.is_some() || m.token_degree < 2 {
        let asked = "k_t >= 2, no residual connections, input not permuted";
        return Err(Failure::Hypothesis(asked));
    }
    if problem.sides().iter().all(|tokens| m.token_hidden <= *tokens) {
        return Err(Failure::Hypothesis("more hidden token units than a side has tokens"));
    }
    let [from_a, from_b] = functions(problem, m, work)?;
    sharp(Some(if m.bias { covered_below(&from_a, &from_b) } else { paired(&from_a, &from_b) }))
}

/// N_A and N_B of 4.8, by degree.
pub(super) fn functions(
    problem: &Problem,
    m: &MixerSizes,
    work: &Work,
) -> Result<[Vec<BigUint>; 2], Failure> {
    let degree = total_degree(problem, m, work)?;
    (degree <= MAX_TERMS).then_some(()).or_too_costly()?;
    let (n_a, n_b) = variables(problem, m);
    let of = |tokens: u64, n: &BigUint| -> Option<Vec<BigUint>> {
        let table = spanned(problem.width, m.token_hidden, tokens, m.token_degree, degree, work)?;
        let forms = monomial_table(work, n, degree)?;
        Some(forms.into_iter().zip(table).map(|(x, y)| x.min(y)).collect())
    };
    let [a, b] = problem.sides();
    Ok([of(a, &n_a).or_too_costly()?, of(b, &n_b).or_too_costly()?])
}

/// By units and degree.
type Table = Vec<Vec<BigUint>>;

/// By degree at least the dimension of the span of the products of at most D/k units.
fn spanned(
    width: u64,
    forms: u64,
    tokens: u64,
    k: u64,
    degree: u64,
    work: &Work,
) -> Option<Vec<BigUint>> {
    let units = degree / k;
    let products = units_table(forms, k, units, work)?;
    let all = monomial_table(work, &big(tokens), degree)?;
    let bits = monomial_table(work, &(big(width) * forms.min(tokens)), degree)?.last()?.bits();
    let pairs = degree.checked_mul(degree)?.checked_mul(units)?.checked_mul(units)?.max(64);
    let multiplications = pairs.checked_mul(2 * u64::from(width.ilog2() + 1))? / 24;
    work.take(multiplications.checked_mul(product_work(bits, 64))?)?;
    // What the products of exactly m units add to those of less, in one channel.
    let (k, degree) = (usize::try_from(k).ok()?, usize::try_from(degree).ok()?);
    let mut so_far = vec![BigUint::zero(); degree + 1];
    let mut dimension = so_far.clone();
    let mut channel = Table::new();
    for (m, row) in products.iter().enumerate() {
        for (rest, count) in row.iter().enumerate().filter(|(_, count)| !count.is_zero()) {
            so_far[k * m - rest] += count;
        }
        let now: Vec<_> = so_far.iter().zip(&all).map(|(x, y)| x.min(y).clone()).collect();
        channel.push(now.iter().zip(&dimension).take(k * m + 1).map(|(x, y)| x - y).collect());
        dimension = now;
    }
    let table = power(channel, width);
    let mut sums = vec![BigUint::zero(); degree + 1];
    for row in table {
        for (sum, x) in sums.iter_mut().zip(row) {
            *sum += x;
        }
    }
    Some(sums)
}

/// So many channels, by squaring; as many units as one has.
fn power(mut square: Table, mut exponent: u64) -> Table {
    let product = |a: &Table, b: &Table| -> Table {
        let row = |m: usize| {
            let mut row = vec![BigUint::zero(); b[m].len()];
            for (left, right) in (0..=m).map(|j| (&a[j], &b[m - j])) {
                for (i, x) in left.iter().enumerate().filter(|(_, x)| !x.is_zero()) {
                    for (j, y) in right.iter().enumerate() {
                        row[i + j] += x * y;
                    }
                }
            }
            row
        };
        (0..a.len()).map(row).collect()
    };
    let mut result: Table = square.iter().map(|row| vec![BigUint::zero(); row.len()]).collect();
    result[0][0] = BigUint::one();
    loop {
        if exponent % 2 == 1 {
            result = product(&result, &square);
        }
        exponent /= 2;
        if exponent == 0 {
            return result;
        }
        square = product(&square, &square);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One variable a channel: the monomials in it. Two forms in two variables: all that are allowed.
    #[test]
    fn products_of_forms_are_counted() {
        let count = |variables: usize, k: u64, units: u64| {
            let mut expected = vec![0u32; (k * units + 1) as usize];
            let ranges = std::iter::repeat_n(0..=k * units, variables);
            for alpha in itertools::Itertools::multi_cartesian_product(ranges) {
                if alpha.iter().map(|a| a.div_ceil(k)).sum::<u64>() <= units {
                    expected[alpha.iter().sum::<u64>() as usize] += 1;
                }
            }
            expected.into_iter().map(BigUint::from).collect::<Vec<_>>()
        };
        for (width, k, units) in itertools::iproduct!(1..=3u64, 2..=3u64, 1..=3u64) {
            let of =
                |forms, tokens| spanned(width, forms, tokens, k, k * units, &Work::new()).unwrap();
            assert_eq!(of(5, 1), count(width as usize, k, units));
            if width <= 2 {
                assert_eq!(of(2, 2), count(2 * width as usize, k, units));
            }
        }
        // Cubes of three forms in two variables span 3 of the 4 forms of degree 3.
        let cubes = spanned(1, 3, 2, 3, 3, &Work::new()).unwrap();
        assert_eq!(cubes, [1u32, 2, 3, 3].map(BigUint::from));
    }

    #[test]
    fn large_sizes_are_refused() {
        assert!(spanned(1 << 24, 1 << 24, 1, 64, 64 * 300, &Work::new()).is_none());
        assert!(spanned(1 << 24, 2, 1, 2, 20_000, &Work::new()).is_none());
    }
}

//! The Mixer by the monomials that its first activation allows: docs/theory.md, 4.6.

use super::degree::{mixer, total_degree, variables};
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, monomial_table, product_work, sharp,
};
use crate::check::problem::Problem;
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};

pub(super) fn support(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let m = mixer(problem)?;
    if m.residual || m.token_degree < 3 {
        return Err(Failure::Hypothesis("k_t >= 3 and no residual connections"));
    }
    let degree = total_degree(problem, m, work)?;
    (degree <= MAX_TERMS).then_some(()).or_too_costly()?;
    let n = (big(problem.width) * m.token_hidden).to_u64().or_too_costly()?;
    let allowed = allowed(n, m.token_degree, degree / m.token_degree, work).or_too_costly()?;
    let (n_a, n_b) = variables(problem, m);
    let functions = |n: &BigUint| -> Option<Vec<BigUint>> {
        let all = monomial_table(work, n, degree)?;
        Some(all.into_iter().zip(&allowed).map(|(all, some)| all.min(some.clone())).collect())
    };
    let from_a = functions(&n_a).or_too_costly()?;
    let from_b = functions(&n_b).or_too_costly()?;
    sharp(Some(if m.bias { covered_below(&from_a, &from_b) } else { paired(&from_a, &from_b) }))
}

/// `sum_a min( N_A(a), N_B(D-a) )`.
pub(super) fn paired(from_a: &[BigUint], from_b: &[BigUint]) -> BigUint {
    from_a.iter().zip(from_b.iter().rev()).map(|(a, b)| a.min(b)).sum()
}

/// `min_t [ sum_{a<t} N_A(a) + sum_{b<=D-t} N_B(b) ]`.
pub(super) fn covered_below(from_a: &[BigUint], from_b: &[BigUint]) -> BigUint {
    // From t to t+1 the sum grows by N_A(t) and falls by N_B(D-t).
    let mut sum: BigUint = from_b.iter().sum();
    let mut least = sum.clone();
    for (a, b) in from_a.iter().zip(from_b.iter().rev()) {
        sum = sum + a - b;
        least = least.min(sum.clone());
    }
    least
}

/// By degree, the monomials in n variables with `sum ceil(alpha_i / k) <= units`.
pub(super) fn allowed(n: u64, k: u64, units: u64, work: &Work) -> Option<Vec<BigUint>> {
    let table = units_table(n, k, units, work)?;
    let (units, k) = (units as usize, k as usize);
    let mut counts = vec![BigUint::zero(); k * units + 1];
    for (u, row) in table.iter().enumerate() {
        for (rest, count) in row.iter().enumerate().filter(|(_, count)| !count.is_zero()) {
            counts[k * u - rest] += count;
        }
    }
    Some(counts)
}

/// The monomials in n variables, by the units `u = sum ceil(alpha_i / k) <= units` that they take and by
/// what they leave of k u: one variable after the other.
pub(super) fn units_table(n: u64, k: u64, units: u64, work: &Work) -> Option<Vec<Vec<BigUint>>> {
    let left = n.min(units) * (k - 1);
    let bits = monomial_table(work, &n.into(), k * units)?.last()?.bits();
    let cells = (units + 1).checked_mul(left + 1)?;
    work.take(cells.checked_mul(n)?.checked_mul(2 * (bits / 64 + 1) * product_work(1, 1))?)?;
    let (units, left, k) = (units as usize, left as usize, k as usize);
    let mut table = vec![vec![BigUint::zero(); left + 1]; units + 1];
    table[0][0] = BigUint::one();
    for _ in 0..n {
        // Those before that took u - 1 units or less, by what is left.
        let mut fewer = vec![BigUint::zero(); left + 1];
        for row in &mut table {
            let before = row.clone();
            // The variable takes some units more and leaves 0, .., k-1.
            let mut window = BigUint::zero();
            for (rest, entry) in row.iter_mut().enumerate() {
                window += &fewer[rest];
                if rest >= k {
                    window -= &fewer[rest - k];
                }
                *entry += &window;
            }
            for (fewer, before) in fewer.iter_mut().zip(before) {
                *fewer += before;
            }
        }
    }
    Some(table)
}

/// By degree a the monomials of which `a - (k-1)M` k-th powers of the first C of d variables can be taken: one
/// variable after the other, by the powers in it and the degree.
pub(super) fn narrowed(
    width: u64,
    channels: u64,
    k: u64,
    degree: u64,
    work: &Work,
) -> Option<Vec<BigUint>> {
    let units = degree / k;
    let bits = monomial_table(work, &big(width), degree)?.last()?.bits();
    let steps = degree.checked_mul(degree)?.checked_mul(8 * (channels + units))?;
    work.take(steps.checked_mul(product_work(bits, bits))?)?;
    let free = monomial_table(work, &big(width - channels), degree)?;
    let powers = monomial_table(work, &big(channels), units)?;
    let (k, units, degree) = (k as usize, units as usize, degree as usize);
    // Below the power: 1 + t + .. + t^(k-1) for each of the C.
    let mut below = vec![BigUint::zero(); degree + 1];
    below[0] = BigUint::one();
    for _ in 0..channels {
        let before = below.clone();
        for a in 0..=degree {
            below[a] = before[a.saturating_sub(k - 1)..=a].iter().sum();
        }
    }
    let rest: Vec<BigUint> =
        (0..=degree).map(|a| (0..=a).map(|b| &below[b] * &free[a - b]).sum()).collect();
    let table = |a: usize| {
        let least = a.saturating_sub((k - 1) * units);
        (least..=a / k).map(|j| &powers[j] * &rest[a - k * j]).sum()
    };
    Some((0..=degree).map(table).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monomials_are_counted() {
        for (n, k, units) in itertools::iproduct!(1..=4u64, 3..=4u64, 1..=3u64) {
            let mut expected = vec![0u32; (k * units + 1) as usize];
            let ranges = std::iter::repeat_n(0..=k * units, n as usize);
            for alpha in itertools::Itertools::multi_cartesian_product(ranges) {
                if alpha.iter().map(|a| a.div_ceil(k)).sum::<u64>() <= units {
                    expected[alpha.iter().sum::<u64>() as usize] += 1;
                }
            }
            let found = allowed(n, k, units, &Work::new()).unwrap();
            assert_eq!(found, expected.into_iter().map(BigUint::from).collect::<Vec<_>>());
        }
    }

    #[test]
    fn monomials_with_powers_are_counted() {
        for (width, channels, k, units) in itertools::iproduct!(2..=3u64, 1..=2, 1..=3, 1..=3) {
            if channels >= width {
                continue;
            }
            let mut expected = vec![0u32; (k * units + 1) as usize];
            let ranges = std::iter::repeat_n(0..=k * units, width as usize);
            for alpha in itertools::Itertools::multi_cartesian_product(ranges) {
                let a: u64 = alpha.iter().sum();
                let powers: u64 = alpha.iter().take(channels as usize).map(|x| x / k).sum();
                if a <= k * units && powers + (k - 1) * units >= a {
                    expected[a as usize] += 1;
                }
            }
            let found = narrowed(width, channels, k, k * units, &Work::new()).unwrap();
            assert_eq!(found, expected.into_iter().map(BigUint::from).collect::<Vec<_>>());
        }
    }
}

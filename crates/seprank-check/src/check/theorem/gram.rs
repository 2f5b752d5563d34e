//! Attention by its layers, degree by degree: docs/theory.md, 3.14 to 3.16.

use super::form::Form;
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, covariant, determinantal, monomial_table,
    product_work,
};
use crate::check::problem::{Architecture, Problem};
use num_bigint::BigUint;
use num_traits::Zero;

/// The least sum over `t_0 <= .. <= t_C` of the functions of B with degree b in G and at most E - t_b in
/// what the first layer does not see, and those of A with degree C-b and less than t_b; or the least cover
/// where there are biases.
pub(super) fn layers(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let failure =
        Failure::Hypothesis("layers of attention, not masked or weighted, and linear ones");
    let Architecture::Layers(layers) = &problem.architecture else { return Err(failure) };
    let form = Form::of(problem, layers).ok_or(failure)?;
    let (own, other) = problem.own_and_other();
    let c = form.degree;
    (c <= MAX_TERMS).then_some(()).or_too_costly()?;
    let width = form.width + u64::from(form.bias);
    let mut from_other = determinantal(work, width, other, c).or_too_costly()?;
    let mut from_own = covariant(work, width, own, c).or_too_costly()?;
    let sharp = from_other.iter().chain(&from_own).all(|h| h.sharp);
    let coordinates = Coordinates::new(&form, work);
    let classes = coordinates.as_ref().and_then(|counts| thresholds(&form, counts, work));
    let whole = coordinates.is_some() && classes.is_some();
    let better = |value: BigUint| Estimate {
        value: classes.iter().cloned().fold(value, BigUint::min),
        sharp: sharp && whole,
    };
    if form.bias {
        // Polynomials of degree 2b, or 2c+1, in the entries.
        let entries =
            |tokens: u64, last| monomial_table(work, &(big(form.width) * tokens + 1u32), last);
        let even = entries(other, 2 * c).or_too_costly()?.into_iter().step_by(2);
        let odd = entries(own, 2 * c + 1).or_too_costly()?.into_iter().skip(1).step_by(2);
        lessen(&mut from_other, even);
        lessen(&mut from_own, odd);
        // From t to t+1 the functions of B become more, those of A fewer.
        let values =
            |list: &[Estimate]| -> Vec<BigUint> { list.iter().map(|h| h.value.clone()).collect() };
        let (v, u) = (values(&from_other), values(&from_own));
        let cover = |t: usize| {
            let below = t.checked_sub(1).map(|b| v[b].clone()).unwrap_or_default();
            below + u.iter().rev().nth(t).cloned().unwrap_or_default()
        };
        return Ok(better((0..=u.len()).map(cover).min().unwrap_or_default()));
    }
    if form.reads < width {
        if own == 1 {
            // Multiples of the forms that are read.
            let unread =
                monomial_table(work, &big(width - form.reads), 2 * c + 1).or_too_costly()?;
            for (h, unread) in from_own.iter_mut().zip(unread.into_iter().skip(1).step_by(2)) {
                h.value -= unread;
            }
        } else {
            let all = determinantal(work, width, own, c).or_too_costly()?;
            lessen(&mut from_own, all.into_iter().map(|h| h.value * form.reads));
        }
    }
    Ok(better(match &coordinates {
        Some(counts) => steps(&form, counts, &from_other, &from_own),
        None => {
            let pairs = from_other.iter().zip(from_own.iter().rev());
            pairs.fold(BigUint::zero(), |sum, (h, h1)| sum + (&h.value).min(&h1.value))
        }
    }))
}

fn lessen(list: &mut [Estimate], by: impl Iterator<Item = BigUint>) {
    for (h, other) in list.iter_mut().zip(by) {
        if other < h.value {
            h.value = other;
        }
    }
}

/// More factors G that the first layer does not see leave them out of account.
const MAX_BARE_DEGREE: u64 = 1000;

/// Monomials in the coordinates of G that the first layers see, and in the others.
struct Coordinates {
    seen: Vec<BigUint>,
    others: Vec<BigUint>,
}

impl Coordinates {
    /// `None` if a table or the sums over it are too costly.
    fn new(form: &Form, work: &Work) -> Option<Self> {
        (form.bare <= MAX_BARE_DEGREE).then_some(())?;
        let seen = monomial_table(work, &form.seen, form.degree)?;
        let others = monomial_table(work, &form.others, form.bare)?;
        let products = (form.degree + 1).checked_mul(8 * (form.bare + 1))?;
        let bits = |list: &[BigUint]| list.last().map_or(1, BigUint::bits);
        work.take(products.checked_mul(product_work(bits(&seen), bits(&others)))?)?;
        Some(Self { seen, others })
    }

    /// Monomials of degree k with less than s of it in the others, s = 0, 1, ..
    fn fewer(&self, k: usize) -> Vec<BigUint> {
        let mut sums = vec![BigUint::zero()];
        for (j, others) in self.others.iter().enumerate() {
            let more = if j <= k { others * &self.seen[k - j] } else { BigUint::zero() };
            sums.push(more + &sums[j]);
        }
        sums
    }

    /// Monomials with degree j in the others, and degree less than s = 0, 1, .., C+1 in all.
    fn below(&self, j: usize) -> Vec<BigUint> {
        let mut sums = vec![BigUint::zero()];
        for s in 0..self.seen.len() {
            let more = if s < j { BigUint::zero() } else { &self.others[j] * &self.seen[s - j] };
            sums.push(more + &sums[s]);
        }
        sums
    }
}

fn steps(
    form: &Form,
    counts: &Coordinates,
    from_other: &[Estimate],
    from_own: &[Estimate],
) -> BigUint {
    // From the largest b down: the least sum of the b's so far if all t are at least this.
    let last = counts.others.len();
    let mut rest = vec![BigUint::zero(); last + 1];
    for b in (0..from_other.len()).rev() {
        let a = from_other.len() - 1 - b;
        let (own, other) = (counts.fewer(a), counts.fewer(b));
        let mut least: Option<BigUint> = None;
        for t in (0..=last).rev() {
            let own = (&own[t] * form.reads).min(from_own[a].value.clone());
            let sum = own + (&other[last - t]).min(&from_other[b].value) + &rest[t];
            let better = least.map_or(sum.clone(), |l| l.min(sum));
            rest[t] = better.clone();
            least = Some(better);
        }
    }
    rest.swap_remove(0)
}

/// The least sum over `C+1 >= s_0 >= .. >= s_E`: for each j the monomials of B of degree j in the others and
/// less than s_j in all, and the functions of A of degree E - j in the others and at most C - s_j in all,
/// one less where the form before it is not leading. `None` if it is too costly.
fn thresholds(form: &Form, counts: &Coordinates, work: &Work) -> Option<BigUint> {
    let top = usize::try_from(form.degree).ok()? + 1;
    let e = counts.others.len() - 1;
    let bits = counts.seen.last()?.bits() + counts.others.last()?.bits();
    work.take(((top + 1) as u64).checked_mul(e as u64 + 1)?.checked_mul(bits / 8 + 8)?)?;
    // After j = 0, .., the least sum with s_j at least s.
    let mut least = vec![BigUint::zero(); top + 1];
    for j in 0..=e {
        let (other, own) = (counts.below(j), counts.below(e - j));
        let mut best: Option<BigUint> = None;
        for s in (0..=top).rev() {
            let leading = &own[top - s] * form.leading;
            let rest = &own[(top - s).saturating_sub(1)] * form.reads.saturating_sub(form.leading);
            let sum = &other[s] + leading + rest + &least[s];
            let better = best.map_or(sum.clone(), |b| b.min(sum));
            least[s] = better.clone();
            best = Some(better);
        }
    }
    Some(least.swap_remove(0))
}

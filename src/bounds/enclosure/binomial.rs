//! Logarithms of binomial coefficients of integers of any size.
//!
//! **Stirling's series.** For x > 0, `ln x! = x ln x - x + ln(2 pi x)/2 + R(x)`, where R(x) lies
//! between any two consecutive partial sums of `sum_j B_{2j} / (2j (2j-1) x^{2j-1})` (Whittaker and
//! Watson, section 12.33: the series is enveloping for x > 0). With 8 terms and x >= 64 the two differ
//! by less than 10^-28.
//!
//! **No cancellation.** With s <= N - s and x = s/(N-s) <= 1,
//! `ln C(N,s) = s ln N - s + (N-s) ln(1+x) + ln(1+x)/2 + R(N) - R(N-s) - ln s!`.
//! N need not fit the precision: it enters only rounded, with a relative error of 2^-255. The largest
//! summand, s ln N, is at most ln N times the result, so rounding and the truncated series together leave a
//! relative width below 10^-25, far below 10^-12, for every N that can be stored.

use super::LogInterval;
use super::count::Count;
use crate::arith::Interval;
use rug::Integer;

/// The coefficients `B_{2j} / (2j (2j-1))`, j = 1..9 (Abramowitz and Stegun 6.1.41).
const STIRLING: [(i64, i64); 9] = [
    (1, 12),
    (-1, 360),
    (1, 1260),
    (-1, 1680),
    (1, 1188),
    (-691, 360_360),
    (1, 156),
    (-3617, 122_400),
    (43867, 244_188),
];

/// Below this, factorials are taken exactly, and binomials below twice as much.
const SMALL: u32 = 64;
const SMALL_TOTAL: u32 = 2 * SMALL;

/// R(x) of Stirling's formula for x >= [`SMALL`].
fn stirling_remainder(x: &Interval) -> Interval {
    let inverse = Interval::ratio(1, 1).divided_by(x);
    let square = &inverse * &inverse;
    let mut power = inverse;
    let mut sum = Interval::ratio(0, 1);
    let (last, terms) = STIRLING.split_last().expect("there are nine");
    for &(numerator, denominator) in terms {
        sum = &sum + &(&Interval::ratio(numerator, denominator) * &power);
        power = &power * &square;
    }
    let next = &Interval::ratio(last.0, last.1) * &power;
    &sum + &next.with_zero()
}

/// `ln s!`.
fn ln_factorial(s: &Integer) -> Interval {
    if let Some(small @ 0..SMALL) = s.to_u32() {
        return Interval::integer(&Integer::from(Integer::factorial(small))).ln();
    }
    let x = Interval::integer(s);
    let circle = &(&Interval::ratio(2, 1) * &Interval::pi()) * &x;
    let main = &(&x * &x.ln()) - &x;
    &(&main + &circle.ln().halved(1)) + &stirling_remainder(&x)
}

/// `ln C(total, chosen)`; `None` if the coefficient is zero. Cost: about ten logarithms.
pub(super) fn ln_choose(total: &Integer, chosen: &Integer) -> Option<Interval> {
    let rest = Integer::from(total - chosen);
    if *chosen < 0 || rest < 0 {
        return None;
    }
    let (s, rest) = if *chosen <= rest { (chosen, rest) } else { (&rest, chosen.clone()) };
    if s.is_zero() {
        return Some(Interval::ratio(0, 1));
    }
    if let Some(0..SMALL_TOTAL) = total.to_u32() {
        let exact = Integer::from(total.binomial_ref(s.to_u32()?));
        return Some(Interval::integer(&exact).ln());
    }
    // Here rest >= total / 2 >= SMALL.
    Some(ln_stirling(&Interval::integer(total), s, &Interval::integer(&rest)))
}

/// `ln C(n, s)` with n - s = `rest` >= s, [`SMALL`].
fn ln_stirling(n: &Interval, s: &Integer, rest: &Interval) -> Interval {
    let s_real = Interval::integer(s);
    let growth = s_real.divided_by(rest).ln_1p();
    let main = &(&s_real * &n.ln()) - &s_real;
    let main = &(&main + &(rest * &growth)) + &growth.halved(1);
    let remainders = &stirling_remainder(n) - &stirling_remainder(rest);
    &(&main + &remainders) - &ln_factorial(s)
}

impl LogInterval {
    /// `mc(n,k) = C(n+k-1, k)` for integers of any size, to a relative width of the logarithm far below
    /// 10^-12; `None` if it is zero.
    ///
    /// ```
    /// use seprank::bounds::LogInterval;
    /// let [lo, hi] = LogInterval::multiset(&2.into(), &999.into()).unwrap().log10().unwrap();
    /// assert!(lo <= 3.0 && 3.0 <= hi && hi - lo < 1e-12); // mc(2, 999) = 1000
    /// ```
    pub fn multiset(n: &Integer, k: &Integer) -> Option<Self> {
        Self::multiset_of(n, &Count::from(k))
    }

    /// The same of a k of which only the leading bits may be known.
    pub(super) fn multiset_of(n: &Integer, k: &Count) -> Option<Self> {
        match k {
            Count::Exact(k) if k.is_zero() => Some(Self::one()),
            _ if *n <= 0 => None,
            Count::Exact(k) => ln_choose(&(Integer::from(n + k) - 1u32), k).map(Self::from_ln),
            Count::About(_) if *n == 1 => Some(Self::one()),
            // C(n+k-1, n-1), k being the larger: n is a number of variables.
            Count::About(k) => {
                let s = Integer::from(n - 1u32);
                let total = k + &Interval::integer(&s);
                Some(Self::from_ln(ln_stirling(&total, &s, k)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn stirling_coefficients_are_bernoulli_numbers() {
        // B_m = -1/(m+1) sum_{k<m} C(m+1,k) B_k, B_0 = 1.
        let mut bernoulli = vec![Rational::from(1)];
        for m in 1..=18u32 {
            let sum: Rational = (0..m)
                .map(|k| {
                    Rational::from(Integer::from(Integer::binomial_u(m + 1, k)))
                        * &bernoulli[k as usize]
                })
                .sum();
            bernoulli.push(-sum / (m + 1));
        }
        for (j, &(numerator, denominator)) in (1u32..).zip(&STIRLING) {
            let expected = Rational::from(&bernoulli[2 * j as usize] / (2 * j * (2 * j - 1)));
            assert_eq!(Rational::from((numerator, denominator)), expected, "j = {j}");
        }
    }

    #[test]
    fn contains_exact_binomials_around_the_switches() {
        for total in (0..40u32).chain(120..140).chain([500, 5000]) {
            for chosen in (0..=total.min(70)).chain([total / 2]) {
                let exact = Integer::from(Integer::binomial_u(total, chosen));
                let x = ln_choose(&total.into(), &chosen.into()).unwrap();
                let truth = Interval::integer(&exact).ln();
                assert!(x.lo <= truth.hi && truth.lo <= x.hi, "C({total},{chosen})");
                let width = LogInterval::from_ln(x).relative_width();
                assert!(width < 1e-25, "C({total},{chosen}): {width}");
            }
        }
        for (total, chosen) in [(3, 4), (3, -1), (-1, 0), (-2, -1), (1000, 1001), (1000, -1)] {
            assert_eq!(ln_choose(&total.into(), &chosen.into()), None, "C({total},{chosen})");
        }
    }
}

//! Sums of binomial coefficients too long to add: closed forms, with proofs.

use super::LogInterval;
use crate::arith::Interval;
use rug::Integer;

/// `sum over 0 <= j <= M, j = M mod 2, of mc(n,j)`, for n >= 0; `None` if it is zero.
///
/// *Proof.* Let T be the sum over all j <= M, T = mc(n+1, M), and `A_n = sum_j (-1)^(M-j) mc(n,j)`; the
/// sum wanted is (T + A_n)/2. A_n is the coefficient of x^M in `1/((1-x)^n (1+x))`. From
/// `1/((1-x)(1+x)) = (1/(1-x) + 1/(1+x))/2` follows `A_n = (mc(n,M) + A_{n-1})/2`, and A_0 = (-1)^M, so
/// `A_n = sum_{i<n} 2^-(i+1) mc(n-i, M) + (-1)^M 2^-n`.
/// With `rho_i = mc(n-i,M)/mc(n,M)`, `rho_{i+1} = rho_i (n-i-1)/(n-i-1+M) <= rho_i`. After the terms i < I
/// the rest, last summand included, is between 0 and 2^-I rho_I: it is at most
/// `rho_I (sum_{i>=I} 2^-(i+1) + 2^-n) = 2^-I rho_I`, and at least 0 since the summand i = n-1 is
/// 2^-n rho_{n-1} = 2^-n / mc(n,M), which outweighs a negative last one. I = 128 leaves a relative width
/// of 2^-128.
pub(crate) fn parity_sum(n: &Integer, m: &Integer) -> Option<LogInterval> {
    if *n <= 0 {
        return m.is_even().then(LogInterval::one);
    }
    let all = LogInterval::multiset(&Integer::from(n + 1u32), m)?;
    let mut alternating = Interval::ratio(0, 1);
    let mut rho = Interval::ratio(1, 1);
    for i in 0..128u32 {
        alternating = &alternating + &rho.halved(i + 1);
        let left = Integer::from(n - (i + 1));
        if left.is_zero() {
            let last = rho.halved(i + 1);
            alternating = if m.is_even() { &alternating + &last } else { &alternating - &last };
            rho = Interval::ratio(0, 1);
            break;
        }
        let next = Interval::integer(&left).divided_by(&Interval::integer(&(left + m)));
        rho = &rho * &next;
    }
    alternating = &alternating + &rho.halved(128).with_zero();
    // mc(n,M) = mc(n+1,M) n/(n+M).
    let share = Interval::integer(n).divided_by(&Interval::integer(&Integer::from(n + m)));
    let factor = (&Interval::ratio(1, 1) + &(&share * &alternating)).halved(1);
    Some(all.times(&LogInterval::from_ln(factor.ln())))
}

/// Which degrees a growth counts at step b.
#[derive(Clone, Copy, Debug)]
enum Stride {
    /// mc(n, b)
    Every,
    /// mc(n, 2b)
    Even,
    /// mc(n, 2b+1)
    Odd,
}

/// A sequence that does not decrease in b: the least of some of `mc(n,b)`, `mc(n,2b)`, `mc(n,2b+1)`, n >= 1,
/// times a constant.
#[derive(Clone, Debug)]
pub(crate) struct Growth {
    parts: Vec<(Stride, Integer)>,
    scale: LogInterval,
}

impl Growth {
    fn new(stride: Stride, n: Integer) -> Self {
        debug_assert!(n > 0);
        Self { parts: vec![(stride, n)], scale: LogInterval::one() }
    }

    /// `mc(n, b)`.
    pub(crate) fn every(n: Integer) -> Self {
        Self::new(Stride::Every, n)
    }

    /// `mc(n, 2b)`.
    pub(crate) fn even(n: Integer) -> Self {
        Self::new(Stride::Even, n)
    }

    /// `mc(n, 2b+1)`.
    pub(crate) fn odd(n: Integer) -> Self {
        Self::new(Stride::Odd, n)
    }

    /// The smaller of the two at each b.
    pub(crate) fn least(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Times a positive integer.
    pub(crate) fn scaled(mut self, factor: &Integer) -> Self {
        self.scale = LogInterval::of(factor).unwrap_or(self.scale);
        self
    }

    fn minimum(
        &self,
        each: impl Fn(Stride, &Integer) -> Option<LogInterval>,
    ) -> Option<LogInterval> {
        let values = self.parts.iter().map(|(stride, n)| each(*stride, n));
        let least = values.reduce(|a, b| Some(a?.min(&b?)))??;
        Some(least.times(&self.scale))
    }

    /// The value at b >= 0.
    pub(crate) fn term(&self, b: &Integer) -> Option<LogInterval> {
        self.minimum(|stride, n| match stride {
            Stride::Every => LogInterval::multiset(n, b),
            Stride::Even => LogInterval::multiset(n, &Integer::from(b * 2u32)),
            Stride::Odd => LogInterval::multiset(n, &(Integer::from(b * 2u32) + 1u32)),
        })
    }

    /// The sum of the values at 0..=b; `None` (an empty sum) for b < 0. Of a [least](Growth::least) of
    /// several the interval is wide: from the last value to the least of the sums.
    pub(crate) fn sum_to(&self, b: &Integer) -> Option<LogInterval> {
        if *b < 0 {
            return None;
        }
        let least = self.minimum(|stride, n| match stride {
            Stride::Every => LogInterval::multiset(&Integer::from(n + 1u32), b),
            Stride::Even => parity_sum(n, &Integer::from(b * 2u32)),
            Stride::Odd => parity_sum(n, &(Integer::from(b * 2u32) + 1u32)),
        })?;
        if self.parts.len() == 1 {
            Some(least)
        } else {
            Some(LogInterval::between(&self.term(b)?, &least))
        }
    }
}

/// `S = sum_{a=0}^{C} min( P(a), Q(C-a) )` for sequences P and Q that do not decrease.
///
/// *Method.* P(a) does not decrease and Q(C-a) does not increase, so there is a t with P(a) <= Q(C-a) for
/// a < t and P(a) >= Q(C-a) for a >= t, and `S = sum_{a<t} P(a) + sum_{c<=C-t} Q(c)`, two closed sums.
/// Bisection brackets t between l and h, each step a certain comparison. Where enclosures overlap the
/// bracket is opened around that place by doubling steps until comparisons are certain again. Then
/// `S >= sum_{a<l} P + sum_{c<=C-h} Q + (the terms l <= a < h, if at most two)` and `S <= sum_{a<l} P + sum_{c<=C-l} Q`
/// (a minimum is at most either). Bisection stops when h - l < l / 2^80: the terms between are then
/// a share of order n 2^-80 of S, since P(0) + .. + P(a) is at least P(a) (n+a) / (2n) for the sequences here.
pub(crate) fn least_sum(p: &Growth, q: &Growth, c: &Integer) -> Option<LogInterval> {
    let compare = |a: &Integer| -> Option<(LogInterval, LogInterval)> {
        Some((p.term(a)?, q.term(&Integer::from(c - a))?))
    };
    let (mut low, mut high) = (Integer::new(), Integer::from(c + 1u32));
    // Where the last overlap was, and the next step to take from it.
    let mut step = Integer::new();
    let mut overlap: Option<Integer> = None;
    while low < high && Integer::from(&high - &low) >= Integer::from(&low >> 80u32) {
        let probe = match &overlap {
            // C may have millions of bits and t be far below it: first the length of t is bisected.
            None if high.significant_bits() > low.significant_bits() + 2 => {
                Integer::from(1) << ((low.significant_bits() + high.significant_bits()) / 2)
            }
            None => Integer::from(&low + &high) / 2u32,
            Some(centre) => {
                // Outwards from the overlap, first below it, then above.
                let below = Integer::from(centre - &step);
                let above = Integer::from(centre + &step);
                if below >= low {
                    below
                } else if above < high {
                    above
                } else {
                    break;
                }
            }
        };
        let (left, right) = compare(&probe)?;
        if left.at_most(&right) {
            low = probe + 1u32;
        } else if right.at_most(&left) {
            high = probe;
        } else if overlap.is_none() {
            // A smaller bracket says no more: bisection would stop at it.
            step = Integer::from(&probe >> 300u32).max(Integer::from(1));
            overlap = Some(probe);
        } else {
            step *= 2u32;
        }
    }
    let sum = |x: Option<LogInterval>, y: Option<LogInterval>| match (x, y) {
        (Some(x), Some(y)) => Some(x.plus(&y)),
        (x, y) => x.or(y),
    };
    let head = p.sum_to(&Integer::from(&low - 1u32));
    let upper = sum(head.clone(), q.sum_to(&Integer::from(c - &low)))?;
    let mut lower = sum(head, q.sum_to(&Integer::from(c - &high)));
    if Integer::from(&high - &low) <= 2 {
        while low < high {
            let (left, right) = compare(&low)?;
            lower = sum(lower, Some(left.min(&right)));
            low += 1u32;
        }
    }
    Some(LogInterval::between(&lower?, &upper))
}

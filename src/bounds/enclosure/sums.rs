//! Sums of binomial coefficients too long to add: closed forms, with proofs.

use super::LogInterval;
use super::count::{Count, moved, places};
use crate::arith::Interval;
use rug::float::Round;
use rug::{Float, Integer};

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
    parity_sum_of(n, &m.into(), m.is_even())
}

fn parity_sum_of(n: &Integer, m: &Count, even: bool) -> Option<LogInterval> {
    if *n <= 0 {
        return even.then(LogInterval::one);
    }
    let all = LogInterval::multiset_of(&Integer::from(n + 1u32), m)?;
    let m = m.interval();
    let mut alternating = Interval::ratio(0, 1);
    let mut rho = Interval::ratio(1, 1);
    for i in 0..128u32 {
        alternating = &alternating + &rho.halved(i + 1);
        let left = Integer::from(n - (i + 1));
        if left.is_zero() {
            let last = rho.halved(i + 1);
            alternating = if even { &alternating + &last } else { &alternating - &last };
            rho = Interval::ratio(0, 1);
            break;
        }
        let left = Interval::integer(&left);
        let next = left.divided_by(&(&left + &m));
        rho = &rho * &next;
    }
    alternating = &alternating + &rho.halved(128).with_zero();
    // mc(n,M) = mc(n+1,M) n/(n+M).
    let n = Interval::integer(n);
    let share = n.divided_by(&(&n + &m));
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
        self.at(&b.into())
    }

    fn at(&self, b: &Count) -> Option<LogInterval> {
        self.minimum(|stride, n| match stride {
            Stride::Every => LogInterval::multiset_of(n, b),
            Stride::Even => LogInterval::multiset_of(n, &b.doubled(false)),
            Stride::Odd => LogInterval::multiset_of(n, &b.doubled(true)),
        })
    }

    /// The sum of the values at 0..=b. Of a [least](Growth::least) of several the interval is wide: from the last
    /// value to the least of the sums.
    fn sum_to(&self, b: &Count) -> Option<LogInterval> {
        let least = self.minimum(|stride, n| match stride {
            Stride::Every => LogInterval::multiset_of(&Integer::from(n + 1u32), b),
            Stride::Even => parity_sum_of(n, &b.doubled(false), true),
            Stride::Odd => parity_sum_of(n, &b.doubled(true), false),
        })?;
        if self.parts.len() == 1 {
            Some(least)
        } else {
            Some(LogInterval::between(&self.at(b)?, &least))
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
///
/// C may have millions of bits. Places are floats of a thousand: below that they are all integers, above it some,
/// and l is rounded down where it moves, which keeps what is said of l; C - a is then between two floats, and
/// where that is too coarse a comparison is uncertain.
pub(crate) fn least_sum(p: &Growth, q: &Growth, c: &Integer) -> Option<LogInterval> {
    let (whole, next) = (places(c), places(&Integer::from(c + 1u32)));
    let compare = |a: &Float| Some((p.at(&Count::at(a))?, q.at(&Count::beyond(a, &whole)?)?));
    let one = Float::with_val(2, 1);
    let minus = |x: &Float, y: &Float| moved(x, &-y.clone(), Round::Down);
    let bits = |x: &Float| x.get_exp().unwrap_or(0);
    let [zero, _] = places(&Integer::new());
    let (mut low, [_, mut high]) = (zero, next);
    // Where the last overlap was, and the next step to take from it.
    let mut overlap: Option<(Float, Float)> = None;
    while low < high && minus(&high, &low) >= Float::with_val(low.prec(), &low >> 80u32).floor() {
        let probe = match &overlap {
            // t may be far below C: first the length of t is bisected.
            None if bits(&high) > bits(&low) + 2 => {
                Float::with_val(low.prec(), &one << ((bits(&low) + bits(&high)) / 2))
            }
            None => Float::with_val(low.prec(), moved(&low, &high, Round::Down) >> 1u32).floor(),
            Some((centre, step)) => {
                // Outwards from the overlap, first below it, then above.
                let (below, above) = (minus(centre, step), moved(centre, step, Round::Down));
                if moved(&below, &one, Round::Down) > low {
                    below
                } else if above < high {
                    above
                } else {
                    break;
                }
            }
        };
        let order = compare(&probe);
        match &order {
            Some((left, right)) if left.at_most(right) => low = moved(&probe, &one, Round::Down),
            Some((left, right)) if right.at_most(left) => high = probe,
            // A smaller bracket says no more: bisection would stop at it.
            _ if overlap.is_none() => {
                let step = Float::with_val(low.prec(), &probe >> 300u32).floor().max(&one);
                overlap = Some((probe, step));
            }
            _ => overlap = overlap.map(|(centre, step)| (centre, step * 2u32)),
        }
    }
    let sum = |x: Option<LogInterval>, y: Option<LogInterval>| match (x, y) {
        (Some(x), Some(y)) => Some(x.plus(&y)),
        (x, y) => x.or(y),
    };
    // None of an empty sum.
    let head = |round| match low > 0 {
        true => p.sum_to(&Count::at(&moved(&low, &-one.clone(), round))),
        false => None,
    };
    let tail = match low > whole[1] {
        true => None,
        false => q.sum_to(&Count::beyond(&low, &whole).unwrap_or_else(|| c.into())),
    };
    let upper = sum(head(Round::Up), tail)?;
    let rest = Count::beyond(&high, &whole);
    let mut lower = sum(head(Round::Down), rest.and_then(|rest| q.sum_to(&rest)));
    if minus(&high, &low) <= 2 {
        while low < high {
            let (left, right) = compare(&low)?;
            lower = sum(lower, Some(left.min(&right)));
            low = moved(&low, &one, Round::Down);
        }
    }
    Some(LogInterval::between(&lower?, &upper))
}

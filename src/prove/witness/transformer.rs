//! Theorems 5.4 and 5.4': whole blocks with residual connections. Attention reads inner products of the payloads of
//! both sides, position-wise parts contract them with the markers, attention sums over the tokens of the own side.
//!
//! Channels: the flag is 0, the markers follow, then the payload; sums are added to channels of the payload, and what
//! is contracted to the first marker of its kind.

use super::plan::{Head, Mixing};
use super::{Plan, integer, variable};
use crate::arith::{Rational, Ring};
use crate::bounds::BlockPlan;
use crate::network::Activation;
use num_traits::{One, Zero};
use std::ops::Range;

const FLAG: usize = 0;

/// Weights and inputs for the given free parameters.
pub(super) fn build(plan: &mut Plan, p: &BlockPlan) {
    let second = p.second.unwrap_or(0);
    let markers = 1..1 + p.markers;
    let others = markers.end..markers.end + second;
    let payload = others.end..others.end + p.payload;
    let width = plan.head_width();
    // The payload first: the channels that sums go to are read in the first block.
    let heads = pairs(&payload, &markers, width);
    for (block, pairs) in heads.chunks(plan.shape.heads).enumerate() {
        for (head, (from, of)) in plan.layers[block].iter_mut().zip(pairs) {
            read(head, from, of, of.start - markers.start + payload.start);
        }
    }
    let mut block = p.reading - 1;
    if let Some(second) = p.second {
        let clean = payload.start + p.markers..payload.end;
        let (last, pairs) = (plan.shape.heads - 1, pairs(&clean, &others, width));
        for (head, (from, of)) in plan.layers[1].iter_mut().zip(&pairs) {
            read(head, from, of, of.start - others.start + clean.start);
        }
        let first = Contraction { markers: markers.start, sums: payload.start, count: p.markers };
        first.add_to(&mut plan.mixing[0], &plan.activation);
        gather(&mut plan.layers[1][last], markers.start);
        raise(&mut plan.mixing[1], &plan.activation);
        let other = Contraction { markers: others.start, sums: clean.start, count: second };
        other.add_to(&mut plan.mixing[1], &plan.activation);
        gather(&mut plan.layers[2][0], others.start);
        block = 1;
    } else {
        let only = Contraction { markers: markers.start, sums: payload.start, count: p.markers };
        only.add_to(&mut plan.mixing[block], &plan.activation);
        gather(&mut plan.layers[block + 1][0], markers.start);
    }
    for part in &mut plan.mixing[block + 1..] {
        raise(part, &plan.activation);
    }
    for layer in &mut plan.layers[block + 2..] {
        gather(&mut layer[0], FLAG);
    }
    inputs(plan, markers.start..others.end, &payload);
}

/// Groups of so many channels, the last one perhaps smaller.
fn groups(channels: &Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = channels.end;
    channels.clone().step_by(size).map(move |start| start..end.min(start + size))
}

/// All pairs of a group of the payload and one of the markers.
fn pairs(
    payload: &Range<usize>,
    markers: &Range<usize>,
    size: usize,
) -> Vec<(Range<usize>, Range<usize>)> {
    let pairs =
        groups(payload, size).flat_map(|p| groups(markers, size).map(move |m| (p.clone(), m)));
    pairs.collect()
}

/// To channel `target + m` of every token the head adds the sum over all tokens of the product of the payloads times
/// the token's marker m.
fn read(head: &mut Head, payload: &Range<usize>, markers: &Range<usize>, target: usize) {
    for (column, channel) in payload.clone().enumerate() {
        head.add_w(column, &[(channel, 1)], &[(channel, 1)]);
    }
    for (m, channel) in markers.clone().enumerate() {
        head.add_v(m, &[(channel, 1)], &[(target + m, 1)]);
    }
}

/// To the flag of a token with flag y is added y times the sum over all tokens of their flag times `channel`.
fn gather(head: &mut Head, channel: usize) {
    head.add_w(0, &[(FLAG, 1)], &[(FLAG, 1)]);
    head.add_v(0, &[(channel, 1)], &[(FLAG, 1)]);
}

/// Adds `tau(flag) - tau(0)` to the flag.
fn raise(part: &mut Mixing, activation: &Activation) {
    let one = Rational::one();
    part.add(&[(FLAG, one.clone())], FLAG, &one);
    if matches!(activation, Activation::Polynomial(c) if !c[0].is_zero()) {
        part.add(&[], FLAG, &-one);
    }
}

/// To channel `markers` a constant times the sum of the products of channels `markers + m` and `sums + m` is added, in
/// tokens whose flag is 1; for k = 2 in all.
struct Contraction {
    markers: usize,
    sums: usize,
    count: usize,
}

impl Contraction {
    fn add_to(&self, part: &mut Mixing, activation: &Activation) {
        match activation.degree() {
            Some(2) => self.by_squares(part, activation),
            _ => self.by_interpolation(part, activation),
        }
    }

    /// `tau(w+r) - tau(w-r)` is `4 a w r + 2 b r` for `tau = a z^2 + b z + c`; with l the sum of the r,
    /// `tau(l) - tau(-l) = 2 b l`.
    fn by_squares(&self, part: &mut Mixing, activation: &Activation) {
        let signs = [Rational::one(), -Rational::one()];
        for m in 0..self.count {
            for sign in &signs {
                let form = [(self.markers + m, Rational::one()), (self.sums + m, sign.clone())];
                part.add(&form, self.markers, sign);
            }
        }
        if matches!(activation, Activation::Polynomial(c) if !c[1].is_zero()) {
            for sign in &signs {
                let form: Vec<_> = (0..self.count).map(|m| (self.sums + m, sign.clone())).collect();
                part.add(&form, self.markers, &-sign.clone());
            }
        }
    }

    /// The coefficient of xy in `tau(s flag + x w + y r)` is `tau''(s flag) w r`, and a combination of the values at
    /// x, y = 0, .., k.
    fn by_interpolation(&self, part: &mut Mixing, activation: &Activation) {
        let degree = activation.degree().expect("a problem is of polynomials") as i64;
        let (scale, factors) = (curved(activation), linear_coefficients(degree));
        for m in 0..self.count {
            for (x, of_x) in factors.iter().enumerate() {
                for (y, of_y) in factors.iter().enumerate() {
                    let form = [
                        (FLAG, scale.clone()),
                        (self.markers + m, Rational::from_i64(x as i64)),
                        (self.sums + m, Rational::from_i64(y as i64)),
                    ];
                    part.add(&form, self.markers, &(of_x.clone() * of_y.clone()));
                }
            }
        }
    }
}

/// A number at which the second derivative of tau is not 0: it has at most k-2 zeros.
fn curved(activation: &Activation) -> Rational {
    let Activation::Polynomial(coefficients) = activation else { return Rational::one() };
    let second = |s: i64| {
        let s = Rational::from_i64(s);
        let terms = coefficients.iter().enumerate().skip(2).rev();
        terms.fold(Rational::zero(), |sum, (j, c)| {
            sum * s.clone() + Rational::from_i64((j * (j - 1)) as i64) * c.clone()
        })
    };
    let found = (1..=coefficients.len() as i64).find(|s| !second(*s).is_zero());
    Rational::from_i64(found.unwrap_or(1))
}

/// Factors with which the values of a polynomial of degree at most k at 0, .., k sum to its linear coefficient.
fn linear_coefficients(degree: i64) -> Vec<Rational> {
    let factor = |node: i64| {
        // The linear coefficient of the product of (z - j)/(node - j) over the other j.
        let (mut constant, mut linear) = (Rational::one(), Rational::zero());
        for j in (0..=degree).filter(|j| *j != node) {
            let [below, root] = [(1, node - j), (-j, node - j)].map(Rational::from);
            linear = linear * root.clone() + constant.clone() * below;
            constant *= root;
        }
        linear
    };
    (0..=degree).map(factor).collect()
}

/// Own side: flag 1, markers and payload free. Other side: one token for each marker, with a free payload.
fn inputs(plan: &mut Plan, markers: Range<usize>, payload: &Range<usize>) {
    let free = payload.end - markers.start;
    plan.own.parameters = plan.sides.0 * free;
    let own = &mut plan.own.branches[0];
    for token in 0..plan.sides.0 {
        own[(token, FLAG)] = integer(1);
        for k in 0..free {
            own[(token, markers.start + k)] = variable(token * free + k);
        }
    }
    plan.other.parameters = markers.len() * payload.len();
    let other = &mut plan.other.branches[0];
    for (token, marker) in markers.enumerate() {
        other[(token, marker)] = integer(1);
        for (k, channel) in payload.clone().enumerate() {
            other[(token, channel)] = variable(token * payload.len() + k);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On z^j, j = 0, .., k: 1 for j = 1 and else 0.
    #[test]
    fn linear_coefficients_are_read_off_values() {
        for degree in 1..=6 {
            let factors = linear_coefficients(degree);
            for power in 0..=degree as u32 {
                let sum = factors.iter().enumerate().fold(Rational::zero(), |sum, (z, c)| {
                    sum + Rational::from_i64((z as i64).pow(power)) * c.clone()
                });
                assert_eq!(sum, Rational::from_i64(i64::from(power == 1)), "{degree} {power}");
            }
        }
    }
}

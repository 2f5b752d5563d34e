//! f as a function of a sum (docs/theory.md, 1.6): `sum_k y_k Phi_k(u + v)`.

use super::Check;
use crate::certificate::{Head, MixerLayer, Weights};
use crate::check::matrix::{Matrix, index, multiply, rank};
use crate::check::monomials::{Monomials, factorial};
use crate::check::polynomial::Polynomials;
use crate::check::problem::{Architecture, MixerSizes, within_limit};
use crate::check::ring::{Residues, Ring};
use crate::check::verdict::{Finding, Kind};

/// Tables have no more entries, of four bytes each.
const MAX_ENTRIES: u64 = 1 << 28;
/// No block has more members of sums, of 24 bytes each.
const MAX_MEMBERS: u64 = 1 << 26;
/// No expansion multiplies more often.
const MAX_OPERATIONS: u64 = 1 << 40;

/// `gamma! c_{k, gamma}` modulo p for the monomials of one degree.
pub(super) struct SumFunction {
    pub(super) monomials: Monomials,
    /// Number of the y_k.
    pub(super) components: usize,
    /// At `gamma * components + k`.
    pub(super) scaled: Vec<u32>,
    /// Of each variable the channels of its entry, of which a sign of both cancels: {i, j} for G_ij, {k} for
    /// Z_sk.
    pub(super) channels: Vec<Vec<usize>>,
    /// So of each component: {k} for x_k, none for the 1 of a Mixer.
    pub(super) component_channels: Vec<Vec<usize>>,
    /// Of attention, for the rows and for the columns: the monomials in the entries of a token, where it is the
    /// only one on that side.
    pub(super) token: [Option<Monomials>; 2],
}

impl Check<'_> {
    /// Tests the hypotheses of 1.6 and expands f. The prime is below 2^31.
    pub(super) fn sum_function(
        &self,
        ring: &Residues,
        place: &str,
    ) -> Result<SumFunction, Finding> {
        let hypothesis =
            |expected: &str| Err(self.finding(Kind::Hypothesis, place, expected, "otherwise"));
        match (&self.problem.architecture, &self.claim.weights) {
            (Architecture::Attention { heads, .. }, Some(Weights::Attention(layers))) => {
                let few = |side: &u64| *side != 1 && *side < self.problem.width;
                if self.problem.sides().iter().any(few) {
                    return hypothesis("on either side one token, or as many as the width");
                }
                self.of_attention(ring, *heads, layers, place)
            }
            (Architecture::Mixer(sizes), Some(Weights::Mixer(layers))) => {
                if sizes.bias || sizes.residual || sizes.permutation.is_some() {
                    return hypothesis("a Mixer without biases, residuals and permutation");
                }
                self.of_mixer(ring, sizes, layers, place)
            }
            _ => hypothesis("attention, or a Mixer"),
        }
    }

    /// The table of monomials, if it is within the limits and p above the degree.
    fn monomials(
        &self,
        ring: &Residues,
        (variables, degree): (u64, Option<u64>),
        components: u64,
        place: &str,
    ) -> Result<Monomials, Finding> {
        let Some(degree) = degree.filter(|degree| *degree < ring.modulus()) else {
            let expected = "a prime above the degrees of monomials";
            return Err(self.finding(Kind::Hypothesis, place, expected, ring.modulus()));
        };
        let sizes = Monomials::sizes(variables, degree);
        let needed =
            sizes.map_or(u64::MAX, |(table, count)| table.max(count.saturating_mul(components)));
        within_limit(
            &self.at(place),
            "coefficients, and products of monomials",
            MAX_ENTRIES,
            needed,
        )?;
        Ok(Monomials::new(index(variables), index(degree)))
    }

    /// `x_i Phi_L(G) e_p`, docs/theory.md 3.1.
    fn of_attention(
        &self,
        ring: &Residues,
        heads: u64,
        layers: &[Vec<Head>],
        place: &str,
    ) -> Result<SumFunction, Finding> {
        let (d, depth) = (self.problem.width, self.problem.depth);
        // Letters G in a word, and in all words together.
        let degree = (0..depth).try_fold(0u64, |c, _| c.checked_mul(3)?.checked_add(1));
        let letters =
            (0..depth).try_fold(0u64, |n, _| n.checked_mul(3)?.checked_add(1)?.checked_mul(heads));
        self.problem.affordable(1, self.place)?;
        let monomials = self.monomials(ring, (d * (d + 1) / 2, degree), d, place)?;
        let size = monomials.count(monomials.degree) as u64;
        let operations = letters.and_then(|n| n.checked_mul(size)?.checked_mul(8 * d * d));
        within_limit(
            &self.at(place),
            "multiplications",
            MAX_OPERATIONS,
            operations.unwrap_or(u64::MAX),
        )?;
        let embedded = |factor: &crate::certificate::Matrix| -> Option<Matrix<u64>> {
            let entries: Option<Vec<u64>> =
                factor.iter().flatten().map(|q| ring.embed(&q.0)).collect();
            Some(Matrix::new(factor.len(), factor.first().map_or(0, Vec::len), entries?))
        };
        let product = |a: &_, b: &_| Some(multiply(ring, &embedded(a)?, &embedded(b)?.transpose()));
        let matrices = |head: &Head| {
            Some([product(&head.query, &head.key)?, product(&head.output, &head.value)?])
        };
        let layers: Option<Vec<Vec<_>>> =
            layers.iter().map(|heads| heads.iter().map(matrices).collect()).collect();
        let layers = layers.ok_or_else(|| {
            let expected = "denominators prime to the modulus";
            self.finding(Kind::Denominator, "weights", expected, ring.modulus())
        })?;
        let words = Words { ring, monomials: &monomials, layers, width: index(d) };
        let mut unit = vec![0; index(d)];
        unit[index(self.problem.output.1)] = 1;
        let mut scaled =
            words.apply(words.layers.len(), Vector { degree: 0, entries: unit }).entries;
        let channels = (0..index(d)).flat_map(|i| (0..=i).map(move |j| vec![i, j])).collect();
        times_factorials(ring, &monomials, index(d), &mut scaled);
        let component_channels = (0..index(d)).map(|k| vec![k]).collect();
        let token = self.tokens(ring, monomials.degree as u64, place)?;
        let components = index(d);
        Ok(SumFunction { monomials, components, scaled, channels, component_channels, token })
    }

    /// The monomials of each side of one token, that of the output first, up to their degree.
    fn tokens(
        &self,
        ring: &Residues,
        degree: u64,
        place: &str,
    ) -> Result<[Option<Monomials>; 2], Finding> {
        let (own, other) = self.problem.own_and_other();
        let d = self.problem.width;
        let single = |side: u64| side == 1 && d > 1;
        if single(own) || single(other) {
            let members = Monomials::sizes(d * (d + 1) / 2, degree).map(|(_, count)| count * d);
            let members = members.unwrap_or(u64::MAX);
            within_limit(&self.at(place), "members of sums", MAX_MEMBERS, members)?;
        }
        let of = |side: u64, degree: u64| {
            single(side).then(|| self.monomials(ring, (d, Some(degree)), 1, place)).transpose()
        };
        Ok([of(own, 2 * degree + 1)?, of(other, 2 * degree)?])
    }

    /// `F(W_1 X)`, docs/theory.md 4.1: f at `X = R Z` with `W_1 R = 1`.
    fn of_mixer(
        &self,
        ring: &Residues,
        sizes: &MixerSizes,
        layers: &[MixerLayer],
        place: &str,
    ) -> Result<SumFunction, Finding> {
        let (s, d) = (sizes.token_hidden, self.problem.width);
        let k = sizes.token_degree.checked_mul(sizes.channel_degree);
        let degree = k.and_then(|k| k.checked_pow(u32::try_from(self.problem.depth).ok()?));
        let inverse = self.right_inverse(ring, s, layers, place)?;
        let variables = s.saturating_mul(d);
        within_limit(&self.at(place), "variables", MAX_ENTRIES, variables)?;
        let monomials = self.monomials(ring, (variables, degree), 1, place)?;
        let (s, d) = (index(s), index(d));
        let polynomials = Polynomials::new(ring, monomials.variables);
        let network = self.network(&polynomials, 1)?;
        let z = Matrix::from_fn(s, d, |i, j| polynomials.variable(i * d + j));
        let constants = inverse.map(|c| {
            let one = polynomials.one();
            one.into_iter().filter(|_| *c != 0).map(|(e, _)| (e, *c)).collect()
        });
        let f = network.evaluate(multiply(&polynomials, &constants, &z));
        self.expanded(&polynomials, place)?;
        let mut scaled = vec![0u32; monomials.count(monomials.degree)];
        for (exponents, c) in &f {
            let variables = exponents.iter().enumerate();
            let letters = variables.flat_map(|(v, e)| std::iter::repeat_n(v, index(*e)));
            let number = letters.enumerate().fold(0, |m, (k, v)| monomials.product(k, m, v));
            scaled[number] = *c as u32; // below p < 2^31
        }
        let channels = (0..s * d).map(|v| vec![v % d]).collect();
        times_factorials(ring, &monomials, 1, &mut scaled);
        Ok(SumFunction {
            monomials,
            components: 1,
            scaled,
            channels,
            component_channels: vec![Vec::new()],
            token: [None, None],
        })
    }

    /// R with `W_1 R = 1`, on the tokens of A; W_1 must have full rank on those of B too.
    fn right_inverse(
        &self,
        ring: &Residues,
        s: u64,
        layers: &[MixerLayer],
        place: &str,
    ) -> Result<Matrix<u64>, Finding> {
        let rank_of = "a first matrix that has the rank S on the tokens of either side";
        let missing =
            |got: &dyn std::fmt::Display| self.finding(Kind::Hypothesis, place, rank_of, got);
        if self.problem.sides().iter().any(|side| *side < s) {
            return Err(missing(&"fewer tokens"));
        }
        let w1 = &layers.first().ok_or_else(|| missing(&"no layer"))?.w1;
        let entries: Option<Vec<u64>> = w1.iter().flatten().map(|q| ring.embed(&q.0)).collect();
        let entries = entries.ok_or_else(|| {
            self.finding(
                Kind::Denominator,
                "weights",
                "denominators prime to the modulus",
                ring.modulus(),
            )
        })?;
        let (s, n) = (index(s), index(self.problem.tokens));
        let w1 = Matrix::new(s, n, entries);
        let left: Vec<usize> = self.problem.left.iter().map(|t| index(*t)).collect();
        let right: Vec<usize> = (0..n).filter(|t| left.binary_search(t).is_err()).collect();
        for side in [&left, &right] {
            let part = Matrix::from_fn(s, side.len(), |i, j| *w1.get(i, side[j]));
            let found = rank(ring, part);
            if found < s {
                return Err(missing(&format_args!("rank {found}")));
            }
        }
        Ok(right_inverse(ring, &w1, &left))
    }
}

/// R with `W R = 1`, zero outside the rows `allowed`, on whose columns W has full rank: elimination of [W | 1].
fn right_inverse(ring: &Residues, w: &Matrix<u64>, allowed: &[usize]) -> Matrix<u64> {
    let s = w.rows;
    let mut rows: Vec<Vec<u64>> = (0..s)
        .map(|i| {
            let own = allowed.iter().map(|t| *w.get(i, *t));
            own.chain((0..s).map(|j| u64::from(i == j))).collect()
        })
        .collect();
    let mut pivots = Vec::new();
    for col in 0..allowed.len() {
        let done = pivots.len();
        let Some(pivot) = (done..s).find(|i| rows[*i][col] != 0) else { continue };
        rows.swap(done, pivot);
        let inverse = ring.invert(rows[done][col]);
        rows[done].iter_mut().for_each(|x| *x = ring.multiply(x, &inverse));
        let lead = rows[done].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != done) {
            let factor = row[col];
            row.iter_mut()
                .zip(&lead)
                .for_each(|(x, y)| *x = ring.subtract_multiple(*x, factor, *y));
        }
        pivots.push(allowed[col]);
    }
    let at = |t: usize, j: usize| match pivots.iter().position(|p| *p == t) {
        Some(i) => rows[i][allowed.len() + j],
        None => 0,
    };
    Matrix::from_fn(w.cols, s, at)
}

/// Multiplies the coefficient of each monomial of the largest degree by its factorial.
fn times_factorials(ring: &Residues, monomials: &Monomials, components: usize, scaled: &mut [u32]) {
    let mut rows = scaled.chunks_exact_mut(components);
    monomials.each(monomials.degree, |tuple| {
        let factorial = factorial(ring, tuple);
        for c in rows.next().into_iter().flatten() {
            *c = ring.multiply(&u64::from(*c), &factorial) as u32;
        }
    });
}

/// d polynomials of one degree in the entries of G: the coefficient of monomial m in entry i at `m * d + i`.
#[derive(Clone)]
struct Vector {
    degree: usize,
    entries: Vec<u32>,
}

/// Attention's weights, to be applied letter by letter.
struct Words<'a> {
    ring: &'a Residues,
    monomials: &'a Monomials,
    /// W and V of each head.
    layers: Vec<Vec<[Matrix<u64>; 2]>>,
    width: usize,
}

impl Words<'_> {
    /// `Phi_l x = sum_h Phi_{l-1} W_h Phi_{l-1}^T G Phi_{l-1} V_h x`.
    fn apply(&self, l: usize, x: Vector) -> Vector {
        let Some(heads) = l.checked_sub(1).map(|l| &self.layers[l]) else { return x };
        let term = |[w, v]: &[Matrix<u64>; 2]| {
            let y = self.gram(self.apply(l - 1, self.constant(v, x.clone())));
            self.apply(l - 1, self.constant(w, self.apply_transposed(l - 1, y)))
        };
        self.sum(heads.iter().map(term))
    }

    /// `Phi_l^T x = sum_h V_h^T Phi_{l-1}^T G Phi_{l-1} W_h^T Phi_{l-1}^T x`.
    fn apply_transposed(&self, l: usize, x: Vector) -> Vector {
        let Some(heads) = l.checked_sub(1).map(|l| &self.layers[l]) else { return x };
        let inner = self.apply_transposed(l - 1, x);
        let term = |[w, v]: &[Matrix<u64>; 2]| {
            let y = self.apply(l - 1, self.constant(&w.transpose(), inner.clone()));
            self.constant(&v.transpose(), self.apply_transposed(l - 1, self.gram(y)))
        };
        self.sum(heads.iter().map(term))
    }

    fn sum(&self, terms: impl Iterator<Item = Vector>) -> Vector {
        let add = |mut a: Vector, b: Vector| {
            for (x, y) in a.entries.iter_mut().zip(&b.entries) {
                *x = self.ring.add(&u64::from(*x), &u64::from(*y)) as u32;
            }
            a
        };
        terms.reduce(add).unwrap_or(Vector { degree: 0, entries: vec![0; self.width] })
    }

    /// `M x`.
    fn constant(&self, m: &Matrix<u64>, mut x: Vector) -> Vector {
        let p = self.ring.modulus();
        let mut old = vec![0; self.width];
        for entries in x.entries.chunks_exact_mut(self.width) {
            old.copy_from_slice(entries);
            for (i, entry) in entries.iter_mut().enumerate() {
                // Two residues below 2^31 and their product are below 2^64.
                let dot = old
                    .iter()
                    .enumerate()
                    .fold(0, |sum, (j, c)| (sum + m.get(i, j) * u64::from(*c)) % p);
                *entry = dot as u32;
            }
        }
        x
    }

    /// `G x`: entry i is `sum_j G_ij x_j`.
    fn gram(&self, x: Vector) -> Vector {
        let (d, k) = (self.width, x.degree);
        let mut entries = vec![0u32; self.monomials.count(k + 1) * d];
        let mut add = |place: usize, c: u32| {
            entries[place] = self.ring.add(&u64::from(entries[place]), &u64::from(c)) as u32;
        };
        for i in 0..d {
            for j in 0..=i {
                let variable = i * (i + 1) / 2 + j;
                for (m, old) in x.entries.chunks_exact(d).enumerate() {
                    let place = self.monomials.product(k, m, variable) * d;
                    add(place + i, old[j]);
                    if i != j {
                        add(place + j, old[i]);
                    }
                }
            }
        }
        Vector { degree: k + 1, entries }
    }
}

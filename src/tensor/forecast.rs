//! What a computation will need, before anything is allocated.

use crate::bounds::numbers::{log10_multiset_estimate, multiset};
use crate::files::Bytes;
use crate::network::{Architecture, InputFamily, Problem};

/// A limit on the bytes that a computation may hold: matrices, tables, points and weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryLimit(pub u64);

impl Default for MemoryLimit {
    /// 4 GiB.
    fn default() -> Self {
        Self(4 << 30)
    }
}

/// A computation that would not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text(|field| Some(field.into())))]
pub struct TooLarge {
    /// What does not fit.
    pub what: String,
    /// Bytes needed; `None` past 64 bits.
    pub needed: Option<u64>,
    /// Bytes allowed.
    pub limit: u64,
    /// Fields of the request of which smaller values would help.
    pub reduce: &'static [&'static str],
}

impl TooLarge {
    /// What is past counting in 64 bits.
    pub(crate) fn past_64_bits(
        what: impl Into<String>,
        limit: MemoryLimit,
        reduce: &'static [&'static str],
    ) -> Self {
        Self { what: what.into(), needed: None, limit: limit.0, reduce }
    }

    /// The error in words, fields being named by `name`: those that are not there are not advised.
    pub fn text(&self, name: impl Fn(&str) -> Option<String>) -> String {
        let limit = Bytes(self.limit).to_string();
        let needed = self.needed.map_or("over 10^18 bytes".into(), |n| Bytes(n).to_string());
        let needed = if needed == limit { String::new() } else { needed + ", " };
        let reduce = self.reduce.iter().filter(|field| **field != "memory");
        let mut fields: Vec<String> = reduce.filter_map(|field| name(field)).collect();
        let last = fields.pop();
        let reduce = match last {
            None => String::new(),
            Some(last) if fields.is_empty() => format!("; reduce {last}"),
            Some(last) => format!("; reduce {} or {last}", fields.join(", ")),
        };
        let raise = name("memory").map_or_else(String::new, |memory| match reduce.is_empty() {
            true => format!("; raise {memory}"),
            false => format!(", or raise {memory}"),
        });
        format!("{} would take {needed}more than the limit of {limit}{reduce}{raise}", self.what)
    }
}

impl MemoryLimit {
    /// Accepts `needed` bytes (`None`: more than 64 bits count) if they are within the limit.
    ///
    /// # Errors
    /// [`TooLarge`] with the numbers.
    pub fn check(
        self,
        what: impl Into<String>,
        needed: Option<u64>,
        reduce: &'static [&'static str],
    ) -> Result<(), TooLarge> {
        match needed {
            Some(bytes) if bytes <= self.0 => Ok(()),
            _ => Err(TooLarge { what: what.into(), needed, limit: self.0, reduce }),
        }
    }
}

/// Bytes of all weights of `problem`, of which so many copies are held at a time: fractions of two allocated
/// words each, and their residues; with what says of each layer what it does. `None` past 64 bits.
pub fn weight_bytes(problem: &Problem, copies: u64) -> Option<u64> {
    let architecture = problem.architecture();
    let count = architecture.parameter_count(problem.tokens())?;
    let parts = match architecture {
        Architecture::Attention(shape) => shape.heads as u64 + 1,
        _ => 2,
    };
    let layers = (architecture.depth() as u64).checked_mul(parts)?.checked_mul(2048)?;
    count.checked_mul(copies.checked_mul(96)?.checked_add(16)?)?.checked_add(layers)
}

/// No count of 64 bits is estimated above 10^24.7.
const MOST_ESTIMATED: f64 = 25.0;

/// The number of monomials of degree exactly (`homogeneous`) or at most `degree`, if it fits 64 bits.
pub fn count_monomials(variables: u64, degree: u64, homogeneous: bool) -> Option<u64> {
    let n = variables + u64::from(!homogeneous);
    if log10_multiset_estimate(n as f64, degree as f64) <= MOST_ESTIMATED {
        multiset(&n.into(), degree).to_u64()
    } else {
        None
    }
}

/// An upper bound on the size of a coefficient tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoefficientForecast {
    /// Largest possible number of terms.
    pub terms: u64,
    /// Bytes for the tensor and the polynomials on the way to it.
    pub bytes: u64,
    /// Total degree.
    pub degree: u64,
    /// Whether all terms are known to have that degree.
    pub homogeneous: bool,
}

impl CoefficientForecast {
    /// The forecast for the tensor of `problem` on `family`, or `None` past 64 bits or past the
    /// 16-bit exponents of [`Monomial`](crate::poly::Monomial).
    ///
    /// Every entry of every state is bounded by all monomials of its degree, of about 100 bytes and an
    /// exponent for each variable, for N d entries of the last state but one and the hash table of one
    /// product.
    pub fn new(problem: &Problem, family: &InputFamily) -> Option<Self> {
        let entry_degree = [&family.left, &family.right]
            .iter()
            .flat_map(|side| side.branches.iter().flat_map(|b| b.iter().map(|p| p.degree())))
            .max()?
            .max(1);
        let variables = (family.left.parameters + family.right.parameters) as u64;
        Self::of(problem, variables, entry_degree, family.is_all(problem))
    }

    /// The same on all inputs.
    pub fn of_all_inputs(problem: &Problem) -> Option<Self> {
        let variables = (problem.tokens() as u64).checked_mul(problem.width() as u64)?;
        Self::of(problem, variables, 1, true)
    }

    fn of(problem: &Problem, variables: u64, entry_degree: u64, all_inputs: bool) -> Option<Self> {
        let degree = problem.degree().ok()?.checked_mul(entry_degree)?;
        if degree >= u64::from(u16::MAX) {
            return None;
        }
        let layers = match problem.architecture() {
            Architecture::Attention(_) => true,
            Architecture::Mixer(shape) => !shape.bias && !shape.residual,
            Architecture::Layers(_) => false,
        };
        let homogeneous = layers && all_inputs;
        let terms = count_monomials(variables, degree, homogeneous)?;
        let bytes = terms.checked_mul(variables.checked_mul(8)?.checked_add(400)?)?;
        Some(Self { terms, bytes, degree, homogeneous })
    }
}

/// Bytes of the tensor, of its list of terms and of the weights, which are drawn before.
pub fn listed_tensor_bytes(problem: &Problem) -> Option<u64> {
    let tensor = CoefficientForecast::of_all_inputs(problem)?;
    let variables = (problem.tokens() as u64).checked_mul(problem.width() as u64)?;
    let list = tensor.terms.checked_mul(variables.checked_mul(8)?.checked_add(100)?)?;
    tensor.bytes.checked_add(list)?.checked_add(weight_bytes(problem, 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monomials_are_counted_while_64_bits_hold_them() {
        fn list(n: u64, k: u64) -> u64 {
            if n == 1 { 1 } else { (0..=k).map(|e| list(n - 1, k - e)).sum() }
        }
        for (n, k) in itertools::iproduct!(1..5, 0..7) {
            assert_eq!(count_monomials(n, k, true), Some(list(n, k)));
            let all = (0..=k).map(|k| list(n, k)).sum();
            assert_eq!(count_monomials(n, k, false), Some(all));
        }
        // Row by row of Pascal's triangle, past 64 bits where the estimate is furthest off.
        let mut counts = vec![1u128; 71];
        for n in 1..70 {
            for (degree, count) in (0..).zip(&counts) {
                assert_eq!(count_monomials(n, degree, true), u64::try_from(*count).ok());
            }
            for k in 1..counts.len() {
                counts[k] = counts[k].saturating_add(counts[k - 1]);
            }
        }
        assert_eq!(count_monomials(2, u64::MAX - 1, true), Some(u64::MAX));
        assert_eq!(count_monomials(2, u64::MAX, true), None);
        assert_eq!(count_monomials(1 << 30, 1 << 20, true), None);
    }

    #[test]
    fn a_limit_allows_as_much_as_it_says() {
        let fields: [&[_]; 3] = [&["depth"], &["depth", "width"], &["depth", "width", "tokens"]];
        let listed = ["DEPTH", "DEPTH or WIDTH", "DEPTH, WIDTH or TOKENS"];
        for (fields, listed) in fields.into_iter().zip(listed) {
            let check = |needed| MemoryLimit(100).check("this", needed, fields);
            assert_eq!(check(Some(100)), Ok(()));
            for (needed, shown) in [(Some(101), "101"), (None, "over 10^18")] {
                let error = check(needed).unwrap_err();
                assert_eq!((error.needed, error.limit, error.reduce), (needed, 100, fields));
                let text =
                    format!("this would take {shown} bytes, more than the limit of 100 bytes");
                let upper = |field: &str| (field != "memory").then(|| field.to_uppercase());
                assert_eq!(error.text(upper), format!("{text}; reduce {listed}"));
                assert_eq!(error.text(|_| None), text);
                let listed = listed.to_lowercase();
                assert_eq!(error.to_string(), format!("{text}; reduce {listed}, or raise memory"));
            }
        }
    }
}

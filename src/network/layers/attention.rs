//! Polynomial multi-head attention (Levine et al. 2020: softmax removed).

use super::rotary::{Planes, Rotary, RotaryKeys};
use super::{LayerRule, Parameters};
use crate::arith::{Rational, RealFunction};
use crate::network::expression::Expression::{self, Gather, Input};
use crate::network::mask::{self, MaskKeys};
use crate::network::{FileError, Number, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- sum_h (Y W_h Y^T) Y V_h` with `W_h = Q_h K_h^T` and `V_h = O_h U_h^T`, the four factors
/// being `width x head_width`: ranks of at most `head_width` are built in. Degree 3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Number of heads H.
    pub heads: usize,
    /// Columns d_a of each factor.
    pub head_width: usize,
    /// Token i sees the tokens up to i only.
    pub causal: bool,
    /// All heads share K and O (multi-query attention, Shazeer 2019, arXiv 1911.02150).
    pub multi_query: bool,
    /// So many sets of K and O, each for as many heads in order (grouped-query attention, Ainslie et al. 2023,
    /// arXiv 2305.13245); `None` if every head has its own.
    pub kv_heads: Option<usize>,
    /// The term of token j in the sum for token i has a weight that depends on i - j, in each head
    /// (relative positions, Shaw et al. 2018, arXiv 1803.02155, here as a factor).
    pub relative: bool,
    /// That weight is added to the score (T5, Raffel et al. 2020, arXiv 1910.10683). Then the layer is no
    /// longer homogeneous.
    pub relative_bias: bool,
    /// A given factor of the score of every pair of tokens, `N x N`: sliding windows and global tokens (Longformer,
    /// Beltagy et al. 2020, arXiv 2004.05150), blocks and dilation (Child et al. 2019, arXiv 1904.10509), queries
    /// from one group of tokens and keys from another (cross-attention), decay (retention, Sun et al. 2023,
    /// arXiv 2307.08621).
    pub mask: Option<DMatrix<Rational>>,
    /// The rows of Y Q and Y K are turned by their position.
    pub rotary: Option<Rotary>,
    /// Scores go through softmax in every row (Vaswani et al. 2017), after `relative_bias`, before `mask`: its factors
    /// and those of `causal` multiply the exponentials. The network is then no polynomial.
    pub softmax: bool,
    /// Before softmax the scores are divided by the root of the head width.
    pub scale: bool,
    /// One row added to each of Y Q, Y K, Y O and to the output.
    pub bias: bool,
}

impl Attention {
    /// The attention of the theorems: no mask, no sharing, no weights on positions, no biases.
    pub fn plain(heads: usize, head_width: usize) -> Self {
        Self {
            heads,
            head_width,
            causal: false,
            multi_query: false,
            kv_heads: None,
            relative: false,
            relative_bias: false,
            mask: None,
            rotary: None,
            softmax: false,
            scale: false,
            bias: false,
        }
    }

    /// Whether it is [plain](Attention::plain), biases allowed.
    pub(crate) fn is_plain_or_biased(&self) -> bool {
        *self == Self { bias: self.bias, ..Self::plain(self.heads, self.head_width) }
    }

    /// Names the parameters of the heads: shared ones first, then those of each head, factors before
    /// the rows added to them.
    fn define_heads(
        &self,
        (tokens, width): (usize, usize),
        parameters: &mut Parameters,
    ) -> Vec<Parts> {
        let weight = |p: &mut Parameters, name, rows| {
            p.renamed_weight(name, former_name(name), (rows, self.head_width))
        };
        let factor = |p: &mut Parameters, name| weight(p, name, width);
        let row = |p: &mut Parameters, name| self.bias.then(|| weight(p, name, 1));
        let rows = |p: &mut Parameters, [key, value]: [Expression; 2]| {
            [(key, row(p, "key-bias")), (value, row(p, "value-bias"))]
        };
        let both = |p: &mut Parameters| ["key", "value"].map(|name| factor(p, name));
        let set = |p: &mut Parameters| {
            let factors = both(p);
            rows(p, factors)
        };
        let shared: Vec<[Linear; 2]> = match self.kv_heads {
            Some(groups) => {
                (0..groups).map(|g| parameters.within(&format!("group{g}."), set)).collect()
            }
            None if self.multi_query => vec![set(parameters)],
            None => Vec::new(),
        };
        let head = |h: usize, p: &mut Parameters| {
            let query = factor(p, "query");
            let own = shared.is_empty().then(|| both(p));
            let out = factor(p, "out");
            let query = (query, row(p, "query-bias"));
            let [key, value] = match own {
                Some(factors) => rows(p, factors),
                None => shared[h * shared.len() / self.heads].clone(),
            };
            let mut of_offset = |yes: bool, name| yes.then(|| p.weight(name, 2 * tokens - 1, 1));
            let relative = of_offset(self.relative, "relative");
            let relative_bias = of_offset(self.relative_bias, "relative-bias");
            Parts { query, key, value, out, relative, relative_bias }
        };
        (0..self.heads).map(|h| parameters.within(&format!("head{h}."), |p| head(h, p))).collect()
    }

    /// The factors in softmax of all pairs of tokens, as a parameter, if they are not all 1.
    fn softmax_mask(
        &self,
        causal: Option<DMatrix<Rational>>,
        parameters: &mut Parameters,
    ) -> Option<usize> {
        let mask = match (causal, self.mask.clone()) {
            (Some(causal), Some(given)) => Some(causal.component_mul(&given)),
            (causal, given) => causal.or(given),
        };
        mask.map(|mask| parameters.fixed_number("mask", mask))
    }

    /// One over the root of the head width, for every entry of Y Q.
    fn scale(&self, tokens: usize, parameters: &mut Parameters) -> Expression {
        let width = DMatrix::from_element(1, 1, Rational::from(self.head_width as i64));
        let scale = parameters.fixed("head-width", width).real(RealFunction::ReciprocalRoot);
        scale.repeated(1, self.head_width).repeated(tokens, self.head_width)
    }

    /// Parameter numbers of each head's Q, K, O and U.
    pub(in crate::network) fn factor_numbers(&self) -> Vec<[usize; 4]> {
        let number = |e: &Expression| match e {
            Expression::Parameter(i) => *i,
            _ => unreachable!("a factor is a parameter"),
        };
        let heads = self.define_heads((1, 1), &mut Parameters::default());
        let factors =
            |head: &Parts| [&head.query.0, &head.key.0, &head.value.0, &head.out].map(number);
        heads.iter().map(factors).collect()
    }
}

/// What a weight was called when O was `output` and U was `value`, before they were named as they are elsewhere.
fn former_name(name: &str) -> Option<&'static str> {
    match name {
        "value" => Some("output"),
        "value-bias" => Some("output-bias"),
        "out" => Some("value"),
        _ => None,
    }
}

/// A factor, and the row added to the state's product with it.
type Linear = (Expression, Option<Expression>);

/// What multiplies for every pair of tokens.
enum Factors {
    /// The scores.
    OfScores(Vec<Expression>),
    /// The exponentials in softmax, by a parameter.
    InSoftmax(Option<usize>),
}

/// Refuses factors in softmax that are negative, and rows in which no token is seen.
fn softmax_factors(mask: &DMatrix<Rational>, causal: bool) -> Result<(), FileError> {
    for (i, row) in mask.row_iter().enumerate() {
        if let Some(factor) = row.iter().find(|factor| factor.numer() < &0) {
            let allowed = "factors in softmax must not be negative";
            return Err(FileError::new("mask", factor, allowed));
        }
        let sees = |(j, factor): (usize, &Rational)| (!causal || j <= i) && factor.numer() > &0;
        if !row.iter().enumerate().any(sees) {
            let why = format!("token {i} sees no token: softmax needs one in every row");
            return Err(FileError::of("mask", why));
        }
    }
    Ok(())
}

/// The parameters of one head: Q, K, O and U.
struct Parts {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Expression,
    relative: Option<Expression>,
    relative_bias: Option<Expression>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Keys {
    #[serde(default = "one")]
    heads: usize,
    head_width: Option<usize>,
    kv_heads: Option<usize>,
    #[serde(default)]
    causal: bool,
    #[serde(default)]
    multi_query: bool,
    #[serde(default)]
    relative: bool,
    #[serde(default)]
    relative_bias: bool,
    mask: Option<MaskKeys>,
    rotary: Option<Vec<[i64; 3]>>,
    rotary_planes: Option<Planes>,
    rotations: Option<Vec<Vec<Vec<Number>>>>,
    #[serde(default)]
    softmax: bool,
    scale: Option<bool>,
    #[serde(default)]
    bias: bool,
}

pub(super) fn one() -> usize {
    1
}

/// The width of each head of the key `head-width`, or what divides the channels among the heads.
///
/// # Errors
/// If a number is no size, or the heads do not divide the channels.
pub(super) fn head_width(
    heads: usize,
    head_width: Option<usize>,
    site: &Site,
) -> Result<usize, FileError> {
    site.size("heads", heads)?;
    // Every head has parameters with names.
    site.charge("the heads", &[heads, 16])?;
    match head_width {
        Some(width) => site.size("head-width", width),
        None if site.width.is_multiple_of(heads) => Ok(site.width / heads),
        None => {
            let allowed = format!("must divide the {} channels, or give head-width", site.width);
            Err(FileError::new("heads", heads, allowed))
        }
    }
}

impl LayerRule for Attention {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let Keys { heads, kv_heads, causal, multi_query, relative, relative_bias, bias, .. } = keys;
        let head_width = head_width(heads, keys.head_width, site)?;
        if let Some(sets) = kv_heads {
            if multi_query {
                return Err(FileError::whole("give kv-heads or multi-query, not both"));
            }
            if sets == 0 || !heads.is_multiple_of(sets) {
                return Err(FileError::new(
                    "kv-heads",
                    sets,
                    format!("must divide the {heads} heads"),
                ));
            }
        }
        if causal || relative || relative_bias {
            site.charge("the weights on pairs of tokens", &[heads, site.tokens, site.tokens])?;
        }
        let mask = keys.mask.map(|mask| mask.factors(site)).transpose()?;
        let (softmax, scale) = (keys.softmax, keys.scale);
        if scale.is_some() && !softmax {
            return Err(FileError::whole(
                "scale: is about the scores in softmax; give softmax = true",
            ));
        }
        if softmax && relative {
            let other = "a factor of the score has no meaning in softmax; give relative-bias";
            return Err(FileError::whole(format!("relative: {other}")));
        }
        if softmax && let Some(mask) = &mask {
            softmax_factors(mask, causal)?;
        }
        let (rotary, planes, rotations) = (keys.rotary, keys.rotary_planes, keys.rotations);
        let rotary = RotaryKeys { rotary, planes, rotations }.rotary(head_width, site)?;
        Ok(Self {
            heads,
            head_width,
            causal,
            multi_query,
            kv_heads,
            relative,
            relative_bias,
            mask,
            rotary,
            softmax,
            scale: scale.unwrap_or(softmax),
            bias,
        })
    }

    fn unmet(&self, tokens: usize, _width: usize) -> Option<String> {
        let rotations = self.rotary.as_ref().and_then(Rotary::tokens).filter(|n| *n != tokens);
        let rotations = rotations.map(|n| format!("has rotations for {n} tokens"));
        mask::unmet(&self.mask, tokens).or(rotations)
    }

    /// Without weights on pairs of tokens bracketed as `Y Q (K^T Y^T Y O) U^T`: O(N d d_a) ring
    /// operations a head instead of O(N^2 d).
    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let heads = self.define_heads((tokens, width), parameters);
        let bias = self.bias.then(|| parameters.weight("bias", 1, width));
        let sees = |i, j| Rational::from(i64::from(j <= i));
        let causal = self.causal.then(|| DMatrix::from_fn(tokens, tokens, sees));
        let factors = match self.softmax {
            true => Factors::InSoftmax(self.softmax_mask(causal, parameters)),
            false => {
                let causal = causal.map(|mask| parameters.fixed("mask", mask));
                let given = self.mask.clone().map(|mask| parameters.fixed("given-mask", mask));
                Factors::OfScores(causal.into_iter().chain(given).collect())
            }
        };
        let scale = self.scale.then(|| self.scale(tokens, parameters));
        let rotation = self.rotary.as_ref().map(|rotary| rotary.rotation(tokens, parameters));
        let rotated = |z| rotation.iter().fold(z, |z, rotation| rotation(z));
        let linear = |(factor, row): Linear| {
            let rows = row.map(|row| row.repeated(tokens, self.head_width));
            rows.into_iter().fold(Input.times(factor), Expression::plus)
        };
        let of_pairs = |of: Expression| {
            let offset = |e: usize| e / tokens + tokens - 1 - e % tokens;
            let source = (0..tokens * tokens).map(offset).collect();
            Gather { of: of.into(), rows: tokens, cols: tokens, source }
        };
        let head = |Parts { query, key, value, out, relative, relative_bias }: Parts| {
            let (query, key) = (rotated(linear(query)), rotated(linear(key)).transposed());
            let value = linear(value);
            let query = scale.iter().cloned().fold(query, Expression::hadamard);
            let scores = |query: Expression, key| {
                let scores = query.times(key);
                relative_bias.clone().map(of_pairs).into_iter().fold(scores, Expression::plus)
            };
            let scores = match &factors {
                Factors::InSoftmax(mask) => {
                    scores(query, key).real(RealFunction::Softmax { mask: *mask })
                }
                Factors::OfScores(factors) => {
                    let relative = relative.map(of_pairs);
                    if factors.is_empty() && relative.is_none() && relative_bias.is_none() {
                        return query.times(key.times(value)).times(out.transposed());
                    }
                    let factors = relative.into_iter().chain(factors.iter().cloned());
                    factors.fold(scores(query, key), Expression::hadamard)
                }
            };
            scores.times(value).times(out.transposed())
        };
        let heads = heads.into_iter().map(head);
        Expression::Sum(heads.chain(bias.map(|row| row.repeated(tokens, width))).collect())
    }
}

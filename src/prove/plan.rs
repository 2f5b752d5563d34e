//! The choice of route: made once, from sizes and for a Mixer the rank of its first matrix, and read by
//! the run, its progress and its forecast.
//!
//! Whatever can be refused is refused here, before any matrix is made.

use super::answer::{Route, Scope};
use super::modulus::{WORD, faithful};
use super::request::{Inputs, Method, RankError, RankRequest};
use super::setting::{Setting, not_made};
use super::{terms, units};
use crate::network::{Architecture, InvalidProblem};
use crate::tensor::hankel::{self, ClassSize, Sizes};
use crate::tensor::{CoefficientForecast, GridWork, MemoryLimit, TooLarge, count_monomials};

/// The first grid has at least this many points on a side, if an upper bound does not say fewer do.
const SMALL_GRID: u64 = 64;

/// A coefficient tensor of at most so many terms is tried before anything else.
const SMALL_TENSOR: u64 = 500;

/// The fields that make a problem smaller.
const SIZES: &[&str] = &["depth", "width", "tokens"];

/// A forecast makes no weights of more bytes: there it says that they decide the route.
const FORECAST: MemoryLimit = MemoryLimit(160 << 20);

/// A request, resolved, with the route that it takes.
pub(super) struct Plan<'a> {
    pub(super) setting: Setting<'a>,
    pub(super) choice: Choice,
}

/// A route, with the sizes of its matrices.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Choice {
    Coefficients(CoefficientForecast),
    Grid(Grids),
    Hankel(HankelBlocks),
}

impl Choice {
    pub(super) fn route(&self) -> Route {
        match self {
            Self::Coefficients(_) => Route::Coefficients,
            Self::Grid(_) => Route::Grid,
            Self::Hankel(_) => Route::Hankel,
        }
    }
}

impl<'a> Plan<'a> {
    /// The plan for `request`.
    ///
    /// # Errors
    /// All that [`rank`](super::rank) fails with but what only the elimination can show.
    pub(super) fn new(request: &'a RankRequest) -> Result<Self, RankError> {
        Self::made_within(request, request.memory)
    }

    /// The same where only the plan is wanted.
    pub(super) fn of_forecast(request: &'a RankRequest) -> Result<Self, RankError> {
        Self::made_within(request, FORECAST)
    }

    fn made_within(request: &'a RankRequest, made: MemoryLimit) -> Result<Self, RankError> {
        let setting = Setting::new(request, made)?;
        let choice = choose(&setting)?;
        Ok(Self { setting, choice })
    }
}

/// The route that the method names. Automatically: the tensor where it is small, Hankel blocks where
/// they apply and a grid would not be small, else a grid.
fn choose(setting: &Setting) -> Result<Choice, RankError> {
    let problem = &setting.request.problem;
    let (union, tensor) = match &setting.family {
        None => (false, CoefficientForecast::of_all_inputs(problem)),
        Some(family) => {
            let union = family.left.branches.len() + family.right.branches.len() > 2;
            (union, CoefficientForecast::new(problem, family))
        }
    };
    match setting.request.method {
        Method::Coefficients if union => Err(RankError::union_of_inputs()),
        Method::Coefficients => coefficients(setting, tensor),
        Method::Grid => grid(setting),
        Method::Hankel => hankel(setting)?.ok_or_else(|| {
            let allowed = "needs all inputs, and attention in which each side is at least as large as the width or has one token, \
                 or a Mixer without biases, residuals or permutation whose first matrix has rank S on \
                 either side; with a degree up to 4096 and fewer than 2^32 monomials";
            InvalidProblem::new("method", "hankel", allowed).into()
        }),
        Method::Auto if !union && tensor.is_some_and(|f| f.terms <= SMALL_TENSOR) => {
            coefficients(setting, tensor)
        }
        Method::Auto => {
            if setting.upper().is_none_or(|(_, value)| value > SMALL_GRID)
                && let Some(blocks) = hankel(setting)?
            {
                return Ok(blocks);
            }
            grid(setting)
        }
    }
}

/// The tensor with its largest block must fit.
fn coefficients(
    setting: &Setting,
    tensor: Option<CoefficientForecast>,
) -> Result<Choice, RankError> {
    let memory = setting.request.memory;
    let what = "the coefficient tensor";
    let Some(tensor) = tensor else {
        return Err(TooLarge::past_64_bits(what, memory, SIZES).into());
    };
    let with_weights = |bytes: u64| bytes.checked_add(setting.weight_bytes);
    let bytes = with_weights(tensor.bytes);
    memory.check(format!("{what}, with the weights,"), bytes, SIZES)?;
    // A block has no more rows than its side has monomials, nor more than the tensor has terms.
    let side = |variables: usize| {
        count_monomials(variables as u64, tensor.degree, false)
            .map_or(tensor.terms, |n| n.min(tensor.terms))
    };
    let (left, right) = match &setting.family {
        Some(family) => (family.left.parameters, family.right.parameters),
        None => {
            let RankRequest { problem, .. } = setting.request;
            let (left, right) = (problem.partition().left(), problem.partition().right());
            (left.len() * problem.width(), right.len() * problem.width())
        }
    };
    // Fixed weights are eliminated over Q.
    let entry = if setting.scope == Scope::Generic { 24 } else { 64 };
    // The blocks of a homogeneous polynomial have together as many entries as it has monomials.
    let entries = match tensor.homogeneous {
        true => Some(tensor.terms),
        false => side(left).checked_mul(side(right)),
    };
    let block = entries.and_then(|n| n.checked_mul(entry)).and_then(with_weights);
    memory.check("a block of the coefficient matrix, with the weights,", block, SIZES)?;
    Ok(Choice::Coefficients(CoefficientForecast { bytes: bytes.max(block).unwrap_or(0), ..tensor }))
}

/// The Hankel blocks of a problem.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HankelBlocks {
    pub(super) sizes: Sizes,
    /// Rows and columns by degree b.
    pub(super) blocks: Vec<(u64, u64)>,
    /// The sizes of their classes, which are eliminated one at a time; of random weights those of the
    /// blocks, even if entries vanish by chance.
    pub(super) classes: Vec<Vec<ClassSize>>,
    /// Bytes with the largest class.
    pub(super) bytes: u64,
}

impl HankelBlocks {
    /// The orders of all eliminations, if every class has full rank.
    pub(super) fn orders(&self) -> impl Iterator<Item = u64> {
        self.classes.iter().flatten().map(|class| class.order())
    }
}

/// The Hankel blocks, or `None` if the problem is not a function of a sum.
fn hankel(setting: &Setting) -> Result<Option<Choice>, RankError> {
    let RankRequest { problem, memory, inputs, .. } = setting.request;
    let Some(sizes) = Sizes::new(problem).filter(|_| *inputs == Inputs::All) else {
        return Ok(None);
    };
    let fields = &["depth", "width"];
    let with_weights = |bytes: u64| bytes.checked_add(setting.weight_bytes);
    if let Architecture::Mixer(_) = problem.architecture() {
        if setting.weight_bytes > setting.made.0 {
            let allowed = not_made(setting.weight_bytes, setting.made) + "; allowed is grid";
            return Err(InvalidProblem::new("method", "hankel", allowed).into());
        }
        let prime = faithful(setting.network(), WORD)?;
        if !hankel::sides_are_free(problem, setting.network(), prime) {
            return Ok(None);
        }
    }
    let mut bytes = with_weights(sizes.bytes);
    memory.check("the table of coefficients, with the weights,", bytes, fields)?;
    let blocks = (0..=sizes.degree).map(|b| sizes.block(b)).collect();
    let classes = setting.labels(&sizes).sizes(sizes.degree, sizes.sides);
    let all = classes.iter().enumerate().flat_map(|(b, list)| list.iter().map(move |c| (b, c)));
    let largest = all.max_by_key(|(_, class)| (class.order(), class.rows.max(class.cols)));
    if let Some((b, class)) = largest {
        let matrix = hankel::class_bytes(class.rows, class.cols);
        let needed = matrix.and_then(|n| n.checked_add(sizes.kept)).and_then(with_weights);
        let (rows, cols) = (class.rows, class.cols);
        let what = format!("a {rows} x {cols} class of the block of degree {b}, with the table,");
        memory.check(what, needed, fields)?;
        bytes = bytes.max(needed);
    }
    let bytes = bytes.unwrap_or(u64::MAX);
    Ok(Some(Choice::Hankel(HankelBlocks { sizes, blocks, classes, bytes })))
}

/// Square grids of growing size.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grids {
    /// Points on a side of the first one.
    pub(super) first: u64,
    /// None has more points: one more than the best upper bound is always enough to see that bound
    /// hold, or fail.
    pub(super) most: u64,
    /// Entries of a point of either side together.
    input: u64,
    /// Bytes of the weights, and of what is held while they meet a point on each core.
    network: u64,
    memory: MemoryLimit,
}

impl Grids {
    /// Bytes of a grid with its points and the network.
    pub(super) fn bytes(&self, size: u64) -> Option<u64> {
        let row = size.checked_mul(24)?.checked_add(self.input.checked_mul(16)?)?;
        size.checked_mul(row)?.checked_add(self.network)
    }

    fn check(&self, size: Option<u64>) -> Result<(), TooLarge> {
        let what = match size {
            Some(size) => {
                format!("a {size} x {size} grid matrix, with its points and the network,")
            }
            None => "the grid matrix".into(),
        };
        self.memory.check(what, size.and_then(|size| self.bytes(size)), SIZES)
    }

    /// The grid after one of `size` points whose rank is full: twice as large, as far as is allowed;
    /// `None` if `size` is the most, or twice as large does not fit.
    pub(super) fn after(&self, size: u64) -> Option<u64> {
        let next = self.most.min(size.saturating_mul(2));
        (next > size && self.check(Some(next)).is_ok()).then_some(next)
    }

    /// The grids for a rank of `rank`.
    pub(super) fn up_to(&self, rank: u64) -> impl Iterator<Item = u64> {
        std::iter::successors(
            Some(self.first),
            move |size| {
                if *size > rank { None } else { self.after(*size) }
            },
        )
    }
}

/// The first grid must fit: of the rank that is certain to be reached, and one more.
pub(super) fn grid(setting: &Setting) -> Result<Choice, RankError> {
    let RankRequest { problem, memory, points, .. } = setting.request;
    let most = setting.upper().map_or(u64::MAX, |(_, upper)| upper.saturating_add(1));
    let reached = match points {
        Some(_) => Some(0),
        None => setting.reached(),
    };
    let most = points.map_or(most, |points| most.min(points));
    let first = reached.map_or(u64::MAX, |rank| rank.saturating_add(1).max(SMALL_GRID));
    let input = (problem.tokens() as u64).saturating_mul(problem.width() as u64);
    let states = units::state_bytes(problem).saturating_mul(rayon::current_num_threads() as u64);
    let network = setting.weight_bytes.saturating_add(states);
    let grids = Grids { first: most.min(first), most, input, network, memory: *memory };
    grids.check(reached.map(|_| grids.first))?;
    Ok(Choice::Grid(grids))
}

/// What a plan is forecast to cost, without seconds.
impl Plan<'_> {
    /// Multiply-adds of all eliminations, with the entries or products that make their matrices.
    pub(super) fn operations(&self) -> f64 {
        let problem = &self.setting.request.problem;
        match &self.choice {
            Choice::Coefficients(tensor) => {
                let blocks = units::blocks(&self.setting, *tensor).into_iter();
                terms::of_tensor(problem, self.setting.family.as_ref())
                    + blocks.map(units::elimination_of).sum::<f64>()
            }
            Choice::Hankel(h) => {
                h.orders().map(units::elimination).sum::<f64>()
                    + units::function(problem, h.sizes)
                    + (0..=h.sizes.degree).map(|b| units::sums(h.sizes, b)).sum::<f64>()
            }
            Choice::Grid(_) => {
                // A grid that grows keeps its entries.
                let last = self.grids().last().unwrap_or_default() as f64;
                let eliminations: f64 = self.grids().map(units::elimination).sum();
                eliminations + last.powi(2) * GridWork::new(problem).of_pair()
            }
        }
    }

    /// The rank that is known, or else the largest there may be.
    fn largest_rank(&self) -> u64 {
        let rank = match (self.setting.scope, &self.setting.witness) {
            (Scope::ProofInputs, Some(witness)) => witness.rank.to_u64(),
            _ => self.setting.upper().map(|(_, upper)| upper),
        };
        rank.unwrap_or(u64::MAX)
    }

    /// The sizes of the grids up to that rank; none of another route.
    pub(super) fn grids(&self) -> impl Iterator<Item = u64> {
        let grids = match &self.choice {
            Choice::Grid(grids) => Some(grids.up_to(self.largest_rank())),
            _ => None,
        };
        grids.into_iter().flatten()
    }

    /// Whether memory lets the grids grow as far as that rank asks for.
    pub(super) fn grids_suffice(&self) -> bool {
        let Choice::Grid(grids) = &self.choice else { return true };
        let enough = |last| last > self.largest_rank() || last == grids.most;
        self.grids().last().is_none_or(enough)
    }
}

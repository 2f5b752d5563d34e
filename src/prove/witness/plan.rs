//! A construction in progress.

use super::{Witness, WitnessKind};
use crate::arith::{Rational, Ring};
use crate::bounds::block_form::BlockForm;
use crate::network::layers::{Layer, placed};
use crate::network::{Activation, Architecture, InputFamily, Network, Problem, SideFamily};
use crate::poly::Polynomial;
use nalgebra::DMatrix;
use num_traits::{One, Zero};

/// Sizes of the layers of attention.
pub(super) struct Sizes {
    pub(super) depth: usize,
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) head_width: usize,
}

/// The four factors of one head.
#[derive(Clone)]
pub(super) struct Head {
    query: DMatrix<Rational>,
    key: DMatrix<Rational>,
    output: DMatrix<Rational>,
    value: DMatrix<Rational>,
}

impl Head {
    fn zero(shape: &Sizes) -> Self {
        let factor = DMatrix::zeros(shape.width, shape.head_width);
        Self { query: factor.clone(), key: factor.clone(), output: factor.clone(), value: factor }
    }

    /// Appends the rank-one term `left right^T` to W, `column` being the first unused one.
    pub(super) fn add_w(&mut self, column: usize, left: &[(usize, i64)], right: &[(usize, i64)]) {
        set_column(&mut self.query, column, left);
        set_column(&mut self.key, column, right);
    }

    /// Appends the rank-one term `left right^T` to V.
    pub(super) fn add_v(&mut self, column: usize, left: &[(usize, i64)], right: &[(usize, i64)]) {
        set_column(&mut self.output, column, left);
        set_column(&mut self.value, column, right);
    }
}

fn set_column(m: &mut DMatrix<Rational>, column: usize, entries: &[(usize, i64)]) {
    for &(row, c) in entries {
        m[(row, column)] += Rational::from(c);
    }
}

/// A position-wise part: `W3` and `W4`, of which so many hidden units are used.
#[derive(Clone)]
pub(super) struct Mixing {
    enter: DMatrix<Rational>,
    leave: DMatrix<Rational>,
    used: usize,
}

impl Mixing {
    fn zero(width: usize, hidden: usize) -> Self {
        Self { enter: DMatrix::zeros(width, hidden), leave: DMatrix::zeros(hidden, width), used: 0 }
    }

    /// Adds `factor tau(form)` to channel `target`, by the next hidden unit.
    pub(super) fn add(&mut self, form: &[(usize, Rational)], target: usize, factor: &Rational) {
        for (row, c) in form {
            self.enter[(*row, self.used)] += c.clone();
        }
        self.leave[(self.used, target)] += factor.clone();
        self.used += 1;
    }
}

/// A construction in progress, for output channel 0; the own side is the output token's.
pub(super) struct Plan {
    pub(super) shape: Sizes,
    /// Sizes (own, other) of the sides.
    pub(super) sides: (usize, usize),
    /// Heads of each layer, all zero at first.
    pub(super) layers: Vec<Vec<Head>>,
    /// The position-wise part after each layer of attention, zero at first; none of plain attention.
    pub(super) mixing: Vec<Mixing>,
    /// The activation of those.
    pub(super) activation: Activation,
    /// Rows of the own side, the output token first.
    pub(super) own: SideFamily,
    /// Rows of the other side.
    pub(super) other: SideFamily,
}

impl Plan {
    fn new(problem: &Problem, shape: Sizes) -> Self {
        let zero = |rows| SideFamily {
            parameters: 0,
            branches: vec![DMatrix::from_element(rows, shape.width, Polynomial::zero())],
        };
        let sides = problem.side_sizes();
        Self {
            layers: vec![vec![Head::zero(&shape); shape.heads]; shape.depth],
            mixing: Vec::new(),
            activation: Activation::Power(1),
            own: zero(sides.0),
            other: zero(sides.1),
            sides,
            shape,
        }
    }

    /// For plain attention.
    pub(super) fn of_attention(problem: &Problem) -> Result<Self, String> {
        let Architecture::Attention(shape) = problem.architecture() else {
            return Err(
                "is a construction for attention; other networks take random weights".into()
            );
        };
        let (depth, width, heads) = (shape.depth, shape.width, shape.heads);
        Ok(Self::new(problem, Sizes { depth, width, heads, head_width: width / heads }))
    }

    /// For equal blocks of attention and a channel mixing.
    pub(super) fn of_blocks(problem: &Problem) -> Result<Self, String> {
        let form = BlockForm::of(problem).filter(|form| form.uniform);
        let (Some(form), Architecture::Layers(shape)) = (form, problem.architecture()) else {
            return Err(
                "is a construction for equal blocks of attention and a channel mixing".into()
            );
        };
        let BlockForm { depth, width, heads, head_width, .. } = form;
        let mut plan = Self::new(problem, Sizes { depth, width, heads, head_width });
        plan.mixing = vec![Mixing::zero(width, form.hidden); depth];
        if let Layer::ChannelMixing(mixing) = shape.layers[1].inside() {
            plan.activation = mixing.activation.clone();
        }
        Ok(plan)
    }

    pub(super) fn head_width(&self) -> usize {
        self.shape.head_width
    }

    /// In layers `from..`, one head with W = V = E, the matrix unit at (0, 0).
    pub(super) fn cube_from(&mut self, from: usize) {
        for layer in &mut self.layers[from..] {
            layer[0].add_w(0, &[(0, 1)], &[(0, 1)]);
            layer[0].add_v(0, &[(0, 1)], &[(0, 1)]);
        }
    }

    /// In layer 0, W_h = projection on the h-th block of channels; they sum to the identity.
    pub(super) fn project_blocks(&mut self) {
        let (width, all) = (self.head_width(), self.shape.width);
        for (h, head) in self.layers[0].iter_mut().enumerate() {
            for k in 0..width.min(all.saturating_sub(h * width)) {
                head.add_w(k, &[(h * width + k, 1)], &[(h * width + k, 1)]);
            }
        }
    }

    /// Moves output channel 0 to the one asked for, and the output token to its row.
    pub(super) fn finish(
        mut self,
        problem: &Problem,
        kind: WitnessKind,
        rank: rug::Integer,
    ) -> Witness {
        let output = problem.output();
        let (own, other) = problem.own_and_other();
        let row = own.binary_search(&output.token).expect("the output token is on its own side");
        for branch in &mut self.own.branches {
            branch.swap_rows(0, row);
        }
        for branch in self.own.branches.iter_mut().chain(&mut self.other.branches) {
            branch.swap_columns(0, output.channel);
        }
        for head in self.layers.iter_mut().flatten() {
            for factor in [&mut head.query, &mut head.key, &mut head.output, &mut head.value] {
                factor.swap_rows(0, output.channel);
            }
        }
        for part in &mut self.mixing {
            part.enter.swap_rows(0, output.channel);
            part.leave.swap_columns(0, output.channel);
        }
        let parameters = self.parameters(problem);
        let network = Network::new(problem.tokens(), problem.width(), problem.layers(), parameters)
            .expect("sizes are the layers' own");
        let own_is_left = own == problem.partition().left();
        debug_assert_ne!(own, other);
        let (left, right) =
            if own_is_left { (self.own, self.other) } else { (self.other, self.own) };
        Witness { kind, network, family: InputFamily { left, right }, rank }
    }

    /// The matrices in the order of the layers' parameters; rows added to a state are 0.
    fn parameters(&self, problem: &Problem) -> Vec<Vec<DMatrix<Rational>>> {
        let layers = problem.layers();
        // Of blocks every other layer is a position-wise part.
        let step = if self.mixing.is_empty() { 1 } else { 2 };
        let placed = placed(&layers, (problem.tokens(), problem.width()));
        let lists = placed.into_iter().enumerate().map(|(index, (layer, (n, d)))| {
            let known = match index % step {
                0 => named_factors(&self.layers[index / step]),
                _ => {
                    let part = &self.mixing[index / step];
                    vec![("w3".into(), &part.enter), ("w4".into(), &part.leave)]
                }
            };
            let matrix = |p: crate::network::layers::Parameter| {
                let name = p.name.rsplit_once("inner0.").map_or(&p.name[..], |(_, name)| name);
                let found =
                    known.iter().find(|(known, _)| known == name).map(|(_, m)| (*m).clone());
                p.value.or(found).unwrap_or_else(|| DMatrix::zeros(p.rows, p.cols))
            };
            layer.parameters(n, d).into_iter().map(matrix).collect()
        });
        lists.collect()
    }
}

/// The factors of the heads with the names of the layer's parameters.
fn named_factors(heads: &[Head]) -> Vec<(String, &DMatrix<Rational>)> {
    let factors = heads.iter().enumerate().flat_map(|(h, head)| {
        [("query", &head.query), ("key", &head.key), ("value", &head.output), ("out", &head.value)]
            .map(|(name, factor)| (format!("head{h}.{name}"), factor))
    });
    factors.collect()
}

/// The polynomial that is the constant `n`.
pub(super) fn integer(n: i64) -> Polynomial<Rational> {
    if n == 0 { Polynomial::zero() } else { Polynomial::constant(Rational::from_i64(n)) }
}

/// The parameter number `index`.
pub(super) fn variable(index: usize) -> Polynomial<Rational> {
    debug_assert!(Rational::one().numer() == &1);
    Polynomial::variable(index)
}

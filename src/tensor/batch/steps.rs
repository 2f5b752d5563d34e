//! The steps by which the output of a network is found from its input, in order.

/// A set of sides: what a matrix depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sides(u8);

impl Sides {
    pub(super) const NONE: Self = Self(0);
    pub(super) const LEFT: Self = Self(1);
    pub(super) const RIGHT: Self = Self(2);
    pub(super) const BOTH: Self = Self(3);
    pub(super) const ALL: [Self; 4] = [Self::NONE, Self::LEFT, Self::RIGHT, Self::BOTH];

    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A matrix that some steps make.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) size: (usize, usize),
    pub(super) sides: Sides,
    /// A matrix that no step makes.
    pub(super) given: Option<Given>,
}

impl Node {
    pub(super) fn len(&self) -> usize {
        self.size.0 * self.size.1
    }
}

/// Entries of a parameter of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Given {
    pub(super) layer: usize,
    pub(super) number: usize,
    /// For each entry, by rows, that of the parameter, numbered by rows, or 0; all of it without.
    pub(super) source: Option<Vec<Option<usize>>>,
}

/// A node, or its transpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    pub(super) node: usize,
    pub(super) transposed: bool,
}

impl View {
    /// The transposed matrix.
    pub(super) fn flipped(self) -> Self {
        Self { transposed: !self.transposed, ..self }
    }
}

/// What a step makes.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Columns of the input, of `width` of them, on the target's side: row i is position `rows[i]` of
    /// that side, or 0.
    Input { rows: Vec<Option<usize>>, cols: Vec<usize>, width: usize },
    /// The product of two matrices.
    Product(View, View),
    /// Another node's entries, by rows: entry e is its entry `source[e]`, or 0; the node itself without.
    Copy { of: usize, source: Option<Vec<Option<usize>>> },
    /// The target times a node, entry by entry.
    Multiply { by: usize },
    /// The power of every entry.
    Power { of: usize, exponent: u64 },
    /// The polynomial in every entry whose coefficients a parameter holds.
    Polynomial { of: usize, layer: usize, number: usize, degree: u64 },
}

impl Op {
    /// The nodes that are read.
    pub(super) fn reads(&self) -> impl Iterator<Item = usize> {
        let [a, b] = match self {
            Self::Input { .. } => [None, None],
            Self::Product(a, b) => [Some(a.node), Some(b.node)],
            Self::Copy { of, .. } | Self::Power { of, .. } | Self::Polynomial { of, .. } => {
                [Some(*of), None]
            }
            Self::Multiply { by } => [Some(*by), None],
        };
        a.into_iter().chain(b)
    }
}

/// A step: a node is made, or with `add` it is added to.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) target: usize,
    pub(super) op: Op,
    pub(super) add: bool,
}

/// Nodes and steps; those of one set of sides read what depends on the same or fewer.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    pub(super) nodes: Vec<Node>,
    pub(super) list: Vec<Step>,
    /// The output, 1 x 1; `None` if it is 0.
    pub(super) output: Option<usize>,
}

//! What a network can see of the two sides of its input: the variables of Theorem 4.5.

use super::Partition;
use super::expression::Expression;
use super::layers::{Definition, Layer, Parameter, placed};

/// A linear image of the network's input that a layer makes.
#[derive(Clone, Debug, PartialEq)]
struct View {
    /// Which of the images in the state that reaches the layer it is made from.
    from: usize,
    /// How: with `from`, so that one image seen twice counts once.
    path: Expression,
    kind: Kind,
}

/// More images than this at once are taken for the whole input.
const MAX_VIEWS: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// `M X P`, of at most so many linearly independent rows and columns; or its transpose.
    Sandwich { rows: usize, cols: usize, transposed: bool },
    /// Any linear map with so many entries.
    Entries(usize),
    /// All of X, or of what is made of it: too many images to follow.
    All,
}

impl Kind {
    /// The variables of a side of `positions` tokens and d channels that it can tell apart.
    fn variables(self, positions: usize, width: usize) -> usize {
        match self {
            Self::Sandwich { rows, cols, .. } => rows.min(positions) * cols.min(width),
            Self::Entries(count) => count.min(positions * width),
            Self::All => positions * width,
        }
    }

    fn transposed(self) -> Self {
        match self {
            Self::Sandwich { rows, cols, transposed } => {
                Self::Sandwich { rows, cols, transposed: !transposed }
            }
            other => other,
        }
    }

    /// After a multiplication with a fixed matrix, from the left or the right, with `size` entries in
    /// the product and `rank` rows (from the left) or columns (from the right).
    fn multiplied(self, left: bool, rank: usize, size: usize) -> Self {
        match self {
            Self::Sandwich { rows, cols, transposed } if left != transposed => {
                Self::Sandwich { rows: rows.min(rank), cols, transposed }
            }
            Self::Sandwich { rows, cols, transposed } => {
                Self::Sandwich { rows, cols: cols.min(rank), transposed }
            }
            Self::Entries(count) => Self::Entries(count.min(size)),
            Self::All => Self::All,
        }
    }

    fn scrambled(self, size: usize) -> Self {
        match self {
            Self::Sandwich { rows, cols, .. } => Self::Entries((rows * cols).min(size)),
            Self::Entries(count) => Self::Entries(count.min(size)),
            Self::All => Self::All,
        }
    }
}

/// The numbers (n_A, n_B) of linearly independent linear forms, in the entries of X on sides A and
/// B, through which f depends on X (docs/theory.md, 4.5). The first layers are followed as long as
/// they are affine; then what the next layer does to the state first, linearly, counts:
/// `d min(S, |A|)` for a token mixing of hidden width S, all `d |A|` where there is a residual.
pub(super) fn visible_variables(
    layers: &[Layer],
    (rows, cols): (usize, usize),
    sides: &Partition,
) -> (usize, usize) {
    let whole = Kind::Sandwich { rows, cols, transposed: false };
    let mut seen = vec![View { from: 0, path: Expression::Input, kind: whole }];
    for (layer, (n, d)) in placed(layers, (rows, cols)) {
        let Definition { parameters, expression, .. } =
            layer.definition(n, d).expect("the layers fit together");
        let reader = Reader { parameters: &parameters, input: (n, d) };
        let named = |(from, v): (usize, &View)| View { from, path: Expression::Input, ..*v };
        let input: Vec<View> = seen.iter().enumerate().map(named).collect();
        seen = reader.views(&expression, &input);
        if !linear(&expression) {
            break;
        }
    }
    let seen = generating(seen);
    let count = |side: &[usize]| {
        let all = side.len() * cols;
        let each = seen.iter().map(|v| v.kind.variables(side.len(), cols));
        each.fold(0, usize::saturating_add).min(all)
    };
    (count(sides.left()), count(sides.right()))
}

struct Reader<'a> {
    parameters: &'a [Parameter],
    input: (usize, usize),
}

impl Reader<'_> {
    fn size(&self, e: &Expression) -> (usize, usize) {
        let parameter = |i: usize| (self.parameters[i].rows, self.parameters[i].cols);
        e.size(self.input, &parameter).expect("layers are built to fit together")
    }

    /// The linear images of X that the value of `e` depends on, `input` being those of its input. The
    /// images of a sum of images are theirs, one by one.
    fn views(&self, e: &Expression, input: &[View]) -> Vec<View> {
        let views = self.all_views(e, input);
        match views.len() > MAX_VIEWS {
            true => vec![View { from: usize::MAX, path: Expression::Input, kind: Kind::All }],
            false => views,
        }
    }

    fn all_views(&self, e: &Expression, input: &[View]) -> Vec<View> {
        use Expression::*;
        let of = |e: &Expression| self.views(e, input);
        let changed = |part: &Expression, change: &dyn Fn(Kind) -> Kind| -> Vec<View> {
            let views = of(part).into_iter();
            let changed =
                |v: View| View { path: around(e, part, v.path), kind: change(v.kind), ..v };
            views.map(changed).collect()
        };
        match e {
            Input => input.to_vec(),
            Parameter(_) => Vec::new(),
            _ if e.is_constant() => Vec::new(),
            Product(m, part) if m.is_constant() && linear(part) => {
                let (rows, cols) = self.size(e);
                changed(part, &|k| k.multiplied(true, rows, rows * cols))
            }
            Product(part, m) if m.is_constant() && linear(part) => {
                let (rows, cols) = self.size(e);
                changed(part, &|k| k.multiplied(false, cols, rows * cols))
            }
            Transpose(part) if linear(part) => changed(part, &Kind::transposed),
            Hadamard(a, b) if (a.is_constant() && linear(b)) || (b.is_constant() && linear(a)) => {
                let (rows, cols) = self.size(e);
                let part = if a.is_constant() { b } else { a };
                changed(part, &|k| k.scrambled(rows * cols))
            }
            Repeat { of: part, .. } if linear(part) => changed(part, &|k| k),
            Gather { of: part, rows, cols, .. } if linear(part) => {
                changed(part, &|k| k.scrambled(rows * cols))
            }
            Product(a, b) | Hadamard(a, b) => union(of(a), of(b)),
            Transpose(a) | Power(a, _) => of(a),
            Polynomial { of: a, .. }
            | Repeat { of: a, .. }
            | Gather { of: a, .. }
            | Real { of: a, .. } => of(a),
            Sum(list) => list.iter().map(of).reduce(union).unwrap_or_default(),
            Then(a, b) => self.after(a, b, input),
        }
    }

    /// What `b` after `a` sees: its own images of `a`'s value if that is affine, else what `a` sees.
    fn after(&self, a: &Expression, b: &Expression, input: &[View]) -> Vec<View> {
        let views = self.views(a, input);
        match linear(a) {
            true => Reader { input: self.size(a), ..*self }.views(b, &views),
            false => views,
        }
    }
}

/// Whether the value is an affine function of the input.
pub(super) fn linear(e: &Expression) -> bool {
    e.degree(1, &|_| 0).is_some_and(|degree| degree <= 1)
}

/// `outer` with `part`, which stands directly in it, replaced by the image `inner`.
fn around(outer: &Expression, part: &Expression, inner: Expression) -> Expression {
    use Expression::*;
    let swap = |e: &Expression| Box::new(if e == part { inner.clone() } else { e.clone() });
    match outer {
        Product(a, b) => Product(swap(a), swap(b)),
        Hadamard(a, b) => Hadamard(swap(a), swap(b)),
        Transpose(_) => Transpose(inner.into()),
        Repeat { rows, cols, .. } => Repeat { of: inner.into(), rows: *rows, cols: *cols },
        Gather { rows, cols, source, .. } => {
            Gather { of: inner.into(), rows: *rows, cols: *cols, source: source.clone() }
        }
        other => other.clone(),
    }
}

/// Both lists. An image that is made from another one stays: a later factor limits each on its own.
fn union(mut a: Vec<View>, b: Vec<View>) -> Vec<View> {
    for view in b {
        if !a.contains(&view) {
            a.push(view);
        }
    }
    a
}

/// The images of which all in the list are functions: without those that are made from others.
fn generating(list: Vec<View>) -> Vec<View> {
    let made_from = |v: &View, w: &View| v.from == w.from && contains(&v.path, &w.path);
    let mut all: Vec<View> = Vec::new();
    for view in list {
        if !all.iter().any(|w| made_from(&view, w)) {
            all.retain(|v| !made_from(v, &view));
            all.push(view);
        }
    }
    all
}

/// Whether the path `outer` goes through `inner`.
fn contains(outer: &Expression, inner: &Expression) -> bool {
    use Expression::*;
    outer == inner
        || match outer {
            Product(a, b) | Hadamard(a, b) => contains(a, inner) || contains(b, inner),
            Transpose(a) | Repeat { of: a, .. } | Gather { of: a, .. } => contains(a, inner),
            _ => false,
        }
}

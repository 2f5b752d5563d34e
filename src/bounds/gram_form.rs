//! Which networks given by their layers are, row by row, `x_i Phi(G)` with `G = X^T X` (docs/theory.md,
//! 3.14). Every value in such a network is a product of one of four kinds.

use super::numbers::{choose, symmetric_entries};
use crate::network::expression::Expression;
use crate::network::layers::{Parameter, placed};
use crate::network::{Architecture, Problem};
use rug::Integer;
use std::cell::RefCell;
use std::cmp::Ordering;

/// What is known of a network of that form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GramForm {
    /// r: entries of a token that all later layers read, the least width of the linear layers at the start.
    pub(super) width: usize,
    /// The degree of Phi in G is at most this.
    pub(super) degree: u64,
    /// Linear forms of token i, the constant 1 among them where there are biases, through which `x_i Phi` sees
    /// it outside G, at most.
    pub(super) reads: usize,
    /// Of these the ones that stand before terms of the full degree, at most.
    pub(super) leading: usize,
    /// Whether rows are added: then tokens have one more entry, which is 1.
    pub(super) bias: bool,
    /// u: the linear forms in G that the first layer of attention makes, at most.
    pub(super) seen: Integer,
    /// E: the degree of Phi in other coordinates of G is at most this.
    pub(super) bare: u64,
    /// Linear forms of a token between which those other coordinates are, at most; r or fewer.
    pub(super) between: usize,
}

impl GramForm {
    /// Entries of a token, the 1 included where there are biases.
    pub(super) fn entries(&self) -> usize {
        self.width + usize::from(self.bias)
    }

    /// The coordinates of G that vary: u that the first layer sees, and w others (docs/theory.md, 3.16).
    pub(super) fn coordinates(&self) -> (Integer, Integer) {
        // With biases one entry of G is the number of tokens.
        let varying = |entries: usize| symmetric_entries(entries) - u32::from(self.bias);
        let all = varying(self.entries());
        let seen = self.seen.clone().min(all.clone());
        let others = (all - &seen).min(varying(self.between + usize::from(self.bias)));
        (seen, others)
    }
}

/// The form of a network given by its layers, if it has one.
pub(super) fn gram_form(problem: &Problem) -> Option<GramForm> {
    let Architecture::Layers(shape) = problem.architecture() else { return None };
    let mut width = shape.width;
    let mut state = State::of_tokens(problem.tokens(), width);
    let mut pairs = Vec::new();
    // Set by the first layer that is not linear: what later ones see of a token they see through its forms.
    let mut between = None;
    for (layer, (rows, cols)) in placed(&shape.layers, (problem.tokens(), shape.width)) {
        let parameters = layer.parameters(rows, cols);
        let reader = Reader { parameters: &parameters, pairs: RefCell::new(Vec::new()) };
        state = reader.value(&layer.expression(rows, cols), &state)?.of_rows(&state)?;
        pairs.extend(reader.pairs.into_inner());
        // The tokens of a linear layer are as good as those of the input, and as few entries serve.
        if state.value.degree == 0 && state.value.size.1 <= width {
            width = state.value.size.1;
            state = State::of_tokens(problem.tokens(), width);
        }
        if state.value.degree > 0 && between.is_none() {
            between = Some(if state.value.bare == 0 { state.all.forms } else { usize::MAX });
        }
    }
    let bias = state.value.bias;
    let entries = width + usize::from(bias);
    let seen = pairs.iter().map(|pair| bilinear_forms(*pair, entries)).sum();
    Some(GramForm {
        width,
        degree: state.value.degree,
        reads: state.all.total().min(entries),
        leading: state.leading.total().min(entries),
        bias,
        seen,
        bare: state.value.bare,
        between: between.unwrap_or(width).min(width),
    })
}

/// The linear forms in a symmetric matrix G that the entries of `K^T G O` span, K and O having so many columns,
/// at most: the column spaces meet in `k + o - entries` dimensions or more, and `K (x) O -> Sym^2` kills
/// the second exterior power of what they have in common.
fn bilinear_forms((k, o): (usize, usize), entries: usize) -> Integer {
    let (k, o) = (k.min(entries), o.min(entries));
    Integer::from(k) * o - choose(Integer::from((k + o).saturating_sub(entries)), 2)
}

/// A state `X Phi`, and the linear forms of a token that stand before Phi.
#[derive(Clone, Copy)]
struct State {
    value: Value,
    all: Count,
    leading: Count,
}

impl State {
    fn of_tokens(tokens: usize, width: usize) -> Self {
        let forms = Forms { all: Set::INPUT, leading: Set::INPUT };
        let (degree, bare, bias) = (0, 0, false);
        let value = Value { kind: Kind::Row(forms), degree, bare, size: (tokens, width), bias };
        let count = Count { forms: width, one: false };
        Self { value, all: count, leading: count }
    }
}

/// So many linear forms of a token, at most, and the constant 1 or not.
#[derive(Clone, Copy)]
struct Count {
    forms: usize,
    one: bool,
}

impl Count {
    fn total(self) -> usize {
        self.forms.saturating_add(usize::from(self.one))
    }
}

/// Linear forms of a token.
#[derive(Clone, Copy)]
struct Set {
    /// So many new ones, at most.
    new: usize,
    /// Those before the state that enters.
    input: bool,
    /// The constant 1.
    one: bool,
}

impl Set {
    const NONE: Self = Self { new: 0, input: false, one: false };
    const INPUT: Self = Self { input: true, ..Self::NONE };
    const ONE: Self = Self { one: true, ..Self::NONE };
    const ALL: Self = Self { new: usize::MAX, input: true, one: true };

    /// If these stand before the state that enters.
    fn count(self, input: Count) -> Count {
        let more = if self.input { input } else { Count { forms: 0, one: false } };
        Count { forms: self.new.saturating_add(more.forms), one: self.one || more.one }
    }

    fn and(self, other: Self) -> Self {
        Self {
            new: self.new.saturating_add(other.new),
            input: self.input || other.input,
            one: self.one || other.one,
        }
    }

    /// What `self` is, if the forms before the state that enters are `before`.
    fn after(self, before: Self) -> Self {
        let own = Self { input: false, ..self };
        if self.input { own.and(before) } else { own }
    }
}

/// The forms through which an X outside G enters.
#[derive(Clone, Copy)]
struct Forms {
    all: Set,
    /// Through the others it enters in terms of lower degree only.
    leading: Set,
}

impl Forms {
    /// Of a matrix of so many columns that does not vary with G.
    fn within(self, columns: usize, input: &State) -> Self {
        if self.all.count(input.all).total() <= columns {
            return self;
        }
        let all = Set { new: columns, ..Set::NONE };
        Self { all, leading: all }
    }

    fn after(self, before: Self) -> Self {
        Self { all: self.all.after(before.all), leading: self.leading.after(before.leading) }
    }
}

/// Products with X in these places; `Phi` stands for any polynomial in G of the degree noted.
#[derive(Clone, Copy)]
enum Kind {
    /// `X Phi`.
    Row(Forms),
    /// `Phi^T X^T`.
    Column(Forms),
    /// `Phi`, constants among them.
    Inner,
    /// `X Phi X^T`, with the forms of the first X; the last one reads all.
    Outer(Forms),
}

#[derive(Clone, Copy)]
struct Value {
    kind: Kind,
    degree: u64,
    /// The degree in the coordinates of G that no pair of [`Reader`] sees, at most.
    bare: u64,
    size: (usize, usize),
    bias: bool,
}

impl Value {
    /// The value of a layer as the next state.
    fn of_rows(self, before: &State) -> Option<State> {
        let Kind::Row(forms) = self.kind else { return None };
        let (all, leading) = (forms.all.count(before.all), forms.leading.count(before.leading));
        let kind = Kind::Row(Forms { all: Set::INPUT, leading: Set::INPUT });
        Some(State { value: Self { kind, ..self }, all, leading })
    }
}

/// One layer.
struct Reader<'a> {
    parameters: &'a [Parameter],
    /// The columns (k, o) of the constants K and O of every `K^T X^T X O`.
    pairs: RefCell<Vec<(usize, usize)>>,
}

impl Reader<'_> {
    /// `None` if the value is of no kind. Constants that multiply from the side of the tokens are not of the form.
    fn value(&self, e: &Expression, input: &State) -> Option<Value> {
        let of = |e: &Expression| self.value(e, input);
        match e {
            Expression::Input => Some(input.value),
            Expression::Parameter(number) => {
                let p = self.parameters.get(*number)?;
                let (kind, size) = (Kind::Inner, (p.rows, p.cols));
                Some(Value { kind, degree: 0, bare: 0, size, bias: false })
            }
            Expression::Product(a, b) => self.product(of(a)?, of(b)?, input),
            Expression::Transpose(a) => {
                let a = of(a)?;
                let kind = match a.kind {
                    Kind::Row(forms) => Kind::Column(forms),
                    Kind::Column(forms) => Kind::Row(forms),
                    Kind::Outer(_) => Kind::Outer(Forms { all: Set::ALL, leading: Set::ALL }),
                    Kind::Inner => Kind::Inner,
                };
                Some(Value { kind, size: (a.size.1, a.size.0), ..a })
            }
            Expression::Sum(terms) => {
                let mut terms = terms.iter().map(of);
                let first = terms.next()??;
                terms.try_fold(first, |a, b| sum(a, b?, input))
            }
            Expression::Then(first, second) => {
                let first = of(first)?;
                let Kind::Row(before) = first.kind else { return None };
                let second = self.value(second, &first.of_rows(input)?)?;
                let kind = match second.kind {
                    Kind::Row(forms) => Kind::Row(forms.after(before)),
                    Kind::Column(forms) => Kind::Column(forms.after(before)),
                    Kind::Outer(forms) => Kind::Outer(forms.after(before)),
                    Kind::Inner => Kind::Inner,
                };
                Some(Value { kind, ..second })
            }
            // A row added to every token is the last row of a constant, if tokens end with a 1.
            Expression::Repeat { of: row, rows, cols } => match of(row)? {
                Value { kind: Kind::Inner, degree: 0, size: (1, _), .. }
                    if *rows == input.value.size.0 =>
                {
                    let kind = Kind::Row(Forms { all: Set::ONE, leading: Set::ONE });
                    Some(Value { kind, degree: 0, bare: 0, size: (*rows, *cols), bias: true })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn product(&self, a: Value, b: Value, input: &State) -> Option<Value> {
        use Kind::{Column, Inner, Outer, Row};
        let constant = a.degree == 0 && b.degree == 0;
        // Between X^T and X stands G: how often, and how often with something that varies beside it.
        let (kind, more, bare) = match (a.kind, b.kind) {
            (Inner, Inner) => (Inner, 0, 0),
            // A constant limits what is read of the token; a factor that varies with G does not.
            (Row(forms), Inner) if constant => (Row(forms.within(b.size.1, input)), 0, 0),
            (Inner, Column(forms)) if constant => (Column(forms.within(a.size.0, input)), 0, 0),
            (Row(forms), Inner) => (Row(forms), 0, 0),
            (Inner, Column(forms)) => (Column(forms), 0, 0),
            (Row(forms), Column(_)) => (Outer(forms), 0, 0),
            (Column(k), Row(o)) if constant => {
                let pair = (k.all.count(input.all).total(), o.all.count(input.all).total());
                self.pairs.borrow_mut().push(pair);
                (Inner, 1, 0)
            }
            (Column(_), Row(_)) => (Inner, 1, 1),
            (Outer(forms), Row(_)) => (Row(forms), 1, 1),
            (Outer(forms), Outer(_)) => (Outer(forms), 1, 1),
            (Column(_), Outer(_)) => (Column(Forms { all: Set::ALL, leading: Set::ALL }), 1, 1),
            _ => return None,
        };
        let degree = a.degree.checked_add(b.degree)?.checked_add(more)?;
        let bare = a.bare.checked_add(b.bare)?.checked_add(bare)?;
        Some(Value { kind, degree, bare, size: (a.size.0, b.size.1), bias: a.bias || b.bias })
    }
}

fn sum(a: Value, b: Value, input: &State) -> Option<Value> {
    use Kind::{Column, Inner, Outer, Row};
    let (degree, bare) = (a.degree.max(b.degree), a.bare.max(b.bare));
    let both = |x: Forms, y: Forms| Forms {
        all: x.all.and(y.all),
        leading: match a.degree.cmp(&b.degree) {
            Ordering::Less => y.leading,
            Ordering::Equal => x.leading.and(y.leading),
            Ordering::Greater => x.leading,
        },
    };
    let kind = match (a.kind, b.kind) {
        (Inner, Inner) => Inner,
        // Columns that do not vary with G are no more forms than columns.
        (Row(x), Row(y)) if degree == 0 => Row(both(x, y).within(a.size.1, input)),
        (Row(x), Row(y)) => Row(both(x, y)),
        (Column(x), Column(y)) => Column(both(x, y)),
        (Outer(x), Outer(y)) => Outer(both(x, y)),
        _ => return None,
    };
    Some(Value { kind, degree, bare, size: a.size, bias: a.bias || b.bias })
}

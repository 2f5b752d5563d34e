//! Which functions of one side pass to the other: every entry of every matrix of a network as
//! `u + c + sum_g g h_g`, where u and the g are functions of the near side, written down as forms, and c
//! and the h_g functions of the far side (docs/theory.md, 4.11).

use crate::arith::Rational;
use crate::network::expression::Expression;
use crate::network::layers::{Parameter, placed};
use crate::network::{Architecture, Problem};
use num_traits::{One, Zero};
use std::collections::{BTreeSet, HashMap};

/// Products of two entries, and other steps on one, at most.
const MAX_STEPS: usize = 1 << 16;
/// Functions g of an entry, at most.
const MAX_FUNCTIONS: usize = 64;
/// Factors of a form, at most.
const MAX_FACTORS: usize = 64;

/// The least number of functions of either side that pass, the constant and the function of that side alone
/// among them; `None` if the network is too large, or more pass than are followed.
pub(super) fn passing(problem: &Problem) -> Option<usize> {
    let Architecture::Layers(_) = problem.architecture() else { return None };
    steps(problem).filter(|steps| *steps <= MAX_STEPS)?;
    let sides = [problem.partition().left(), problem.partition().right()];
    sides.iter().filter_map(|near| Forms::default().count(problem, near)).min()
}

/// The steps that following the network takes.
fn steps(problem: &Problem) -> Option<usize> {
    let layers = problem.layers();
    let input = (problem.tokens(), problem.width());
    placed(&layers, input).into_iter().try_fold(0usize, |sum, (layer, state)| {
        let definition = layer.definition(state.0, state.1).ok()?;
        let size = |i: usize| (definition.parameters[i].rows, definition.parameters[i].cols);
        sum.checked_add(steps_of(&definition.expression, state, &size)?)
    })
}

fn steps_of(
    e: &Expression,
    input: (usize, usize),
    parameter: &dyn Fn(usize) -> (usize, usize),
) -> Option<usize> {
    use Expression::*;
    let of = |e: &Expression| steps_of(e, input, parameter);
    let (rows, cols) = e.size(input, parameter)?;
    let cells = rows.checked_mul(cols)?;
    let (inner, each) = match e {
        Input | Parameter(_) => (0, 1),
        Product(a, b) => (of(a)?.checked_add(of(b)?)?, a.size(input, parameter)?.1),
        Hadamard(a, b) => (of(a)?.checked_add(of(b)?)?, 1),
        Transpose(a) | Repeat { of: a, .. } | Gather { of: a, .. } => (of(a)?, 1),
        Power(a, k) | Polynomial { of: a, degree: k, .. } => (of(a)?, usize::try_from(*k).ok()?),
        Real { .. } => return None,
        Sum(list) => {
            let inner = list.iter().try_fold(0usize, |sum, e| sum.checked_add(of(e)?))?;
            (inner, list.len())
        }
        Then(a, b) => {
            let next = steps_of(b, a.size(input, parameter)?, parameter)?;
            (of(a)?.checked_add(next)?, 0)
        }
    };
    cells.checked_mul(each)?.checked_add(inner)
}

/// The number of a form.
type Id = usize;

/// A function of the near side, as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// Entry (i, j) of the input.
    Input(usize, usize),
    /// An entry of a parameter without a value: layer, number, row, column.
    Weight([usize; 4]),
    Number(Rational),
    /// Sorted; none of them is a product or 1.
    Product(Vec<Id>),
    /// Sorted, two or more; none of them is a sum.
    Sum(Vec<Id>),
}

/// An entry of a matrix.
#[derive(Clone, Debug, Default)]
struct Entry {
    /// The function u of the near side alone.
    near: Option<Id>,
    /// Whether there is a function c that varies with the far side; a constant u belongs to it then.
    far: bool,
    /// The functions g, without constant factors.
    mixed: BTreeSet<Id>,
}

#[derive(Clone, Debug)]
struct Matrix {
    size: (usize, usize),
    /// By rows.
    entries: Vec<Entry>,
}

impl Matrix {
    fn new(
        size: (usize, usize),
        mut entry: impl FnMut(usize, usize) -> Option<Entry>,
    ) -> Option<Self> {
        let all = (0..size.0).flat_map(|i| (0..size.1).map(move |j| (i, j)));
        let entries = all.map(|(i, j)| entry(i, j)).collect::<Option<_>>()?;
        Some(Self { size, entries })
    }

    fn at(&self, i: usize, j: usize) -> &Entry {
        &self.entries[i * self.size.1 + j]
    }
}

/// All forms, each once.
#[derive(Default)]
struct Forms {
    list: Vec<Form>,
    /// Whether each is a constant.
    constant: Vec<bool>,
    numbers: HashMap<Form, Id>,
}

impl Forms {
    fn count(&mut self, problem: &Problem, near: &[usize]) -> Option<usize> {
        let size = (problem.tokens(), problem.width());
        let mut state = Matrix::new(size, |i, j| {
            Some(match near.contains(&i) {
                true => Entry { near: Some(self.number(Form::Input(i, j))), ..Entry::default() },
                false => Entry { far: true, ..Entry::default() },
            })
        })?;
        let layers = problem.layers();
        for (index, (layer, (rows, cols))) in placed(&layers, size).into_iter().enumerate() {
            let definition = layer.definition(rows, cols).ok()?;
            let mut reader =
                Reader { forms: self, layer: index, parameters: &definition.parameters };
            state = reader.value(&definition.expression, &state)?;
        }
        let output = problem.output();
        let Entry { near, far, mixed } = state.at(output.token, output.channel);
        Some(usize::from(near.is_some()) + usize::from(*far) + mixed.len())
    }

    fn number(&mut self, form: Form) -> Id {
        if let Some(id) = self.numbers.get(&form) {
            return *id;
        }
        let constant = match &form {
            Form::Input(..) => false,
            Form::Weight(_) | Form::Number(_) => true,
            Form::Product(list) | Form::Sum(list) => list.iter().all(|id| self.constant[*id]),
        };
        self.list.push(form.clone());
        self.constant.push(constant);
        self.numbers.insert(form, self.list.len() - 1);
        self.list.len() - 1
    }

    /// The product; 1 is the empty one. `None` if it has too many factors.
    fn product(&mut self, factors: &[Id]) -> Option<Id> {
        let mut flat = Vec::new();
        for &id in factors {
            match &self.list[id] {
                Form::Product(list) => flat.extend_from_slice(list),
                _ => flat.push(id),
            }
        }
        flat.sort_unstable();
        match flat[..] {
            [one] => Some(one),
            _ if flat.len() > MAX_FACTORS => None,
            _ => Some(self.number(Form::Product(flat))),
        }
    }

    fn sum(&mut self, terms: Vec<Id>) -> Option<Id> {
        let mut flat = Vec::new();
        for id in terms {
            match &self.list[id] {
                Form::Sum(list) => flat.extend_from_slice(list),
                _ => flat.push(id),
            }
        }
        flat.sort_unstable();
        match flat[..] {
            [] => None,
            [one] => Some(one),
            _ => Some(self.number(Form::Sum(flat))),
        }
    }

    /// A product of functions without its constant factors.
    fn function(&mut self, factors: &[Id]) -> Option<Id> {
        let product = self.product(factors)?;
        let Form::Product(list) = &self.list[product] else { return Some(product) };
        let varying: Vec<Id> = list.iter().copied().filter(|id| !self.constant[*id]).collect();
        self.product(&varying)
    }

    fn constant(&mut self, value: Option<&Rational>, place: [usize; 4]) -> Option<Entry> {
        let near = match value {
            Some(value) if value.is_zero() => None,
            Some(value) if value.is_one() => Some(self.product(&[])?),
            Some(value) => Some(self.number(Form::Number(value.clone()))),
            None => Some(self.number(Form::Weight(place))),
        };
        Some(Entry { near, ..Entry::default() })
    }

    /// With a constant u taken to c.
    fn entry(&self, near: Option<Id>, far: bool, mixed: BTreeSet<Id>) -> Option<Entry> {
        let near = near.filter(|u| !(far && self.constant[*u]));
        (mixed.len() <= MAX_FUNCTIONS).then_some(Entry { near, far, mixed })
    }

    fn add(&mut self, terms: &[Entry]) -> Option<Entry> {
        let near = self.sum(terms.iter().filter_map(|e| e.near).collect());
        let far = terms.iter().any(|e| e.far);
        let mixed = terms.iter().flat_map(|e| e.mixed.iter().copied()).collect();
        self.entry(near, far, mixed)
    }

    fn multiply(&mut self, x: &Entry, y: &Entry) -> Option<Entry> {
        let near = match (x.near, y.near) {
            (Some(u), Some(v)) => Some(self.product(&[u, v])?),
            _ => None,
        };
        let mut far = x.far && y.far;
        let mut mixed = BTreeSet::new();
        for (x, y) in [(x, y), (y, x)] {
            // What multiplies u: a constant u leaves the functions as they are.
            match x.near {
                Some(u) if self.constant[u] => {
                    far |= y.far;
                    mixed.extend(&y.mixed);
                }
                Some(u) => {
                    if y.far {
                        mixed.insert(self.function(&[u])?);
                    }
                    for g in &y.mixed {
                        mixed.insert(self.function(&[u, *g])?);
                    }
                }
                None => {}
            }
            if x.far {
                mixed.extend(&y.mixed);
            }
        }
        for g in &x.mixed {
            for h in &y.mixed {
                mixed.insert(self.function(&[*g, *h])?);
            }
            if mixed.len() > MAX_FUNCTIONS {
                return None;
            }
        }
        self.entry(near, far, mixed)
    }
}

/// One layer.
struct Reader<'a> {
    forms: &'a mut Forms,
    layer: usize,
    parameters: &'a [Parameter],
}

impl Reader<'_> {
    fn constant(&mut self, number: usize, row: usize, col: usize) -> Option<Entry> {
        let value = self.parameters[number].value.as_ref().map(|m| &m[(row, col)]);
        self.forms.constant(value, [self.layer, number, row, col])
    }

    fn value(&mut self, e: &Expression, input: &Matrix) -> Option<Matrix> {
        match e {
            Expression::Input => Some(input.clone()),
            Expression::Parameter(number) => {
                let Parameter { rows, cols, .. } = self.parameters[*number];
                Matrix::new((rows, cols), |i, j| self.constant(*number, i, j))
            }
            Expression::Product(a, b) => {
                let (a, b) = (self.value(a, input)?, self.value(b, input)?);
                Matrix::new((a.size.0, b.size.1), |i, j| {
                    let terms = (0..a.size.1).map(|k| self.forms.multiply(a.at(i, k), b.at(k, j)));
                    let terms = terms.collect::<Option<Vec<_>>>()?;
                    self.forms.add(&terms)
                })
            }
            Expression::Hadamard(a, b) => {
                let (a, b) = (self.value(a, input)?, self.value(b, input)?);
                Matrix::new(a.size, |i, j| self.forms.multiply(a.at(i, j), b.at(i, j)))
            }
            Expression::Sum(list) => {
                let list: Vec<Matrix> =
                    list.iter().map(|e| self.value(e, input)).collect::<Option<_>>()?;
                Matrix::new(list.first()?.size, |i, j| {
                    let terms: Vec<Entry> = list.iter().map(|m| m.at(i, j).clone()).collect();
                    self.forms.add(&terms)
                })
            }
            Expression::Transpose(a) => {
                let a = self.value(a, input)?;
                Matrix::new((a.size.1, a.size.0), |i, j| Some(a.at(j, i).clone()))
            }
            Expression::Power(a, k) => {
                let a = self.value(a, input)?;
                Matrix::new(a.size, |i, j| {
                    (1..*k).try_fold(a.at(i, j).clone(), |z, _| self.forms.multiply(&z, a.at(i, j)))
                })
            }
            Expression::Polynomial { of, coefficients, degree } => {
                let a = self.value(of, input)?;
                Matrix::new(a.size, |i, j| self.polynomial(a.at(i, j), *coefficients, *degree))
            }
            Expression::Repeat { of, rows, cols } => {
                let a = self.value(of, input)?;
                let (r, c) = a.size;
                Matrix::new((*rows, *cols), |i, j| Some(a.at(i % r, j % c).clone()))
            }
            Expression::Gather { of, rows, cols, source } => {
                let a = self.value(of, input)?;
                Matrix::new((*rows, *cols), |i, j| Some(a.entries[source[i * cols + j]].clone()))
            }
            Expression::Real { .. } => None,
            Expression::Then(a, b) => {
                let a = self.value(a, input)?;
                self.value(b, &a)
            }
        }
    }

    /// The sum of the coefficients times the powers of z, the constant first.
    fn polynomial(&mut self, z: &Entry, coefficients: usize, degree: u64) -> Option<Entry> {
        let mut terms = vec![self.constant(coefficients, 0, 0)?];
        let mut power = z.clone();
        for k in 1..=degree {
            let c = self.constant(coefficients, k as usize, 0)?;
            terms.push(self.forms.multiply(&c, &power)?);
            if k < degree {
                power = self.forms.multiply(&power, z)?;
            }
        }
        self.forms.add(&terms)
    }
}

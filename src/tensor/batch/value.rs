//! Matrices as sums of what depends on neither side, on one, and on both.
//!
//! A product of two such sums is multiplied out as long as at most one of the products depends on both
//! sides; then what depends on one side is found once for each of its points, not for each pair.

use super::steps::{Given, Node, Op, Sides, Step, Steps, View};

/// One term: a matrix, with the rows and the columns in which it may be other than zero.
#[derive(Clone, Debug)]
pub(super) struct Part {
    view: View,
    rows: Vec<bool>,
    cols: Vec<bool>,
    /// Whether nothing else reads the node, so that it may be added to.
    own: bool,
}

/// The sum of at most one part for each set of sides.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) size: (usize, usize),
    parts: [Option<Part>; 4],
}

impl Value {
    pub(super) fn zero(size: (usize, usize)) -> Self {
        Self { size, parts: [const { None }; 4] }
    }

    /// The same, read by others too.
    pub(super) fn shared(mut self) -> Self {
        self.parts.iter_mut().flatten().for_each(|part| part.own = false);
        self
    }

    pub(super) fn transposed(mut self) -> Self {
        self.size = (self.size.1, self.size.0);
        for part in self.parts.iter_mut().flatten() {
            part.view.transposed ^= true;
            std::mem::swap(&mut part.rows, &mut part.cols);
        }
        self
    }

    fn parts(&self) -> impl Iterator<Item = (Sides, &Part)> {
        Sides::ALL.into_iter().zip(&self.parts).filter_map(|(s, part)| Some((s, part.as_ref()?)))
    }
}

/// Whether rows or columns have one in common in which neither is zero.
fn meet(a: &[bool], b: &[bool]) -> bool {
    a.iter().zip(b).any(|(a, b)| *a && *b)
}

fn union(a: &mut [bool], b: &[bool]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a |= b);
}

/// Numbers of the terms of a product that depend on both sides.
fn terms_of_both(a: &Value, b: &Value, fits: impl Fn(&Part, &Part) -> bool) -> usize {
    let of = |(s, p): (Sides, &Part)| {
        b.parts().filter(|(t, q)| s.with(*t) == Sides::BOTH && fits(p, q)).count()
    };
    a.parts().map(of).sum()
}

impl Steps {
    fn node(&mut self, size: (usize, usize), sides: Sides, given: Option<Given>) -> usize {
        self.nodes.push(Node { size, sides, given });
        self.nodes.len() - 1
    }

    fn step(&mut self, target: usize, op: Op, add: bool) {
        self.list.push(Step { target, op, add });
    }

    /// A value of one new part.
    fn single(&mut self, node: usize, own: bool) -> Value {
        let Node { size, sides, .. } = self.nodes[node];
        let mut value = Value::zero(size);
        let view = View { node, transposed: false };
        let (rows, cols) = (vec![true; size.0], vec![true; size.1]);
        value.parts[sides.index()] = Some(Part { view, rows, cols, own });
        value
    }

    /// Parameter `number` of a layer, of the given size.
    pub(super) fn parameter(
        &mut self,
        (layer, number): (usize, usize),
        size: (usize, usize),
    ) -> Value {
        let node = self.node(size, Sides::NONE, Some(Given { layer, number, source: None }));
        self.single(node, false)
    }

    /// The input where one side stands: `rows[i]` is the position on that side, `width` its columns.
    pub(super) fn input(
        &mut self,
        sides: Sides,
        rows: Vec<Option<usize>>,
        cols: Vec<usize>,
        width: usize,
    ) -> Value {
        let node = self.node((rows.len(), cols.len()), sides, None);
        let mut value = self.single(node, false);
        if let Some(part) = &mut value.parts[sides.index()] {
            part.rows = rows.iter().map(Option::is_some).collect();
        }
        self.step(node, Op::Input { rows, cols, width }, false);
        value
    }

    fn fresh(&mut self, size: (usize, usize), sides: Sides, op: Op) -> View {
        let node = self.node(size, sides, None);
        self.step(node, op, false);
        View { node, transposed: false }
    }

    /// The part with its entries by rows.
    fn straight(&mut self, part: Part, size: (usize, usize)) -> Part {
        if !part.view.transposed {
            return part;
        }
        let (of, sides) = (part.view.node, self.nodes[part.view.node].sides);
        let view = self.fresh(size, sides, Op::Copy { of, source: Some(transposition(size)) });
        Part { view, own: true, ..part }
    }

    /// `to + value`.
    pub(super) fn add(&mut self, to: &mut Value, value: Value) {
        let size = to.size;
        for (sides, part) in Sides::ALL.into_iter().zip(value.parts) {
            let Some(part) = part else { continue };
            let sum = match to.parts[sides.index()].take() {
                None => part,
                Some(old) => self.sum(old, part, sides, size),
            };
            to.parts[sides.index()] = Some(sum);
        }
    }

    /// The sum of two parts, that depends on `sides`.
    fn sum(&mut self, a: Part, b: Part, sides: Sides, size: (usize, usize)) -> Part {
        let free = |steps: &Self, part: &Part| {
            part.own && !part.view.transposed && steps.nodes[part.view.node].sides == sides
        };
        let (mut to, other) = match (free(self, &a), free(self, &b)) {
            (true, _) => (a, b),
            (false, true) => (b, a),
            (false, false) => {
                let source = a.view.transposed.then(|| transposition(size));
                let view = self.fresh(size, sides, Op::Copy { of: a.view.node, source });
                (Part { view, own: true, ..a }, b)
            }
        };
        let source = other.view.transposed.then(|| transposition(size));
        self.step(to.view.node, Op::Copy { of: other.view.node, source }, true);
        union(&mut to.rows, &other.rows);
        union(&mut to.cols, &other.cols);
        to
    }

    /// The value as one part; `None` if it is 0.
    fn collapse(&mut self, value: Value) -> Option<(Sides, Part)> {
        let sides = value.parts().fold(Sides::NONE, |all, (s, _)| all.with(s));
        let mut parts: Vec<Part> = value.parts.into_iter().flatten().collect();
        // What may be added to comes last, and is taken first.
        let mut sum = parts.pop()?;
        while let Some(part) = parts.pop() {
            sum = self.sum(sum, part, sides, value.size);
        }
        Some((sides, sum))
    }

    /// The same value in one part.
    fn collapsed(&mut self, value: Value) -> Value {
        let mut one = Value::zero(value.size);
        if let Some((sides, part)) = self.collapse(value) {
            one.parts[sides.index()] = Some(part);
        }
        one
    }

    /// Both values, such that at most one of the products of their parts depends on both sides.
    fn for_product(
        &mut self,
        a: Value,
        b: Value,
        fits: impl Fn(&Part, &Part) -> bool + Copy,
    ) -> (Value, Value) {
        if terms_of_both(&a, &b, fits) <= 1 {
            return (a, b);
        }
        let a = self.collapsed(a);
        if terms_of_both(&a, &b, fits) <= 1 {
            return (a, b);
        }
        let b = self.collapsed(b);
        (a, b)
    }

    /// `to + a b`.
    pub(super) fn add_product(&mut self, to: &mut Value, a: Value, b: Value) {
        let fits = |p: &Part, q: &Part| meet(&p.cols, &q.rows);
        let (a, b) = self.for_product(a, b, fits);
        for (s, p) in a.parts() {
            for (t, q) in b.parts().filter(|(_, q)| fits(p, q)) {
                let sides = s.with(t);
                let op = Op::Product(p.view, q.view);
                let slot = &mut to.parts[sides.index()];
                if let Some(old) = slot.as_mut().filter(|old| old.own && !old.view.transposed) {
                    union(&mut old.rows, &p.rows);
                    union(&mut old.cols, &q.cols);
                    let target = old.view.node;
                    self.step(target, op, true);
                    continue;
                }
                let view = self.fresh(to.size, sides, op);
                let mut term = Value::zero(to.size);
                let (rows, cols) = (p.rows.clone(), q.cols.clone());
                term.parts[sides.index()] = Some(Part { view, rows, cols, own: true });
                self.add(to, term);
            }
        }
    }

    /// The entrywise product.
    pub(super) fn hadamard(&mut self, a: Value, b: Value) -> Value {
        let size = a.size;
        let fits = |p: &Part, q: &Part| meet(&p.rows, &q.rows) && meet(&p.cols, &q.cols);
        let (a, b) = self.for_product(a, b, fits);
        let mut result = Value::zero(size);
        for (s, p) in a.parts() {
            for (t, q) in b.parts().filter(|(_, q)| fits(p, q)) {
                let sides = s.with(t);
                let [p, q] = [p, q].map(|part| self.straight(part.clone(), size));
                let view = self.fresh(size, sides, Op::Copy { of: p.view.node, source: None });
                self.step(view.node, Op::Multiply { by: q.view.node }, false);
                let mut term = Value::zero(size);
                term.parts[sides.index()] = Some(Part { view, own: true, ..p });
                self.add(&mut result, term);
            }
        }
        result
    }

    /// A function of every entry: `op` of the node that holds them, which is `None` for the zero matrix.
    pub(super) fn entrywise(&mut self, value: Value, op: impl FnOnce(usize) -> Op) -> Value {
        let size = value.size;
        let (sides, part) = match self.collapse(value) {
            Some(found) => found,
            // Polynomials have a constant.
            None => {
                let source = Some(vec![None; size.0 * size.1]);
                let given = Given { layer: 0, number: 0, source };
                let node = self.node(size, Sides::NONE, Some(given));
                let value = self.single(node, false);
                self.collapse(value).expect("it has a part")
            }
        };
        let View { node, transposed } = part.view;
        let View { node, .. } = self.fresh(self.nodes[node].size, sides, op(node));
        let mut result = Value::zero(size);
        let (rows, cols) = (vec![true; size.0], vec![true; size.1]);
        let view = View { node, transposed };
        result.parts[sides.index()] = Some(Part { view, rows, cols, own: true });
        result
    }

    /// The matrix of size `size` whose entries, by rows, are those of `value` at these rows and columns.
    pub(super) fn gather(
        &mut self,
        value: Value,
        size: (usize, usize),
        source: &[(usize, usize)],
    ) -> Value {
        let mut result = Value::zero(size);
        for (sides, part) in Sides::ALL.into_iter().zip(value.parts) {
            let Some(part) = part else { continue };
            let width = self.nodes[part.view.node].size.1;
            let entry = |&(i, j): &(usize, usize)| {
                let (row, col) = if part.view.transposed { (j, i) } else { (i, j) };
                (part.rows[i] && part.cols[j]).then_some(row * width + col)
            };
            let source: Vec<Option<usize>> = source.iter().map(entry).collect();
            let (mut rows, mut cols) = (vec![false; size.0], vec![false; size.1]);
            for (e, _) in source.iter().enumerate().filter(|(_, from)| from.is_some()) {
                rows[e / size.1] = true;
                cols[e % size.1] = true;
            }
            if !rows.contains(&true) {
                continue;
            }
            let (view, own) = match &self.nodes[part.view.node].given {
                Some(Given { layer, number, source: old }) => {
                    let entry = |e: usize| old.as_ref().map_or(Some(e), |old| old[e]);
                    let source = source.iter().map(|from| from.and_then(entry)).collect();
                    let given = Given { layer: *layer, number: *number, source: Some(source) };
                    let node = self.node(size, sides, Some(given));
                    (View { node, transposed: false }, false)
                }
                None => {
                    let copy = Op::Copy { of: part.view.node, source: Some(source) };
                    (self.fresh(size, sides, copy), true)
                }
            };
            result.parts[sides.index()] = Some(Part { view, rows, cols, own });
        }
        result
    }

    /// Makes the value, of one entry, the output.
    pub(super) fn set_output(&mut self, value: Value) {
        self.output = self.collapse(value).map(|(_, part)| part.view.node);
    }
}

/// Where the entries of the transpose of size `(rows, cols)` come from, by rows.
fn transposition((rows, cols): (usize, usize)) -> Vec<Option<usize>> {
    (0..rows * cols).map(|e| Some(e % cols * rows + e / cols)).collect()
}

//! Steps carried out on packs of points.
//!
//! A pack of points of A against a pack of points of B: what depends on one side is found for all points
//! of its pack at once. Then, for each point of A, what depends on both is found for the pack of B: there
//! what depends on A is a scalar.

use super::steps::{Given, Node, Op, Sides, Step, Steps, View};
use crate::arith::{Fp, Prime};
use crate::linalg::{Entries, Lanes, Operand, Product};
use nalgebra::DMatrix;

/// Steps with the numbers of one network.
pub(super) struct Runner<K: Lanes> {
    pub(super) kernel: K,
    nodes: Vec<Node>,
    output: Option<usize>,
    /// What depends on neither side, as scalars.
    constants: Vec<Vec<K::Word>>,
    /// The steps of each set of sides.
    programs: [Program<K::Word>; 4],
}

/// The steps of one set of sides.
type Program<W> = Vec<Ready<W>>;

/// A step with what it needs of the parameters.
struct Ready<W> {
    step: Step,
    /// Of a product with a constant its panel, of a polynomial its coefficients.
    scalars: Vec<W>,
    /// The nodes that nothing reads after it.
    last: Vec<usize>,
}

/// The packs of nodes, and those that are free.
pub(super) struct Frame<W> {
    packs: Vec<Vec<W>>,
    free: Vec<Vec<W>>,
}

/// A node as a step finds it.
#[derive(Clone, Copy)]
enum Data<'a, W> {
    Stack(&'a [W]),
    /// The scalar of entry e at `e * stride`.
    Scalars(&'a [W], usize),
}

/// What a program reads besides its own nodes.
struct Context<'a, W> {
    sides: Sides,
    /// The packs of a point of A, and the place of the point in them.
    left: Option<(&'a Frame<W>, usize)>,
    right: Option<&'a Frame<W>>,
    /// The points of the side that is evaluated, each by rows.
    points: &'a [Vec<W>],
}

impl<K: Lanes> Runner<K> {
    pub(super) fn new(
        kernel: K,
        steps: Steps,
        parameters: &[Vec<DMatrix<Fp>>],
        prime: Prime,
    ) -> Self {
        let Steps { nodes, list, output } = steps;
        let word = |m: &DMatrix<Fp>, e: usize| {
            kernel.word(m[(e / m.ncols(), e % m.ncols())].residue(prime))
        };
        let given = |node: &Node| match &node.given {
            None => Vec::new(),
            Some(Given { layer, number, source: None }) => {
                let m = &parameters[*layer][*number];
                (0..m.len()).map(|e| word(m, e)).collect()
            }
            Some(Given { layer, number, source: Some(source) }) => {
                let entry = |e: &Option<usize>| {
                    e.map_or_else(K::Word::default, |e| word(&parameters[*layer][*number], e))
                };
                source.iter().map(entry).collect()
            }
        };
        let constants = nodes.iter().map(given).collect();
        let mut runner = Self { kernel, nodes, output, constants, programs: Default::default() };
        // What steps of other sides read, and the output, stays.
        let mut kept = vec![false; runner.nodes.len()];
        runner.output.iter().for_each(|node| kept[*node] = true);
        let mut parts: [Vec<Step>; 4] = Default::default();
        for step in list {
            let sides = runner.nodes[step.target].sides;
            let from_outside = |node: &usize| runner.nodes[*node].sides != sides;
            step.op.reads().filter(from_outside).for_each(|node| kept[node] = true);
            parts[runner.nodes[step.target].sides.index()].push(step);
        }
        for (sides, part) in Sides::ALL.into_iter().zip(parts) {
            runner.programs[sides.index()] = runner.program(part, &kept, parameters, prime);
            if sides == Sides::NONE {
                runner.find_constants();
            }
        }
        runner
    }

    fn program(
        &self,
        steps: Vec<Step>,
        kept: &[bool],
        parameters: &[Vec<DMatrix<Fp>>],
        prime: Prime,
    ) -> Program<K::Word> {
        let mut last_use = vec![usize::MAX; self.nodes.len()];
        for (i, step) in steps.iter().enumerate() {
            step.op.reads().for_each(|node| last_use[node] = i);
        }
        let ready = |(i, step): (usize, Step)| {
            let done = |node: &usize| last_use[*node] == i && !kept[*node];
            let scalars = match &step.op {
                Op::Polynomial { layer, number, .. } => {
                    let column = parameters[*layer][*number].iter();
                    column.map(|c| self.kernel.word(c.residue(prime))).collect()
                }
                Op::Product(a, b) => self.constant_panel(*a, *b),
                _ => Vec::new(),
            };
            Ready { last: step.op.reads().filter(done).collect(), scalars, step }
        };
        steps.into_iter().enumerate().map(ready).collect()
    }

    /// The panel of a product with a constant, besides that of two of them.
    fn constant_panel(&self, a: View, b: View) -> Vec<K::Word> {
        let constant = |v: View| self.nodes[v.node].sides == Sides::NONE;
        let mut panel = Vec::new();
        match (constant(a), constant(b)) {
            (false, true) => self.pack((&self.constants[b.node], 1), b, &mut panel),
            (true, false) => self.pack((&self.constants[a.node], 1), a.flipped(), &mut panel),
            _ => {}
        }
        panel
    }

    /// What depends on neither side, found in packs of which one sample is kept.
    fn find_constants(&mut self) {
        let mut frame = self.frame();
        let context = Context { sides: Sides::NONE, left: None, right: None, points: &[] };
        self.run(&context, &mut frame);
        for (packs, scalars) in frame.packs.iter().zip(&mut self.constants) {
            if !packs.is_empty() {
                *scalars = packs.iter().step_by(self.kernel.width()).copied().collect();
            }
        }
    }

    pub(super) fn frame(&self) -> Frame<K::Word> {
        Frame { packs: vec![Vec::new(); self.nodes.len()], free: Vec::new() }
    }

    /// What depends on the points of one side alone, of at most a pack of them.
    pub(super) fn side(&self, sides: Sides, points: &[Vec<K::Word>], frame: &mut Frame<K::Word>) {
        self.run(&Context { sides, left: None, right: None, points }, frame);
    }

    /// The output for point i of the packs of A and all points of those of B, as residues.
    pub(super) fn pair(
        &self,
        (left, i): (&Frame<K::Word>, usize),
        right: &Frame<K::Word>,
        frame: &mut Frame<K::Word>,
        out: &mut [u64],
    ) {
        let context =
            Context { sides: Sides::BOTH, left: Some((left, i)), right: Some(right), points: &[] };
        self.run(&context, frame);
        let Some(output) = self.output else { return out.fill(0) };
        match self.data(&context, frame, output) {
            Data::Stack(packs) => {
                out.iter_mut().zip(packs).for_each(|(o, x)| *o = self.kernel.residue(*x));
            }
            Data::Scalars(x, _) => out.fill(self.kernel.residue(x[0])),
        }
    }

    fn data<'a>(
        &'a self,
        context: &Context<'a, K::Word>,
        frame: &'a Frame<K::Word>,
        node: usize,
    ) -> Data<'a, K::Word> {
        let Node { sides, given, .. } = &self.nodes[node];
        match (context.left, context.right) {
            _ if *sides == context.sides && given.is_none() => Data::Stack(&frame.packs[node]),
            _ if *sides == Sides::NONE => Data::Scalars(&self.constants[node], 1),
            (Some((left, i)), _) if *sides == Sides::LEFT => {
                Data::Scalars(left.packs[node].get(i..).unwrap_or(&[]), self.kernel.width())
            }
            (_, Some(right)) => Data::Stack(&right.packs[node]),
            _ => unreachable!("a step reads what depends on its own sides"),
        }
    }

    fn run(&self, context: &Context<'_, K::Word>, frame: &mut Frame<K::Word>) {
        let width = self.kernel.width();
        for ready in &self.programs[context.sides.index()] {
            let Step { target, op, add } = &ready.step;
            let mut out = std::mem::take(&mut frame.packs[*target]);
            if out.is_empty() {
                out = frame.free.pop().unwrap_or_default();
                out.resize(self.nodes[*target].len() * width, K::Word::default());
            }
            match op {
                Op::Input { rows, cols, width } => {
                    self.load(context.points, (rows, cols, *width), &mut out);
                }
                Op::Product(a, b) => self.product(context, frame, ready, (*a, *b), &mut out),
                Op::Copy { of, source } => {
                    let data = self.data(context, frame, *of);
                    self.copy(data, source.as_deref(), *add, &mut out);
                }
                Op::Multiply { by } => {
                    let by = entries(self.data(context, frame, *by));
                    self.kernel.multiply(&mut out, by);
                }
                Op::Power { of, exponent } => {
                    self.power(self.data(context, frame, *of), *exponent, &mut out);
                }
                Op::Polynomial { of, .. } => {
                    let z = entries(self.data(context, frame, *of));
                    out.fill(K::Word::default());
                    for c in ready.scalars.iter().rev() {
                        self.kernel.multiply(&mut out, z);
                        self.kernel.add(&mut out, Entries::Scalars(std::slice::from_ref(c), 0));
                    }
                }
            }
            frame.packs[*target] = out;
            for node in &ready.last {
                let packs = std::mem::take(&mut frame.packs[*node]);
                frame.free.push(packs);
            }
        }
    }

    fn load(
        &self,
        points: &[Vec<K::Word>],
        (rows, cols, line): (&[Option<usize>], &[usize], usize),
        out: &mut [K::Word],
    ) {
        out.fill(K::Word::default());
        let width = self.kernel.width();
        for (i, row) in rows.iter().enumerate() {
            let Some(row) = row else { continue };
            for (j, col) in cols.iter().enumerate() {
                let at = (i * cols.len() + j) * width;
                for (x, point) in out[at..at + width].iter_mut().zip(points) {
                    *x = point[row * line + col];
                }
            }
        }
    }

    /// The panel of the matrix that is seen, the scalar of entry e of its node being at `e * stride`.
    fn pack(&self, (x, stride): (&[K::Word], usize), view: View, panel: &mut Vec<K::Word>) {
        let (tile, width) = (self.kernel.tile(), self.nodes[view.node].size.1);
        let (inner, cols) = self.size(view);
        panel.clear();
        for y in (0..cols).step_by(tile) {
            for k in 0..inner {
                for y in y..y + tile {
                    let e = if view.transposed { y * width + k } else { k * width + y };
                    panel.push(if y < cols { x[e * stride] } else { K::Word::default() });
                }
            }
        }
    }

    fn size(&self, view: View) -> (usize, usize) {
        let (rows, cols) = self.nodes[view.node].size;
        if view.transposed { (cols, rows) } else { (rows, cols) }
    }

    /// How far apart, in packs, neighbours in a column and in a row are.
    fn strides(&self, view: View) -> [usize; 2] {
        let width = self.nodes[view.node].size.1;
        if view.transposed { [1, width] } else { [width, 1] }
    }

    fn product(
        &self,
        context: &Context<'_, K::Word>,
        frame: &Frame<K::Word>,
        ready: &Ready<K::Word>,
        (a, b): (View, View),
        out: &mut [K::Word],
    ) {
        let ((rows, inner), (_, cols)) = (self.size(a), self.size(b));
        let add = ready.step.add;
        let stored = |view: View, data: (&[K::Word], usize)| {
            if !ready.scalars.is_empty() {
                return None;
            }
            let mut panel = Vec::new();
            self.pack(data, view, &mut panel);
            Some(panel)
        };
        let data = [a, b].map(|view| self.data(context, frame, view.node));
        let straight = Product {
            size: [rows, inner, cols],
            a: (&[][..], self.strides(a)),
            b: Operand::Panel(&[]),
            out: [cols, 1],
            add,
        };
        match data {
            [Data::Stack(x), Data::Stack(y)] => {
                let b = Operand::Stack(y, self.strides(b));
                self.kernel.product(Product { a: (x, straight.a.1), b, ..straight }, out);
            }
            [Data::Stack(x), Data::Scalars(y, stride)] => {
                let panel = stored(b, (y, stride));
                let b = Operand::Panel(panel.as_ref().unwrap_or(&ready.scalars));
                self.kernel.product(Product { a: (x, straight.a.1), b, ..straight }, out);
            }
            // The transposed product.
            [Data::Scalars(x, stride), Data::Stack(y)] => {
                let panel = stored(a.flipped(), (x, stride));
                let product = Product {
                    size: [cols, inner, rows],
                    a: (y, self.strides(b.flipped())),
                    b: Operand::Panel(panel.as_ref().unwrap_or(&ready.scalars)),
                    out: [1, cols],
                    add,
                };
                self.kernel.product(product, out);
            }
            // Of two constants, once for a network.
            [Data::Scalars(x, ..), Data::Scalars(y, stride)] => {
                let repeat = |w: &K::Word| std::iter::repeat_n(*w, self.kernel.width());
                let packs: Vec<K::Word> = x.iter().flat_map(repeat).collect();
                let mut panel = Vec::new();
                self.pack((y, stride), b, &mut panel);
                let b = Operand::Panel(&panel);
                self.kernel.product(Product { a: (&packs, straight.a.1), b, ..straight }, out);
            }
        }
    }

    fn copy(
        &self,
        data: Data<'_, K::Word>,
        source: Option<&[Option<usize>]>,
        add: bool,
        out: &mut [K::Word],
    ) {
        let width = self.kernel.width();
        match (data, source, add) {
            (data, None, true) => self.kernel.add(out, entries(data)),
            (Data::Stack(x), None, false) => out.copy_from_slice(x),
            (Data::Scalars(x, stride), None, false) => {
                let scalars = x.iter().step_by(stride);
                out.chunks_exact_mut(width).zip(scalars).for_each(|(pack, x)| pack.fill(*x));
            }
            (data, Some(source), false) => {
                for (pack, from) in out.chunks_exact_mut(width).zip(source) {
                    match (from, data) {
                        (None, _) => pack.fill(K::Word::default()),
                        (Some(e), Data::Stack(x)) => {
                            pack.copy_from_slice(&x[e * width..(e + 1) * width]);
                        }
                        (Some(e), Data::Scalars(x, stride)) => pack.fill(x[e * stride]),
                    }
                }
            }
            (data, Some(source), true) => {
                let mut packs = vec![K::Word::default(); out.len()];
                self.copy(data, Some(source), false, &mut packs);
                self.kernel.add(out, Entries::Stack(&packs));
            }
        }
    }

    /// `z^exponent` of every entry, by squaring; `exponent >= 1`.
    fn power(&self, z: Data<'_, K::Word>, exponent: u64, out: &mut [K::Word]) {
        self.copy(z, None, false, out);
        for bit in (0..exponent.ilog2()).rev() {
            let root = out.to_vec();
            self.kernel.multiply(out, Entries::Stack(&root));
            if exponent >> bit & 1 == 1 {
                self.kernel.multiply(out, entries(z));
            }
        }
    }
}

fn entries<W>(data: Data<'_, W>) -> Entries<'_, W> {
    match data {
        Data::Stack(x) => Entries::Stack(x),
        Data::Scalars(x, stride) => Entries::Scalars(x, stride),
    }
}

#!/usr/bin/env python3
"""Re-checks what certificates rest on that is computed, with the standard library only.

    python3 docs/check.py FILE..

Of a certificate (docs/format.md) it checks the form, and re-does the half that is a computation: the
grid or coefficient minor of the network, modulo the prime, or the minors of its blocks. One line a file:

    Valid       the claim is a lower bound and was re-done; "by challenge" and what a false claim has to
                get by with, where a minor of blocks has solutions: it is not eliminated then
    Incomplete  something is missing, or the claim rests on what is not checked here
    Invalid     something is wrong

Exit code: that of the worst, Invalid 1, Incomplete 2, Valid 0.

Of a claim on a matrix that stands in the file both halves are checked.

Limits: theorems and sums of products are not checked, so that of networks no upper bound, no equality and no gap
is ever Valid here; of an equality it is said whether its lower half holds. A matrix, and the function of a
sum that blocks are of, have at most 2^22 entries; polynomials and minors take at most 2^30 steps, which is
minutes. The values of grids are not limited, and those of 1000 rows take very long.
"""
import json
import re
import sys
from base64 import b64decode, b64encode
from fractions import Fraction
from functools import reduce
from hashlib import sha256
from itertools import combinations_with_replacement, count, islice
from math import comb, factorial, lcm, prod
from operator import mul, xor
from struct import unpack

MAX_BYTES, MAX_DIGITS, MAX_NESTING = 64 << 20, 100_000, 127
MAX_SIZE, MAX_DEGREE, MAX_LAYERS, MAX_ENTRIES, MAX_STEPS = 1 << 24, 64, 4096, 1 << 22, 1 << 30

class Missing(Exception):
    """Something that must be there is absent, or cannot be judged here."""

def need(condition, message):
    if not condition:
        raise ValueError(message)

def have(condition, message):
    if not condition:
        raise Missing(message)

def fields(pairs):
    need(len(dict(pairs)) == len(pairs), "a field stands twice")
    return dict(pairs)

def take(value, *names):
    """The values of exactly these fields in this order."""
    need(type(value) is dict, f"expected an object with {', '.join(names)}")
    have(set(value) >= set(names) or set(value) - set(names), f"a field of {', '.join(names)} is missing")
    need(list(value) == list(names), f"expected the fields {', '.join(names)}, got {', '.join(value)}")
    return list(value.values())

def choice(value, *names):
    """The one field of an object, which is one of these."""
    need(type(value) is dict and len(value) == 1 and set(value) <= set(names), f"expected one of {', '.join(names)}")
    return next(iter(value.items()))

def items(value):
    need(type(value) is list, "expected a list")
    return value

def whole(value, low=0, high=2**64 - 1):
    need(type(value) is int and low <= value <= high, f"expected a whole number {low} to {high}, got {value}")
    return value

def size(value):
    return whole(value, 1, MAX_SIZE)

def number(text, kind=int):
    need(type(text) is str and len(text) <= MAX_DIGITS, "expected a number of at most 100,000 digits in a string")
    try:
        value = kind(text)
    except ZeroDivisionError:
        raise ValueError(f"{text} has denominator 0") from None
    need(str(value) == text, f"{text[:50]!r} is not canonical")
    return value

def layout(value):
    """The one way to write a value."""
    if type(value) is dict:
        return "{" + ",".join(f"\n{json.dumps(k, ensure_ascii=False)}:{layout(v)}" for k, v in value.items()) + "\n}"
    if type(value) is not list:
        return json.dumps(value, ensure_ascii=False)
    line = "\n" if value and type(value[0]) in (dict, list) else ""
    return "[" + ",".join(line + layout(v) for v in value) + line + "]"

def read(path):
    with open(path, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    need(len(data) <= MAX_BYTES, "more than 64 MiB")
    depth = deepest = 0
    text = data.decode("utf-8")
    for bracket in re.sub(r'"(?:[^"\\]|\\.)*"|[^][{}"]', "", text, flags=re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket, 0)
        deepest = max(deepest, depth)
    need(deepest <= MAX_NESTING, f"brackets nested more than {MAX_NESTING} deep")
    def short(digits):
        need(len(digits) <= 20, "a number too long")
        return int(digits)
    def refuse(literal):
        raise ValueError(f"{literal} is no number of a certificate")
    certificate = json.loads(text, object_pairs_hook=fields, parse_int=short, parse_float=refuse, parse_constant=refuse)
    need(layout(certificate) + "\n" == text, "not in the layout that docs/format.md prescribes")
    return certificate

def is_prime(n):
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # enough below 3.3e24
    if n < 2 or any(n % b == 0 for b in bases):
        return n in bases
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    passes = lambda b: any(pow(b, odd << k, n) == n - 1 for k in range(twos))
    return all(pow(b, odd, n) == 1 or passes(b) for b in bases)

class Residues:
    def __init__(self, p):
        self.p, self.steps = p, 0

    def spend(self, steps):
        self.steps += steps
        have(self.steps <= MAX_STEPS, f"more than {MAX_STEPS} steps")

    def constant(self, q):
        need(q.denominator % self.p, f"the prime divides the denominator of {q}")
        return q.numerator * pow(q.denominator, -1, self.p) % self.p

    def add(self, a, b):
        return (a + b) % self.p

    def mul(self, a, b):
        return a * b % self.p

    def dot(self, row, column):
        return sum(map(int.__mul__, row, column)) % self.p

class Degrees:
    """In place of every number its degree in the entries of a layer's input."""

    def constant(self, q):
        return 0

    def add(self, a, b):
        return max(a, b)

    def mul(self, a, b):
        return a + b

    def dot(self, row, column):
        return reduce(self.add, map(self.mul, row, column))

class Polynomials(Residues):
    """Polynomials over Z/pZ: dictionaries from exponents, 64 bits of an integer for each variable, to coefficients."""

    def constant(self, q):
        return {0: super().constant(q)}

    def add(self, a, b):
        total = dict(a)
        for e, c in b.items():
            total[e] = (total.get(e, 0) + c) % self.p
        return total

    def mul(self, a, b):
        return self.dot([a], [b])

    def dot(self, row, column):
        total = {}
        for a, b in zip(row, column):
            self.spend(len(a) * len(b))
            for e, x in a.items():
                for f, y in b.items():
                    total[e + f] = total.get(e + f, 0) + x * y
        return {e: c % self.p for e, c in total.items()}

class Fixed:
    """The map that has one value."""

    def __init__(self, value):
        self.value = value

    def __call__(self, y):
        return self.value

def fold(f, *parts):
    """y goes to f of the values of the parts at y: computed once if all of them are fixed."""
    if all(type(part) is Fixed for part in parts):
        return Fixed(f(*(part.value for part in parts)))
    return lambda y: f(*[part(y) for part in parts])

class Network:
    def __init__(self, ring, problem, weights):
        self.ring, self.problem = ring, problem
        (self.kind, self.shape), = problem["architecture"].items()
        have(weights is not None, "no weights")
        kind, given = choice(weights, "attention", "mixer", "layers")
        need(kind == self.kind, "weights of another architecture")
        s, n, given = self.shape, problem["tokens"], items(given)
        depth = len(s["layers"]) if kind == "layers" else s["depth"]
        need(len(given) == depth, "weights of another number of layers")
        if kind == "layers":
            self.layers = [self.by_expression(*both) for both in zip(s["layers"], given)]
            return
        layer = self.attention if kind == "attention" else self.mixer
        self.layers = [layer(weights, n, s["width"], s) for weights in given]

    def matrix(self, rows, height, width):
        need(len(items(rows)) == height and all(len(items(r)) == width for r in rows), "a matrix of wrong size")
        return [[self.ring.constant(number(q, Fraction)) for q in row] for row in rows]

    def times(self, a, b):
        columns = list(zip(*b))
        return [[self.ring.dot(row, column) for column in columns] for row in a]

    def plus(self, a, b):
        return [list(map(self.ring.add, r, s)) for r, s in zip(a, b)]

    def power(self, a, k):
        return [[reduce(self.ring.mul, [x] * k) for x in row] for row in a]

    def attention(self, heads, n, d, s):
        need(len(items(heads)) == s["heads"], "wrong number of heads")
        heads = [dict(zip(HEAD, take(head, *HEAD))) for head in heads]
        read = lambda head, name: self.matrix(head[name], d, d // len(heads))
        transposed = lambda a: list(zip(*a))
        w = [self.times(read(h, "query"), transposed(read(h, "key"))) for h in heads]
        v = [self.times(read(h, "output"), transposed(read(h, "value"))) for h in heads]
        def layer(y):
            scores = [self.times(self.times(y, wh), transposed(y)) for wh in w]
            return reduce(self.plus, [self.times(self.times(a, y), vh) for a, vh in zip(scores, v)])
        layer.parts = list(zip(w, v))
        return layer

    def mixer(self, m, n, d, s):
        m = dict(zip(MIXING, take(m, *MIXING)))
        hidden, channels = s["token_hidden"], s["channel_hidden"]
        w1, w2 = self.matrix(m["w1"], hidden, n), self.matrix(m["w2"], n, hidden)
        w3, w4 = self.matrix(m["w3"], d, channels), self.matrix(m["w4"], channels, d)
        need((m["bias"] is not None) == s["bias"], "biases where there are none, or none")
        need(m["bias"] is None or take(m["bias"], "b1", "b2", "b3", "b4"), "no biases")
        zeros = {"b1": ["0"] * hidden, "b2": ["0"] * n, "b3": ["0"] * channels, "b4": ["0"] * d}
        b = {k: self.matrix([row], 1, len(zeros[k]))[0] for k, row in (m["bias"] or zeros).items()}
        rows = lambda a, v: [[self.ring.add(x, c) for x in row] for row, c in zip(a, v)]
        columns = lambda a, v: [[self.ring.add(x, c) for x, c in zip(row, v)] for row in a]
        def after(z, y=None):
            u = rows(self.times(w2, self.power(z, s["token_degree"])), b["b2"])
            u = self.plus(u, y) if s["residual"] else u
            z = self.power(columns(self.times(u, w3), b["b3"]), s["channel_degree"])
            z = columns(self.times(z, w4), b["b4"])
            return self.plus(z, u) if s["residual"] else z
        layer = lambda y: after(rows(self.times(w1, y), b["b1"]), y)
        layer.parts = w1, after
        return layer

    def by_expression(self, layer, weights):
        shapes, free = layer["parameters"], iter(items(weights))
        need(len(weights) == sum(p["value"] is None for p in shapes), "wrong number of weights")
        values = [next(free) if p["value"] is None else p["value"] for p in shapes]
        given = [self.matrix(v, p["rows"], p["cols"]) for v, p in zip(values, shapes)]
        valued = [p["value"] is not None for p in shapes]
        return self.value(layer["expression"], (given, valued))

    def value(self, e, parameters):
        """The map from the input y to the value; what does not depend on y is computed once."""
        if e == "input":
            return lambda y: y
        of = lambda e: self.value(e, parameters)
        dimensions = lambda a: (len(a), len(a[0]))
        kind, e = choice(e, *EXPRESSIONS)
        if kind == "parameter":
            return Fixed(self.parameter(e, parameters))
        if kind == "transpose":
            return fold(lambda a: [list(row) for row in zip(*a)], of(e))
        if kind in ("then", "product", "hadamard"):
            need(len(items(e)) == 2, f"{kind} is of two")
        if kind == "then":
            first, second = map(of, e)
            return second if type(second) is Fixed else fold(second, first)
        if kind == "sum":
            def total(*terms):
                need(len({dimensions(t) for t in terms}) == 1, "terms of different sizes, or none")
                return reduce(self.plus, terms)
            return fold(total, *map(of, items(e)))
        if kind in ("product", "hadamard"):
            def both(a, b):
                fits = len(a[0]) == len(b) if kind == "product" else dimensions(a) == dimensions(b)
                need(fits, f"factors of sizes that do not fit in {kind}")
                have(len(a) * len(b[0]) <= MAX_ENTRIES, "a matrix too large")
                return self.times(a, b) if kind == "product" else [
                    list(map(self.ring.mul, r, s)) for r, s in zip(a, b)]
            return fold(both, *map(of, e))
        if kind == "power":
            a, exponent = take(e, "of", "exponent")
            whole(exponent, 1, MAX_DEGREE)
            return fold(lambda a: self.power(a, exponent), of(a))
        if kind == "polynomial":
            a, number = take(e, "of", "coefficients")
            column = self.parameter(number, parameters)
            need(2 <= len(column) <= MAX_DEGREE + 1 and len(column[0]) == 1, "coefficients of another size")
            need(parameters[1][number], "coefficients without a value")
            step = lambda z: lambda sum, c: self.ring.add(self.ring.mul(sum, z), c)
            return fold(lambda a: [[reduce(step(z), [c for c, in column[::-1]]) for z in row] for row in a], of(a))
        a, rows, cols = take(e, *EXPRESSIONS[kind])[:3]
        a, rows, cols = of(a), size(rows), size(cols)
        have(rows * cols <= MAX_ENTRIES, "a matrix too large")
        if kind == "repeat":
            def repeated(a):
                need(dimensions(a) in ((1, cols), (rows, 1)), "neither a row nor a column of that length")
                return [[a[i % len(a)][j % len(a[0])] for j in range(cols)] for i in range(rows)]
            return fold(repeated, a)
        source = items(e["source"])
        need(len(source) == rows * cols, "source of another length")
        def gathered(a):
            flat = [x for row in a for x in row]
            entries = [flat[whole(k, 0, len(flat) - 1)] for k in source]
            return [entries[i * cols:(i + 1) * cols] for i in range(rows)]
        return fold(gathered, a)

    def parameter(self, number, parameters):
        return parameters[0][whole(number, 0, len(parameters[0]) - 1)]

    def output(self, x):
        source = self.shape.get("permutation")
        if source is not None:
            flat = iter([x[e // len(x[0])][e % len(x[0])] for e in source])
            x = [[next(flat) for _ in row] for row in x]
        y = reduce(lambda y, layer: layer(y), self.layers, x)
        return y[self.problem["output"]["token"]][self.problem["output"]["channel"]]

    def check_sizes(self):
        """Sizes, degrees and the output entry, without a number; the ring must be that of degrees."""
        y = [[1] * self.shape["width"]] * self.problem["tokens"]
        for layer in self.layers:
            y = layer(y)
            need(max(map(max, y)) < 2**64, "a degree of 2^64 or more")
            y = [[1] * len(y[0])] * len(y)
        token, channel = take(self.problem["output"], "token", "channel")
        whole(token, 0, len(y) - 1)
        whole(channel, 0, len(y[0]) - 1)

def independent(rows, columns, ring):
    """Whether the columns are, by elimination."""
    rows, p = list(rows), ring.p
    ring.spend(len(rows) * columns**2 // 3)
    for _ in range(columns):
        pivot = next((i for i, row in enumerate(rows) if row[0]), None)
        if pivot is None:
            return False
        first, *line = rows.pop(pivot)
        inverse = pow(first, -1, p)
        multiples = [row[0] * inverse % p for row in rows]
        rows = [[(x - c * y) % p for x, y in zip(row[1:], line)] if c else row[1:] for row, c in zip(rows, multiples)]
    return True

BY_CHALLENGE = " by challenge (a false claim passes one try in 2^128)"
HEAD, MIXING = ("query", "key", "output", "value"), ("w1", "w2", "w3", "w4", "bias")
DECIMAL = re.compile(r"(?!-0(\.0*)?$)-?(0|[1-9][0-9]*)(\.[0-9]+)?")
EXPRESSIONS = {
    "parameter": (), "product": (), "transpose": (), "sum": (), "hadamard": (), "power": ("of", "exponent"),
    "polynomial": ("of", "coefficients"), "repeat": ("of", "rows", "cols"),
    "gather": ("of", "rows", "cols", "source"), "then": (),
}
SHAPES = {
    "attention": ("depth", "width", "heads"),
    "mixer": ("depth", "width", "token_hidden", "token_degree", "channel_hidden", "channel_degree", "bias",
              "residual", "permutation"),
    "layers": ("width", "layers"),
}

def check_problem(problem):
    architecture, n, left, output = take(problem, "architecture", "tokens", "left", "output")
    kind, s = choice(architecture, *SHAPES)
    take(s, *SHAPES[kind])
    for field in set(s) & {"depth", "width", "heads", "token_hidden", "channel_hidden"}:
        size(s[field])
    size(n)
    have(n * s["width"] <= MAX_ENTRIES, "a matrix too large")
    if kind == "attention":
        need(s["width"] % s["heads"] == 0, "heads that do not divide the width")
    if kind == "mixer":
        for field in "token_degree", "channel_degree":
            whole(s[field], 1, MAX_DEGREE)
        need(type(s["bias"]) is bool and type(s["residual"]) is bool, "bias and residual are true or false")
        source = s["permutation"]
        need(source is None or sorted(map(whole, items(source))) == list(range(n * s["width"])), "not a permutation")
    if kind == "layers":
        need(1 <= len(items(s["layers"])) <= MAX_LAYERS, f"1 to {MAX_LAYERS} layers")
        for layer in s["layers"]:
            parameters, _ = take(layer, "parameters", "expression")
            for parameter in items(parameters):
                rows, cols, _ = take(parameter, "rows", "cols", "value")
                have(size(rows) * size(cols) <= MAX_ENTRIES, "a matrix too large")
    positions = [whole(t, 0, n - 1) for t in items(left)]
    need(positions == sorted(set(positions)) and 0 < len(left) < n, "no partition")
    take(output, "token", "channel")

def check_minor(problem, weights, evidence, value):
    """The matrix of values or of coefficients is non-singular modulo the prime; how that was seen."""
    kind, evidence = choice(evidence, "grid", "coefficients", "blocks")
    if kind == "blocks":
        return check_blocks(problem, weights, evidence, value)
    prime, rows, columns = take(evidence, "prime", "left", "right")
    n, left = problem["tokens"], problem["left"]
    inside = set(left)
    right = [t for t in range(n) if t not in inside]
    (shape,) = problem["architecture"].values()
    d, p = shape["width"], number(prime)
    need(p < 2**63 and is_prime(p), f"{p} is not a prime below 2^63")
    for points, side in (rows, left), (columns, right):
        have(len(items(points)) >= value, f"expected {value} points, got {len(points)}")
        need(len(points) == value, f"expected {value} points, got {len(points)}")
        need(all(len(items(x)) == len(side) * d for x in points), "a point of wrong length")
    def state(entries):  # those of A, then those of B
        rows = dict(zip(left + right, zip(*[iter(entries)] * d)))
        return [rows[t] for t in range(n)]
    Network(Degrees(), problem, weights).check_sizes()
    if kind == "grid":
        rows, columns = ([[number(x) for x in a] for a in side] for side in (rows, columns))
        need(all(0 <= x < p for a in rows + columns for x in a), "a residue is not below p")
        f = Network(Residues(p), problem, weights)
        minor = [[f.output(state(a + b)) for b in columns] for a in rows]
    else:
        need(all(whole(e) >= 0 for a in rows + columns for e in a), "no monomial")
        f = Network(Polynomials(p), problem, weights).output(state([{1 << 64 * v: 1} for v in range(n * d)]))
        code = lambda e, first: sum(x << 64 * v for v, x in enumerate(e, first))
        rows, columns = [code(a, 0) for a in rows], [code(b, len(left) * d) for b in columns]
        minor = [[f.get(a + b, 0) for b in columns] for a in rows]
    need(independent(minor, value, Residues(p)), f"the minor is zero modulo {p}")
    return ""

class SumFunction(Network):
    """The network as sum_k y_k Phi_k(u + v), u and the y_k being of the output token's side, which is side 0.

    A monomial of the variables z is the sum of their `1 << bits * number`; y and z hold the channels of each."""

    def __init__(self, problem, weights, p, signs):
        super().__init__(Polynomials(p), problem, weights)
        s, n, left, self.signs = self.shape, problem["tokens"], set(problem["left"]), [whole(x) for x in items(signs)]
        d, (token, channel), attention = s["width"], problem["output"].values(), self.kind == "attention"
        need(len(signs) == d > whole(channel), "expected a number for each channel, the output's among them")
        own = whole(token, 0, n - 1) in left
        sides = [[t for t in range(n) if (t in left) == side] for side in (own, not own)]
        self.alone = [attention and len(side) == 1 < d for side in sides]
        if attention:
            need(all(len(side) == 1 or len(side) >= d for side in sides), "a side of neither one token nor the width")
            self.y, self.z = [(k,) for k in range(d)], [(i, j) for i in range(d) for j in range(i + 1)]
            self.degree = (3**s["depth"] - 1) // 2
        else:
            plain = self.kind == "mixer" and not (s["bias"] or s["residual"] or s["permutation"])
            need(plain, "neither attention nor a Mixer without biases, residuals and permutation")
            self.y, self.z = [()], [(k,) for _ in range(s["token_hidden"]) for k in range(d)]
            self.degree = (s["token_degree"] * s["channel_degree"])**s["depth"]
            for side in sides:
                columns = [[row[t][0] for row in self.layers[0].parts[0]] for t in side]
                full = independent(columns, s["token_hidden"], self.ring)
                need(full, "the first matrix has not the rank S on either side")
        need(p > (2 * self.degree + 1 if any(self.alone) else self.degree), "the prime is not above the degree")
        few, self.bits, self.odd = min(self.degree, len(self.z) - 1), self.degree.bit_length(), 0
        have(few < 24 and self.degree <= 4096, "too many coefficients")
        size = comb(len(self.z) + self.degree - 1, few) * len(self.y)
        have(size <= MAX_ENTRIES and size * len(self.z) * self.bits <= MAX_STEPS, "too many coefficients")
        z = [{1 << self.bits * v: 1} for v in range(len(self.z))]
        if attention:
            self.g = [[z[max(i, j) * (max(i, j) + 1) // 2 + min(i, j)] for j in range(d)] for i in range(d)]
            self.table = [c for c, in self.phi(s["depth"], [[{0: int(k == channel)}] for k in range(d)])]
        else:
            first = self.layers[0].parts[1]([z[i:i + d] for i in range(0, len(z), d)])
            self.table = [reduce(lambda y, layer: layer(y), self.layers[1:], first)[token][channel]]
        classes = set()
        for _, label, k, e, scale in self.members(self.degree, 0):
            if self.table[k].get(e):
                self.table[k][e] = self.table[k][e] * scale % p
                classes.add(label)
        need(len(classes) <= 1, "signs that are no symmetry")
        self.odd = max(classes, default=0)

    def phi(self, l, v, flip=False):
        """Phi_l v, where Phi_l = sum_h Phi W_h Phi^T G Phi V_h with Phi = Phi_(l-1); or its transpose times v."""
        if l == 0:
            return v
        inner = lambda v, flip=False: self.phi(l - 1, v, flip)
        v = inner(v, True) if flip else v
        heads = [[list(zip(*m)) for m in head[::-1]] if flip else head for head in self.layers[l - 1].parts]
        terms = [self.times(a, inner(self.times(self.g, inner(self.times(b, v))), True)) for a, b in heads]
        return reduce(self.plus, terms) if flip else inner(reduce(self.plus, terms))

    def members(self, degree, side):
        """Of all y_k times a monomial: the number of the line, the class, k, the monomial, its factorial."""
        place = lambda m: sum(map(comb, map(int.__add__, m, count()), count(1)))
        y, odd = ([()], 0) if side else (self.y, self.odd)
        for m in combinations_with_replacement(range(len(self.z)), degree):
            self.ring.spend(len(m) + len(y))
            channels, e = sum([self.z[v] for v in m], ()), sum([1 << self.bits * v for v in m])
            scale = prod([factorial(m.count(v)) for v in set(m)]) % self.ring.p
            first, label = len(y) * place(m), reduce(xor, [self.signs[k] for k in channels], odd)
            for k, own in enumerate(y):
                number = place(sorted(channels + own)) if self.alone[side] else first + k
                yield number, label ^ self.signs[k] if own else label, k, e, scale

    def minor(self, degree, rows, cols):
        """The class, and the rows one by one."""
        p, sides, classes = self.ring.p, [], set()
        for side, degree, numbers in (0, self.degree - degree, rows), (1, degree, cols):
            lines = {number: [] for number in numbers}
            for number, label, k, e, scale in self.members(degree, side):
                if number in lines:
                    lines[number].append((k, e, pow(scale, -1, p) if self.alone[side] else 1))
                    classes.add(label)
            need(all(lines.values()), "a number past those of the lines")
            sides.append([lines[number] for number in numbers])
        need(len(classes) <= 1, "rows and columns of more than one class")
        self.ring.spend(prod(sum(map(len, lines)) for lines in sides))
        entry = lambda row, col: sum([a * b * self.table[k].get(u + v, 0) for k, u, a in row for _, v, b in col]) % p
        return max(classes, default=0), ([entry(row, col) for col in sides[1]] for row in sides[0])

def numbers(text, size=4):
    """Those of so many bytes in base64."""
    data = b64decode(text, validate=True)
    need(b64encode(data).decode() == text and len(data) % size == 0, f"no base64 of numbers of {size} bytes")
    return unpack(f"<{len(data) // size}{'I' if size == 4 else 'Q'}", data)

def challenge(fixed, p, order):
    """The right-hand sides that nobody chose."""
    digest = sha256(b"seprank challenge 1\n" + layout(fixed).encode()).digest()
    block = lambda i, t: sha256(digest + i.to_bytes(4, "little") + t.to_bytes(8, "little")).digest()
    words = lambda i: (word for t in count() for word in unpack("<4Q", block(i, t)) if word < 2**64 // p * p)
    return [[word % p for word in islice(words(i), order)] for i in range(next(k for k in count() if p**k >= 2**128))]

def check_blocks(problem, weights, evidence, value):
    """As check_minor, of all minors of blocks."""
    prime, signs, blocks = take(evidence, "prime", "signs", "blocks")
    p = number(prime)
    need(p < 2**31 and is_prime(p), f"{p} is not a prime below 2^31")
    blocks = [take(block, "degree", "rows", "cols", "solutions") for block in items(blocks)]
    orders = [len(numbers(rows)) for _, rows, _, _ in blocks]
    need(orders == [len(numbers(cols)) for _, _, cols, _ in blocks], "a minor that is not square")
    (have if sum(orders) < value else need)(sum(orders) == value, f"minors of {sum(orders)} rows, not {value}")
    f, seen, how = SumFunction(problem, weights, p, signs), set(), ""
    for (degree, rows, cols, solutions), order in zip(blocks, orders):
        label, minor = f.minor(whole(degree, 0, f.degree), numbers(rows), numbers(cols))
        need((degree, label) not in seen, f"two minors of degree {degree} and one class")
        seen.add((degree, label))
        if solutions is None:
            need(independent(minor, order, f.ring), f"a minor of degree {degree} is zero modulo {p}")
            continue
        fixed = dict(problem=problem, weights=weights, prime=prime, degree=degree, rows=rows, cols=cols)
        right, solutions, how = challenge(fixed, p, order), list(map(numbers, items(solutions))), BY_CHALLENGE
        need(list(map(len, solutions)) == [order] * len(right), f"expected {len(right)} solutions of {order} residues")
        need(all(max(x, default=0) < p for x in solutions), f"a residue is not below {p}")
        for row, *y in zip(minor, *right):
            solved = [sum(map(mul, row, x)) % p for x in solutions] == y
            need(solved, f"solutions that are none of a minor of degree {degree}")
    return how

class GivenMatrix:
    """A claim on the rank of a matrix, row by row as dictionaries of integers."""

    def __init__(self, claim):
        self.claim = claim
        given, over, self.relation, value, self.lower, self.upper = take(claim, "matrix", "over", "relation", "value", "lower", "upper")
        m, self.n, entries = take(given, "rows", "cols", "entries")
        where, entries = choice(entries, "inline", "file")
        have(where == "inline", "the entries are in another file, which is not read here")
        self.p = None if over == "rational" else number(choice(over, "modulo")[1])
        need(self.p is None or self.p < 2**63 and is_prime(self.p), f"{self.p} is not a prime below 2^63")
        self.value = number(value)
        need(0 <= self.value <= min(size(m), size(self.n)), f"a rank of {value} is none of these sizes")
        have(m + len(entries) <= MAX_ENTRIES, f"more than {MAX_ENTRIES} rows and entries")
        self.rows, last = [{} for _ in range(m)], (-1, -1)
        for i, j, x in items(entries):
            x = number(x, Fraction)
            need(last < (whole(i, 0, m - 1), whole(j, 0, self.n - 1)), "entries out of order")
            need(x != 0 if self.p is None else x.denominator == 1 and 0 < x < self.p, f"{x} is no entry")
            self.rows[i][j], last = x, (i, j)
        for row in self.rows:  # an integer times a row changes no rank
            scale = lcm(*(x.denominator for x in row.values()))
            row.update({j: int(x * scale) for j, x in row.items()})
        self.digest = sha256(layout(given).encode()).hexdigest()

    def asked(self, p, order, asks, cols, i=0, prime=None, rows=None):
        fixed = dict(asks=asks, number=i, matrix=self.digest, over=self.claim["over"], relation=self.relation,
                     value=self.claim["value"], prime=prime, rows=rows, cols=cols)
        return challenge(fixed, p, order)

    def places(self, text, end):
        found = numbers(text)
        need(all(a < b for a, b in zip(found, (*found[1:], end))), "places out of order, or too large")
        return found

    def from_below(self):
        prime, rows, cols, solutions = take(self.lower, "prime", "rows", "cols", "solutions")
        p, own, columns = number(prime), self.places(rows, len(self.rows)), self.places(cols, self.n)
        need(p < 2**63 and is_prime(p) and self.p in (None, p), f"{p} is not the prime")
        for side in own, columns:
            (have if len(side) < self.value else need)(len(side) == self.value, f"a side of {len(side)}, not {self.value}")
        minor = ([self.rows[i].get(j, 0) % p for j in columns] for i in own)
        if solutions is None:
            need(independent(minor, self.value, Residues(p)), f"the minor is zero modulo {p}")
            return ""
        self.answered(solutions, len(columns), right := self.asked(p, len(own), "minor", cols, prime=prime, rows=rows), [p] * len(right))
        for x, y in zip(solutions, right):
            vector = dict(zip(columns, numbers(x, 8)))
            need(all(self.times(i, vector, p) == z for i, z in zip(own, y)), "a solution that is none of the minor")
        return BY_CHALLENGE

    def answered(self, answers, length, right, primes):
        need(len(items(answers)) == len(right), f"expected {len(right)} answers")
        need(all(len(numbers(x, 8)) == length and max(numbers(x, 8), default=0) < q for x, q in zip(answers, primes)), f"expected {length} residues")

    def times(self, i, vector, p):
        return sum(x * vector.get(j, 0) for j, x in self.rows[i].items()) % p

    def bits(self):
        """Of every minor of order value + 1, by Hadamard's inequality."""
        squares = sorted((sum(x * x for x in row.values()).bit_length() for row in self.rows), reverse=True)
        return -(-sum(squares[: self.value + 1]) // 2)

    def from_above(self):
        if self.upper == "elimination":
            return self.eliminated()
        kind, evidence = choice(self.upper, "cover", "columns")
        if kind == "cover":
            rows, cols = (self.places(t, n) for t, n in zip(take(evidence, "rows", "cols"), (len(self.rows), self.n)))
            need(len(rows) + len(cols) <= self.value, "a cover of more lines")
            need(all(set(row) <= set(cols) for i, row in enumerate(self.rows) if i not in set(rows)), "an entry that is not covered")
            return ""
        cols, answers = take(evidence, "cols", "combinations")
        columns = self.places(cols, self.n)
        need(len(columns) <= self.value, "more columns than the rank")
        if self.p is not None:
            right = self.asked(self.p, self.n, "columns", cols)
            primes = [self.p] * len(right)
        else:
            each = 54 - (self.bits() // 61).bit_length()
            have(each >= 8, "too large for the primes there are")
            drawn = [self.asked(2**61, 4096, "prime", cols, i)[0] for i in range(-(-128 // each))]
            primes = [next(filter(is_prime, (2**61 + n for n in list)), None) for list in drawn]
            have(None not in primes, "no prime was drawn")
            right = [self.asked(q, self.n, "columns", cols, i)[0] for i, q in enumerate(primes)]
        self.answered(answers, len(columns), right, primes)
        for x, y, q in zip(answers, right, primes):
            own, all_ = dict(zip(columns, numbers(x, 8))), dict(enumerate(y))
            need(all(self.times(i, own, q) == self.times(i, all_, q) for i in range(len(self.rows))), "a column that is no combination")
        return BY_CHALLENGE

    def eliminated(self):
        primes, bound = filter(is_prime, count(2**31 - 1, -1)), 1
        ring = Residues(2)
        while bound >> (0 if self.p else self.bits()) == 0 or bound == 1:
            p = self.p or next(primes)
            ring.spend(len(self.rows) * self.n * min(len(self.rows), self.n))
            rows, rank = [[row.get(j, 0) % p for j in range(self.n)] for row in self.rows], 0
            for j in range(self.n):
                pivot = next((i for i in range(rank, len(rows)) if rows[i][j]), None)
                if pivot is None:
                    continue
                rows[rank], rows[pivot] = rows[pivot], rows[rank]
                inverse = pow(rows[rank][j], -1, p)
                for i in range(rank + 1, len(rows)):
                    if c := rows[i][j] * inverse % p:
                        rows[i] = [(x - c * y) % p for x, y in zip(rows[i], rows[rank])]
                rank += 1
            need(rank <= self.value, f"rank {rank} modulo {p}")
            bound *= p
        return ""

    def verdict(self):
        need(self.relation in ("at-least", "at-most", "equal"), "another relation")
        halves(self.relation, self.lower, self.upper)
        ways = [half() for half, there in ((self.from_below, self.lower), (self.from_above, self.upper)) if there is not None]
        field = "over Q" if self.p is None else f"modulo {self.p}"
        return f"Valid{max(ways)}: rank of the matrix {self.relation} {self.value}, {field}"

def halves(relation, lower, upper):
    """The evidence that the relation asks for, and no other."""
    for half, evidence, superfluous in ("lower", lower, "at-most"), ("upper", upper, "at-least"):
        have(evidence is not None or relation == superfluous, f"no evidence in {half}")
        need(evidence is None or relation != superfluous, f"superfluous evidence in {half}")

def check(certificate):
    """The verdict, if the whole claim was checked."""
    name, version, claim = take(certificate, "format", "version", "claim")
    need(name == "seprank-certificate", "another format")
    need(type(version) is int and version == 1, "another version")
    kind, claim = choice(claim, "rank", "gap", "refuted-gap", "gap-across", "refuted-gap-across", "matrix")
    if kind == "matrix":
        return GivenMatrix(claim).verdict()
    have(kind == "rank", "gaps rest on theorems from above, not checked")
    fields = "problem", "scope", "relation", "value", "weights", "lower", "upper"
    problem, scope, relation, value, weights, lower, upper = take(claim, *fields)
    need(scope in ("generic", "fixed"), "another scope")
    need(relation in ("at-least", "at-most", "equal"), "another relation")
    check_problem(problem)
    kind, value = choice(value, "exact", "log10")
    if kind == "exact":
        need(number(value) >= 0, "a negative value")
    else:
        need(all(DECIMAL.fullmatch(end) for end in take(value, "low", "high")), "not a decimal")
        need(relation != "equal", "an equality with an enclosure")
    halves(relation, lower, upper)
    below = None if lower is None else choice(lower, "theorem", "grid", "coefficients", "blocks")[0]
    above = None if upper is None else choice(upper, "theorem", "separation")[0]
    if above == "theorem":
        need(type(upper[above]) is str, "a theorem is named by its id")
    for product in items(upper[above]) if above == "separation" else ():
        for coefficient, monomial in [term for side in take(product, "left", "right") for term in items(side)]:
            need(number(coefficient, Fraction) is not None and all(whole(e) >= 0 for e in items(monomial)), "no term")
    need(scope == "generic" or below != "theorem", "theorems are not about given weights from below")
    need(scope == "fixed" or above != "separation", "sums of products are about given weights")
    computed = below not in (None, "theorem")
    need(weights is None or computed or scope == "fixed", "weights that nothing is said about")
    have(computed, "nothing computed from below, not checked")
    need(kind == "exact", "computed evidence is for exact values")
    how = check_minor(problem, weights, lower, number(value))
    of = {"generic": "for almost all weights", "fixed": "with the weights in the file"}
    holds = f"rank at least {value}, {of[scope]}"
    have(upper is None, f"{holds}{how and ','}{how}; not checked from above: {above}")
    return f"Valid{how}: {holds}"

def judge(path):
    """Exit code and message."""
    try:
        return 0, check(read(path))
    except (Missing, OSError) as error:
        return 2, f"Incomplete: {error}"
    except (MemoryError, RecursionError):
        return 2, "Incomplete: too large to be checked here"
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return 1, f"Invalid: {error}"

def main(paths):
    if not paths or {"-h", "--help"} & set(paths):
        print(__doc__.strip(), file=sys.stdout if paths else sys.stderr)
        return 0 if paths else 2
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(MAX_DIGITS + 1)
    codes = []
    for path in paths:
        code, message = judge(path)
        print(f"{path}: {message}", flush=True)
        codes.append(code)
    return next(code for code in (1, 2, 0) if code in codes)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

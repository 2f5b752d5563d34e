#!/usr/bin/env python3
"""Re-checks the computed lower bounds of certificates, with the standard library only.

    python3 docs/check.py FILE..

Of a certificate (docs/format.md) it re-does the half that is a computation: the grid or coefficient
minor of the network, modulo the prime. Theorems and sums of products are reported as not checked.
Exit code: 0 if all that was checked holds, 1 if something is wrong, 2 if nothing was checked.
"""
import json
import sys
from fractions import Fraction
from functools import reduce
from itertools import product

def need(condition, message):
    if not condition:
        raise ValueError(message)

def fields(pairs):
    need(len(dict(pairs)) == len(pairs), "a field stands twice")
    return dict(pairs)

def number(text, kind=int):
    need(isinstance(text, str) and str(kind(text)) == text, f"{text!r} is not canonical")
    return kind(text)

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
        self.p = p

    def constant(self, q):
        need(q.denominator % self.p, f"the prime divides the denominator of {q}")
        return q.numerator * pow(q.denominator, -1, self.p) % self.p

    def add(self, a, b):
        return (a + b) % self.p

    def mul(self, a, b):
        return a * b % self.p

class Polynomials(Residues):
    """Polynomials over Z/pZ: dictionaries from exponents to coefficients."""

    def __init__(self, p, variables):
        super().__init__(p)
        self.nothing = (0,) * variables

    def constant(self, q):
        return {self.nothing: super().constant(q)}

    def add(self, a, b):
        total = dict(a)
        for e, c in b.items():
            total[e] = (total.get(e, 0) + c) % self.p
        return total

    def mul(self, a, b):
        total = {}
        for (e, x), (f, y) in product(a.items(), b.items()):
            g = tuple(map(int.__add__, e, f))
            total[g] = (total.get(g, 0) + x * y) % self.p
        return total

class Network:
    def __init__(self, ring, problem, weights):
        self.ring, self.problem = ring, problem
        (self.kind, self.shape), = problem["architecture"].items()
        need(list(weights) == [self.kind], "weights of another architecture")
        s, n, given = self.shape, problem["tokens"], weights[self.kind]
        if self.kind == "layers":
            need(len(given) == len(s["layers"]), "wrong number of layers")
            self.layers = [self.by_expression(*both) for both in zip(s["layers"], given)]
            return
        need(len(given) == s["depth"], "wrong number of layers")
        read = self.attention if self.kind == "attention" else self.mixer
        self.layers = [read(layer, n, s["width"], s) for layer in given]

    def matrix(self, rows, height, width):
        need(len(rows) == height and all(len(r) == width for r in rows), "weights of wrong size")
        return [[self.ring.constant(number(q, Fraction)) for q in row] for row in rows]

    def times(self, a, b):
        dot = lambda r, c: reduce(self.ring.add, map(self.ring.mul, r, c))
        return [[dot(row, column) for column in zip(*b)] for row in a]

    def plus(self, a, b):
        return [list(map(self.ring.add, r, s)) for r, s in zip(a, b)]

    def power(self, a, k):
        return [[reduce(self.ring.mul, [x] * k) for x in row] for row in a]

    def attention(self, heads, n, d, s):
        need(len(heads) == s["heads"] and d % len(heads) == 0, "wrong number of heads")
        read = lambda head, name: self.matrix(head[name], d, d // len(heads))
        transposed = lambda a: list(zip(*a))
        w = [self.times(read(h, "query"), transposed(read(h, "key"))) for h in heads]
        v = [self.times(read(h, "output"), transposed(read(h, "value"))) for h in heads]
        def layer(y):
            scores = [self.times(self.times(y, wh), transposed(y)) for wh in w]
            return reduce(self.plus, [self.times(self.times(a, y), vh) for a, vh in zip(scores, v)])
        return layer

    def mixer(self, m, n, d, s):
        hidden, channels = s["token_hidden"], s["channel_hidden"]
        w1, w2 = self.matrix(m["w1"], hidden, n), self.matrix(m["w2"], n, hidden)
        w3, w4 = self.matrix(m["w3"], d, channels), self.matrix(m["w4"], channels, d)
        need((m["bias"] is not None) == s["bias"], "biases where there are none, or none")
        zeros = {"b1": ["0"] * hidden, "b2": ["0"] * n, "b3": ["0"] * channels, "b4": ["0"] * d}
        b = {k: self.matrix([row], 1, len(zeros[k]))[0] for k, row in (m["bias"] or zeros).items()}
        rows = lambda a, v: [[self.ring.add(x, c) for x in row] for row, c in zip(a, v)]
        columns = lambda a, v: [[self.ring.add(x, c) for x, c in zip(row, v)] for row in a]
        def layer(y):
            u = self.power(rows(self.times(w1, y), b["b1"]), s["token_degree"])
            u = rows(self.times(w2, u), b["b2"])
            u = self.plus(u, y) if s["residual"] else u
            z = self.power(columns(self.times(u, w3), b["b3"]), s["channel_degree"])
            z = columns(self.times(z, w4), b["b4"])
            return self.plus(z, u) if s["residual"] else z
        return layer

    def by_expression(self, layer, weights):
        shapes, free = layer["parameters"], iter(weights)
        need(len(weights) == sum(p["value"] is None for p in shapes), "wrong number of weights")
        values = [next(free) if p["value"] is None else p["value"] for p in shapes]
        given = [self.matrix(v, p["rows"], p["cols"]) for v, p in zip(values, shapes)]
        return lambda y: self.value(layer["expression"], given, y)

    def value(self, e, given, y):
        if e == "input":
            return y
        of = lambda e: self.value(e, given, y)
        size = lambda a: (len(a), len(a[0]))
        (kind, e), = e.items()
        if kind in ("parameter", "polynomial"):
            number = e if kind == "parameter" else e["coefficients"]
            need(0 <= number < len(given), "no such parameter")
            if kind == "parameter":
                return given[number]
            need(all(len(row) == 1 for row in given[number]), "coefficients in columns")
            coefficients = [c for c, in given[number]][::-1]
            step = lambda z: lambda sum, c: self.ring.add(self.ring.mul(sum, z), c)
            return [[reduce(step(z), coefficients) for z in row] for row in of(e["of"])]
        if kind == "then":
            return self.value(e[1], given, of(e[0]))
        if kind == "transpose":
            return [list(row) for row in zip(*of(e))]
        if kind == "sum":
            terms = [of(term) for term in e]
            need(len({size(t) for t in terms}) == 1, "terms of different sizes")
            return reduce(self.plus, terms)
        if kind in ("product", "hadamard"):
            a, b = map(of, e)
            fits = size(a)[1] == len(b) if kind == "product" else size(a) == size(b)
            need(fits, f"factors of sizes that do not fit in {kind}")
            return self.times(a, b) if kind == "product" else [
                list(map(self.ring.mul, r, s)) for r, s in zip(a, b)]
        need(kind in ("power", "repeat", "gather"), f"unknown expression {kind}")
        a = of(e["of"])
        if kind == "power":
            need(1 <= e["exponent"] <= 64, "exponents are 1 to 64")
            return self.power(a, e["exponent"])
        rows, cols = e["rows"], e["cols"]
        if kind == "repeat":
            need(size(a) in ((1, cols), (rows, 1)), "neither a row nor a column of that length")
            return [[a[i % len(a)][j % len(a[0])] for j in range(cols)] for i in range(rows)]
        flat = [x for row in a for x in row]
        need(len(e["source"]) == rows * cols, "source of another length")
        need(all(0 <= k < len(flat) for k in e["source"]), "source outside")
        return [[flat[e["source"][i * cols + j]] for j in range(cols)] for i in range(rows)]

    def output(self, x):
        source = self.shape.get("permutation")
        if source is not None:
            need(sorted(source) == list(range(len(x) * len(x[0]))), "not a permutation")
            flat = iter([x[e // len(x[0])][e % len(x[0])] for e in source])
            x = [[next(flat) for _ in row] for row in x]
        y = reduce(lambda y, layer: layer(y), self.layers, x)
        i, p = self.problem["output"]["token"], self.problem["output"]["channel"]
        need(0 <= i < len(y) and 0 <= p < len(y[0]), "no such output")
        return y[i][p]

def rank(rows, p):
    done = 0
    for column in range(len(rows)):
        pivot = next((i for i in range(done, len(rows)) if rows[i][column]), None)
        if pivot is not None:
            rows[done], rows[pivot] = rows[pivot], rows[done]
            inverse = pow(rows[done][column], -1, p)
            for i in range(done + 1, len(rows)):
                c = rows[i][column] * inverse
                rows[i] = [(x - c * y) % p for x, y in zip(rows[i], rows[done])]
            done += 1
    return done

def check_minor(claim):
    problem, ((kind, evidence),) = claim["problem"], claim["lower"].items()
    (shape,), n = problem["architecture"].values(), problem["tokens"]
    d, left = shape["width"], problem["left"]
    need(left == sorted(set(left)) and 0 < len(left) < n, "no partition")
    need(all(0 <= t < n for t in left), "positions outside")
    right = [t for t in range(n) if t not in left]
    p, value = number(evidence["prime"]), number(claim["value"]["exact"])
    need(p < 2**63 and is_prime(p), f"{p} is not a prime below 2^63")
    for points, side in (evidence["left"], left), (evidence["right"], right):
        need(len(points) == value, f"expected {value} points, got {len(points)}")
        need(all(len(x) == len(side) * d for x in points), "a point of wrong length")
    def state(entries):  # those of A, then those of B
        rows = dict(zip(left + right, zip(*[iter(entries)] * d)))
        return [rows[t] for t in range(n)]
    rows, columns = evidence["left"], evidence["right"]
    if kind == "grid":
        rows, columns = ([[number(x) for x in a] for a in side] for side in (rows, columns))
        need(all(0 <= x < p for a in rows + columns for x in a), "a residue is not below p")
        f = Network(Residues(p), problem, claim["weights"])
        minor = [[f.output(state(a + b)) for b in columns] for a in rows]
    else:
        x = [{tuple(int(i == j) for i in range(n * d)): 1} for j in range(n * d)]
        f = Network(Polynomials(p, n * d), problem, claim["weights"]).output(state(x))
        minor = [[f.get((*a, *b), 0) for b in columns] for a in rows]
    need(rank(minor, p) == value, f"the minor is zero modulo {p}")

def main(paths):
    code = 0
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                certificate = json.load(file, object_pairs_hook=fields)
            need(certificate["format"] == "seprank-certificate", "another format")
            need(certificate["version"] == 1, "another version")
            (kind, claim), = certificate["claim"].items()
            if kind != "rank" or not claim["lower"] or "theorem" in claim["lower"]:
                print(f"{path}: nothing computed from below, not checked")
                code = code or 2
                continue
            need(claim["relation"] != "at-most", "evidence without a claim")
            check_minor(claim)
            upper = claim["upper"] and f"; not checked from above: {', '.join(claim['upper'])}"
            print(f"{path}: rank at least {claim['value']['exact']} {claim['scope']}{upper or ''}")
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            print(f"{path}: WRONG: {error}")
            code = 1
    return code

sys.exit(main(sys.argv[1:]))

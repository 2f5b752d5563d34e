"""Networks, evaluated from their definition over any ring, for docs/check.py (docs/format.md, 3 and 4)."""
from functools import reduce
from itertools import repeat
from operator import add, mul

from check_format import MAX_ENTRIES, MAX_SIZE, One, Steps, fit, have, maybe, natural, need, rational, word

# The form of problems and weights: 3 and 4 of docs/format.md.

def size(value):
    return natural(value, 1, MAX_SIZE)

def exponent(value):
    return natural(value, 1, 64)

def flag(value):
    need(type(value) is bool, "expected true or false")
    return value

def expression(value):
    return ("input", None) if value == "input" else fit(value, EXPRESSIONS)

ENTRIES = [[rational]]
EXPRESSIONS = One({"parameter": natural, "transpose": expression, "sum": [expression]})
EXPRESSIONS |= {kind: (expression, expression) for kind in ("product", "hadamard", "then")}
EXPRESSIONS["power"] = {"of": expression, "exponent": exponent}
EXPRESSIONS["polynomial"] = {"of": expression, "coefficients": natural}
EXPRESSIONS["repeat"] = {"of": expression, "rows": size, "cols": size}
FUNCTIONS = "gelu", "gelu-tanh", "relu", "silu", "sigmoid", "tanh", "reciprocal-root"
EXPRESSIONS["real"] = {"of": expression, "function": word(*FUNCTIONS, other=One(softmax=maybe(natural)))}
EXPRESSIONS["gather"] = EXPRESSIONS["repeat"] | {"source": [natural]}
PARAMETER = {"rows": size, "cols": size, "value": maybe(ENTRIES)}
MIXER = {"depth": size, "width": size, "token_hidden": size, "token_degree": exponent, "channel_hidden": size,
         "channel_degree": exponent, "bias": flag, "residual": flag, "permutation": maybe([natural])}
PROBLEM = {
    "architecture": One(
        attention={"depth": size, "width": size, "heads": size}, mixer=MIXER,
        layers={"width": size, "layers": [{"parameters": [PARAMETER], "expression": expression}]}),
    "tokens": size, "left": [natural], "output": {"token": natural, "channel": natural},
}
HEAD = dict.fromkeys(("query", "key", "output", "value"), ENTRIES)
BIAS = dict.fromkeys(("b1", "b2", "b3", "b4"), [rational])
MIXING = dict.fromkeys(("w1", "w2", "w3", "w4"), ENTRIES) | {"bias": maybe(BIAS)}
WEIGHTS = One(attention=[[HEAD]], mixer=[MIXING], layers=[[ENTRIES]])

def need_problem(problem):
    """What its shape does not say."""
    (kind, s), n, left, _ = problem.values()
    have(n * s["width"] <= MAX_ENTRIES, "a matrix too large")
    if kind == "attention":
        need(s["width"] % s["heads"] == 0, "heads that do not divide the width")
    if kind == "mixer" and s["permutation"] is not None:
        need(sorted(s["permutation"]) == list(range(n * s["width"])), "not a permutation")
    if kind == "layers":
        need(1 <= len(s["layers"]) <= 4096, "1 to 4096 layers")
        parameters = [p for layer in s["layers"] for p in layer["parameters"]]
        have(all(p["rows"] * p["cols"] <= MAX_ENTRIES for p in parameters), "a matrix too large")
    need(left == sorted(set(left)) and 0 < len(left) < n and left[-1] < n, "no partition")

# Rings: a network is evaluated over residues, over polynomials, and over degrees.

class Residues:
    """Z/pZ."""

    def __init__(self, p):
        self.p = p

    def constant(self, q):
        need(q.denominator % self.p, f"the prime divides the denominator of {q}")
        return q.numerator * pow(q.denominator, -1, self.p) % self.p

    def add(self, a, b):
        return (a + b) % self.p

    def dot(self, row, column):
        return sum(map(mul, row, column)) % self.p

class Polynomials(Residues):
    """Over Z/pZ: dictionaries from exponents, some bits of an integer for each variable, to coefficients."""

    def constant(self, q):
        return {0: super().constant(q)}

    def add(self, a, b):
        return a | {e: (a.get(e, 0) + c) % self.p for e, c in b.items()}

    def dot(self, row, column):
        total = {}
        for a, b in zip(row, column):
            Steps.spend(len(a) * len(b))
            for e, x in a.items():
                for f, y in b.items():
                    total[e + f] = total.get(e + f, 0) + x * y
        return {e: c % self.p for e, c in total.items()}

class Degrees:
    """In place of every number its degree in the entries of a layer's input."""
    constant, add = staticmethod(lambda q: 0), staticmethod(max)

    def dot(self, row, column):
        return max(map(add, row, column))

# Every layer is an expression in its parameters and its input Y.

Y = "input", None

def product(*factors):
    return reduce(lambda a, b: ("product", (a, b)), factors)

def head(h):
    """W and V of a head, the parameters from 4 h on being its query, key, output and value."""
    query, key, output, value = (("parameter", 4 * h + i) for i in range(4))
    return product(query, ("transpose", key)), product(output, ("transpose", value))

def attention(heads):
    """sum_h (Y W_h Y^T) Y V_h; no matrix of tokens by tokens is made."""
    term = lambda w, v: product(product(Y, w), product(("transpose", Y), product(Y, v)))
    return "sum", [term(*head(h)) for h in range(heads)]

def mixer(s, n, z=None):
    """The parameters are w1, .., w4, b1, .., b4; z is in the place of w1 Y + b1."""
    (w1, w2, w3, w4), biases = ([("parameter", i) for i in range(k, k + 4)] for k in (0, 4))
    def plus(a, bias, rows, cols, residual=False):
        terms = [a] + [("repeat", {"of": biases[bias], "rows": rows, "cols": cols})] * s["bias"]
        return "sum", terms + [Y] * (residual and s["residual"])
    power = lambda a, side: ("power", {"of": a, "exponent": s[side + "_degree"]})
    z = z or plus(product(w1, Y), 0, s["token_hidden"], s["width"])
    u = plus(product(w2, power(z, "token")), 1, n, s["width"], True)
    v = plus(product(Y, w3), 2, n, s["channel_hidden"])
    return "then", (u, plus(product(power(v, "channel"), w4), 3, n, s["width"], True))

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

def dimensions(a):
    return len(a), len(a[0])

class Network:
    """The layers as maps of states, matrices over a ring."""

    def __init__(self, ring, problem, weights):
        self.ring, self.problem, (self.kind, self.shape) = ring, problem, problem["architecture"]
        have(weights is not None, "no weights")
        need(weights[0] == self.kind, "weights of another architecture")
        s, given = self.shape, weights[1]
        depth = len(s["layers"]) if self.kind == "layers" else s["depth"]
        need(len(given) == depth, "weights of another number of layers")
        self.parameters, self.layers = [], []
        for i, own in enumerate(given):
            e, parameters = self.layer(i, own)
            parameters = [([list(map(ring.constant, row)) for row in m], valued) for m, valued in parameters]
            self.parameters.append(parameters)
            self.layers.append(self.value(e, parameters))
        if s.get("permutation") is not None:
            source = {"of": Y, "rows": problem["tokens"], "cols": s["width"], "source": s["permutation"]}
            self.layers.insert(0, self.value(("gather", source), []))

    def layer(self, i, given):
        """The expression of layer i, and its parameters: the value, and whether it is the network's own."""
        s, n, d, valued = self.shape, self.problem["tokens"], self.shape["width"], repeat(False)
        if self.kind == "attention":
            need(len(given) == s["heads"], "wrong number of heads")
            e, values = attention(s["heads"]), [m for weights in given for m in weights.values()]
            sizes = [(d, d // s["heads"])] * len(values)
        elif self.kind == "mixer":
            e, (*values, bias) = mixer(s, n), given.values()
            need((bias is not None) == s["bias"], "biases where there are none, or none")
            if bias:
                b1, b2, b3, b4 = bias.values()
                values += [[x] for x in b1], [[x] for x in b2], [b3], [b4]
            hidden, c = s["token_hidden"], s["channel_hidden"]
            sizes = [(hidden, n), (n, hidden), (d, c), (c, d), (hidden, 1), (n, 1), (1, c), (1, d)]
        else:
            parameters, e = s["layers"][i].values()
            free, sizes = iter(given), [(p["rows"], p["cols"]) for p in parameters]
            need(len(given) == sum(p["value"] is None for p in parameters), "wrong number of weights")
            valued = [p["value"] is not None for p in parameters]
            values = [p["value"] if p["value"] is not None else next(free) for p in parameters]
        for matrix, (rows, cols) in zip(values, sizes):
            need(len(matrix) == rows and all(len(row) == cols for row in matrix), "a matrix of wrong size")
        return e, list(zip(values, valued))

    def times(self, a, b):
        need(len(a[0]) == len(b), "factors of sizes that do not fit")
        have(len(a) * len(b[0]) <= MAX_ENTRIES, "a matrix too large")
        columns = list(zip(*b))
        return [[self.ring.dot(row, column) for column in columns] for row in a]

    def entrywise(self, f, a, b):
        need(dimensions(a) == dimensions(b), "matrices of different sizes")
        return [list(map(f, r, s)) for r, s in zip(a, b)]

    def plus(self, a, b):
        return self.entrywise(self.ring.add, a, b)

    def mul(self, a, b):
        return self.ring.dot((a,), (b,))

    def value(self, e, parameters):
        """The map from a layer's input to the value; what does not depend on the input is computed once."""
        kind, e = e
        of = lambda e: self.value(e, parameters)
        if kind == "input":
            return lambda y: y
        if kind == "parameter":
            return Fixed(parameters[e][0])
        if kind == "transpose":
            return fold(lambda a: list(zip(*a)), of(e))
        if kind == "then":
            first, second = map(of, e)
            return second if type(second) is Fixed else fold(second, first)
        if kind == "sum":
            return fold(lambda *terms: reduce(self.plus, terms), *map(of, e))
        if kind == "product":
            return fold(self.times, *map(of, e))
        if kind == "hadamard":
            return fold(lambda a, b: self.entrywise(self.mul, a, b), *map(of, e))
        have(kind != "real", "functions of real numbers are not checked here")
        entries = lambda f: fold(lambda a: [list(map(f, row)) for row in a], of(e["of"]))
        if kind == "power":
            return entries(lambda x: reduce(self.mul, [x] * e["exponent"]))
        if kind == "polynomial":
            column, own = parameters[e["coefficients"]]
            need(own and 2 <= len(column) <= 65 and len(column[0]) == 1, "coefficients of another size")
            highest_first = [c for c, in column[::-1]]
            return entries(lambda x: reduce(lambda sum, c: self.ring.add(self.mul(sum, x), c), highest_first))
        rows, cols = e["rows"], e["cols"]
        have(rows * cols <= MAX_ENTRIES, "a matrix too large")
        def repeated(a):
            need(dimensions(a) in ((1, cols), (rows, 1)), "neither a row nor a column of that length")
            return [[a[i % len(a)][j % len(a[0])] for j in range(cols)] for i in range(rows)]
        def gathered(a):
            flat, source = [x for row in a for x in row], e["source"]
            need(len(source) == rows * cols, "source of another length")
            return [[flat[k] for k in source[i * cols:(i + 1) * cols]] for i in range(rows)]
        return fold(repeated if kind == "repeat" else gathered, of(e["of"]))

    def output(self, x):
        y = reduce(lambda y, layer: layer(y), self.layers, x)
        return y[self.problem["output"]["token"]][self.problem["output"]["channel"]]

    def need_degrees(self):
        """Sizes, degrees and the output entry, without a number; the ring must be that of degrees."""
        y = [[1] * self.shape["width"]] * self.problem["tokens"]
        for layer in self.layers:
            y = layer(y)
            need(max(map(max, y)) < 2**64, "a degree of 2^64 or more")
            y = [[1] * len(y[0])] * len(y)
        token, channel = self.problem["output"].values()
        need(token < len(y) and channel < len(y[0]), "no such output")

#!/usr/bin/env python3
"""Re-checks what certificates rest on that is computed, with the standard library only.

    python3 docs/check.py FILE.. [--matrix FILE]

Of a certificate (docs/format.md) it checks the form, and re-does the half that is a computation: the grid or
coefficient minor of the network, modulo the prime, or the minors of its blocks. One line a file:

    Valid       the claim is a lower bound and was re-done; "by challenge" and what a false claim has to get
                by with, where a minor of blocks has solutions: it is not eliminated then
    Incomplete  something is missing, or the claim rests on what is not checked here
    Invalid     something is wrong

Exit code: that of the worst, Invalid 1, Incomplete 2, Valid 0.

Of a claim on a matrix both halves are checked (check_matrix.py). `--matrix` names the file of a matrix that
does not stand in its certificate; one that does is compared with it. Networks are evaluated in
check_network.py; what all certificates have in common is in check_format.py.

Limits: theorems, enclosures and sums of products are not checked, so that of networks no upper bound, no equality and no
gap is ever Valid here; of an equality it is said whether its lower half holds. A matrix, and the function of
a sum that blocks are of, have at most 2^22 entries; polynomials and minors take at most 2^30 steps, which is
minutes. The values of grids are not limited, and those of 1000 rows take very long.
"""
import re
import sys
from functools import reduce
from itertools import combinations_with_replacement, count
from math import comb, factorial, prod
from operator import mul, xor

sys.dont_write_bytecode = True
from check_format import (
    BY_CHALLENGE, MAX_ENTRIES, MAX_STEPS, RELATION, One, Steps, challenge, have, integer, main, maybe,
    natural, need, need_answers, need_count, need_halves, need_prime, numbers, rank, rational, text, word)
from check_matrix import MATRIX, check_matrix
from check_network import (
    PROBLEM, WEIGHTS, Degrees, Network, Polynomials, Residues, Y, head, mixer, need_problem)

# The form of claims on ranks: 2, 5 and 6 of docs/format.md.

def decimal(value):
    need(re.fullmatch(r"(?!-0(\.0*)?$)-?(0|[1-9][0-9]*)(\.[0-9]+)?", text(value)), "not a decimal")

MONOMIALS, TERMS = [[natural]], [(rational, [natural])]
BLOCK = {"degree": natural, "rows": numbers, "cols": numbers, "solutions": maybe([numbers])}
RANK = {
    "problem": PROBLEM, "scope": word("generic", "fixed"), "relation": RELATION,
    "value": One(exact=integer, log10={"low": decimal, "high": decimal}),
    "weights": maybe(WEIGHTS),
    "lower": maybe(One(
        theorem=text, grid={"prime": integer, "left": [[integer]], "right": [[integer]]},
        coefficients={"prime": integer, "left": MONOMIALS, "right": MONOMIALS},
        blocks={"prime": integer, "signs": [natural], "blocks": [BLOCK]},
        enclosure={"bits": natural, "left": [[rational]], "right": [[rational]]})),
    "upper": maybe(One(theorem=text, separation=[{"left": TERMS, "right": TERMS}])),
}

class SumFunction(Network):
    """The network as sum_k y_k Phi_k(u + v), u and the y_k being of the output token's side, which is side 0.

    A monomial of the variables z is the sum of their `1 << bits * number`; y and z hold the channels of each.
    `table` has the coefficients of every Phi_k."""

    def __init__(self, problem, weights, p, signs):
        super().__init__(Polynomials(p), problem, weights)
        (_, s), n, left, output = problem.values()
        (token, channel), left, d = output.values(), set(left), s["width"]
        attention, self.signs = self.kind == "attention", signs
        need(len(signs) == d > channel and token < n, "not a number for each channel, or another output")
        sides = [[t for t in range(n) if (t in left) == own] for own in (token in left, token not in left)]
        self.alone = [attention and len(side) == 1 < d for side in sides]
        if attention:
            enough = all(len(side) == 1 or len(side) >= d for side in sides)
            need(enough, "a side of neither one token nor the width")
            self.y, self.z = [(k,) for k in range(d)], [(i, j) for i in range(d) for j in range(i + 1)]
            self.degree = (3**s["depth"] - 1) // 2
        else:
            plain = self.kind == "mixer" and not (s["bias"] or s["residual"] or s["permutation"])
            need(plain, "neither attention nor a Mixer without biases, residuals and permutation")
            self.y, self.z = [()], [(k,) for _ in range(s["token_hidden"]) for k in range(d)]
            self.degree = (s["token_degree"] * s["channel_degree"])**s["depth"]
            first = self.parameters[0][0][0]
            ranks = [rank(([row[t][0] for row in first] for t in side), p) for side in sides]
            need(ranks == [s["token_hidden"]] * 2, "the first matrix has not the rank S on either side")
        least = 2 * self.degree + 1 if any(self.alone) else self.degree
        need(p > least, f"the prime is not above {least}")
        few, self.bits, self.odd = min(self.degree, len(self.z) - 1), self.degree.bit_length(), 0
        have(few < 24 and self.degree <= 4096, "too many coefficients")
        size = comb(len(self.z) + self.degree - 1, few) * len(self.y)
        have(size <= MAX_ENTRIES and size * len(self.z) * self.bits <= MAX_STEPS, "too many coefficients")
        z = [{1 << self.bits * v: 1} for v in range(len(self.z))]
        self.table = self.of_attention(z) if attention else self.of_mixer(z)
        classes = set()
        for _, label, k, e, scale in self.members(self.degree, 0):
            if self.table[k].get(e):
                self.table[k][e] = self.table[k][e] * scale % p
                classes.add(label)
        need(len(classes) <= 1, "signs that are no symmetry")
        self.odd = max(classes, default=0)

    def of_mixer(self, z):
        """The coefficients of the output, z being in the place of w1 X."""
        first = self.value(mixer(self.shape, self.problem["tokens"], Y), self.parameters[0])
        width = self.shape["width"]
        self.layers[0] = lambda _: first([z[i:i + width] for i in range(0, len(z), width)])
        return [self.output(None)]

    def of_attention(self, z):
        """The coefficients of Phi_L in the column of the output's channel, by (i, j) entries of G."""
        d, channel = self.shape["width"], self.problem["output"]["channel"]
        self.g = [[z[max(i, j) * (max(i, j) + 1) // 2 + min(i, j)] for j in range(d)] for i in range(d)]
        constant = lambda e, parameters: self.value(e, parameters).value
        heads = [head(h) for h in range(self.shape["heads"])]
        self.heads = [[[constant(e, p) for e in wv] for wv in heads] for p in self.parameters]
        return [c for c, in self.phi(len(self.heads), [[{0: int(k == channel)}] for k in range(d)])]

    def phi(self, l, v, flip=False):
        """Phi_l v, Phi_l being sum_h Phi W_h Phi^T G Phi V_h for Phi = Phi_(l-1); or its transpose times v"""
        if l == 0:
            return v
        inner = lambda v, flip=False: self.phi(l - 1, v, flip)
        v = inner(v, True) if flip else v
        heads = [[list(zip(*m)) for m in wv[::-1]] if flip else wv for wv in self.heads[l - 1]]
        terms = [self.times(a, inner(self.times(self.g, inner(self.times(b, v))), True)) for a, b in heads]
        return reduce(self.plus, terms) if flip else inner(reduce(self.plus, terms))

    def members(self, degree, side):
        """Of all y_k times a monomial: the number of the line, the class, k, the monomial, its factorial."""
        place = lambda m: sum(map(comb, map(int.__add__, m, count()), count(1)))
        y, odd = ([()], 0) if side else (self.y, self.odd)
        for m in combinations_with_replacement(range(len(self.z)), degree):
            Steps.spend(len(m) + len(y))
            channels, e = sum([self.z[v] for v in m], ()), sum([1 << self.bits * v for v in m])
            scale = prod([factorial(m.count(v)) for v in set(m)]) % self.ring.p
            first, label = len(y) * place(m), reduce(xor, [self.signs[k] for k in channels], odd)
            for k, own in enumerate(y):
                number = place(sorted(channels + own)) if self.alone[side] else first + k
                yield number, label ^ self.signs[k] if own else label, k, e, scale

    def minor(self, degree, rows, cols):
        """The class, and the rows one by one."""
        p, sides, classes = self.ring.p, [], set()
        for side, degree, wanted in (0, self.degree - degree, rows), (1, degree, cols):
            lines = {number: [] for number in wanted}
            for number, label, k, e, scale in self.members(degree, side):
                if number in lines:
                    lines[number].append((k, e, pow(scale, -1, p) if self.alone[side] else 1))
                    classes.add(label)
            need(all(lines.values()), "a number past those of the lines")
            sides.append([lines[number] for number in wanted])
        need(len(classes) <= 1, "rows and columns of more than one class")
        Steps.spend(prod(sum(map(len, lines)) for lines in sides))
        def entry(row, col):
            return sum([a * b * self.table[k].get(u + v, 0) for k, u, a in row for _, v, b in col]) % p
        return max(classes, default=0), ([entry(row, col) for col in sides[1]] for row in sides[0])

def check_blocks(claim, raw, lower, value):
    """Minors of blocks are non-singular; how that was seen."""
    p, signs, blocks = lower[1].values()
    need_prime(p, 31)
    orders = [len(block["rows"]) for block in blocks]
    need(orders == [len(block["cols"]) for block in blocks], "a minor that is not square")
    need_count(sum(orders), value, "rows of minors")
    f, seen, how = SumFunction(claim["problem"], claim["weights"], p, signs), set(), ""
    for block, written, order in zip(blocks, raw["lower"]["blocks"]["blocks"], orders):
        degree, rows, cols, solutions = block.values()
        label, minor = f.minor(natural(degree, 0, f.degree), rows, cols)
        need((degree, label) not in seen, f"two minors of degree {degree} and one class")
        seen.add((degree, label))
        if solutions is None:
            need(rank(minor, p) == order, f"a minor of degree {degree} is zero modulo {p}")
            continue
        fixed = dict(problem=raw["problem"], weights=raw["weights"], prime=str(p), degree=degree,
                     rows=written["rows"], cols=written["cols"])
        right, how = challenge(fixed, p, order), BY_CHALLENGE
        need_answers(solutions, order, [p] * len(right))
        for row, *y in zip(minor, *right):
            solved = [sum(map(mul, row, x)) % p for x in solutions] == y
            need(solved, f"solutions that are none of a minor of degree {degree}")
    return how

def check_minor(claim, _, lower, value):
    """The matrix of values or of coefficients is non-singular modulo the prime."""
    problem, weights, (kind, evidence) = claim["problem"], claim["weights"], lower
    p, rows, columns = evidence.values()
    n, left, d = problem["tokens"], problem["left"], problem["architecture"][1]["width"]
    right = sorted(set(range(n)) - set(left))
    need_prime(p)
    for points, side in (rows, left), (columns, right):
        need_count(len(points), value, "points")
        need(all(len(x) == len(side) * d for x in points), "a point of wrong length")
    def state(entries):  # those of A, then those of B
        tokens = dict(zip(left + right, zip(*[iter(entries)] * d)))
        return [tokens[t] for t in range(n)]
    Network(Degrees(), problem, weights).need_degrees()
    if kind == "grid":
        need(all(0 <= x < p for a in rows + columns for x in a), "a residue is not below p")
        f = Network(Residues(p), problem, weights)
        minor = ([f.output(state(a + b)) for b in columns] for a in rows)
    else:
        f = Network(Polynomials(p), problem, weights).output(state([{1 << 64 * v: 1} for v in range(n * d)]))
        code = lambda e, first: sum(x << 64 * v for v, x in enumerate(e, first))
        rows, columns = [code(a, 0) for a in rows], [code(b, len(left) * d) for b in columns]
        minor = ([f.get(a + b, 0) for b in columns] for a in rows)
    need(rank(minor, p) == value, f"the minor is zero modulo {p}")
    return ""

def check_rank(claim, raw, _):
    """The verdict, if the whole claim was checked."""
    _, scope, relation, (kind, value), weights, lower, upper = claim.values()
    need_problem(claim["problem"])
    need(kind == "log10" or value >= 0, "a negative value")
    need(kind == "exact" or relation != "equal", "an equality with an enclosure")
    need_halves(relation, lower, upper)
    below, above = lower and lower[0], upper and upper[0]
    need(scope == "generic" or below != "theorem", "theorems are not about given weights from below")
    need(scope == "fixed" or above != "separation", "sums of products are about given weights")
    computed = below not in (None, "theorem")
    need(weights is None or computed or scope == "fixed", "weights that nothing is said about")
    need(scope == "fixed" or below != "enclosure", "enclosures are about given weights")
    have(computed and below != "enclosure", "nothing from below that is checked here")
    need(kind == "exact", "computed evidence is for exact values")
    checked = check_blocks if below == "blocks" else check_minor
    how = checked(claim, raw, lower, value)
    of = {"generic": "for almost all weights", "fixed": "with the weights in the file"}
    holds = f"rank at least {value}, {of[scope]}"
    have(upper is None, f"{holds}{how and ','}{how}; not checked from above: {above}")
    return f"Valid{how}: {holds}"

if __name__ == "__main__":
    sys.exit(main(__doc__, {"rank": (RANK, check_rank), "matrix": (MATRIX, check_matrix)}))

"""Claims on the rank of a matrix, for docs/check.py (docs/format.md, 2)."""
from fractions import Fraction
from hashlib import sha256
from itertools import count, islice
from math import lcm
from operator import mul
from struct import iter_unpack

from check_format import (
    BY_CHALLENGE, MAX_ENTRIES, MAX_SIZE, RELATION, One, challenge, have, integer, is_prime, layout, maybe,
    natural, need, need_answers, need_count, need_halves, need_prime, numbers, rank, rational, text, word,
    words)


MATRIX = {
    "matrix": {
        "rows": lambda value: natural(value, 0, MAX_SIZE),
        "cols": lambda value: natural(value, 0, MAX_SIZE),
        "entries": One(inline=[(natural, natural, rational)], file={"name": text, "sha256": text}),
    },
    "over": word("rational", other=One(modulo=integer)),
    "relation": RELATION,
    "value": integer,
    "lower": maybe({
        "prime": integer, "rows": numbers, "cols": numbers, "solutions": maybe([words])}),
    "upper": word(None, "elimination", other=One(
        cover={"rows": numbers, "cols": numbers}, columns={"cols": numbers, "combinations": [words]})),
}

def from_file(data, m, n):
    """The entries in a file in NPY or SMS, each in the one form that docs/format.md prescribes."""
    for letter, kind in ("b", "|i1"), ("h", "<i2"), ("i", "<i4"), ("q", "<i8"):
        shape = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({m}, {n}), }}"
        head = b"\x93NUMPY\x01\x00\x76\x00" + f"{shape:<117}\n".encode()
        if data.startswith(head):
            need(len(data) == len(head) + m * n * int(kind[2]), "another number of entries in the array")
            array = enumerate(iter_unpack("<" + letter, data[len(head):]))
            return [(k // n, k % n, Fraction(x)) for k, (x,) in array if x]
    lines = data.decode().splitlines()[1:-1]
    whole = "".join(line + "\n" for line in [f"{m} {n} M", *lines, "0 0 0"])
    need(whole.encode() == data, "the file of the matrix is neither the array nor the list of entries")
    triples = (line.split(" ") for line in lines)
    return [(integer(i) - 1, integer(j) - 1, rational(x)) for i, j, x in triples]

def rows_of(entries, m, n, p):
    """Columns and integers of each row, modulo p or, over Q, of the row times what makes it integral."""
    have(m + len(entries) <= MAX_ENTRIES, f"more than {MAX_ENTRIES} rows and entries")
    rows, last = [([], []) for _ in range(m)], (-1, -1)
    for i, j, x in entries:
        need(last < (natural(i, 0, m - 1), natural(j, 0, n - 1)), "entries out of order")
        need(x != 0 if p is None else x.denominator == 1 and 0 < x < p, f"{x} is no entry")
        rows[i][0].append(j)
        rows[i][1].append(x)
        last = i, j
    scaled = lambda xs, scale: [int(x * scale) for x in xs]
    return [(js, scaled(xs, lcm(*(x.denominator for x in xs)))) for js, xs in rows]

def need_places(side, end):
    need(all(a < b for a, b in zip(side, (*side[1:], end))), "places out of order, or too large")

class GivenMatrix:
    """A claim on the rank of a matrix; `raw` is the claim as it is written, `data` the file given with it."""

    def __init__(self, claim, raw, data):
        self.raw, self.value, self.lower, self.upper = raw, claim["value"], claim["lower"], claim["upper"]
        m, self.n, (where, entries) = claim["matrix"].values()
        self.p = None if claim["over"] == "rational" else claim["over"][1]
        if self.p is not None:
            need_prime(self.p)
        need(0 <= self.value <= min(m, self.n), f"a rank of {self.value} is none of these sizes")
        rows = lambda entries: rows_of(entries, m, self.n, self.p)
        if where == "inline":
            self.rows = rows(entries)
            same = data is None or rows(from_file(data, m, self.n)) == self.rows
            need(same, "another matrix than in the file that was given with it")
        else:
            have(data is not None, f"the file {entries['name']!r} with the matrix is needed, by --matrix")
            have(sha256(data).hexdigest() == entries["sha256"], "the file of the matrix has another SHA-256")
            self.rows = rows(from_file(data, m, self.n))
        self.digest = sha256(layout(raw["matrix"]).encode()).hexdigest()

    def asked(self, p, order, asks, cols, number=0, prime=None, rows=None):
        over, relation, value = (self.raw[field] for field in ("over", "relation", "value"))
        fixed = dict(asks=asks, number=number, matrix=self.digest, over=over, relation=relation, value=value,
                     prime=prime, rows=rows, cols=cols)
        return challenge(fixed, p, order)

    def times(self, i, vector, p):
        columns, row = self.rows[i]
        return sum(map(mul, row, map(vector.__getitem__, columns))) % p

    def spread(self, columns, answer):
        """The vector with these entries in these columns, and 0 in the others."""
        vector = [0] * self.n
        for j, x in zip(columns, answer):
            vector[j] = x
        return vector

    def from_below(self):
        """The minor is not singular."""
        p, rows, cols, solutions = self.lower.values()
        need_prime(p)
        need(self.p in (None, p), f"{p} is not the prime of the claim")
        for side, end in (rows, len(self.rows)), (cols, self.n):
            need_places(side, end)
            need_count(len(side), self.value, "lines of the minor")
        if solutions is None:
            lines = (dict(zip(*self.rows[i])) for i in rows)
            minor = ([line.get(j, 0) % p for j in cols] for line in lines)
            need(rank(minor, p) == self.value, f"the minor is zero modulo {p}")
            return ""
        raw = self.raw["lower"]
        right = self.asked(p, len(rows), "minor", raw["cols"], prime=raw["prime"], rows=raw["rows"])
        need_answers(solutions, len(cols), [p] * len(right))
        for x, y in zip(solutions, right):
            vector = self.spread(cols, x)
            solved = all(self.times(i, vector, p) == z for i, z in zip(rows, y))
            need(solved, "a solution that is none of the minor")
        return BY_CHALLENGE

    def from_above(self):
        """The rank is not larger."""
        if self.upper == "elimination":
            return self.eliminated()
        kind, evidence = self.upper
        rows, cols = evidence.get("rows", ()), evidence["cols"]
        need_places(rows, len(self.rows))
        need_places(cols, self.n)
        need(len(rows) + len(cols) <= self.value, "more lines than the rank")
        if kind == "columns":
            return self.spanned(cols, evidence["combinations"])
        rows, cols = set(rows), set(cols)
        covered = all(i in rows or cols.issuperset(columns) for i, (columns, _) in enumerate(self.rows))
        need(covered, "an entry that is not covered")
        return ""

    def bits(self):
        """Of every minor of order value + 1, by Hadamard's inequality."""
        squares = sorted((sum(x * x for x in row).bit_length() for _, row in self.rows), reverse=True)
        return -(-sum(squares[:self.value + 1]) // 2)

    def spanned(self, columns, answers):
        """Combinations of all columns that nobody chose are combinations of these."""
        cols = self.raw["upper"]["columns"]["cols"]
        if self.p is not None:
            right = self.asked(self.p, self.n, "columns", cols)
            primes = [self.p] * len(right)
        else:
            each = 54 - (self.bits() // 61).bit_length()
            have(each >= 8, "too large for the primes there are")
            drawn = [self.asked(2**61, 4096, "prime", cols, i)[0] for i in range(-(-128 // each))]
            primes = [next(filter(is_prime, (2**61 + n for n in candidates)), None) for candidates in drawn]
            have(None not in primes, "no prime was drawn")
            right = [self.asked(q, self.n, "columns", cols, i)[0] for i, q in enumerate(primes)]
        need_answers(answers, len(columns), primes)
        for w, x, q in zip(answers, right, primes):
            w = self.spread(columns, w)
            same = all(self.times(i, w, q) == self.times(i, x, q) for i in range(len(self.rows)))
            need(same, "a column that is no combination")
        return BY_CHALLENGE

    def eliminated(self):
        """No larger rank modulo p, or modulo primes whose product passes every larger minor."""
        have(len(self.rows) * self.n <= MAX_ENTRIES, "a matrix too large to be eliminated")
        primes = islice(filter(is_prime, count(2**31 - 1, -1)), self.bits() // 30 + 1)  # each is above 2^30
        for p in [self.p] if self.p else primes:
            found = rank(([x % p for x in self.spread(*row)] for row in self.rows), p)
            need(found <= self.value, f"rank {found} modulo {p}")
        return ""

def check_matrix(claim, raw, data):
    need_halves(claim["relation"], claim["lower"], claim["upper"])
    given = GivenMatrix(claim, raw, data)
    halves = (given.from_below, given.lower), (given.from_above, given.upper)
    ways = [half() for half, evidence in halves if evidence is not None]
    field = "over Q" if given.p is None else f"modulo {given.p}"
    return f"Valid{max(ways)}: rank of the matrix {claim['relation']} {given.value}, {field}"


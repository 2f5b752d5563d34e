"""What certificates have in common, for docs/check.py: form, challenges, verdicts (docs/format.md 1, 5)."""
import json
import re
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from base64 import b64decode, b64encode
from fractions import Fraction
from hashlib import sha256
from itertools import count, islice
from struct import unpack

MAX_BYTES, MAX_MATRIX_BYTES, MAX_DIGITS, MAX_NESTING = 64 << 20, 1 << 30, 100_000, 127
MAX_SIZE, MAX_ENTRIES, MAX_STEPS = 1 << 24, 1 << 22, 1 << 30
BY_CHALLENGE = " by challenge (a false claim passes one try in 2^128)"

class Missing(Exception):
    """Something that must be there is absent, or is not checked here."""

def need(condition, message):
    if not condition:
        raise ValueError(message)

def have(condition, message):
    if not condition:
        raise Missing(message)

class Steps:
    """The steps that were taken for one file."""
    taken = 0

    @classmethod
    def spend(cls, steps):
        cls.taken += steps
        have(cls.taken <= MAX_STEPS, f"more than {MAX_STEPS} steps")

# The form of certificates: 1 of docs/format.md.

class One(dict):
    """The shape of an object with one field, whose name is a choice."""

def fit(value, shape):
    """The value, its numbers read. Shapes: an object of these fields in this order, One of these fields as
    (name, value), a list of any length, a tuple for a list of that length, or a function."""
    names = ", ".join(shape) if isinstance(shape, dict) else ""
    if type(shape) is One:
        one = type(value) is dict and len(value) == 1 and set(value) <= set(shape)
        need(one, f"expected one of {names}")
        (name, part), = value.items()
        return name, fit(part, shape[name])
    if type(shape) is dict:
        need(type(value) is dict, f"expected an object with {names}")
        have(set(value) >= set(shape) or set(value) - set(shape), f"a field of {names} is missing")
        need(list(value) == list(shape), f"expected the fields {names}, got {', '.join(value)}")
        return {name: fit(value[name], part) for name, part in shape.items()}
    if type(shape) in (list, tuple):
        need(type(value) is list, "expected a list")
        shapes = shape * len(value) if type(shape) is list else shape
        need(len(value) == len(shapes), f"expected a list of {len(shapes)}")
        return list(map(fit, value, shapes))
    return shape(value)

def word(*words, other=None):
    """The shape of one of these words (None is null), or of something else."""
    def shape(value):
        need(other is not None or value in words, f"expected one of {words}")
        return value if value in words else fit(value, other)
    return shape

def maybe(shape):
    return word(None, other=shape)

def natural(value, low=0, high=2**64 - 1):
    need(type(value) is int and low <= value <= high, f"expected a whole number {low} to {high}, got {value}")
    return value

def text(value):
    need(type(value) is str, "expected a string")
    return value

def rational(value, kind=Fraction):
    need(len(text(value)) <= MAX_DIGITS, "a number of more than 100,000 digits")
    need(not value.endswith("/0"), f"{value} has denominator 0")
    number = kind(value)
    need(str(number) == value, f"{value[:50]!r} is not canonical")
    return number

def integer(value):
    return rational(value, int)

def numbers(value, size=4):
    """Those of so many bytes in base64."""
    data = b64decode(text(value), validate=True)
    need(b64encode(data).decode() == value and len(data) % size == 0, f"no base64 of numbers of {size} bytes")
    return unpack(f"<{len(data) // size}{'I' if size == 4 else 'Q'}", data)

def words(value):
    return numbers(value, 8)

RELATION = word("at-least", "at-most", "equal")

def layout(value):
    """The one way to write a value."""
    if type(value) is dict:
        return "{" + ",".join(f"\n{layout(k)}:{layout(v)}" for k, v in value.items()) + "\n}"
    if type(value) is not list:
        return json.dumps(value, ensure_ascii=False)
    line = "\n" if value and type(value[0]) in (dict, list) else ""
    return "[" + ",".join(line + layout(v) for v in value) + line + "]"

def contents(path, limit):
    with open(path, "rb") as file:
        data = file.read(limit + 1)
    need(len(data) <= limit, f"more than {limit} bytes")
    return data

def read(path):
    """The certificate in a file, if it is in the one layout."""
    content = contents(path, MAX_BYTES).decode("utf-8")
    depth = deepest = 0
    for bracket in re.sub(r'"(?:[^"\\]|\\.)*"|[^][{}"]', "", content, flags=re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket, 0)
        deepest = max(deepest, depth)
    need(deepest <= MAX_NESTING, f"brackets nested more than {MAX_NESTING} deep")
    def once(pairs):
        need(len(dict(pairs)) == len(pairs), "a field stands twice")
        return dict(pairs)
    def short(digits):
        need(len(digits) <= 20, "a number too long")
        return int(digits)
    def refuse(literal):
        raise ValueError(f"{literal} is no number of a certificate")
    hooks = dict(object_pairs_hook=once, parse_int=short, parse_float=refuse, parse_constant=refuse)
    value = json.loads(content, **hooks)
    need(layout(value) + "\n" == content, "not in the layout that docs/format.md prescribes")
    return value

# Arithmetic modulo primes, and challenges: 5 of docs/format.md.

def is_prime(n):
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # enough below 3.3e24
    if n < 2 or any(n % b == 0 for b in bases):
        return n in bases
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    passes = lambda b: any(pow(b, odd << k, n) == n - 1 for k in range(twos))
    return all(pow(b, odd, n) == 1 or passes(b) for b in bases)

def need_prime(p, bits=63):
    need(p < 1 << bits and is_prime(p), f"{p} is not a prime below 2^{bits}")

def rank(rows, p):
    """The rank modulo p, each row taken less multiples of those before it that were independent.

    A row is one integer, in which every entry has room for all the products that are added to it."""
    rows = list(rows)
    width = (2 * p.bit_length() + len(rows).bit_length()) // 8 + 1
    mask, pivots = (1 << 8 * width) - 1, []
    pack = lambda row: int.from_bytes(b"".join([x.to_bytes(width, "little") for x in row]), "little")
    for row in rows:
        Steps.spend(len(pivots) * len(row) // 4 + len(row))
        packed = pack(row)
        for place, line in pivots:  # the line has -1 at its place
            packed += (packed >> place & mask) % p * line
        data = packed.to_bytes(width * len(row), "little")
        row = [int.from_bytes(data[i:i + width], "little") % p for i in range(0, len(data), width)]
        first = next((j for j, x in enumerate(row) if x), None)
        if first is not None:
            scale = pow(-row[first], -1, p)
            pivots.append((8 * width * first, pack([x * scale % p for x in row])))
    return len(pivots)

def challenge(fixed, p, order):
    """The right-hand sides that nobody chose."""
    digest = sha256(b"seprank challenge 1\n" + layout(fixed).encode()).digest()
    block = lambda i, t: sha256(digest + i.to_bytes(4, "little") + t.to_bytes(8, "little")).digest()
    drawn = lambda i: (n for t in count() for n in unpack("<4Q", block(i, t)) if n < 2**64 // p * p)
    asked = next(k for k in count() if p**k >= 2**128)
    return [[n % p for n in islice(drawn(i), order)] for i in range(asked)]

# What claims on matrices and on networks have in common.

def need_answers(answers, length, primes):
    need(len(answers) == len(primes), f"expected {len(primes)} answers")
    fits = all(len(x) == length and max(x, default=0) < q for x, q in zip(answers, primes))
    need(fits, f"expected {length} residues each")

def need_count(found, wanted, what):
    """Too few are something that is missing."""
    (have if found < wanted else need)(found == wanted, f"expected {wanted} {what}, got {found}")

def need_halves(relation, lower, upper):
    """The evidence that the relation asks for, and no other."""
    for half, evidence, superfluous in ("lower", lower, "at-most"), ("upper", upper, "at-least"):
        have(evidence is not None or relation == superfluous, f"no evidence in {half}")
        need(evidence is None or relation != superfluous, f"superfluous evidence in {half}")

# Files and verdicts.

KINDS = "rank", "gap", "refuted-gap", "gap-across", "refuted-gap-across", "matrix"
CERTIFICATE = {
    "format": word("seprank-certificate"),
    "version": lambda value: natural(value, 1, 1),
    "claim": One((kind, lambda raw: raw) for kind in KINDS),
}

def judge(path, claims, matrix):
    """Exit code and message. `claims` has for each kind its shape and the function that checks it."""
    Steps.taken = 0
    try:
        kind, raw = fit(read(path), CERTIFICATE)["claim"]
        have(kind in claims, "gaps rest on theorems from above, not checked")
        shape, check = claims[kind]
        data = contents(matrix, MAX_MATRIX_BYTES) if matrix and kind == "matrix" else None
        return 0, check(fit(raw, shape), raw, data)
    except (Missing, OSError) as error:
        return 2, f"Incomplete: {error}"
    except (MemoryError, RecursionError):
        return 2, "Incomplete: too large to be checked here"
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return 1, f"Invalid: {error}"

def main(about, claims):
    """Prints a line for each file, and returns the exit code of the worst."""
    parser = ArgumentParser(description=about, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--matrix", metavar="FILE", help="the file with the entries of a matrix")
    if len(sys.argv) == 1:
        parser.print_help(sys.stderr)
        return 2
    arguments = parser.parse_args()
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(MAX_DIGITS + 1)
    codes = []
    for path in arguments.files:
        code, message = judge(path, claims, arguments.matrix)
        print(f"{path}: {message}", flush=True)
        codes.append(code)
    return next(code for code in (1, 2, 0) if code in codes)


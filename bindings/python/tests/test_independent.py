"""Against code that has no part in the toolkit: SymPy, python-flint and NumPy."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import seprank

sympy = pytest.importorskip("sympy")
flint = pytest.importorskip("flint")


def drawn(rng: random.Random, rows: int, cols: int) -> list[list[int]]:
    return [[rng.randint(-5, 5) for _ in range(cols)] for _ in range(rows)]


def attention_by_hand(x: Any, weights: dict[str, Any], depth: int, heads: int) -> Any:
    """Y <- sum_h (Y Q_h K_h^T Y^T) Y O_h U_h^T, of matrices of any kind."""
    for layer in range(depth):
        total = None
        for head in range(heads):
            q, k, o, u = (weights[f"{layer}.head{head}.{n}"] for n in ("query", "key", "value", "out"))
            term = (x @ q @ (x @ k).T) @ x @ o @ u.T
            total = term if total is None else total + term
        x = total
    return x


def mixer_by_hand(x: Any, weights: dict[str, Any], depth: int, square: Any) -> Any:
    """Y <- (W2 (W1 Y)^2) W3 W4."""
    for layer in range(depth):
        w1, w2 = weights[f"{2 * layer}.w1"], weights[f"{2 * layer}.w2"]
        w3, w4 = weights[f"{2 * layer + 1}.w3"], weights[f"{2 * layer + 1}.w4"]
        x = w2 @ square(w1 @ x) @ w3 @ w4
    return x


def rank_by_hand(f: Any, symbols: list[list[Any]], left: tuple[int, ...]) -> int:
    """The rank of the coefficient matrix of a SymPy polynomial, written out."""
    side_a = [s for t, row in enumerate(symbols) if t in left for s in row]
    side_b = [s for t, row in enumerate(symbols) if t not in left for s in row]
    terms = sympy.Poly(f, *side_a, *side_b).terms()
    terms = [(e, c) for e, c in terms if c != 0]
    rows = sorted({e[: len(side_a)] for e, _ in terms})
    cols = sorted({e[len(side_a) :] for e, _ in terms})
    matrix = sympy.zeros(len(rows), len(cols))
    for exponents, coefficient in terms:
        matrix[rows.index(exponents[: len(side_a)]), cols.index(exponents[len(side_a) :])] = coefficient
    return int(matrix.rank()) if rows else 0


CASES = [
    (kind, depth, width, tokens, heads)
    for kind in ("attention", "mixer")
    for depth, width, tokens, heads in [
        (1, 1, 2, 1),
        (1, 2, 2, 1),
        (1, 2, 3, 2),
        (1, 2, 4, 1),
        (2, 1, 3, 1),
        (2, 2, 2, 1),
    ]
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_sympy(case: tuple[str, int, int, int, int]) -> None:
    kind, depth, width, tokens, heads = case
    rng = random.Random(str(case))
    if kind == "attention":
        net = seprank.attention(depth=depth, width=width, tokens=tokens, heads=heads)
    else:
        net = seprank.mixer(depth=depth, width=width, tokens=tokens, token_hidden=2)
    weights = {name: drawn(rng, *size) for name, size in net.weight_shapes.items()}
    net = net.with_weights(weights)
    symbols = [[sympy.Symbol(f"x_{t}_{k}") for k in range(width)] for t in range(tokens)]
    matrices = {name: sympy.Matrix(rows) for name, rows in weights.items()}
    x = sympy.Matrix(symbols)
    if kind == "attention":
        state = attention_by_hand(x, matrices, depth, heads)
    else:
        state = mixer_by_hand(x, matrices, depth, lambda m: m.applyfunc(lambda e: sympy.expand(e**2)))
    f = sympy.expand(state[0, 0])
    assert sympy.expand(net.tensor().to_sympy() - f) == 0
    for left in [(0,), tuple(range(tokens // 2)), (tokens - 1,)]:
        expected = rank_by_hand(f, symbols, left)
        rank = net.with_left(left).rank()
        assert (rank.value, rank.exact) == (expected, True)
        dense = net.matricize(left).to_numpy()
        assert sympy.Matrix(dense).rank() == expected if dense.size else expected == 0


@pytest.mark.parametrize("p", [2, 3, 65537, 2**61 - 1])
def test_flint_modulo(p: int) -> None:
    rng = random.Random(p)
    for _ in range(40):
        rows, inner, cols = (rng.randint(1, 12) for _ in range(3))
        a, b = (
            flint.fmpz_mat(n, m, [rng.randint(-9, 9) for _ in range(n * m)]) for n, m in ((rows, inner), (inner, cols))
        )
        product = [[int(x) for x in row] for row in (a * b).tolist()]
        expected = flint.nmod_mat(rows, cols, [x % p for row in product for x in row], p).rank()
        found = seprank.matrix_rank(product, modulo=p)
        assert (found.value, found.exact) == (expected, True)


def test_flint_over_q() -> None:
    rng = random.Random(5)
    for _ in range(60):
        rows, inner, cols = (rng.randint(1, 10) for _ in range(3))
        big = 10 ** rng.choice([1, 30])
        entries = [[Fraction(rng.randint(-big, big), rng.randint(1, 9)) for _ in range(m)] for m in [cols] * inner]
        mix = drawn(rng, rows, inner)
        product = [[sum(m * e[j] for m, e in zip(row, entries, strict=True)) for j in range(cols)] for row in mix]
        flat = [flint.fmpq(Fraction(x).numerator, Fraction(x).denominator) for row in product for x in row]
        expected = flint.fmpq_mat(rows, cols, flat).rank()
        assert seprank.matrix_rank(product).value == expected


def test_blocks_of_a_network_modulo_p() -> None:
    """The rank of a network is the rank of its blocks, by python-flint modulo the prime of the answer."""
    for net in (
        seprank.attention(depth=2, width=2, tokens=3),
        seprank.mixer(depth=2, width=2, tokens=3, token_hidden=2),
    ):
        rank = net.rank(method="coefficients")
        assert rank.prime is not None
        p, total = rank.prime, 0
        for block in net.matricize().blocks:
            dense = block.to_numpy()
            flat = [int(x) % p for x in dense.ravel()]
            total += flint.nmod_mat(*dense.shape, flat, p).rank()
        assert total == rank.at_least


@pytest.mark.parametrize("heads", [1, 2])
def test_numpy(heads: int) -> None:
    net = seprank.attention(depth=2, width=4, tokens=5, heads=heads)
    rng = np.random.default_rng(heads)
    weights = {name: rng.normal(size=size) for name, size in net.weight_shapes.items()}
    x = rng.normal(size=(3, 5, 4))
    found = net.evaluate(x, weights=weights)
    expected = np.stack([attention_by_hand(one, weights, 2, heads) for one in x])
    assert found.dtype == float and found.shape == (3, 5, 4)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    # The same numbers exactly, and then rounded.
    exact = net.evaluate(x, weights=weights, exact=True)
    np.testing.assert_allclose(exact.astype(float), expected, rtol=1e-9)


def test_exact_and_modulo() -> None:
    net = seprank.mixer(depth=2, width=3, tokens=4, token_hidden=2)
    weights = {name: np.array(w, dtype=object) for name, w in net.weights(seed=3).items()}
    x = np.array([[Fraction(i + j, 7) for j in range(3)] for i in range(4)], dtype=object)
    expected = mixer_by_hand(x, weights, 2, lambda m: m**2)
    assert (net.evaluate(x, seed=3) == expected).all()
    p = 1_000_003
    reduced = [[int(v.numerator) * pow(int(v.denominator), -1, p) % p for v in row] for row in expected]
    assert net.evaluate(x, seed=3, modulo=p).tolist() == reduced


def test_bounds_hold_for_every_choice_of_weights() -> None:
    """No weights pass an upper bound; almost all reach a lower one."""
    for tokens, width in itertools.product((2, 3), (1, 2)):
        net = seprank.attention(depth=2, width=width, tokens=tokens)
        upper = min(b.value for b in net.bounds() if b.side == "upper" and b.value is not None)
        lower = max(b.value for b in net.bounds() if b.side == "lower" and b.value is not None)
        for seed in range(3):
            rank = net.with_weights(net.weights(seed)).rank()
            assert rank.at_least is not None and lower <= rank.at_least <= upper

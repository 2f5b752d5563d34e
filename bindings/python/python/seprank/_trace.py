"""What a traced PyTorch module computes, as layers: states, and values that are on the way from one to the next.

A value is a tensor whose entries are entries of a matrix `form` over a state: `index` has the shape of the tensor
and says which. So every view (reshape, permute, chunk, ..) is that view of `index`, whatever it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[Any]


class Refused(Exception):
    """What has no layer for it, in words."""


@dataclass(frozen=True, eq=False)
class State:
    """A matrix tokens x width: the input, or a layer on the state before."""

    tokens: int
    width: int
    parent: State | None = None
    layer: dict[str, Any] | None = None
    weights: dict[str, Matrix] | None = None

    def then(self, layer: dict[str, Any], weights: dict[str, Matrix], size: tuple[int, int] | None = None) -> State:
        """The state after a layer."""
        tokens, width = size or (self.tokens, self.width)
        return State(tokens, width, self, layer, weights)

    def line(self) -> list[State]:
        """The states from the input to this one."""
        before = [] if self.parent is None else self.parent.line()
        return [*before, self]


def chain(states: Iterable[State], prefix: str) -> tuple[list[dict[str, Any]], dict[str, Matrix]]:
    """The layers that lead to these states, and their weights by name."""
    layers: list[dict[str, Any]] = []
    weights: dict[str, Matrix] = {}
    for number, state in enumerate(states):
        assert state.layer is not None and state.weights is not None
        layers.append(state.layer)
        weights.update({f"{prefix}{number}.{name}": w for name, w in state.weights.items()})
    return layers, weights


def total(left: State, right: State) -> State:
    """The sum of two states, by the layers since they parted."""
    if (left.tokens, left.width) != (right.tokens, right.width):
        raise Refused("a sum of states of different sizes")
    lines = left.line(), right.line()
    common = next(s for s in reversed(lines[0]) if any(s is t for t in lines[1]))
    since = [line[1 + next(i for i, s in enumerate(line) if s is common) :] for line in lines]
    size = (left.tokens, left.width)
    for own, other in (since, since[::-1]):
        if not own and other:
            layers, weights = chain(other, "inner")
            return common.then({"type": "residual", "layers": layers}, weights, size)
    branches, all_weights = [], {}
    for number, branch in enumerate(since):
        layers, weights = chain(branch, f"branch{number}.")
        branches.append(layers)
        all_weights.update(weights)
    return common.then({"type": "parallel", "branches": branches}, all_weights, size)


def times(matrix: Matrix, scale: Fraction) -> Matrix:
    """A matrix times a number, exactly."""
    if scale == 1:
        return matrix
    exact = [Fraction(x) * scale for x in matrix.ravel().tolist()]
    return np.array(exact, dtype=object).reshape(matrix.shape)


@dataclass(frozen=True, eq=False)
class Channels:
    """Y A + b, N x m."""

    a: Matrix
    b: Matrix | None


@dataclass(frozen=True, eq=False)
class Tokens:
    """M Y + b, m x d; b is a column."""

    m: Matrix
    b: Matrix | None


Activation = tuple[Fraction, ...] | str
"""The coefficients of z^0, z^1, .. of a polynomial, or the name of a function of real numbers in a network file."""


@dataclass(frozen=True, eq=False)
class Activated:
    """A function of the entries of Channels or Tokens."""

    of: Channels | Tokens
    activation: Activation


@dataclass(frozen=True, eq=False)
class Gated:
    """A function of the entries of one map times the entries of another, N x e."""

    gate: Channels
    activation: Activation
    up: Channels


@dataclass(frozen=True, eq=False)
class Size:
    """Of every token the mean of the squares of Channels plus epsilon, N x 1; its root, or one over that."""

    of: Channels
    epsilon: Fraction
    power: str = "1"
    """1, 1/2 or -1/2."""


@dataclass(frozen=True, eq=False)
class Head:
    """Two maps of a head, each d x e with a row of biases or None, and the factor of their scores."""

    query: Channels
    key: Channels
    scale: Fraction = Fraction(1)


@dataclass(frozen=True, eq=False)
class Scores:
    """(Y Q + q)(Y K + k)^T of every head, (H N) x N."""

    heads: tuple[Head, ...]
    mask: Matrix | None = None
    """Which pairs of tokens softmax sees, N x N of 0 and 1."""
    passed: bool = False
    """Whether softmax is behind, kept or left out."""
    softmax: bool = False
    """Whether it is kept."""
    root: bool = False
    """Whether the scores are divided by the root of the head width before."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """Scores times Y O + o of every head, side by side: N x (H e)."""

    scores: Scores
    outputs: tuple[Channels, ...]


Form = Channels | Tokens | Activated | Gated | Size | Scores | Mixed


def size_of(form: Form, state: State) -> tuple[int, int]:
    """Rows and columns."""
    if isinstance(form, Activated):
        return size_of(form.of, state)
    if isinstance(form, Gated):
        return size_of(form.gate, state)
    if isinstance(form, Size):
        return state.tokens, 1
    if isinstance(form, Channels):
        return state.tokens, form.a.shape[1]
    if isinstance(form, Tokens):
        return form.m.shape[0], state.width
    if isinstance(form, Scores):
        return len(form.heads) * state.tokens, state.tokens
    return state.tokens, sum(o.a.shape[1] for o in form.outputs)


def identity(state: State) -> Channels:
    """The state itself."""
    return Channels(np.eye(state.width), None)


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor of entries of a form over a state."""

    state: State
    form: Form
    index: npt.NDArray[np.int64]
    """Of each entry its place in the form, row by row."""
    whole: bool = False
    """Whether the form is the state itself."""

    @staticmethod
    def of_state(state: State, index: npt.NDArray[np.int64] | None = None) -> Value:
        """A state, laid out as `index` or tokens x channels."""
        if index is None:
            index = np.arange(state.tokens * state.width).reshape(state.tokens, state.width)
        return Value(state, identity(state), index, True)

    def view(self, index: npt.NDArray[np.int64]) -> Value:
        """Other entries, or in another order."""
        return Value(self.state, self.form, index, self.whole)

    def columns(self, axis: int) -> npt.NDArray[np.int64] | None:
        """Where the axis runs over the rows of the form in order: the column of each of the other axes."""
        rows, cols = size_of(self.form, self.state)
        moved = np.moveaxis(self.index, axis, 0)
        if moved.shape[0] != rows:
            return None
        steps = (np.arange(rows) * cols).reshape(-1, *[1] * (moved.ndim - 1))
        first = moved[0]
        fits = first.size > 0 and first.max() < cols and (moved == first[None] + steps).all()
        return first if fits else None

    def is_plain(self) -> bool:
        """Whether it is the form itself, rows x columns, but for axes of length one."""
        rows, cols = size_of(self.form, self.state)
        return bool((self.index.ravel() == np.arange(rows * cols)).all()) and self.index.size == rows * cols


def select(form: Channels, columns: npt.NDArray[np.int64]) -> Channels:
    """Some columns."""
    return Channels(form.a[:, columns], None if form.b is None else form.b[columns])


def settle(value: Value) -> State:
    """The state that is the form of a value."""
    state, form = value.state, value.form
    if value.whole:
        return state
    rows, cols = size_of(form, state)
    if isinstance(form, Channels):
        return linear_head(state, form)
    if isinstance(form, Tokens):
        if rows != state.tokens:
            raise Refused(f"a linear map from {state.tokens} to {rows} tokens")
        weights = {"matrix": form.m, **({} if form.b is None else {"bias": form.b.reshape(-1, 1)})}
        return state.then({"type": "linear-token-mixing", "bias": form.b is not None}, weights)
    if isinstance(form, Activated):
        size = rows if isinstance(form.of, Tokens) else cols
        return activation_layer(state, form, np.eye(size), None)
    if isinstance(form, Gated):
        return gated_layer(state, form, np.eye(cols), None)
    if isinstance(form, Mixed):
        return attention_layer(state, form, np.eye(cols), None)
    if isinstance(form, Size):
        raise Refused("the size of a token that is no factor of it, as in RMS normalisation")
    raise Refused("scores that are not applied to values")


def linear_head(state: State, form: Channels) -> State:
    """Y A + b as a layer."""
    layer = {"type": "linear-head", "outputs": form.a.shape[1], "bias": form.b is not None}
    weights = {"weight": form.a, **({} if form.b is None else {"bias": form.b.reshape(1, -1)})}
    return state.then(layer, weights, (state.tokens, form.a.shape[1]))


def _keys(activation: Activation) -> str | list[Fraction]:
    return activation if isinstance(activation, str) else list(activation)


def _back(what: str, found: int, size: int, entries: str) -> None:
    if found != size:
        raise Refused(f"after {what} a map to {found} {entries}, not back to {size}")


def activation_layer(state: State, form: Activated, second: Matrix, bias: Matrix | None) -> State:
    """sigma(Y A + b) W + c, or W sigma(M Y + b) + c, as a layer; `second` maps rows by the right, in x out."""
    inner, activation = form.of, _keys(form.activation)
    mixing = isinstance(inner, Tokens)
    first = inner.m if isinstance(inner, Tokens) else inner.a
    hidden, size = (first.shape[0], state.tokens) if mixing else (first.shape[1], state.width)
    _back("an activation", second.shape[1], size, "tokens" if mixing else "channels")
    with_bias = inner.b is not None or bias is not None
    kind = "token-mixing" if mixing else "channel-mixing"
    layer = {"type": kind, "hidden": hidden, "activation": activation, "bias": with_bias}
    b1 = np.zeros(hidden) if inner.b is None else inner.b
    b2 = np.zeros(size) if bias is None else bias
    if mixing:
        weights = {"w1": first, "w2": second.T}
        biases = {"b1": b1.reshape(-1, 1), "b2": b2.reshape(-1, 1)}
    else:
        weights = {"w3": first, "w4": second}
        biases = {"b3": b1.reshape(-1, 1), "b4": b2.reshape(-1, 1)}
    return state.then(layer, {**weights, **(biases if with_bias else {})})


def gated_layer(state: State, form: Gated, second: Matrix, bias: Matrix | None) -> State:
    """(sigma(Y G + b) * (Y W + c)) V + r as a layer; `second` is V."""
    hidden, size = second.shape[0], state.width
    _back("a product of two maps", second.shape[1], size, "channels")
    with_bias = bias is not None or form.gate.b is not None or form.up.b is not None
    activation = _keys(form.activation)
    layer = {"type": "gated-mlp", "hidden": hidden, "activation": activation, "bias": with_bias}
    weights = {"gate": form.gate.a, "up": form.up.a, "down": second}
    if with_bias:
        rows = {"gate": (form.gate.b, hidden), "up": (form.up.b, hidden), "down": (bias, size)}
        for name, (row, length) in rows.items():
            weights[f"{name}-bias"] = (np.zeros(length) if row is None else row).reshape(1, -1)
    return state.then(layer, weights)


def _padded(matrix: Matrix, width: int) -> Matrix:
    return np.pad(matrix, ((0, 0), (0, width - matrix.shape[1])))


def _softmax_keys(scores: Scores, width: int) -> dict[str, Any]:
    """What a layer of attention says of its scores."""
    keys: dict[str, Any] = {}
    if scores.softmax:
        keys = {"softmax": True, "scale": scores.root}
        if scores.root and any(head.query.a.shape[1] != width for head in scores.heads):
            raise Refused("the root of a head width, where values are wider than queries")
    if scores.mask is not None:
        n = len(scores.mask)
        causal = np.array_equal(scores.mask, np.tri(n))
        keys |= {"causal": True} if causal else {"mask": scores.mask.astype(int).tolist()}
    return keys


def attention_layer(state: State, form: Mixed, second: Matrix, bias: Matrix | None) -> State:
    """The mixed heads times `second` (in x out), plus a row, as a layer."""
    scores, heads = form.scores, form.scores.heads
    if second.shape[1] != state.width:
        raise Refused(f"attention that maps to {second.shape[1]} channels, not back to {state.width}")
    parts = [p for h, o in zip(heads, form.outputs, strict=True) for p in (h.query, h.key, o)]
    width = max(part.a.shape[1] for part in parts)
    with_bias = bias is not None or any(part.b is not None for part in parts)
    layer = {"type": "attention", "heads": len(heads), "head-width": width, "bias": with_bias}
    layer |= _softmax_keys(scores, width)
    weights: dict[str, Matrix] = {}
    first = 0
    for number, (head, output) in enumerate(zip(heads, form.outputs, strict=True)):
        end = first + output.a.shape[1]
        out, first = second[first:end].T, end
        named = {"query": head.query, "key": head.key, "value": output, "out": Channels(out, None)}
        for name, part in named.items():
            scale = head.scale if name == "key" else Fraction(1)
            weights[f"head{number}.{name}"] = _padded(times(part.a, scale), width)
            if with_bias and name != "out":
                row = np.zeros(part.a.shape[1]) if part.b is None else times(part.b, scale)
                weights[f"head{number}.{name}-bias"] = _padded(row.reshape(1, -1), width)
    if with_bias:
        weights["bias"] = (np.zeros(state.width) if bias is None else bias).reshape(1, -1)
    return state.then(layer, weights)

"""Operations on traced values."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from ._trace import (
    Activated,
    Channels,
    Gated,
    Head,
    Matrix,
    Mixed,
    Refused,
    Scores,
    Tokens,
    Value,
    activation_layer,
    attention_layer,
    gated_layer,
    select,
    settle,
    size_of,
    times,
)


def over_state(value: Value) -> Value:
    """The same entries, of a state."""
    if value.whole:
        return value
    return Value.of_state(settle(value), value.index)


def from_right(x: Value, matrix: Matrix, bias: Matrix | None) -> Value:
    """The last axis times a matrix (in x out), plus a row."""
    if matrix.ndim != 2:
        raise Refused("a product with other than a matrix")
    size = x.index.shape[-1]
    if matrix.shape[0] != size:
        raise Refused(f"a map of {matrix.shape[0]} entries after an axis of {size}")
    columns = last_axis(x)
    if columns is None:
        return _over_tokens(x, matrix, bias)
    if isinstance(x.form, Tokens) or (isinstance(x.form, Activated) and isinstance(x.form.of, Tokens)):
        x = over_state(x)
    shape = (*x.index.shape[:-1], matrix.shape[1])
    index = np.arange(int(np.prod(shape))).reshape(shape)
    form, state = x.form, x.state
    layers: dict[type, Any] = {Mixed: attention_layer, Activated: activation_layer, Gated: gated_layer}
    layer = layers.get(type(form))
    if layer is not None:
        whole = np.zeros((size_of(form, state)[1], matrix.shape[1]), dtype=matrix.dtype)
        np.add.at(whole, columns, matrix)
        return Value.of_state(layer(state, form, whole, bias), index)
    if isinstance(form, Scores):
        raise Refused("a linear map of scores")
    base = over_state(x)
    whole = np.zeros((base.state.width, matrix.shape[1]), dtype=matrix.dtype)
    np.add.at(whole, columns, matrix)
    return Value(base.state, Channels(whole, bias), index)


def last_axis(x: Value) -> Any:
    """The columns along the last axis, where another axis runs over the tokens and all others have length one."""
    for axis in range(x.index.ndim - 1):
        found = x.columns(axis)
        if found is not None and found.size == x.index.shape[-1]:
            return found.ravel()
    return None


def _over_tokens(x: Value, matrix: Matrix, bias: Matrix | None) -> Value:
    """The same where the last axis runs over the tokens, and another over all channels."""
    columns = x.columns(-1)
    width = x.state.width
    if columns is None or columns.ravel().tolist() != list(range(width)):
        raise Refused("a map of an axis that is neither that of the tokens nor that of the channels")
    rows = matrix.shape[1]
    places = np.arange(rows * width).reshape(rows, width).T
    index = places.reshape(*x.index.shape[:-1], rows)
    if isinstance(x.form, Activated):
        state = activation_layer(x.state, x.form, matrix, bias)
        return Value.of_state(state, index)
    base = over_state(x)
    return Value(base.state, Tokens(matrix.T, bias), index)


def from_left(matrix: Matrix, x: Value) -> Value:
    """A matrix times the last two axes."""
    found = from_right(x.view(np.swapaxes(x.index, -1, -2)), matrix.T, None)
    return found.view(np.swapaxes(found.index, -1, -2))


def _maps(x: Value, axis: int) -> tuple[Value, Any]:
    """Channels of a state, and the columns by head and entry, of a tensor whose tokens run along the axis."""
    if not isinstance(x.form, Channels):
        x = over_state(x)
    found = x.columns(axis)
    if found is None:
        raise Refused("a product of two values that are not tokens x channels")
    return x, found.reshape(-1, found.shape[-1])


def product(x: Value, y: Value) -> Value:
    """A product of two values: of queries and keys, or of scores and values."""
    if isinstance(x.form, Scores):
        if x.form.mask is not None and not x.form.passed:
            raise Refused("a mask without a softmax behind it")
        return _mixed(x, y)
    x, queries = _maps(x, -2)
    y, keys = _maps(y, -1)
    if x.state is not y.state or queries.shape != keys.shape:
        raise Refused("scores of queries and keys of different states")
    x_form, y_form = x.form, y.form
    assert isinstance(x_form, Channels) and isinstance(y_form, Channels)
    heads = tuple(Head(select(x_form, q), select(y_form, k)) for q, k in zip(queries, keys, strict=True))
    n = x.state.tokens
    shape = (*x.index.shape[:-2], n, n)
    index = np.arange(len(heads) * n * n).reshape(shape)
    return Value(x.state, Scores(heads), index)


def _mixed(scores: Value, y: Value) -> Value:
    form = scores.form
    assert isinstance(form, Scores)
    n, count = scores.state.tokens, len(form.heads)
    plain = np.arange(count * n * n).reshape(-1, n, n)
    if scores.index.shape[-2:] != (n, n) or (scores.index.reshape(-1, n, n) != plain).any():
        raise Refused("scores in another order")
    y, values = _maps(y, -2)
    if y.state is not scores.state or values.shape[0] != count:
        raise Refused("scores and values of different states or heads")
    y_form = y.form
    assert isinstance(y_form, Channels)
    outputs = tuple(select(y_form, columns) for columns in values)
    width = values.shape[1]
    places = np.arange(n * count * width).reshape(n, count, width).transpose(1, 0, 2)
    index = np.ascontiguousarray(places).reshape(*scores.index.shape[:-2], n, width)
    return Value(scores.state, Mixed(form, outputs), index)


def _by_rows(x: Value) -> bool:
    """Whether the last axis runs over the tokens that a token sees."""
    n, rows = x.state.tokens, x.index.reshape(-1, x.index.shape[-1])
    return x.index.shape[-1] == n and bool((rows == rows[:, :1] // n * n + np.arange(n)).all())


def softmax(x: Value, keep: bool) -> Value:
    """Of the scores of every token; where it is not kept the scores are as they were."""
    if not isinstance(x.form, Scores) or x.form.passed or not _by_rows(x):
        raise Refused("a softmax that is not over the scores of a token")
    return Value(x.state, replace(x.form, passed=True, softmax=keep), x.index)


def masked(x: Value, seen: Matrix) -> Value:
    """Scores of which softmax sees those where `seen`, of the shape of the scores, is 1."""
    if not isinstance(x.form, Scores) or x.form.passed or x.form.mask is not None or not _by_rows(x):
        raise Refused("a mask of other than the scores before softmax")
    n = x.state.tokens
    tables = np.broadcast_to(seen, x.index.shape).reshape(-1, n * n)
    # Of every pair of a head its place.
    pairs = x.index.reshape(-1, n * n) % (n * n)
    table = np.take_along_axis(tables, np.argsort(pairs, axis=1), axis=1)
    if (np.sort(pairs, axis=1) != np.arange(n * n)).any() or (table != table[:1]).any():
        raise Refused("a mask that is not the same for all heads")
    return Value(x.state, replace(x.form, mask=table[0].reshape(n, n)), x.index)


def scaled(x: Value, number: Fraction) -> Value:
    """A value times a number."""
    form = x.form
    if isinstance(form, Channels):
        return Value(x.state, scaled_map(form, number), x.index)
    if isinstance(form, Tokens):
        column = None if form.b is None else times(form.b, number)
        return Value(x.state, Tokens(times(form.m, number), column), x.index)
    if isinstance(form, Activated) and not isinstance(form.activation, str):
        return Value(x.state, Activated(form.of, tuple(c * number for c in form.activation)), x.index)
    if isinstance(form, Gated):
        return Value(x.state, replace(form, up=scaled_map(form.up, number)), x.index)
    if isinstance(form, Mixed):
        outputs = tuple(scaled_map(output, number) for output in form.outputs)
        return Value(x.state, replace(form, outputs=outputs), x.index)
    if isinstance(form, Scores):
        if form.passed or form.mask is not None:
            raise Refused("a factor of the scores after their mask or softmax")
        heads = tuple(replace(head, scale=head.scale * number) for head in form.heads)
        return Value(x.state, replace(form, heads=heads), x.index)
    return scaled(over_state(x), number)


def scaled_map(form: Channels, number: Fraction) -> Channels:
    return Channels(times(form.a, number), None if form.b is None else times(form.b, number))

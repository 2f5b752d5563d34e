"""Operations on traced values."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ._trace import (
    Channels,
    Head,
    Matrix,
    Mixed,
    Powers,
    Refused,
    Scores,
    Tokens,
    Value,
    attention_layer,
    polynomial_layer,
    select,
    settle,
    times,
    total,
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
    columns = _last_axis(x)
    if columns is None:
        return _over_tokens(x, matrix, bias)
    if isinstance(x.form, Tokens) or (isinstance(x.form, Powers) and isinstance(x.form.of, Tokens)):
        x = over_state(x)
    shape = (*x.index.shape[:-1], matrix.shape[1])
    index = np.arange(int(np.prod(shape))).reshape(shape)
    form, state = x.form, x.state
    if isinstance(form, Mixed):
        whole = np.zeros((sum(o.a.shape[1] for o in form.outputs), matrix.shape[1]), dtype=matrix.dtype)
        np.add.at(whole, columns, matrix)
        return Value.of_state(attention_layer(state, form, whole, bias), index)
    if isinstance(form, Powers):
        whole = np.zeros((_inner(form).a.shape[1], matrix.shape[1]), dtype=matrix.dtype)
        np.add.at(whole, columns, matrix)
        return Value.of_state(polynomial_layer(state, form, whole, bias), index)
    if isinstance(form, Scores):
        raise Refused("a linear map of scores")
    base = over_state(x)
    whole = np.zeros((base.state.width, matrix.shape[1]), dtype=matrix.dtype)
    np.add.at(whole, columns, matrix)
    return Value(base.state, Channels(whole, bias), index)


def _inner(form: Powers) -> Channels:
    assert isinstance(form.of, Channels)
    return form.of


def _last_axis(x: Value) -> Any:
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
    if isinstance(x.form, Powers):
        state = polynomial_layer(x.state, x.form, matrix, bias)
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
    return Value(scores.state, Mixed(form.heads, outputs), index)


def scaled(x: Value, number: Fraction) -> Value:
    """A value times a number."""
    form = x.form
    if isinstance(form, Channels):
        row = None if form.b is None else times(form.b, number)
        return Value(x.state, Channels(times(form.a, number), row), x.index)
    if isinstance(form, Tokens):
        column = None if form.b is None else times(form.b, number)
        return Value(x.state, Tokens(times(form.m, number), column), x.index)
    if isinstance(form, Powers):
        return Value(x.state, Powers(form.of, tuple(c * number for c in form.coefficients)), x.index)
    heads = tuple(Head(h.query, h.key, h.scale * number) for h in form.heads)
    changed = Scores(heads) if isinstance(form, Scores) else Mixed(heads, form.outputs)
    return Value(x.state, changed, x.index)


def _powers(x: Value) -> Powers:
    if isinstance(x.form, Powers):
        return x.form
    if isinstance(x.form, (Channels, Tokens)):
        return Powers(x.form, (Fraction(0), Fraction(1)))
    raise Refused("an activation of scores or of what attention mixes: put a linear map between")


def multiply(x: Value, y: Value) -> Value:
    """A product of entries: of two polynomials of the same linear map."""
    if x.state is not y.state or x.index.shape != y.index.shape or (x.index != y.index).any():
        raise Refused("a product of the entries of different values")
    own, other = _powers(x), _powers(y)
    if own.of is not other.of:
        raise Refused("a product of the entries of different maps")
    found = [Fraction(0)] * (len(own.coefficients) + len(other.coefficients) - 1)
    for i, a in enumerate(own.coefficients):
        for j, b in enumerate(other.coefficients):
            found[i + j] += a * b
    return Value(x.state, Powers(own.of, tuple(found)), x.index)


def raised(x: Value, exponent: Any) -> Value:
    """A power of every entry."""
    if not isinstance(exponent, (int, float)) or exponent != int(exponent) or not 1 <= exponent <= 64:
        raise Refused(f"the power {exponent}: allowed are 1 to 64")
    if not isinstance(x.form, (Channels, Tokens, Powers)):
        x = over_state(x)
    result = Value(x.state, _powers(x), x.index)
    for _ in range(int(exponent) - 1):
        result = multiply(result, x)
    return result


def add(x: Value, y: Value) -> Value:
    """A sum of two values of one shape."""
    if x.index.shape != y.index.shape:
        raise Refused("a sum of values of different shapes")
    same = (x.index == y.index).all()
    if isinstance(x.form, Powers) or isinstance(y.form, Powers):
        own, other = (_powers(v) if isinstance(v.form, (Powers, Channels, Tokens)) else None for v in (x, y))
        if own and other and own.of is other.of and same:
            size = max(len(own.coefficients), len(other.coefficients))
            lists = [(*p.coefficients, *[Fraction(0)] * (size - len(p.coefficients))) for p in (own, other)]
            return Value(x.state, Powers(own.of, tuple(a + b for a, b in zip(*lists, strict=True))), x.index)
    if isinstance(x.form, Scores) or isinstance(y.form, Scores) or not same:
        raise Refused("a sum of values that are laid out in different ways")
    return Value.of_state(total(settle(x), settle(y)), x.index)


def add_constant(x: Value, array: Matrix) -> Value:
    """A sum with numbers, which are the same for all inputs."""
    if isinstance(x.form, Powers) and array.ndim == 0:
        first, *rest = x.form.coefficients
        changed = (first + Fraction(float(array)), *rest)
        return Value(x.state, Powers(x.form.of, changed), x.index)
    if isinstance(x.form, Scores):
        raise Refused("numbers that are added to scores, as a mask is")
    state = settle(x)
    values = np.broadcast_to(array, x.index.shape)
    if x.index.size != state.tokens * state.width:
        raise Refused("numbers that are added to a part of a state")
    table = np.zeros(state.tokens * state.width)
    table[x.index.ravel()] = values.ravel()
    weights = {"values": table.reshape(state.tokens, state.width)}
    return Value.of_state(state.then({"type": "position-embedding"}, weights), x.index)


def average(x: Value, dim: Any, keepdim: bool) -> Value:
    """The average over the tokens."""
    if isinstance(dim, (list, tuple)) and len(dim) == 1:
        dim = dim[0]
    if not isinstance(dim, int):
        raise Refused("a mean over other than the tokens")
    state = settle(x)
    base = Value.of_state(state, x.index)
    columns = base.columns(dim)
    if columns is None or columns.ravel().tolist() != list(range(state.width)):
        raise Refused("a mean over other than the tokens")
    pooled = state.then({"type": "pooling"}, {}, (1, state.width))
    return Value.of_state(pooled, np.expand_dims(columns, dim) if keepdim else columns)

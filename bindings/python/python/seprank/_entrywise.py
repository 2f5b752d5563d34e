"""Operations on the entries of traced values: activations, gates, normalisations, sums, averages."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from ._ops import last_axis, masked, over_state, scaled_map
from ._trace import (
    Activated,
    Activation,
    Channels,
    Gated,
    Matrix,
    Mixed,
    Refused,
    Scores,
    Size,
    Tokens,
    Value,
    select,
    settle,
    total,
)


def _activated(x: Value) -> Activated:
    if isinstance(x.form, Activated):
        return x.form
    if isinstance(x.form, (Channels, Tokens)):
        return Activated(x.form, (Fraction(0), Fraction(1)))
    raise Refused("an activation of scores or of what attention mixes: put a linear map between")


def _coefficients(form: Activated) -> tuple[Fraction, ...]:
    if isinstance(form.activation, str):
        raise Refused(f"a polynomial of the function {form.activation}")
    return form.activation


def multiply(x: Value, y: Value) -> Value:
    """A product of entries: of two polynomials of one map, of two maps of which one has a function of its entries
    before, or of a token and one over its size."""
    for size, token in ((x, y), (y, x)):
        if isinstance(size.form, Size):
            return _normalised_by(token, size.form, size)
    x, y = (over_state(v) if isinstance(v.form, (Mixed, Gated)) else v for v in (x, y))
    if x.state is not y.state or x.index.shape != y.index.shape:
        raise Refused("a product of the entries of different values")
    own, other = _activated(x), _activated(y)
    names = isinstance(own.activation, str), isinstance(other.activation, str)
    if own.of is not other.of or any(names) or (x.index != y.index).any():
        return _gated(x, y)
    ours, theirs = _coefficients(own), _coefficients(other)
    found = [Fraction(0)] * (len(ours) + len(theirs) - 1)
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            found[i + j] += a * b
    return Value(x.state, Activated(own.of, tuple(found)), x.index)


def _gated(x: Value, y: Value) -> Value:
    """The product of two maps over the channels, at most one with a function before it that is not linear."""
    x_columns, y_columns = last_axis(x), last_axis(y)
    own, other = _activated(x), _activated(y)
    if x_columns is None or y_columns is None or not (isinstance(own.of, Channels) and isinstance(other.of, Channels)):
        raise Refused("a product of the entries of two values that are not tokens x channels of one state")
    if _is_linear(own.activation) and not _is_linear(other.activation):
        (x_columns, own), (y_columns, other) = (y_columns, other), (x_columns, own)
    if not _is_linear(other.activation):
        raise Refused("a product of two functions that are not linear, of different maps")
    assert isinstance(own.of, Channels) and isinstance(other.of, Channels)
    up = select(_linear(other.of, other.activation), y_columns)
    index = np.arange(x.index.size).reshape(x.index.shape)
    return Value(x.state, Gated(select(own.of, x_columns), own.activation, up), index)


def _is_linear(activation: Activation) -> bool:
    return not isinstance(activation, str) and not any(activation[2:])


def _linear(form: Channels, activation: Activation) -> Channels:
    """c0 + c1 (Y A + b) as a map."""
    assert not isinstance(activation, str)
    constant, factor = (*activation, Fraction(0))[:2]
    found = scaled_map(form, factor)
    if constant == 0:
        return found
    row = [constant] * form.a.shape[1] if found.b is None else [Fraction(b) + constant for b in found.b.tolist()]
    return Channels(found.a, np.array(row, dtype=object))


def activate(x: Value, name: str) -> Value:
    """A function of real numbers of every entry, by its name in a network file."""
    if not isinstance(x.form, (Channels, Tokens)):
        x = over_state(x)
    assert isinstance(x.form, (Channels, Tokens))
    return Value(x.state, Activated(x.form, name), x.index)


def _over_channels(x: Value, what: str) -> Value:
    """The value over a state, whose last axis runs over all channels in order."""
    base = over_state(x)
    columns = last_axis(base)
    if columns is None or columns.tolist() != list(range(base.state.width)):
        raise Refused(f"{what} over other than the channels of a token")
    return base


def normalised(x: Value, keys: dict[str, Any], gain: Matrix | None = None, bias: Matrix | None = None) -> Value:
    """Every token normalised; a bias is of layer normalisation only."""
    base = _over_channels(x, "a normalisation")
    width, affine = base.state.width, gain is not None or bias is not None
    weights = {"gain": np.ones((1, width)) if gain is None else gain.reshape(1, -1)}
    if keys["norm"] == "layer":
        weights["bias"] = np.zeros((1, width)) if bias is None else bias.reshape(1, -1)
    layer = {"type": "norm", **keys, "affine": affine}
    return Value.of_state(base.state.then(layer, weights if affine else {}), base.index)


def _normalised_by(x: Value, size: Size, place: Value) -> Value:
    """A token times one over its own size."""
    rows = np.arange(x.state.tokens).tolist()
    fits = place.index.shape == (*x.index.shape[:-1], 1) and place.index.ravel().tolist() == rows
    if size.power != "-1/2" or x.form is not size.of or not fits:
        raise Refused("a product with a size that is not one over the root of the token's own mean square")
    return normalised(x, {"norm": "rms", "epsilon": size.epsilon})


def rooted(x: Value, power: str) -> Value:
    """The root of a mean square, or one over it."""
    if not isinstance(x.form, Size) or x.form.power != "1":
        raise Refused("a root of other than a mean square, as in RMS normalisation")
    return Value(x.state, replace(x.form, power=power), x.index)


def inverse(x: Value) -> Value:
    """One over a root."""
    if not isinstance(x.form, Size) or x.form.power != "1/2":
        raise Refused("a quotient by other than a number, or the root of a mean square")
    return Value(x.state, replace(x.form, power="-1/2"), x.index)


def scaled_channels(x: Value, factors: Matrix) -> Value:
    """Every channel times a number of its own."""
    base = _over_channels(x, "factors")
    if factors.size != base.state.width or factors.shape[-1] != factors.size:
        raise Refused("a product with other than a number, or one for each channel")
    return Value.of_state(base.state.then({"type": "scaling"}, {"values": factors.reshape(1, -1)}), base.index)


def raised(x: Value, exponent: Any) -> Value:
    """A power of every entry."""
    if not isinstance(exponent, (int, float)) or exponent != int(exponent) or not 1 <= exponent <= 64:
        raise Refused(f"the power {exponent}: allowed are 1 to 64")
    polynomial = isinstance(x.form, Activated) and not isinstance(x.form.activation, str)
    if not polynomial and not isinstance(x.form, (Channels, Tokens)):
        x = over_state(x)
    result = Value(x.state, _activated(x), x.index)
    for _ in range(int(exponent) - 1):
        result = multiply(result, x)
    return result


def add(x: Value, y: Value) -> Value:
    """A sum of two values of one shape."""
    if x.index.shape != y.index.shape:
        raise Refused("a sum of values of different shapes")
    same = (x.index == y.index).all()
    if isinstance(x.form, Activated) or isinstance(y.form, Activated):
        own, other = (_activated(v) if isinstance(v.form, (Activated, Channels, Tokens)) else None for v in (x, y))
        polynomials = [p.activation for p in (own, other) if p and not isinstance(p.activation, str)]
        if own and other and own.of is other.of and same and len(polynomials) == 2:
            size = max(map(len, polynomials))
            lists = [(*p, *[Fraction(0)] * (size - len(p))) for p in polynomials]
            found = tuple(a + b for a, b in zip(*lists, strict=True))
            return Value(x.state, Activated(own.of, found), x.index)
    if isinstance(x.form, Scores) or isinstance(y.form, Scores) or not same:
        raise Refused("a sum of values that are laid out in different ways")
    return Value.of_state(total(settle(x), settle(y)), x.index)


def add_constant(x: Value, array: Matrix) -> Value:
    """A sum with numbers, which are the same for all inputs."""
    form = x.form
    if isinstance(form, Channels) and array.ndim == 0:
        return Value(x.state, _linear(form, (Fraction(float(array)), Fraction(1))), x.index)
    if isinstance(form, Activated) and not isinstance(form.activation, str) and array.ndim == 0:
        first, *rest = form.activation
        changed = (first + Fraction(float(array)), *rest)
        return Value(x.state, Activated(form.of, changed), x.index)
    if isinstance(form, Size) and form.power == "1" and array.ndim == 0:
        return Value(x.state, replace(form, epsilon=form.epsilon + Fraction(float(array))), x.index)
    if isinstance(form, Scores):
        if not np.isin(array, (0, -np.inf)).all():
            raise Refused("numbers that are added to scores, other than 0 and -inf as in a mask")
        return masked(x, np.where(array == 0, 1.0, 0.0))
    state = settle(x)
    values = np.broadcast_to(array, x.index.shape)
    if x.index.size != state.tokens * state.width:
        raise Refused("numbers that are added to a part of a state")
    table = np.zeros(state.tokens * state.width)
    table[x.index.ravel()] = values.ravel()
    weights = {"values": table.reshape(state.tokens, state.width)}
    return Value.of_state(state.then({"type": "position-embedding"}, weights), x.index)


def average(x: Value, dim: Any, keepdim: bool) -> Value:
    """The average over the tokens; or of squares over the channels, as in RMS normalisation."""
    if isinstance(dim, (list, tuple)) and len(dim) == 1:
        dim = dim[0]
    if not isinstance(dim, int):
        raise Refused("a mean over other than the tokens")
    square = (Fraction(0), Fraction(0), Fraction(1))
    form, last = x.form, dim in (-1, x.index.ndim - 1)
    if isinstance(form, Activated) and form.activation == square and isinstance(form.of, Channels) and last and keepdim:
        columns = last_axis(x)
        if columns is not None and columns.tolist() == list(range(form.of.a.shape[1])):
            index = np.arange(x.state.tokens).reshape((*x.index.shape[:-1], 1))
            return Value(x.state, Size(form.of, Fraction(0)), index)
    state = settle(x)
    base = Value.of_state(state, x.index)
    columns = base.columns(dim)
    if columns is None or columns.ravel().tolist() != list(range(state.width)):
        raise Refused("a mean over other than the tokens")
    pooled = state.then({"type": "pooling"}, {}, (1, state.width))
    return Value.of_state(pooled, np.expand_dims(columns, dim) if keepdim else columns)

"""What users give, as plain lists and numbers of the extension module."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, SupportsIndex

import numpy as np
import numpy.typing as npt

from ._errors import InvalidProblem

Number = int | Fraction
"""An exact number."""

ArrayLike = npt.NDArray[Any] | Sequence[Any]
"""A NumPy array or nested lists; of ints, Fractions or floats, which are taken exactly."""

Output = tuple[SupportsIndex, SupportsIndex]
"""(token, channel) of an entry of the last state."""

GIB = 1 << 30


def count(field: str, value: SupportsIndex) -> int:
    """A number from 0 to 2^63 - 1, of which the crate decides whether it is allowed."""
    if isinstance(value, bool):
        raise TypeError(f"{field}: a whole number is expected, not bool")
    try:
        number = operator.index(value)
    except TypeError:
        kind = type(value).__name__
        raise TypeError(f"{field}: a whole number is expected, not {kind}") from None
    if not 0 <= number < 1 << 63:
        raise InvalidProblem(field, str(number), "whole numbers from 0 to 2^63 - 1 are allowed")
    return number


def maybe_count(field: str, value: SupportsIndex | None) -> int | None:
    """The same, or None."""
    return None if value is None else count(field, value)


def positions(field: str, values: Iterable[SupportsIndex]) -> list[int]:
    """A list of positions."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(f"{field}: a list of positions is expected, not {type(values).__name__}")
    return [count(field, value) for value in values]


def pair(field: str, values: Iterable[SupportsIndex]) -> tuple[int, int]:
    """Two positions."""
    found = positions(field, values)
    if len(found) != 2:
        raise InvalidProblem(field, str(found), "two numbers are expected: token and channel")
    return found[0], found[1]


def memory_bytes(memory: float) -> int:
    """A limit in GiB as bytes."""
    if isinstance(memory, str) or not 0 <= float(memory) <= 1e6:
        raise InvalidProblem("memory", repr(memory), "a number of GiB is expected, as 4 or 0.5")
    return int(float(memory) * GIB)


def seconds(time: float | None) -> float | None:
    """A limit on time."""
    if time is None:
        return None
    if isinstance(time, str) or not 0 <= float(time) <= 1e9:
        raise InvalidProblem("time", repr(time), "a number of seconds is expected")
    return float(time)


def nested(values: ArrayLike) -> Any:
    """Lists of Python numbers: of an array its own, which are the same numbers exactly."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (list, tuple)):
        return [nested(value) for value in values]
    return values


def exact_array(values: Any) -> npt.NDArray[Any]:
    """Exact numbers as an array of objects."""
    array: npt.NDArray[Any] = np.array(values, dtype=object)
    return array


def place(
    tokens: SupportsIndex | None, left: Iterable[SupportsIndex] | None, output: Output | None
) -> tuple[int | None, list[int] | None, tuple[int, int] | None]:
    """Tokens, side A and output entry, where they are given."""
    return (
        maybe_count("tokens", tokens),
        None if left is None else positions("left", left),
        None if output is None else pair("output", output),
    )


def inputs(x: ArrayLike, size: tuple[int, int]) -> tuple[list[Any], bool]:
    """A list of inputs, and whether it was given as one."""
    lists = nested(x)
    shape = np.shape(np.array(lists, dtype=object))
    if shape == size:
        return [lists], True
    if len(shape) == 3 and shape[1:] == size:
        return list(lists), False
    n, d = size
    text = " x ".join(map(str, shape)) or "no array"
    raise InvalidProblem("x", f"of shape {text}", f"allowed are {n} x {d}, and B x {n} x {d}")

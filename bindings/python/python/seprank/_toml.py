"""Layers as the text of a network file (docs/networks.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ._errors import InvalidProblem


def _value(value: Any, place: str) -> str:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    # Numbers of any size stand in strings: what is written is what is meant.
    if isinstance(value, int):
        return str(value) if abs(value) < 1 << 63 else f'"{value}"'
    if isinstance(value, Fraction):
        return f'"{value.numerator}/{value.denominator}"'
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise InvalidProblem("layers", f"{place} = {value}", "finite numbers are allowed")
        numerator, denominator = value.as_integer_ratio()
        return f'"{numerator}/{denominator}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value, place)) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_value(entry, place) for entry in value) + "]"
    kind = type(value).__name__
    raise TypeError(f"{place}: numbers, text, lists and dicts are expected, not {kind}")


def _pairs(mapping: Mapping[Any, Any], place: str) -> list[str]:
    found = []
    for key, value in mapping.items():
        if not isinstance(key, str):
            raise TypeError(f"{place}: names of keys are expected, not {type(key).__name__}")
        # In Python a key is written as a name, head_width for head-width.
        name = key.replace("_", "-")
        found.append(f"{json.dumps(name)} = {_value(value, f'{place}.{name}')}")
    return found


def network_text(head: Mapping[str, Any], layers: Sequence[Mapping[str, Any]]) -> str:
    """The text of a network file with that head and those layers."""
    if isinstance(layers, (str, bytes, Mapping)) or not isinstance(layers, Sequence):
        raise TypeError(f"layers: a list of dicts is expected, not {type(layers).__name__}")
    lines = _pairs(head, "network")
    for number, layer in enumerate(layers):
        if not isinstance(layer, Mapping):
            raise TypeError(f"layers[{number}]: a dict is expected, not {type(layer).__name__}")
        lines += ["[[layer]]", *_pairs(layer, f"layers[{number}]")]
    return "\n".join(lines) + "\n"

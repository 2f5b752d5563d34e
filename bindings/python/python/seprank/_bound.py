"""Bounds: numbers that a theorem proves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Ends = tuple[float, float] | tuple[Decimal, Decimal]
"""The two ends of an interval, rounded outwards; Decimals where a float overflows."""


def ends_of(pair: tuple[Any, Any] | None) -> Ends | None:
    """Ends as the extension module gives them."""
    if pair is None:
        return None
    low, high = pair
    return (low, high) if isinstance(low, float) else (Decimal(low), Decimal(high))


def digits_of(value: int | None, log10: Ends | None) -> str:
    """A number for reading: its digits, or a power of ten around it."""
    if value is not None and value.bit_length() < 200:
        return str(value)
    return "0" if log10 is None else f"10^[{log10[0]}, {log10[1]}]"


@dataclass(frozen=True)
class Bound:
    """A bound on a separation rank, or a computed rank that serves as one."""

    id: str
    """Its name in the registry, or "computed"."""
    side: str
    """"lower" or "upper"."""
    value: int | None
    """Its exact value; None where it has more digits than were asked for."""
    log10: Ends | None
    """Around its logarithm to the base 10; None of zero."""
    theorem: str | None
    """The place of its proof in docs/theory.md."""

    @classmethod
    def _of(cls, values: dict[str, Any]) -> Bound:
        return cls(**{**values, "log10": ends_of(values["log10"])})

    def __repr__(self) -> str:
        relation = ">=" if self.side == "lower" else "<="
        return f"<Bound {relation} {digits_of(self.value, self.log10)}  {self.id}>"

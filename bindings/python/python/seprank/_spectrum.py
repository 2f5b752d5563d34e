"""Singular values of grids, enclosed."""

from __future__ import annotations

import numbers
from dataclasses import dataclass, field
from typing import Any

from . import _show
from ._errors import InvalidProblem
from ._seprank import SpectrumSource

EPSILONS = (1e-1, 1e-2, 1e-4, 1e-8)
"""The shares of the root mean square that are shown."""


@dataclass(frozen=True)
class Spectrum:
    """The singular values of the matrix of values of f at points of A and B, each enclosed by two numbers: proved for
    these weights and points, by interval arithmetic."""

    values: tuple[tuple[float, float], ...]
    """At least and at most, the largest first, rounded outwards."""
    root_mean_square: tuple[float, float]
    """Of the entries of the matrix."""
    points: int
    """Points on a side."""
    precision: int
    """Bits of the intervals of the entries."""
    seed: int
    """Of the points, and of the weights where none are given."""
    network: str
    """The network, in a few words."""
    _source: SpectrumSource = field(repr=False, compare=False)

    @classmethod
    def _of(cls, found: dict[str, Any]) -> Spectrum:
        values = tuple(found.pop("values"))
        return cls(values=values, _source=found.pop("source"), **found)

    def rank_within(self, epsilon: float) -> tuple[int, int]:
        """At least and at most: the least rank of a matrix that differs from this one by a root mean square of at most
        `epsilon` times its own. The first is also a lower bound of the separation rank of every function that is as
        near to f on these points.

        Errors: InvalidProblem where epsilon is negative or no number.
        """
        if not isinstance(epsilon, numbers.Real):
            raise TypeError(f"epsilon: a number is expected, not {type(epsilon).__name__}")
        if not 0 <= float(epsilon) < float("inf"):
            raise InvalidProblem("epsilon", repr(epsilon), "numbers from 0 are allowed")
        least, most = self._source.rank_within(float(epsilon))
        return least, most

    def __repr__(self) -> str:
        least, most = self.rank_within(1e-2)
        rank = f"{least}" if least == most else f"{least} to {most}"
        return f"<Spectrum of {self.points} x {self.points} points, rank {rank} within 1e-2, of {self.network}>"

    def _cells(self) -> list[tuple[int, float, float]]:
        return [(number, low, high) for number, (low, high) in enumerate(self.values, 1)]

    def _repr_html_(self) -> str:
        ranks = [(f"{epsilon:g}", *self.rank_within(epsilon)) for epsilon in EPSILONS]
        head = f"<p><b>{_show.escape(repr(self)[1:-1])}</b></p>"
        table = _show.table(("singular value", "at least", "at most"), self._cells())
        return head + _show.table(("epsilon", "rank within: at least", "at most"), ranks) + table

    def to_frame(self) -> Any:
        """A row a singular value, as a pandas DataFrame."""
        return _show.frame(("number", "at_least", "at_most"), self._cells())

    def plot(self, ax: Any = None, *, label: str | None = None) -> Any:
        """The enclosures on matplotlib axes, as bars from the lower to the upper end and a line through the upper ends.
        Where 0 is not excluded a bar goes down to the end of the axes."""
        ax = _show.axes(ax)
        # On a logarithmic axis 0 has no place: such bars are cut at a digit below the least end.
        ends = [end for pair in self.values for end in pair if end > 0]
        floor = min(ends, default=1.0) / 10
        numbers = range(1, len(self.values) + 1)
        lows = [max(low, floor) for low, _ in self.values]
        highs = [max(high, floor) for _, high in self.values]
        (line,) = ax.plot(numbers, highs, linewidth=0.8, label=label)
        color = line.get_color()
        ax.vlines(numbers, lows, highs, color=color, linewidth=2)
        ax.scatter([*numbers, *numbers], [*lows, *highs], marker="_", color=color)
        ax.set_yscale("log")
        ax.set_xlabel("number")
        ax.set_ylabel("singular value, enclosed")
        whole = _show.optional("matplotlib.ticker", "plot()").MaxNLocator
        ax.xaxis.set_major_locator(whole(integer=True))
        ax.set_title(f"{self.points} x {self.points} points", fontsize=10)
        if label is not None:
            ax.legend()
        return ax

"""Dimensions of sets of functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Dimension:
    """The dimension of the set of functions that a network can be, with what it rests on; true where it is exact."""

    value: int | None
    """The dimension where it is known exactly, else None."""
    at_least: int
    """The order of a minor of the Jacobian in the weights that is not zero modulo the prime: a proved lower bound."""
    at_most: int
    """The best upper bound that is known."""
    exact: bool
    """Whether both meet."""
    basis: str
    """What the answer rests on, in words."""
    upper: tuple[tuple[str, int], ...]
    """The upper bounds: the numbers of weights and of coefficients."""
    prime: int
    """The prime modulo which the minor is not zero."""
    chance: float | None
    """Of an answer that is not exact: at most this is the chance that the generic rank modulo the prime is larger, if
    it is known."""
    seed: int
    """Of weights and points."""
    points: int
    """Random points that were taken."""
    of: str
    """state, token or entry: which entries of the last state make the function."""
    network: str
    """The network, in a few words."""
    ended_by: str | None
    """time, memory or interrupt, if a limit ended the search before its end."""
    _text: str

    @classmethod
    def _of(cls, found: dict[str, Any]) -> Dimension:
        at_least, exact = found["dimension"], found["exact"]
        copied = ("basis", "prime", "chance", "seed", "points", "of", "network", "ended_by")
        return cls(
            value=at_least if exact else None,
            at_least=at_least,
            at_most=min(value for _, value in found["upper"]),
            exact=exact,
            upper=tuple(found["upper"]),
            _text=found["text"],
            **{key: found[key] for key in copied},
        )

    def __bool__(self) -> bool:
        return self.exact

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        relation, word = ("=", "exact") if self.exact else (">=", "lower")
        return f"<Dimension {relation} {self.at_least} ({word}) of {self.network}>"

    def _repr_latex_(self) -> str:
        return rf"$\dim {'=' if self.exact else chr(92) + 'ge'} {self.at_least}$"

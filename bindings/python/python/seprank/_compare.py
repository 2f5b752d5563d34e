"""Families of networks at one size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, SupportsIndex

from . import _seprank, _show
from ._bound import Bound, digits_of
from ._errors import InvalidProblem, whole
from ._progress import Progress, watched
from ._rank import Rank
from ._values import count, maybe_count, memory_bytes, positions, seconds


@dataclass(frozen=True)
class Family:
    """A family of networks at the size of a comparison."""

    family: str
    """Its name in `python -m seprank networks`."""
    title: str
    """What it is."""
    network: str | None
    """The network, in a few words; None where the family has none of that size."""
    degree: int | None
    """The degree of f."""
    weights: int | None
    """The number of its free weights."""
    rank: Rank | None
    """Its rank, exact or from below."""
    upper: Bound | None
    """The best upper bound."""
    cuts: tuple[int, int] | None
    """The least and the largest rank found at the contiguous cuts."""
    to_attention: str | None
    """How its rank stands to that of attention: above, below or equal, "proved" or "found" at random weights; or
    "open"."""
    missing: str | None
    """Why there is no rank."""

    @classmethod
    def _of(cls, found: dict[str, Any]) -> Family:
        rank = None if found["rank"] is None else Rank._of(found["rank"])
        upper = None if found["upper"] is None else Bound._of(found["upper"])
        return cls(**{**found, "rank": rank, "upper": upper})

    def __repr__(self) -> str:
        if self.rank is None:
            return f"<Family {self.family}: {self.missing}>"
        relation = "=" if self.rank.exact else ">="
        return f"<Family {self.family}: rank {relation} {digits_of(self.rank.at_least, self.rank.log10)}>"


@dataclass(frozen=True)
class Comparison:
    """Every family of networks at one size and partition. The sizes are equal, the numbers of weights are not."""

    rows: tuple[Family, ...]
    """The largest rank first; families without one come last."""
    tokens: int
    width: int
    depth: int
    """How often the layers of a family stand one after the other."""
    seed: int
    """Of the random weights and points."""

    def __repr__(self) -> str:
        size = f"N={self.tokens} d={self.width} L={self.depth}"
        return f"<Comparison of {len(self.rows)} families at {size}>"

    def __getitem__(self, family: str) -> Family:
        for row in self.rows:
            if row.family == family:
                return row
        names = ", ".join(row.family for row in self.rows)
        raise InvalidProblem("family", repr(family), f"allowed are {names}")

    def _cells(self) -> list[tuple[object, ...]]:
        return [
            (
                row.family,
                row.degree,
                row.weights,
                None if row.rank is None else row.rank.at_least,
                None if row.rank is None else row.rank.exact,
                None if row.upper is None else row.upper.value,
                None if row.cuts is None else row.cuts[0],
                None if row.cuts is None else row.cuts[1],
                row.to_attention,
                row.missing,
            )
            for row in self.rows
        ]

    def _repr_html_(self) -> str:
        shown = [["" if cell is None else cell for cell in cells] for cells in self._cells()]
        return _show.table(_COLUMNS, shown)

    def to_frame(self) -> Any:
        """A row a family, as a pandas DataFrame."""
        return _show.frame(_COLUMNS, self._cells())


_COLUMNS = (
    *("family", "degree", "weights", "rank", "exact", "at_most", "least_cut", "largest_cut"),
    *("to_attention", "missing"),
)


def compare(
    *,
    tokens: SupportsIndex,
    width: SupportsIndex,
    depth: SupportsIndex,
    families: Iterable[str] | None = None,
    left: Iterable[SupportsIndex] | None = None,
    cuts: bool = True,
    seed: SupportsIndex = 0,
    points: SupportsIndex | None = None,
    time: float | None = None,
    memory: float = 4,
    progress: Progress = False,
) -> Comparison:
    """Every family of networks, or those of these names, at one size: degree, weights, rank and bound, as
    `seprank compare`.

    `left` is side A [the first half]. With `cuts` the ranks at the contiguous cuts are found too where each takes about
    a second. Of a rank that takes longer than about a second `points` is the largest number of points on a side of a
    grid, for a lower bound. After `time` seconds, of which each family has its share, the ranks are what is proved
    by then; Ctrl-C raises Interrupted with the comparison so far.

    >>> import seprank
    >>> found = seprank.compare(tokens=4, width=2, depth=1, families=["attention", "mixer"])
    >>> found["attention"].rank.value, found["mixer"].to_attention
    (3, 'above, proved')

    Errors: InvalidProblem names the size or the family.
    """
    if isinstance(families, (str, bytes)):
        raise TypeError(f"families: a list of names is expected, not {type(families).__name__}")
    sizes = {"tokens": count("tokens", tokens), "width": count("width", width), "depth": count("depth", depth)}
    wish = {
        "sizes": tuple(sizes.values()),
        "families": None if families is None else [str(name) for name in families],
        "left": None if left is None else positions("left", left),
        "cuts": bool(cuts),
        "seed": count("seed", seed),
        "points": maybe_count("points", points),
        "seconds": seconds(time),
        "bytes": memory_bytes(memory),
    }
    with watched("compare", progress) as show:
        found, stopped = _seprank.compare(wish | {"progress": show})
    answer = Comparison(tuple(Family._of(row) for row in found), **sizes, seed=count("seed", seed))
    return whole(answer, stopped)

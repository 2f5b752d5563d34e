"""Ranks of networks, and profiles of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import _show
from ._bound import Bound, Ends, digits_of, ends_of
from ._seprank import Certificate, RankSource


@dataclass(frozen=True)
class Rank:
    """A separation rank, with what it rests on. It is true where it is exact."""

    value: int | None
    """The rank where it is known exactly, else None."""
    at_least: int | None
    """The best lower bound that is proved; None where it has too many digits to write (see log10)."""
    at_most: int | None
    """The best upper bound that is proved and could be written; None if there is none."""
    exact: bool
    """Whether both halves are proved."""
    basis: str
    """What the answer rests on, in words."""
    prime: int | None
    """The prime modulo which the minor is not zero; None of a rank by theorem or by enclosure."""
    bounds: tuple[Bound, ...]
    """The bounds that hold here: of given weights and restricted inputs only upper ones."""
    chance: float | None
    """Of an answer that is not exact: the chance that the draw was unlucky (Schwartz-Zippel), if it is known."""
    seed: int | None
    """Of everything random, of several draws that of the one that counts; None of a rank by theorem."""
    draws: int | None
    """How many draws were made; None of a rank by theorem or by enclosure."""
    method: str
    """coefficients, grid, hankel or theorem; enclosure, by interval arithmetic, of a network that is no polynomial."""
    scope: str
    """What it is the rank of."""
    network: str
    """The network, in a few words."""
    ended_by: str | None
    """time, memory or interrupt, if a limit ended the search before its end."""
    log10: Ends | None
    """Around the logarithm of a rank by theorem."""
    computed: tuple[int, str, str] | None
    """The rank of the minor that was found, its method and its basis, also where a theorem proves more."""
    not_computed: str | None
    """Why nothing was computed, if that was wanted."""
    points: int | None
    """By enclosure: points on a side of the largest grid that was eliminated. No bound is above it."""
    precision: int | None
    """By enclosure: bits of the intervals."""
    _source: RankSource = field(repr=False, compare=False)

    @classmethod
    def _of(cls, found: dict[str, Any]) -> Rank:
        bounds = tuple(Bound._of(values) for values in found["bounds"])
        at_least, exact = found["rank"], found["status"] == "exact"
        upper = [b.value for b in bounds if b.side == "upper" and b.value is not None]
        return cls(
            value=at_least if exact else None,
            at_least=at_least,
            at_most=at_least if exact else min(upper, default=None),
            exact=exact,
            bounds=bounds,
            log10=ends_of(found["log10"]),
            _source=found["source"],
            **{key: found[key] for key in _COPIED},
        )

    def certificate(self) -> Certificate:
        """The certificate: problem, weights and minor, for anyone's checker. One by enclosure has been checked, with as
        many bits as that takes; SeprankError where none are enough.

        >>> import seprank
        >>> rank = seprank.attention(depth=1, width=2, tokens=2).rank()
        >>> bool(seprank.check(rank.certificate()))
        True
        """
        return self._source.certificate()

    def __bool__(self) -> bool:
        return self.exact

    def __str__(self) -> str:
        return self._source.text()

    def __repr__(self) -> str:
        relation, word = ("=", "exact") if self.exact else (">=", "lower")
        value = digits_of(self.at_least, self.log10)
        return f"<Rank {relation} {value} ({word}, by {self.method}) of {self.network}>"

    def _repr_latex_(self) -> str:
        relation = "=" if self.exact else r"\ge"
        value = digits_of(self.at_least, self.log10)
        if value.startswith("10^"):
            value = f"10^{{{value[3:]}}}"
        return rf"$\operatorname{{sep}}(f; A, B) {relation} {value}$"

    def _repr_html_(self) -> str:
        rows = [(b.side, digits_of(b.value, b.log10), b.id, b.theorem or "") for b in self.bounds]
        return (
            f"<p><b>{_show.escape(repr(self)[1:-1])}</b><br>{_show.escape(self.scope)}"
            f"<br>{_show.escape(self.basis)}</p>" + _show.table(("side", "bound", "id", "theorem"), rows)
        )

    def to_frame(self) -> Any:
        """The bounds as a pandas DataFrame."""
        rows = [(b.id, b.side, b.value, b.log10, b.theorem) for b in self.bounds]
        return _show.frame(("id", "side", "value", "log10", "theorem"), rows)


_COPIED = (
    *("basis", "prime", "chance", "seed", "draws", "method", "scope", "network"),
    *("ended_by", "computed", "not_computed", "points", "precision"),
)


@dataclass(frozen=True)
class ProfileRow:
    """The rank at one partition."""

    kind: str
    """"cut" or "balanced"."""
    left: tuple[int, ...]
    """Positions of side A."""
    rank: Rank
    """The rank there."""


@dataclass(frozen=True)
class Profile:
    """The ranks at many partitions."""

    rows: tuple[ProfileRow, ...]
    """Cuts first, then balanced partitions; as many as there was time for."""
    partitions: int
    """How many were asked for."""

    def __repr__(self) -> str:
        cuts = [_short(row.rank) for row in self.rows if row.kind == "cut"]
        return f"<Profile of {len(self.rows)} of {self.partitions} partitions; cuts {', '.join(cuts)}>"

    def _cells(self) -> list[tuple[str, str, int, int | None, bool]]:
        return [
            (row.kind, " ".join(map(str, row.left)), len(row.left), row.rank.at_least, row.rank.exact)
            for row in self.rows
        ]

    def _repr_html_(self) -> str:
        return _show.table(("kind", "A", "|A|", "rank at least", "exact"), self._cells())

    def to_frame(self) -> Any:
        """A row a partition, as a pandas DataFrame."""
        return _show.frame(("kind", "left", "size", "rank", "exact"), self._cells())

    def plot(self, ax: Any = None) -> Any:
        """The ranks at the cuts, on matplotlib axes; those that are only known from below are open."""
        ax = _show.axes(ax)
        cuts = [row for row in self.rows if row.kind == "cut"]
        points = [(len(row.left), row.rank.at_least, row.rank.exact) for row in cuts]
        ax.plot([x for x, _, _ in points], [y for _, y, _ in points], color="C0", linewidth=1)
        for exact, face, label in ((True, "C0", "exact"), (False, "none", "at least")):
            some = [(x, y) for x, y, known in points if known is exact]
            if some:
                ax.plot(
                    [x for x, _ in some],
                    [y for _, y in some],
                    "o",
                    color="C0",
                    markerfacecolor=face,
                    label=label,
                )
        ax.set_xlabel("tokens in A")
        ax.set_ylabel("separation rank")
        whole = _show.optional("matplotlib.ticker", "plot()").MaxNLocator
        ax.xaxis.set_major_locator(whole(integer=True))
        ax.yaxis.set_major_locator(whole(integer=True))
        ax.set_ylim(bottom=0)
        if cuts:
            name = cuts[0].rank.network.partition(" N=")[0].partition(" #")[0]
            ax.set_title(f"{name}, {len(cuts) + 1} tokens", fontsize=10)
        ax.legend()
        return ax


def _short(rank: Rank) -> str:
    return ("=" if rank.exact else ">=") + digits_of(rank.at_least, rank.log10)

"""Gaps between two networks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import _seprank, _show
from ._bound import Bound, Ends, digits_of, ends_of
from ._network import Network


@dataclass(frozen=True)
class Gap:
    """Whether attention's separation rank is proved to be above another network's. It is true where it is."""

    verdict: str
    """"certified": attention is above, for almost all of its weights and all of the other's. "refuted": the other is
    above, the same way round. "open": neither is proved."""
    attention: str
    """Attention, in a few words."""
    other: str
    """The other network."""
    across: tuple[str, ...]
    """The sizes in which the two differ."""
    lower: Bound | None
    """Attention's best lower bound; its id is "computed" where it is a rank that was computed."""
    upper: Bound | None
    """The other's best upper bound."""
    other_lower: Bound | None
    """The other's best lower bound."""
    attention_upper: Bound | None
    """Attention's best upper bound, where the other has a lower one."""
    ratio: Ends | None
    """Around the ratio of the logarithms of `lower` and `upper`."""
    reason: str | None
    """What decides where the gap is not certified."""
    scope: tuple[str, ...]
    """What the comparison leaves out: part of every statement about it."""
    _source: _seprank.GapSource = field(repr=False, compare=False)

    def certificate(self) -> _seprank.Certificate:
        """The certificate of a verdict that is not open.

        Errors: InvalidProblem where it is open, or a number is too long.
        """
        return self._source.certificate()

    def __bool__(self) -> bool:
        return self.verdict == "certified"

    def _halves(self) -> list[tuple[str, str, str, str]]:
        refuted = self.verdict == "refuted"
        sides = (
            [(self.other, self.other_lower), (self.attention, self.attention_upper)]
            if refuted
            else [(self.attention, self.lower), (self.other, self.upper)]
        )
        return [
            (name, ">=" if b.side == "lower" else "<=", digits_of(b.value, b.log10), b.id)
            for name, b in sides
            if b is not None
        ]

    def __repr__(self) -> str:
        halves = (" ".join(half) for half in self._halves())
        return f"<Gap {self.verdict}: {'; '.join(halves)}>"

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{_show.escape(note)}</li>" for note in self.scope)
        head = f"<p><b>gap {self.verdict}</b> {_show.escape(self.reason or '')}</p>"
        return head + _show.table(("network", "", "rank", "id"), self._halves()) + f"<ul>{notes}</ul>"


def gap(attention: Network | str, other: Network | str, *, across: bool = False) -> Gap:
    """Whether attention's separation rank is proved to be above another network's.

    Both are Networks or names of presets. They are compared at one number of tokens, one partition and one side of the
    output token; and at one width and depth, unless `across`. By bounds; where they leave it open by a rank too, if
    that can be computed within about a second.

    Errors: InvalidProblem names what differs.
    Cost: below a second by bounds, at any size.
    Source: docs/theory.md, section 5.

    >>> import seprank
    >>> seprank.gap("vit-b-16", "mixer-b-16").verdict
    'certified'
    """
    own, others = (n if isinstance(n, Network) else Network.preset(n) for n in (attention, other))
    found = _seprank.gap(own._native, others._native, bool(across))
    values: dict[str, Any] = {name: found[name] for name in ("verdict", "attention", "other", "reason")}
    for name in ("lower", "upper", "other_lower", "attention_upper"):
        values[name] = None if found[name] is None else Bound._of(found[name])
    return Gap(
        **values,
        across=tuple(found["across"]),
        ratio=ends_of(found["ratio"]),
        scope=tuple(found["scope"]),
        _source=found["source"],
    )

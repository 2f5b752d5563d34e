"""What can go wrong. Each error says which field, what was given, and what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ._compare import Comparison
    from ._dimension import Dimension
    from ._rank import Profile, Rank


class SeprankError(ValueError):
    """The base of all errors of this package."""

    field: str
    """The field of the request that is wrong, or ""."""
    value: str
    """What was given."""
    allowed: str
    """What is allowed there."""

    def __init__(self, field: str, value: str, allowed: str, message: str | None = None) -> None:
        super().__init__(message if message is not None else f"{field} {value}: {allowed}")
        self.field, self.value, self.allowed = field, value, allowed

    def __reduce__(self) -> tuple[type[SeprankError], tuple[str, str, str, str]]:
        return type(self), (self.field, self.value, self.allowed, str(self))


class InvalidProblem(SeprankError):
    """A request that makes no sense: sizes, positions, layers, weights, files."""


class TooLarge(SeprankError):
    """A computation that would not fit `memory`; nothing was begun."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a rank, profile, dimension or comparison. What was proved by then is in `answer`."""

    answer: Rank | Profile | Dimension | Comparison

    def __init__(self, answer: Rank | Profile | Dimension | Comparison) -> None:
        super().__init__(f"interrupted; proved by then: {answer!r}")
        self.answer = answer


_Answer = TypeVar("_Answer", "Rank", "Dimension", "Comparison")


def whole(answer: _Answer, stopped: BaseException | None) -> _Answer:
    """The answer, unless something ended the work before its end."""
    if isinstance(stopped, KeyboardInterrupt):
        raise Interrupted(answer) from None
    if stopped is not None:
        raise stopped
    return answer

"""Progress on standard error."""

from __future__ import annotations

import sys
import time as clock
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = bool | Callable[[int, int], object]


class Bar:
    """A line that changes."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.begin = clock.monotonic()
        self.width = 0

    def __call__(self, done: int, planned: int) -> None:
        share = min(done / planned, 1) if planned else 0
        taken = clock.monotonic() - self.begin
        full = "#" * round(30 * share)
        text = f"{self.what} {share:4.0%} |{full:<30}| {taken:.0f} s"
        self.width = max(self.width, len(text))
        print(f"\r{text:<{self.width}}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self.width:
            print("\r" + " " * self.width, end="\r", file=sys.stderr, flush=True)


@contextmanager
def watched(what: str, progress: Progress) -> Iterator[Callable[[int, int], object] | None]:
    """What is called with the steps done and planned: the function given, a bar of that name for True, or None."""
    if progress is True:
        bar = Bar(what)
        try:
            yield bar
        finally:
            bar.close()
    elif progress is False or progress is None:
        yield None
    elif callable(progress):
        yield progress
    else:
        raise TypeError(f"progress: a bool or a function is expected, not {type(progress).__name__}")

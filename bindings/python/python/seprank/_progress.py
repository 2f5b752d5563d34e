"""Progress on standard error."""

from __future__ import annotations

import sys
import time as clock


class Bar:
    """A line that changes."""

    def __init__(self) -> None:
        self.begin = clock.monotonic()
        self.width = 0

    def __call__(self, done: int, planned: int) -> None:
        share = min(done / planned, 1) if planned else 0
        taken = clock.monotonic() - self.begin
        full = "#" * round(30 * share)
        text = f"rank {share:4.0%} |{full:<30}| {taken:.0f} s"
        self.width = max(self.width, len(text))
        print(f"\r{text:<{self.width}}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self.width:
            print("\r" + " " * self.width, end="\r", file=sys.stderr, flush=True)

"""A verdict on each file; the exit code is that of the worst: 0 valid, 2 incomplete, 1 invalid."""

from __future__ import annotations

import sys

from . import check

CODES = {"valid": 0, "incomplete": 2, "invalid": 1}


def main() -> int:
    """Checks the files that are named; the exit code."""
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print("usage: python -m seprank_check FILE..", file=sys.stderr)
        return 2
    kinds = set()
    for name in sys.argv[1:]:
        verdict = check(name)
        print(f"{name}: {verdict}", flush=True)
        kinds.add(verdict.kind)
    return next(CODES[kind] for kind in ("invalid", "incomplete", "valid") if kind in kinds)


if __name__ == "__main__":
    sys.exit(main())

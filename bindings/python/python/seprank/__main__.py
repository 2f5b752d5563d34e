"""The command line: `python -m seprank rank attention --depth 2 --width 3 --tokens 4`."""

from __future__ import annotations

import signal
import sys

from ._seprank import command


def main() -> int:
    """Runs the command line with the arguments of the process; its exit code."""
    # Python's own handler would only note an interrupt and wait for the end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return command(["seprank", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

"""What the tests share."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Command = Callable[..., tuple[int, Any]]


@pytest.fixture
def command() -> Command:
    """The command line with these arguments: its exit code, and its JSON."""

    def run(*arguments: object) -> tuple[int, Any]:
        words = [sys.executable, "-m", "seprank", *map(str, arguments), "--format", "json", "--quiet"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run

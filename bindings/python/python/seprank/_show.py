"""How results look in notebooks, and as tables."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from html import escape as escape
from typing import Any


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """An HTML table."""

    def line(cells: Sequence[object], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(c))}</{tag}>" for c in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table>{line(head, 'th')}{body}</table>"


def optional(package: str, what: str) -> Any:
    """A package that is not needed for the rest."""
    try:
        return importlib.import_module(package)
    except ImportError as error:
        top = package.partition(".")[0]
        raise ImportError(f"{what} needs {top}: pip install {top}") from error


def frame(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Any:
    """A pandas DataFrame."""
    return optional("pandas", "to_frame()").DataFrame(list(rows), columns=list(columns))


def axes(ax: Any) -> Any:
    """The matplotlib axes to draw on."""
    return optional("matplotlib.pyplot", "plot()").subplots()[1] if ax is None else ax

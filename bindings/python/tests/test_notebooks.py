"""The notebooks of docs/notebooks run, and show what is committed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

nbformat: Any = pytest.importorskip("nbformat")
nbclient: Any = pytest.importorskip("nbclient")

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "notebooks"
MOST_BYTES = 100_000


def texts(notebook: Any) -> list[str]:
    """What the cells show as plain text: no pictures, as fonts and versions differ, nor the digits by which networks
    are told apart, which change with the toolkit."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    found = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs]
    return [re.sub("#[0-9a-f]{6}", "#", text) for text in found if "Figure" not in text]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebook(path: Path) -> None:
    committed = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(fresh, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert texts(fresh) == texts(committed)
    assert path.stat().st_size < MOST_BYTES

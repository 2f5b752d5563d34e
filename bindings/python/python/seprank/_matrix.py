"""Ranks of matrices."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, SupportsIndex

from . import _seprank
from ._errors import InvalidProblem
from ._values import ArrayLike, count, maybe_count, memory_bytes, nested


@dataclass(frozen=True)
class MatrixCertificate:
    """A claim on the rank of a matrix with the evidence for it."""

    _source: _seprank.MatrixSource = field(repr=False)

    def write(self, path: str | os.PathLike[str]) -> Path | None:
        """Writes the certificate. A large matrix goes to a file beside it, whose path is returned: give it to
        `check(.., matrix=..)`.

        Errors: OSError where a file cannot be written.
        """
        return self._source.write(Path(path))


@dataclass(frozen=True)
class MatrixRank:
    """The rank of a matrix, with what it rests on. It is true where it is exact."""

    value: int | None
    """The rank where it is known exactly, else None."""
    at_least: int
    """The order of a minor that is not zero."""
    exact: bool
    """Whether both halves are proved."""
    prime: int
    """The prime modulo which that minor is not zero."""
    upper: str
    """Why the rank is not larger, in words."""
    shape: tuple[int, int]
    """Rows and columns."""
    modulo: int | None
    """The prime of the field; None of Q."""
    _source: _seprank.MatrixSource = field(repr=False, compare=False)

    def certificate(self) -> MatrixCertificate:
        """The certificate, to be written to a file."""
        return MatrixCertificate(self._source)

    def __bool__(self) -> bool:
        return self.exact

    def __repr__(self) -> str:
        relation = "=" if self.exact else ">="
        over = "over Q" if self.modulo is None else f"modulo {self.modulo}"
        rows, cols = self.shape
        return f"<MatrixRank {relation} {self.at_least} {over} of {rows} x {cols}>"

    def _repr_latex_(self) -> str:
        ring = r"\mathbb{Q}" if self.modulo is None else rf"\mathbb{{F}}_{{{self.modulo}}}"
        relation = "=" if self.exact else r"\ge"
        return rf"$\operatorname{{rank}}_{ring} {relation} {self.at_least}$"


def _entries(matrix: Any) -> tuple[list[Any], tuple[int, int], bool]:
    """Rows, or triples of a sparse matrix; rows and columns; whether it is triples."""
    if hasattr(matrix, "tocoo"):
        sparse = matrix.tocoo()
        triples = zip(sparse.row.tolist(), sparse.col.tolist(), sparse.data.tolist(), strict=True)
        return list(triples), (int(sparse.shape[0]), int(sparse.shape[1])), True
    if isinstance(matrix, (str, bytes)):
        raise TypeError(f"matrix: rows of numbers are expected, not {type(matrix).__name__}")
    shape = getattr(matrix, "shape", None)
    if shape is not None and len(shape) != 2:
        raise InvalidProblem("matrix", f"of shape {tuple(shape)}", "two axes are expected")
    rows = nested(matrix)
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise TypeError("matrix: rows of numbers are expected")
    if shape is not None:
        return rows, (int(shape[0]), int(shape[1])), False
    return rows, (len(rows), len(rows[0]) if rows else 0), False


def matrix_rank(
    matrix: ArrayLike,
    *,
    modulo: SupportsIndex | None = None,
    seed: SupportsIndex = 0,
    memory: float = 4,
) -> MatrixRank:
    """The rank of a matrix over Q, or modulo a prime below 2^63, certified.

    `matrix` has ints of any size, Fractions or NumPy integers: nested lists, an array of two axes, or a SciPy sparse
    matrix. Floats must be whole numbers: nothing is rounded.

    Exact where both halves are proved: a minor that is not zero modulo a prime, and modulo a prime the elimination,
    over Q as many rows and columns as hold every entry, or a proof over Q. Of a matrix over Q too large for that
    the answer is a proved lower bound. `seed` draws the prime of the minor over Q; `memory` is in GiB.

    Errors: InvalidProblem names the entry; TooLarge.
    Cost: an elimination modulo a prime, and over Q the proof.
    Source: docs/theory.md, section 1; `seprank matrix rank`.

    >>> import seprank
    >>> from fractions import Fraction
    >>> rank = seprank.matrix_rank([[1, Fraction(1, 2)], [2, 1]])
    >>> rank.value, rank.exact
    (1, True)
    >>> seprank.matrix_rank([[2, 0], [0, 1]], modulo=2).value
    1
    """
    entries, shape, triples = _entries(matrix)
    prime = maybe_count("modulo", modulo)
    found = _seprank.matrix_rank(entries, shape, triples, prime, count("seed", seed), memory_bytes(memory))
    exact, rank = found["exact"], found["rank"]
    return MatrixRank(
        value=rank if exact else None,
        at_least=rank,
        exact=exact,
        prime=found["prime"],
        upper=found["upper"],
        shape=shape,
        modulo=prime,
        _source=found["source"],
    )

"""The polynomial that a network is: its coefficients, and the matrix of them whose rank is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy.typing as npt

from . import _show
from ._errors import TooLarge
from ._values import GIB, Number, exact_array

Exponents = tuple[int, ...]


@dataclass(frozen=True)
class Tensor:
    """The coefficients of f, the output entry as a polynomial in the entries of X."""

    variables: tuple[tuple[int, int], ...]
    """(token, channel) of each variable: those of side A first, then those of B, by rows."""
    left_variables: int
    """How many of them are of side A."""
    terms: Mapping[Exponents, Number]
    """The coefficients that are not zero, by the exponents of the variables."""

    def __repr__(self) -> str:
        return f"<Tensor of {len(self.terms)} terms in {len(self.variables)} variables>"

    def to_frame(self) -> Any:
        """A row a term, as a pandas DataFrame."""
        names = [f"X[{token},{channel}]" for token, channel in self.variables]
        rows = [(*exponents, c) for exponents, c in self.terms.items()]
        return _show.frame((*names, "coefficient"), rows)

    def to_sympy(self) -> Any:
        """The polynomial as a SymPy expression in symbols x_TOKEN_CHANNEL."""
        sympy = _show.optional("sympy", "to_sympy()")
        symbols = [sympy.Symbol(f"x_{token}_{channel}") for token, channel in self.variables]
        terms = {key: sympy.Rational(c.numerator, c.denominator) for key, c in self.terms.items()}
        return sympy.Poly.from_dict(terms or {(0,) * len(symbols): 0}, *symbols).as_expr()


@dataclass(frozen=True)
class Block:
    """A block of a coefficient matrix: the ranks of the blocks add up."""

    bidegree: tuple[int, int] | None
    """(degree in A, degree in B) if f is homogeneous."""
    rows: tuple[Exponents, ...]
    """The monomials in the variables of side A."""
    cols: tuple[Exponents, ...]
    """The monomials in the variables of side B."""
    entries: tuple[tuple[int, int, Number], ...]
    """(row, column, coefficient), zeros left out."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.cols)

    def to_numpy(self) -> npt.NDArray[Any]:
        """The block as an array of exact numbers."""
        rows, cols = self.shape
        if rows * cols > GIB // 8:
            raise TooLarge(
                "memory", str(8 * rows * cols), "1 GiB", f"a dense block of {rows} x {cols} is too large; use entries"
            )
        array = exact_array([0] * (rows * cols)).reshape(rows, cols)
        for i, j, value in self.entries:
            array[i, j] = value
        return array


@dataclass(frozen=True)
class CoefficientMatrix:
    """The coefficients of f as a matrix: rows are monomials of side A, columns monomials of side B. Its rank is the
    separation rank."""

    variables: tuple[tuple[int, int], ...]
    """(token, channel) of each variable, side A first."""
    left_variables: int
    """How many of them are of side A."""
    blocks: tuple[Block, ...]
    """What is outside the blocks is zero."""

    @classmethod
    def _of(cls, found: tuple[list[tuple[int, int]], int, list[Any]]) -> CoefficientMatrix:
        variables, left, blocks = found
        made = (Block(b, tuple(rows), tuple(cols), tuple(entries)) for b, rows, cols, entries in blocks)
        return cls(tuple(variables), left, tuple(made))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of all blocks together."""
        return sum(b.shape[0] for b in self.blocks), sum(b.shape[1] for b in self.blocks)

    def __repr__(self) -> str:
        rows, cols = self.shape
        return f"<CoefficientMatrix {rows} x {cols} in {len(self.blocks)} blocks>"

    def to_numpy(self) -> npt.NDArray[Any]:
        """The whole matrix as an array of exact numbers, the blocks along the diagonal."""
        rows, cols = self.shape
        if rows * cols > GIB // 8:
            raise TooLarge(
                "memory", str(8 * rows * cols), "1 GiB", f"a dense matrix of {rows} x {cols} is too large; use blocks"
            )
        array = exact_array([0] * (rows * cols)).reshape(rows, cols)
        row = col = 0
        for block in self.blocks:
            height, width = block.shape
            array[row : row + height, col : col + width] = block.to_numpy()
            row, col = row + height, col + width
        return array


def tensor_of(found: tuple[list[tuple[int, int]], dict[Exponents, Number]], left: int) -> Tensor:
    """A tensor as the extension module gives it."""
    return Tensor(tuple(found[0]), left, MappingProxyType(found[1]))

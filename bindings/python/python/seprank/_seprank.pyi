"""The extension module: plain data for the classes of this package."""

import os
from pathlib import Path
from typing import Any, final

from ._values import Number

__version__: str

_Place = tuple[int | None, list[int] | None, tuple[int, int] | None]

@final
class Network:
    @staticmethod
    def attention(
        sizes: tuple[int, int, int],
        mlp_degree: int | None,
        mlp_hidden: int | None,
        residual: bool,
        place: tuple[int, list[int] | None, tuple[int, int] | None],
    ) -> Network: ...
    @staticmethod
    def mixer(
        sizes: tuple[int, int, int],
        degrees: tuple[int, int],
        channel_hidden: int | None,
        flags: tuple[bool, bool],
        place: tuple[int, list[int] | None, tuple[int, int] | None],
    ) -> Network: ...
    @staticmethod
    def read(path: Path, place: _Place) -> Network: ...
    @staticmethod
    def parse(text: str, folder: Path) -> Network: ...
    @staticmethod
    def preset(name: str, place: _Place) -> Network: ...
    @staticmethod
    def configured(
        text: str, style: str | None, prefix: str | None, real: bool, place: _Place
    ) -> tuple[Network, list[str]]: ...
    def with_left(self, left: list[int]) -> Network: ...
    def load(self, path: Path) -> Network: ...
    def load_bytes(self, bytes: bytes) -> Network: ...
    @property
    def has_places(self) -> bool: ...
    def with_weights(self, given: dict[str, Any]) -> Network: ...
    def weight_lists(self, seed: int) -> dict[str, list[list[Number]]]: ...
    def names(self) -> list[tuple[str, int, int]]: ...
    @property
    def tokens(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def left(self) -> list[int]: ...
    @property
    def output(self) -> tuple[int, int]: ...
    @property
    def has_weights(self) -> bool: ...
    @property
    def degree(self) -> int: ...
    @property
    def is_polynomial(self) -> bool: ...
    def describe(self) -> str: ...
    def same(self, other: Network) -> bool: ...

@final
class Certificate:
    """A claim with the evidence for it, for anyone's checker."""

    @staticmethod
    def read(path: str | os.PathLike[str]) -> Certificate:
        """The certificate in a file. Errors: OSError; InvalidProblem where it is none."""
    def write(self, path: str | os.PathLike[str]) -> None:
        """Writes it to a file, whole or not at all. Errors: OSError."""
    def to_json(self) -> str:
        """The content of the file (docs/format.md)."""
    @property
    def claim(self) -> str:
        """What is claimed, in one line."""

@final
class Verdict:
    """What the checker says of a certificate; true if it is valid."""

    @property
    def kind(self) -> str:
        """ "valid", "invalid" or "incomplete"."""
    @property
    def by(self) -> str | None:
        """ "challenge" of a valid certificate that a false claim would pass as well, one try in 2^128."""
    @property
    def claim(self) -> str | None:
        """What is claimed, in one line."""
    @property
    def finding(self) -> str | None:
        """What is wrong or missing, and where."""
    def __bool__(self) -> bool: ...
    def __hash__(self) -> int: ...

@final
class RankSource:
    def certificate(self) -> Certificate: ...
    def text(self) -> str: ...

@final
class GapSource:
    def certificate(self) -> Certificate: ...

@final
class MatrixSource:
    def write(self, path: Path) -> Path | None: ...

@final
class SpectrumSource:
    def rank_within(self, epsilon: float) -> tuple[int, int]: ...

def command(arguments: list[str]) -> int: ...
def check(
    certificate: str | bytes | os.PathLike[str] | dict[str, Any] | Certificate | Any,
    *,
    matrix: str | os.PathLike[str] | None = None,
    eliminate: bool = False,
) -> Verdict: ...
def rank(network: Network, wish: dict[str, Any]) -> tuple[dict[str, Any], BaseException | None]: ...
def dimension(network: Network, wish: dict[str, Any]) -> tuple[dict[str, Any], BaseException | None]: ...
def bounds(network: Network, digits: float) -> list[dict[str, Any]]: ...
def gap(attention: Network, other: Network, across: bool) -> dict[str, Any]: ...
def matrix_rank(
    entries: list[Any],
    size: tuple[int, int],
    triples: bool,
    modulo: int | None,
    seed: int,
    bytes: int,
) -> dict[str, Any]: ...
def tensor(network: Network, seed: int, bytes: int) -> tuple[list[tuple[int, int]], dict[tuple[int, ...], Number]]: ...
def matricize(network: Network, seed: int, bytes: int) -> tuple[list[tuple[int, int]], int, list[Any]]: ...
def evaluate(network: Network, inputs: list[Any], seed: int, exact: bool, modulo: int | None) -> list[Any]: ...
def enclose(network: Network, inputs: list[Any], seed: int, bits: int) -> list[Any]: ...
def spectrum(network: Network, wish: dict[str, Any]) -> dict[str, Any]: ...
def compare(wish: dict[str, Any]) -> tuple[list[dict[str, Any]], BaseException | None]: ...

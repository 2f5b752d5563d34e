import os
from typing import Any, final

__version__: str

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

def check(
    certificate: str | bytes | os.PathLike[str] | dict[str, Any] | Any,
    *,
    matrix: str | os.PathLike[str] | None = None,
    eliminate: bool = False,
) -> Verdict: ...

"""The checker of certificates of separation ranks, and nothing else.

It shares no arithmetic with what makes certificates (docs/format.md). As a program: `python -m seprank_check FILE..`.

>>> import seprank_check
>>> seprank_check.check("{}").kind
'incomplete'
"""

from ._seprank_check import Verdict, __version__, check

__all__ = ["Verdict", "__version__", "check"]

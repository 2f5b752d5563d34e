"""Exact, certified separation ranks of polynomial attention and MLP-Mixer networks.

The separation rank sep(f; A, B) of a function of the tokens in A and B is the least number of products g(X_A) h(X_B)
that sum to it.

>>> import seprank
>>> net = seprank.attention(depth=2, width=3, tokens=4)
>>> rank = net.rank()
>>> rank.value
49
>>> seprank.check(rank.certificate()).kind
'valid'
"""

from ._bound import Bound, Ends
from ._compare import Comparison, Family, compare
from ._dimension import Dimension
from ._errors import Interrupted, InvalidProblem, SeprankError, TooLarge
from ._gap import Gap, gap
from ._matrix import MatrixCertificate, MatrixRank, matrix_rank
from ._network import Network
from ._rank import Profile, ProfileRow, Rank
from ._seprank import Certificate, Verdict, __version__, check
from ._sizes import attention, mixer
from ._spectrum import Spectrum
from ._tensor import Block, CoefficientMatrix, Tensor
from ._torch import from_torch

__all__ = [
    "Block",
    "Bound",
    "Certificate",
    "CoefficientMatrix",
    "Comparison",
    "Dimension",
    "Ends",
    "Family",
    "Gap",
    "Interrupted",
    "InvalidProblem",
    "MatrixCertificate",
    "MatrixRank",
    "Network",
    "Profile",
    "ProfileRow",
    "Rank",
    "SeprankError",
    "Spectrum",
    "Tensor",
    "TooLarge",
    "Verdict",
    "__version__",
    "attention",
    "check",
    "compare",
    "from_torch",
    "gap",
    "matrix_rank",
    "mixer",
]

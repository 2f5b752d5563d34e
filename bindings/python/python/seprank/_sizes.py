"""Networks by their sizes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import SupportsIndex

from ._network import Network
from ._seprank import Network as Native
from ._values import Output, count, maybe_count, pair, positions


def _at(
    tokens: SupportsIndex, left: Iterable[SupportsIndex] | None, output: Output
) -> tuple[int, list[int] | None, tuple[int, int]]:
    side = None if left is None else positions("left", left)
    return count("tokens", tokens), side, pair("output", output)


def attention(
    *,
    depth: SupportsIndex,
    width: SupportsIndex,
    tokens: SupportsIndex,
    heads: SupportsIndex = 1,
    mlp_degree: SupportsIndex | None = None,
    mlp_hidden: SupportsIndex | None = None,
    residual: bool = False,
    left: Iterable[SupportsIndex] | None = None,
    output: Output = (0, 0),
) -> Network:
    """Attention Y <- sum_h (Y W_h Y^T) Y V_h of `depth` layers on a state of tokens x width.

    `left` is side A [the first half], `output` the entry (token, channel) of the last state. With `mlp_degree` k each
    layer is followed by a position-wise part (Y W3)^k W4 of hidden width `mlp_hidden` [4d]; `residual` adds residual
    connections around all parts.

    >>> import seprank
    >>> seprank.attention(depth=2, width=3, tokens=4)
    <Network attention L=2 d=3 H=1 N=2+2>

    Errors: InvalidProblem where a size is 0 or too large, or the heads do not divide the width.
    """
    sizes = count("depth", depth), count("width", width), count("heads", heads)
    place = _at(tokens, left, output)
    degree, hidden = maybe_count("mlp_degree", mlp_degree), maybe_count("mlp_hidden", mlp_hidden)
    return Network._of(Native.attention(sizes, degree, hidden, bool(residual), place))


def mixer(
    *,
    depth: SupportsIndex,
    width: SupportsIndex,
    tokens: SupportsIndex,
    token_hidden: SupportsIndex,
    token_degree: SupportsIndex = 2,
    channel_degree: SupportsIndex = 1,
    channel_hidden: SupportsIndex | None = None,
    bias: bool = False,
    residual: bool = False,
    left: Iterable[SupportsIndex] | None = None,
    output: Output = (0, 0),
) -> Network:
    """A Mixer of `depth` layers on a state of tokens x width: token mixing W2 (W1 Y)^k of hidden width `token_hidden`
    and degree `token_degree`, then channel mixing (U W3)^k W4 of hidden width `channel_hidden` [the width] and degree
    `channel_degree`.

    >>> import seprank
    >>> seprank.mixer(depth=1, width=2, tokens=4, token_hidden=2)
    <Network mixer L=1 d=2 S=2 N=2+2>

    Errors: InvalidProblem where a size is 0 or too large.
    """
    sizes = count("depth", depth), count("width", width), count("token_hidden", token_hidden)
    degrees = count("token_degree", token_degree), count("channel_degree", channel_degree)
    hidden = maybe_count("channel_hidden", channel_hidden)
    place = _at(tokens, left, output)
    return Network._of(Native.mixer(sizes, degrees, hidden, (bool(bias), bool(residual)), place))

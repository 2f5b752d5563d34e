"""Networks from PyTorch modules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, SupportsIndex

from ._errors import InvalidProblem
from ._network import Network
from ._trace import Refused, State, Value, chain, settle

if TYPE_CHECKING:
    import torch


def from_torch(
    module: torch.nn.Module,
    example_input: torch.Tensor,
    *,
    relax: str | None = None,
    real: bool = False,
    left: Iterable[SupportsIndex] | None = None,
    output: tuple[SupportsIndex, SupportsIndex] = (0, 0),
) -> Network:
    """The network of a PyTorch module with its weights, taken exactly; of `example_input`, N x d or B x N x d, only
    the shape matters.

    The module is traced with torch.fx. Read are Linear, MultiheadAttention and scaled_dot_product_attention, matmul and
    einsum, sums, products and integer powers, gates (a function of a map of every token times another map of it), the
    average over the tokens, and every reshaping. Where one of the maps of a layer has a bias, the layer is one with
    all its biases, the others being zero; that matters for `rank(weights="random")`.

    Softmax, GELU, ReLU, SiLU and normalisation are no polynomials.

    - `real=True` keeps them: softmax (of scores, with a mask of 0 and -inf that is the same for all heads), GELU in
      both forms, ReLU, SiLU, sigmoid, tanh, layer and RMS normalisation of every token, RMS normalisation also where it
      is written out. The network is the module's own function, with exact weights; its rank is a proved lower bound.
    - `relax="levine"` leaves softmax (with the factor of the scores in MultiheadAttention and
      scaled_dot_product_attention) and normalisation out and puts the square in the place of GELU, ReLU and SiLU; the
      result names each in `dropped`. The rank is then that of the polynomial network with these weights and says
      nothing about the module's own function.

    Dropout is taken to be off, as in `module.eval()`.

    Errors: InvalidProblem with the path of the module that is not read; ImportError without PyTorch.
    """
    if relax not in (None, "levine"):
        raise InvalidProblem("relax", repr(relax), 'allowed are None, "levine"')
    if real and relax is not None:
        raise InvalidProblem("relax", repr(relax), "real=True keeps what this leaves out; give one of the two")
    try:
        from . import _fx
    except ImportError as error:
        raise ImportError("from_torch() needs torch: pip install torch") from error
    value, root, dropped = _fx.trace(module, example_input, relax is not None, bool(real))
    try:
        if not isinstance(value, Value):
            raise Refused(f"the output is {type(value).__name__}, not the last state")
        last = settle(value)
        if not value.is_plain() and not _is_plain(value, last):
            raise Refused("the output is not laid out as tokens x channels")
    except Refused as error:
        raise InvalidProblem("module", "(its output)", str(error)) from error
    layers, weights = chain(last.line()[1:], "")
    if not layers:
        raise InvalidProblem("module", "(its output)", "the output is the input")
    return _network(layers, weights, root, dropped, left, output)


def _is_plain(value: Value, last: State) -> bool:
    return not value.whole and value.index.ravel().tolist() == list(range(last.tokens * last.width))


def _network(
    layers: list[dict[str, Any]],
    weights: dict[str, Any],
    root: State,
    dropped: list[str],
    left: Iterable[SupportsIndex] | None,
    output: tuple[SupportsIndex, SupportsIndex],
) -> Network:
    network = Network.from_layers(
        layers, tokens=root.tokens, width=root.width, left=left, output=output, weights=weights
    )
    return Network._of(network._native, dropped)

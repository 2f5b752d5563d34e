"""Tensors by name, as PyTorch's state_dict, in the bytes of a weight file: what reads files reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_KINDS = {
    **{f"float{bits}": f"F{bits}" for bits in (16, 32, 64)},
    **{f"int{bits}": f"I{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"U{bits}" for bits in (8, 16, 32, 64)},
    "bfloat16": "BF16",
    "bool": "BOOL",
}
"""The names of types in safetensors, by those of NumPy and PyTorch."""


def _array(name: str, tensor: Any) -> tuple[str, npt.NDArray[Any]]:
    """The type of the numbers of a tensor, and an array with their bytes."""
    dtype = getattr(tensor, "dtype", type(tensor).__name__)
    kind = getattr(dtype, "name", str(dtype).removeprefix("torch."))
    if kind in _KINDS and hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu()
        if kind == "bfloat16":
            import torch

            # NumPy has no such type; the bits are what counts.
            tensor = tensor.contiguous().view(torch.int16)
        tensor = tensor.numpy()
    if kind not in _KINDS or not isinstance(tensor, np.ndarray | np.generic):
        allowed = "arrays of NumPy and tensors of PyTorch are allowed, of floats of 16, 32 and 64 bits, or of integers"
        raise TypeError(f"weights {name!r} of type {kind}: {allowed}")
    array = np.asarray(tensor)
    return _KINDS[kind], array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)


def weight_file(tensors: Mapping[str, Any]) -> bytes:
    """The safetensors file of tensors.

    Errors: TypeError names the tensor whose numbers have no type there.
    """
    header: dict[str, Any] = {}
    parts: list[bytes] = []
    place = 0
    for name, tensor in tensors.items():
        kind, array = _array(str(name), tensor)
        parts.append(array.tobytes())
        end = place + len(parts[-1])
        header[str(name)] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([len(text).to_bytes(8, "little"), text, *parts])

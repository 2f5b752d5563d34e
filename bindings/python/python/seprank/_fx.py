"""The trace of a PyTorch module, read value by value. Needs torch."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import fx, nn

from ._entrywise import (
    activate,
    add,
    add_constant,
    average,
    inverse,
    multiply,
    normalised,
    raised,
    rooted,
    scaled_channels,
)
from ._errors import InvalidProblem
from ._ops import from_left, from_right, masked, product, scaled, softmax
from ._trace import Matrix, Refused, Scores, State, Value
from ._tracer import Tracer


def trace(module: nn.Module, example: torch.Tensor, relax: bool, real: bool) -> tuple[Any, State, list[str]]:
    """The value of the module, the state of its input, and what was left out. What is no polynomial is left out, kept,
    or refused."""
    if not isinstance(module, nn.Module):
        raise TypeError(f"module: a torch.nn.Module is expected, not {type(module).__name__}")
    if not isinstance(example, torch.Tensor):
        raise TypeError(f"example_input: a tensor is expected, not {type(example).__name__}")
    shape = tuple(example.shape)
    if len(shape) not in (2, 3) or 0 in shape:
        allowed = "allowed are tokens x width, and a batch of those"
        raise InvalidProblem("example_input", f"of shape {shape}", allowed)
    tokens, width = shape[-2:]
    root = State(tokens, width)
    try:
        tracer = Tracer()
        graph = fx.GraphModule(module, tracer.trace(module))
    except Exception as error:
        path = tracer.inside[-1] or type(module).__name__
        raise InvalidProblem("module", path, f"torch.fx cannot trace it: {error}") from error
    reader = _Reader(graph, relax, real, example.dtype)
    index = np.arange(tokens * width).reshape((1,) * (len(shape) - 2) + (tokens, width))
    try:
        value = reader.run(Value.of_state(root, index))
    except InvalidProblem as error:
        # Without what torch.fx adds to the sentence.
        raise InvalidProblem(error.field, error.value, error.allowed) from error
    except Exception as error:
        raise InvalidProblem("module", reader.path, f"it is not read: {error}") from error
    return value, root, reader.dropped


def constant(tensor: Any) -> Matrix:
    """A tensor of numbers, exactly."""
    found = _numbers(tensor)
    if not np.isfinite(found).all():
        raise Refused("a weight is NaN or infinite")
    return found


def _numbers(tensor: Any) -> Matrix:
    if not isinstance(tensor, torch.Tensor):
        raise Refused(f"{type(tensor).__name__} in the place of a matrix")
    if tensor.is_complex():
        raise Refused("complex numbers")
    doubles = tensor.detach().to(torch.float64)
    if not tensor.is_floating_point() and bool((doubles.to(tensor.dtype) != tensor).any()):
        raise Refused("a number that doubles do not hold")
    found: Matrix = doubles.cpu().numpy()
    return found


def _maybe(tensor: Any) -> Matrix | None:
    return None if tensor is None else constant(tensor)


def _scalar(value: Any) -> Fraction | None:
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    return Fraction(value) if isinstance(value, (int, float)) and np.isfinite(value) else None


class _Reader(fx.Interpreter):  # type: ignore[misc, unused-ignore]
    """Runs the graph on values."""

    def __init__(self, graph: fx.GraphModule, relax: bool, real: bool, dtype: torch.dtype) -> None:
        super().__init__(graph)
        self.relax, self.real, self.dtype = relax, real, dtype
        self.dropped: list[str] = []
        self.path = ""

    def run_node(self, n: fx.Node) -> Any:
        own = n.target if n.op == "call_module" else n.meta.get("path", "")
        what = self.fetch_attr(n.target) if n.op == "call_module" else n.target
        name = type(what).__name__ if n.op == "call_module" else getattr(what, "__name__", str(what))
        self.path = f"{own or '(top)'}: {name}"
        try:
            return super().run_node(n)
        except Refused as error:
            raise InvalidProblem("module", self.path, str(error)) from error

    def left_out(self, instead: str = "left out") -> None:
        """What is no polynomial is left out if that is allowed."""
        if not self.relax:
            raise Refused('it is no polynomial; relax="levine" leaves it out, real=True keeps it')
        self.dropped.append(f"{self.path}, {instead}")

    def call_module(self, target: Any, args: Any, kwargs: Any) -> Any:
        module, x = self.fetch_attr(target), args[0] if args else None
        if not isinstance(x, Value):
            return super().call_module(target, args, kwargs)
        if isinstance(module, nn.Linear):
            return self.linear(x, module.weight, module.bias)
        if isinstance(module, (nn.Identity, nn.Dropout)):
            return x
        if isinstance(module, nn.MultiheadAttention):
            return self.attention_module(module, args, kwargs), None
        if isinstance(module, nn.Flatten):
            return self.viewed(module, x)
        name = type(module).__name__
        known = {key: getattr(module, key, None) for key in ("weight", "bias", "eps", "approximate", "dim")}
        return self.nonlinear(name, x, {**known, "normalized_shape": getattr(module, "normalized_shape", None)})

    def nonlinear(self, name: str, x: Value, keys: dict[str, Any]) -> Value:
        """Softmax, a normalisation or an activation, with its arguments."""
        lower = name.lower().replace("_", "")
        if lower == "softmax":
            if keys.get("dim") not in (-1, x.index.ndim - 1):
                raise Refused("a softmax that is not over the scores of a token")
            found = softmax(x, self.real)
            if not self.real:
                self.left_out()
            return found
        if lower in ("layernorm", "rmsnorm", "groupnorm", "batchnorm1d"):
            if self.real:
                return self.norm(lower, x, keys)
            self.left_out()
            return x
        if lower in ("gelu", "relu", "silu") or (self.real and lower in ("sigmoid", "tanh")):
            if self.real:
                return activate(x, "gelu-tanh" if lower == "gelu" and keys.get("approximate") == "tanh" else lower)
            self.left_out("the square in its place")
            return raised(x, 2)
        raise Refused("there is no layer for it")

    def norm(self, kind: str, x: Value, keys: dict[str, Any]) -> Value:
        """Layer and RMS normalisation by their definition in torch.nn.functional."""
        shape = keys.get("normalized_shape")
        if kind not in ("layernorm", "rmsnorm"):
            raise Refused("there is no layer for it")
        if shape is not None and tuple(np.atleast_1d(shape)) != x.index.shape[-1:]:
            raise Refused("a normalisation over other than the channels of a token")
        epsilon = keys.get("eps")
        if epsilon is None:
            epsilon = torch.finfo(self.dtype).eps if kind == "rmsnorm" else 1e-5
        found = {"norm": kind.removesuffix("norm"), "epsilon": Fraction(epsilon)}
        return normalised(x, found, _maybe(keys.get("weight")), _maybe(keys.get("bias")))

    def linear(self, x: Value, weight: Any, bias: Any = None) -> Value:
        row = None if bias is None else constant(bias)
        return from_right(x, constant(weight).T, row)

    def attention_module(self, module: nn.MultiheadAttention, args: Any, kwargs: Any) -> Value:
        """MultiheadAttention of a state with itself."""
        inputs = [*args, *[kwargs[k] for k in ("query", "key", "value") if k in kwargs]][:3]
        if kwargs.get("key_padding_mask") is not None or len(args) > 3:
            raise Refused("a mask of keys, or one that is not given by name")
        x = inputs[0]
        if any(other is not x for other in inputs) or module.in_proj_weight is None:
            raise Refused("queries, keys and values of different states")
        if module.bias_k is not None or module.add_zero_attn:
            raise Refused("rows that are added to the keys")
        first = module.batch_first or x.index.ndim == 2
        batched = x if first else x.view(np.swapaxes(x.index, 0, 1))
        found = self.linear(batched, module.in_proj_weight, module.in_proj_bias)
        shape = (*found.index.shape[:-1], 3, module.num_heads, module.head_dim)
        parts = np.moveaxis(found.index.reshape(shape), (-3, -2), (0, -3))
        q, k, v = (found.view(np.ascontiguousarray(part)) for part in parts)
        mask = kwargs.get("attn_mask")
        if isinstance(mask, torch.Tensor):
            # There True is what is not seen.
            mask = ~mask if mask.dtype == torch.bool else mask
        mixed = self.scaled_product(q, k, v, mask)
        joined = np.swapaxes(mixed.index, -3, -2)
        joined = joined.reshape(*joined.shape[:-2], -1)
        out = self.linear(mixed.view(joined), module.out_proj.weight, module.out_proj.bias)
        return out if first else out.view(np.swapaxes(out.index, 0, 1))

    def viewed(self, function: Callable[..., Any], x: Value, *args: Any, **kwargs: Any) -> Any:
        """A view of the entries is that view of their places."""
        found = function(torch.from_numpy(np.ascontiguousarray(x.index)), *args, **kwargs)
        if isinstance(found, torch.Tensor):
            return x.view(found.numpy())
        return tuple(x.view(part.numpy()) for part in found)

    def call_method(self, target: Any, args: Any, kwargs: Any) -> Any:
        x, rest = args[0], args[1:]
        if not any(isinstance(a, Value) for a in args):
            return super().call_method(target, args, kwargs)
        if isinstance(x, Value):
            if target in ("size", "dim"):
                empty = torch.empty(x.index.shape)
                return getattr(empty, target)(*rest, **kwargs)
            if target in ("contiguous", "clone", "float", "double", "to", "detach"):
                return x
        return self.operation(str(target), args, kwargs)

    def call_function(self, target: Any, args: Any, kwargs: Any) -> Any:
        x = args[0] if args else None
        lists = [a for a in (*args, *kwargs.values()) if isinstance(a, (list, tuple))]
        if any(isinstance(a, Value) for some in lists for a in some) and target is not operator.getitem:
            raise Refused("there is no layer for it")
        if not any(isinstance(a, Value) for a in (*args, *kwargs.values())):
            return super().call_function(target, args, kwargs)
        if target is getattr and isinstance(x, Value):
            if args[1] == "shape":
                return torch.Size(x.index.shape)
            if args[1] == "ndim":
                return x.index.ndim
            if args[1] == "dtype":
                return self.dtype
            if args[1] in ("T", "mT"):
                return x.view(np.swapaxes(x.index, -1, -2))
            raise Refused(f"the attribute {args[1]}")
        if target is operator.getitem and isinstance(x, Value):
            return self.viewed(operator.getitem, x, args[1])
        return self.operation(target.__name__, args, kwargs)

    def operation(self, name: str, args: Any, kwargs: Any) -> Any:
        """An operation by its name, as a function or as a method."""
        x, rest = args[0], args[1:]
        if name in _VIEWS:
            function = getattr(torch.Tensor, name, None) or getattr(torch, name)
            return self.viewed(function, x, *rest, **kwargs)
        if name == "linear":
            return self.linear(x, *rest, **kwargs)
        if name in ("dropout", "contiguous"):
            return x
        if name == "scaled_dot_product_attention":
            return self.scaled_attention(args, kwargs)
        if name in ("matmul", "bmm", "mm"):
            return self.matmul(x, rest[0])
        if name == "einsum":
            return self.einsum(args)
        if name in ("add", "iadd", "add_", "sub", "isub"):
            return self.sum(x, rest[0], Fraction(1) if "add" in name else Fraction(-1), kwargs)
        if name in ("mul", "imul", "mul_", "truediv", "div", "neg"):
            return self.scaled_or_product(name, args)
        if name in ("pow", "square"):
            return raised(x, 2 if name == "square" else rest[0])
        if name == "mean":
            return average(x, kwargs.get("dim", rest[0] if rest else None), kwargs.get("keepdim", False))
        if name in ("rsqrt", "sqrt"):
            return rooted(x, "-1/2" if name == "rsqrt" else "1/2")
        if name == "masked_fill":
            return self.masked_fill(x, *rest, **kwargs)
        return self.nonlinear(name, x, {**dict(zip(_ARGUMENTS.get(name, ("dim",)), rest, strict=False)), **kwargs})

    def masked_fill(self, x: Value, mask: Any, value: Any) -> Value:
        if _scalar(value) is not None or float(value) != -float("inf"):
            raise Refused("a filling with other than -inf")
        return masked(x, 1 - _numbers(mask))

    def scaled_attention(self, args: Any, kwargs: Any) -> Value:
        q, k, v, mask, dropout, causal = (*args, *_DEFAULTS[len(args) :])[:6]
        scale = kwargs.get("scale")
        mask, causal = kwargs.get("attn_mask", mask), kwargs.get("is_causal", causal)
        if len(args) < 3 or kwargs.get("dropout_p", dropout) or kwargs.get("enable_gqa") or scale is not None:
            raise Refused("queries, keys and values that are not given by position, dropout, groups or a scale")
        return self.scaled_product(q, k, v, mask, causal)

    def scaled_product(self, q: Value, k: Value, v: Value, mask: Any, causal: bool = False) -> Value:
        """Softmax of the scores over the root of their width, times the values."""
        scores = product(q, k.view(np.swapaxes(k.index, -1, -2)))
        assert isinstance(scores.form, Scores)
        if causal:
            scores = masked(scores, np.tri(scores.state.tokens))
        if mask is not None:
            numbers = _numbers(mask)
            scores = masked(scores, numbers) if mask.dtype == torch.bool else add_constant(scores, numbers)
        if not self.real:
            self.left_out("its softmax and the factor of its scores left out")
        found = softmax(scores, self.real)
        assert isinstance(found.form, Scores)
        return product(Value(found.state, replace(found.form, root=self.real), found.index), v)

    def matmul(self, x: Any, y: Any) -> Value:
        if not isinstance(y, Value):
            return from_right(x, constant(y), None)
        return product(x, y) if isinstance(x, Value) else from_left(constant(x), y)

    def einsum(self, args: Any) -> Value:
        """An einsum of two that is a product of matrices, by the places of its letters."""
        if len(args) != 3 or not isinstance(args[0], str):
            raise Refused("an einsum of other than two tensors")
        inputs, _, result = args[0].replace(" ", "").partition("->")
        a, _, b = inputs.partition(",")
        shared = [c for c in a if c in b and c not in result]
        if len(shared) != 1 or "." in inputs or not result or len({*a}) < len(a) or len({*b}) < len(b):
            raise Refused(f"the einsum {args[0]}: allowed are products over one letter")
        batch = [c for c in a if c in b and c in result]
        own, others = ([c for c in s if c not in batch and c not in shared] for s in (a, b))
        x, y = args[1], args[2]
        x = self.letters(x, a, [*batch, *own, *shared])
        y = self.letters(y, b, [*batch, *shared, *others])
        if (len(own) != 1 and isinstance(y, Value)) or (len(others) != 1 and isinstance(x, Value)):
            raise Refused(f"the einsum {args[0]}: allowed are products of two matrices")
        found = self.matmul(x, y)
        made = [*batch, *own, *others]
        return found.view(np.transpose(found.index, [made.index(c) for c in result]))

    def letters(self, x: Any, names: str, wanted: list[str]) -> Any:
        order = [names.index(c) for c in wanted]
        if isinstance(x, Value):
            return x.view(np.transpose(x.index, order))
        return x.permute(order)

    def sum(self, x: Any, y: Any, sign: Fraction, kwargs: Any) -> Value:
        if kwargs.get("alpha", 1) != 1:
            raise Refused("a factor alpha")
        if isinstance(x, Value) and isinstance(y, Value):
            return add(x, y if sign == 1 else scaled(y, sign))
        value, other = (x, y) if isinstance(x, Value) else (y, x)
        number = _scalar(other)
        if number is None:
            array = _numbers(other) if isinstance(value.form, Scores) else constant(other)
        else:
            array = np.array(float(number))
        if value is x:
            return add_constant(x, array if sign == 1 else -array)
        return add_constant(y if sign == 1 else scaled(y, sign), array)

    def scaled_or_product(self, name: str, args: Any) -> Value:
        if name == "neg":
            return scaled(args[0], Fraction(-1))
        x, y = args[0], args[1]
        if isinstance(x, Value) and isinstance(y, Value):
            return multiply(x, inverse(y) if "div" in name else y)
        value, other = (x, y) if isinstance(x, Value) else (y, x)
        number = _scalar(other)
        if number is None and "mul" in name:
            return scaled_channels(value, constant(other))
        if number is None or ("div" in name and (value is y or number == 0)):
            raise Refused("a quotient by other than a number")
        return scaled(value, number if "mul" in name else 1 / number)


_ARGUMENTS = {
    "layer_norm": ("normalized_shape", "weight", "bias", "eps"),
    "rms_norm": ("normalized_shape", "weight", "eps"),
}
"""The arguments of functions after the first."""
_DEFAULTS = (None, None, None, None, 0.0, False)
"""Those of scaled_dot_product_attention: query, key, value, attn_mask, dropout_p, is_causal."""

_VIEWS = {
    *("reshape", "view", "permute", "transpose", "flatten", "unflatten", "chunk", "split", "unbind"),
    *("squeeze", "unsqueeze", "t", "movedim", "moveaxis", "swapaxes", "swapdims", "select", "narrow"),
    *("__getitem__", "expand", "index_select"),
}

"""Networks."""

from __future__ import annotations

import itertools
import json
import math
import os
import time as clock
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
import numpy.typing as npt

from . import _seprank
from ._bound import Bound
from ._dimension import Dimension
from ._errors import Interrupted, InvalidProblem, whole
from ._progress import Progress, watched
from ._rank import Profile, ProfileRow, Rank
from ._seprank import Network as Native
from ._spectrum import Spectrum
from ._state import weight_file
from ._tensor import CoefficientMatrix, Tensor, tensor_of
from ._toml import network_text
from ._values import (
    ArrayLike,
    Output,
    count,
    exact_array,
    inputs,
    maybe_count,
    memory_bytes,
    nested,
    pair,
    place,
    positions,
    seconds,
)

Path_ = str | os.PathLike[str]

MAX_PARTITIONS = 10_000
"""Balanced partitions that a profile lists, at most."""


class Network:
    """A network whose separation rank is asked for: its layers, the partition of its N tokens into sides A and B, the
    output entry, and its weights where they are given. It does not change.

    Made by `attention`, `mixer`, `Network.read`, `.preset`, `.from_layers`, `.from_config` and `from_torch`.

    A network with softmax, normalisation, GELU or the like is no polynomial (`is_polynomial`): of it `rank`, `profile`,
    `spectrum`, `evaluate` and `enclose` answer, and all else refuses it.
    """

    __slots__ = ("_native", "dropped")

    _native: Native
    dropped: tuple[str, ...]
    """What `from_torch` left out, each with its path; or what `from_config` left out or changed."""

    def __init__(self) -> None:
        raise TypeError("use attention, mixer, Network.read, .preset, .from_layers or .from_config")

    @classmethod
    def _of(cls, native: Native, dropped: Iterable[str] = ()) -> Network:
        network = object.__new__(cls)
        object.__setattr__(network, "_native", native)
        object.__setattr__(network, "dropped", tuple(dropped))
        return network

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a network does not change; use with_left and with_weights")

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a network cannot be pickled; keep its network file and weights")

    @classmethod
    def read(
        cls,
        path: Path_,
        *,
        tokens: SupportsIndex | None = None,
        left: Iterable[SupportsIndex] | None = None,
        output: Output | None = None,
    ) -> Network:
        """The network in a network file (docs/networks.md), with other tokens, side A or output if they are given.

        Errors: InvalidProblem names the file, the layer, the key and what is allowed.
        """
        return cls._of(Native.read(Path(path), place(tokens, left, output)))

    @classmethod
    def preset(
        cls,
        name: str,
        *,
        tokens: SupportsIndex | None = None,
        left: Iterable[SupportsIndex] | None = None,
        output: Output | None = None,
    ) -> Network:
        """A published model or a small network of a family, by its name in `python -m seprank networks`.

        >>> import seprank
        >>> seprank.Network.preset("vit-b-16")
        <Network attention L=12 d=768 H=12 N=98+98>
        """
        return cls._of(Native.preset(name, place(tokens, left, output)))

    @classmethod
    def from_layers(
        cls,
        layers: Sequence[Mapping[str, Any]],
        *,
        tokens: SupportsIndex,
        width: SupportsIndex,
        left: Iterable[SupportsIndex] | None = None,
        output: Output = (0, 0),
        weights: Mapping[str, Any] | None = None,
    ) -> Network:
        """The network of these layers, each a dict with its type and keys as in docs/networks.md. Numbers are exact;
        `weights` is a dict from the names of weights to matrices, as in `with_weights`.

        >>> import seprank
        >>> seprank.Network.from_layers([{"type": "attention", "heads": 2}], tokens=4, width=2)
        <Network attention L=1 d=2 H=2 N=2+2>

        Errors: InvalidProblem names the layer, the key and what is allowed.
        """
        head: dict[str, Any] = {"tokens": count("tokens", tokens), "width": count("width", width)}
        head["output"] = list(pair("output", output))
        if left is not None:
            head["left"] = positions("left", left)
        network = cls._of(Native.parse(network_text(head, layers), Path()))
        return network if weights is None else network.with_weights(weights)

    @classmethod
    def from_config(
        cls,
        config: Path_ | Mapping[str, Any],
        *,
        real: bool = False,
        style: str | None = None,
        prefix: str | None = None,
        tokens: SupportsIndex | None = None,
        left: Iterable[SupportsIndex] | None = None,
        output: Output | None = None,
    ) -> Network:
        """The network of a published model by its config.json, a path or what stands in it: of Hugging Face BERT,
        GPT-2, ALBERT, LLaMA and Mistral, of timm ViT, MLP-Mixer, ResMLP and gMLP, as `seprank networks --from-config`.

        Softmax and normalisation are left out and the activation is a polynomial, each named in `dropped`; with `real`
        they stay. `tokens` is N [the model's own for images, 8 words]; `style` "hf" or "timm" says whose
        configuration it is [by its fields], `prefix` what is before the names of all tensors. With
        `with_weights(model.state_dict())` it has the model's weights.

        >>> import seprank
        >>> config = {"model_type": "gpt2", "n_embd": 4, "n_head": 2, "n_layer": 1, "n_positions": 8}
        >>> seprank.Network.from_config(config, tokens=4, real=True).is_polynomial
        False

        Errors: InvalidProblem names the field and what is allowed; OSError where the file cannot be read.
        """
        for name, value in (("style", style), ("prefix", prefix)):
            if value is not None and not isinstance(value, str):
                raise TypeError(f"{name}: a str is expected, not {type(value).__name__}")
        if isinstance(config, Mapping):
            try:
                text = json.dumps(dict(config))
            except (TypeError, ValueError) as error:
                raise InvalidProblem("config", "", f"it is no JSON: {error}") from error
        else:
            text = Path(config).read_text(encoding="utf-8")
        place_ = place(tokens, left, output)
        native, notes = Native.configured(text, style, prefix, bool(real), place_)
        return cls._of(native, notes)

    def with_left(self, left: Iterable[SupportsIndex]) -> Network:
        """The same network with the tokens at `left` (from 0) as side A. Weights are kept."""
        return self._of(self._native.with_left(positions("left", left)), self.dropped)

    def with_weights(self, weights: Mapping[str, Any] | Path_) -> Network:
        """The same network with weights, all taken exactly:

        - of a weight file (safetensors and others, docs/networks.md), found as the network file says;
        - of a dict with the tensors of such a file by name, as `model.state_dict()`: NumPy arrays or PyTorch tensors of
          16 (bfloat16 too), 32 and 64 bits or integers; of it is taken what the network file names;
        - of a dict from "LAYER.PARAMETER" to matrices (`weight_shapes` lists them) of ints, Fractions or floats.

        A dict whose keys are all in `weight_shapes` is of the last kind, and so is any where the network says nothing
        about files.

        Errors: InvalidProblem names the weight or tensor and the size that is wanted.
        """
        if not isinstance(weights, Mapping):
            return self._of(self._native.load(Path(weights)), self.dropped)
        if self._native.has_places and not weights.keys() <= self.weight_shapes.keys():
            return self._of(self._native.load_bytes(weight_file(weights)), self.dropped)
        lists = {str(name): nested(matrix) for name, matrix in weights.items()}
        return self._of(self._native.with_weights(lists), self.dropped)

    @property
    def tokens(self) -> int:
        """N."""
        return self._native.tokens

    @property
    def width(self) -> int:
        """d, the entries of a token of the input."""
        return self._native.width

    @property
    def left(self) -> tuple[int, ...]:
        """The positions of side A."""
        return tuple(self._native.left)

    @property
    def output(self) -> tuple[int, int]:
        """(token, channel) of the entry of the last state that is f."""
        return self._native.output

    @property
    def is_polynomial(self) -> bool:
        """Whether no layer has a function of real numbers, as softmax, normalisation or GELU."""
        return self._native.is_polynomial

    @property
    def degree(self) -> int:
        """The degree of f in the entries of X.

        Errors: InvalidProblem where f is no polynomial.
        """
        return self._native.degree

    @property
    def has_weights(self) -> bool:
        """Whether weights are given."""
        return self._native.has_weights

    @property
    def weight_shapes(self) -> dict[str, tuple[int, int]]:
        """Rows and columns of each weight, by name."""
        return {name: (rows, cols) for name, rows, cols in self._native.names()}

    def weights(self, seed: SupportsIndex = 0) -> dict[str, npt.NDArray[Any]]:
        """The weights by name, as arrays of exact numbers: those given, else the random ones of the seed, integers
        in -16..16 or, where the network is no polynomial, fractions of the size of trained weights."""
        lists = self._native.weight_lists(count("seed", seed))
        return {name: exact_array(rows).reshape(self.weight_shapes[name]) for name, rows in lists.items()}

    def rank(
        self,
        *,
        weights: str | None = None,
        inputs: str = "all",
        method: str = "auto",
        seed: SupportsIndex = 0,
        draws: SupportsIndex = 1,
        points: SupportsIndex | None = None,
        time: float | None = None,
        memory: float = 4,
        progress: Progress = False,
    ) -> Rank:
        """The separation rank: of the given weights, else the generic one, by random weights of the seed.

        `weights` "random" asks for the generic rank also where weights are given; the other names are those of
        `seprank rank --weights`. `inputs` "theorem" takes only those in the proof of the named weights. Up to
        `draws` independent draws of weights and points are made, until a bound from above is met: the largest rank
        counts. `points` is the largest number of points on a side of a grid. After `time` seconds, within `memory`
        GiB, the answer is what is proved by then (`ended_by`); Ctrl-C raises Interrupted, with that in its `answer`.
        `progress` is True for a bar on standard error, or is called with the steps done and planned.

        Of a network that is no polynomial the answer is a lower bound at the given weights, else at random ones of the
        size of trained ones, proved by interval arithmetic on a grid of `points` [16] a side and never above that
        number; its certificate is checked before it is returned, which can take longer than the rank. `inputs`,
        `method` and `draws` are about polynomials.

        >>> import seprank
        >>> seprank.attention(depth=2, width=3, tokens=4).rank().value
        49

        Errors: InvalidProblem, TooLarge, before any work.
        Cost: `seprank rank --dry-run` forecasts it.
        Source: docs/theory.md, section 1; docs/architecture.md.
        """
        wish = {
            "weights": weights,
            "inputs": inputs,
            "method": method,
            "seed": count("seed", seed),
            "draws": count("draws", draws),
            "points": maybe_count("points", points),
            "seconds": seconds(time),
            "bytes": memory_bytes(memory),
        }
        with watched("rank", progress) as show:
            found, stopped = _seprank.rank(self._native, wish | {"progress": show})
        return whole(Rank._of(found), stopped)

    def spectrum(
        self,
        *,
        points: SupportsIndex | None = None,
        inputs: str = "uniform",
        seed: SupportsIndex = 0,
        time: float | None = None,
        memory: float = 4,
        progress: Progress = False,
    ) -> Spectrum:
        """Enclosures of the singular values of the grid matrix of `points` [16] random points a side, at the given
        weights, else at random ones of the size of trained ones: how well f is approximated by few products. The
        entries of the points are uniform in [-2, 2) or standard normal.

        >>> import seprank
        >>> net = seprank.Network.from_layers([{"type": "attention", "softmax": True}], tokens=2, width=2)
        >>> net.spectrum(points=4).rank_within(1e-2)
        (3, 3)

        Errors: InvalidProblem, TooLarge, before any work; InvalidProblem where `time` is too short for the grid.
        Cost: points^2 forward passes over intervals, and points^3 operations.
        Source: docs/theory.md, 1.11; docs/float.md.
        """
        wish = {
            "points": maybe_count("points", points),
            "inputs": inputs,
            "seed": count("seed", seed),
            "seconds": seconds(time),
            "bytes": memory_bytes(memory),
        }
        with watched("spectrum", progress) as show:
            return Spectrum._of(_seprank.spectrum(self._native, wish | {"progress": show}))

    def dimension(
        self,
        *,
        of: str = "state",
        seed: SupportsIndex = 0,
        time: float | None = None,
        memory: float = 4,
        progress: Progress = False,
    ) -> Dimension:
        """The dimension of the set of functions that the network is for all its weights, whether some are given or not:
        of all entries of the last state, of those of the output's token (`of="token"`), or of the output alone
        ("entry"). `time`, `memory` and `progress` as of `rank`.

        >>> import seprank
        >>> seprank.attention(depth=1, width=2, tokens=3).dimension().at_least
        7

        Errors: InvalidProblem, TooLarge, before any work.
        Cost: `seprank dimension --dry-run` forecasts it.
        Source: docs/theory.md, 1.12.
        """
        wish = {"of": of, "seed": count("seed", seed), "seconds": seconds(time), "bytes": memory_bytes(memory)}
        with watched("dimension", progress) as show:
            found, stopped = _seprank.dimension(self._native, wish | {"progress": show})
        return whole(Dimension._of(found), stopped)

    def bounds(self, *, digits: float = 1000) -> tuple[Bound, ...]:
        """The theorems that apply: upper bounds hold for all weights, lower ones for almost all. Values are written out
        up to so many decimal digits, at most a million, and enclosed by their logarithms at any size.

        Cost: below 0.1 s a bound for a few thousand digits.

        >>> import seprank
        >>> [b for b in seprank.attention(depth=2, width=3, tokens=4).bounds() if b.side == "upper"][0]
        <Bound <= 49  attention-graded>
        """
        if isinstance(digits, str) or not 0 <= digits <= 1e6:
            raise InvalidProblem("digits", repr(digits), "numbers from 0 to 1000000 are allowed")
        return tuple(Bound._of(values) for values in _seprank.bounds(self._native, float(digits)))

    def tensor(self, *, seed: SupportsIndex = 0, memory: float = 4) -> Tensor:
        """The coefficients of f, with the given weights, else random ones of the seed.

        Errors: TooLarge, before any work. Cost: that of the forward pass over polynomials.

        >>> import seprank
        >>> seprank.attention(depth=1, width=1, tokens=2).tensor()
        <Tensor of 2 terms in 2 variables>
        """
        found = _seprank.tensor(self._native, count("seed", seed), memory_bytes(memory))
        return tensor_of(found, len(self.left) * self.width)

    def matricize(
        self,
        left: Iterable[SupportsIndex] | None = None,
        *,
        seed: SupportsIndex = 0,
        memory: float = 4,
    ) -> CoefficientMatrix:
        """The coefficient matrix, whose rank is the separation rank: rows are monomials of side A (`left`, if it is
        given), columns of side B.

        >>> import seprank
        >>> seprank.attention(depth=1, width=1, tokens=2).matricize([0]).shape
        (2, 2)
        """
        network = self if left is None else self.with_left(left)
        found = _seprank.matricize(network._native, count("seed", seed), memory_bytes(memory))
        return CoefficientMatrix._of(found)

    def evaluate(
        self,
        x: ArrayLike,
        *,
        weights: Mapping[str, ArrayLike] | Path_ | None = None,
        seed: SupportsIndex = 0,
        modulo: SupportsIndex | None = None,
        exact: bool | None = None,
    ) -> npt.NDArray[Any]:
        """The last state at an input N x d, or at B of them, B x N x d: a token a row.

        Inputs of ints and Fractions give exact values in an array of objects, inputs with floats double precision;
        `exact` says otherwise, and then floats are taken for the dyadic rationals that they are. Modulo a prime the
        values are ints below it. Of a network that is no polynomial there are values in double precision only.
        `weights` as in `with_weights`; without any they are random integers of the seed.

        >>> import seprank
        >>> seprank.attention(depth=1, width=1, tokens=2).evaluate([[1], [0]], weights={
        ...     "0.head0.query": [[1]], "0.head0.key": [[1]], "0.head0.value": [[2]], "0.head0.out": [[1]]})
        array([[2],
               [0]], dtype=object)

        Errors: InvalidProblem for another shape, NaN or infinity, or a degree above 1000 where values are exact.
        """
        network = self if weights is None else self.with_weights(weights)
        given, single = inputs(x, (self.tokens, self.width))
        if exact is None:
            exact = self.is_polynomial and not any(isinstance(v, float) for i in given for row in i for v in row)
        prime = maybe_count("modulo", modulo)
        found = _seprank.evaluate(network._native, given, count("seed", seed), exact, prime)
        floats = not exact and prime is None
        array = np.array(found, dtype=float) if floats else exact_array(found)
        return array[0] if single else array

    def enclose(
        self,
        x: ArrayLike,
        *,
        weights: Mapping[str, Any] | Path_ | None = None,
        seed: SupportsIndex = 0,
        bits: SupportsIndex = 106,
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Proved bounds of the last state at inputs as of `evaluate`: an array of numbers that no entry is below, and
        one that no entry is above, for weights and inputs taken exactly; by intervals of `bits` [106] bits, 64 to 4096.

        >>> import seprank
        >>> net = seprank.Network.from_layers([{"type": "attention", "softmax": True}], tokens=2, width=2)
        >>> low, high = net.enclose([[1, 0], [0, 1]])
        >>> bool((low <= high).all() and (high - low < 1e-15).all())
        True

        Errors: InvalidProblem as of `evaluate`, and where a value is not known to be finite.
        """
        network = self if weights is None else self.with_weights(weights)
        given, single = inputs(x, (self.tokens, self.width))
        found = _seprank.enclose(network._native, given, count("seed", seed), min(count("bits", bits), (1 << 32) - 1))
        array = np.array(found, dtype=float)
        array = array[0] if single else array
        return array[..., 0], array[..., 1]

    def profile(
        self,
        *,
        partitions: str = "cuts",
        seed: SupportsIndex = 0,
        time: float | None = None,
        memory: float = 4,
    ) -> Profile:
        """The rank at every contiguous cut (A = the first t tokens), and with `partitions="all"` also over all balanced
        partitions, up to exchanging the sides. Weights are the same for every one. It ends after `time`
        seconds.

        Errors: InvalidProblem above 10000 balanced partitions.
        """
        n = self.tokens
        sides: Iterable[tuple[str, tuple[int, ...]]]
        sides = (("cut", tuple(range(t))) for t in range(1, n))
        planned = n - 1
        if partitions == "all":
            balanced = math.comb(n, n // 2) // (2 - n % 2) if n < 40 else MAX_PARTITIONS + 1
            if balanced > MAX_PARTITIONS:
                allowed = f"more than {MAX_PARTITIONS} balanced partitions of {n} tokens; allowed is cuts"
                raise InvalidProblem("partitions", "all", allowed)
            planned += balanced
            halves = itertools.combinations(range(n), n // 2)
            sides = itertools.chain(sides, (("balanced", left) for left in halves if n % 2 or left[0] == 0))
        elif partitions != "cuts":
            raise InvalidProblem("partitions", repr(partitions), "allowed are cuts, all")
        left_time = seconds(time)
        end = None if left_time is None else clock.monotonic() + left_time
        rows: list[ProfileRow] = []
        for kind, left in sides:
            rest = None if end is None else end - clock.monotonic()
            if rest is not None and rest <= 0:
                break
            try:
                rank = self.with_left(left).rank(seed=seed, time=rest, memory=memory)
            except Interrupted:
                raise Interrupted(Profile(tuple(rows), planned)) from None
            rows.append(ProfileRow(kind, left, rank))
        return Profile(tuple(rows), planned)

    def __eq__(self, other: object) -> bool:
        return self._native.same(other._native) if isinstance(other, Network) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._native.describe())

    def __repr__(self) -> str:
        given = ", weights given" if self.has_weights else ""
        return f"<Network {self._native.describe()}{given}>"

"""Real networks from PyTorch: softmax, GELU, normalisation and gates, against PyTorch's numbers and network files."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import seprank
from seprank import InvalidProblem, Network

pytest.importorskip("torch", reason="PyTorch is not installed: from_torch is not tested")
import torch
from torch import nn
from torch.nn import functional as fn

TOKENS, WIDTH = 4, 4
X = (1, TOKENS, WIDTH)


def agrees(module: Any, shape: tuple[int, ...] = X) -> Network:
    """The network of a module in double precision, whose values are the module's, inside the intervals."""
    torch.manual_seed(1)
    module = module.double().eval()
    net = seprank.from_torch(module, torch.zeros(shape, dtype=torch.float64), real=True)
    assert net.dropped == () and net.has_weights
    for _ in range(3):
        x = torch.randn(shape, dtype=torch.float64)
        with torch.no_grad():
            expected = module(x).numpy().reshape(TOKENS, -1)
        x = x.numpy().reshape(TOKENS, WIDTH)
        assert np.abs(net.evaluate(x) - expected).max() < 1e-12
        low, high = net.enclose(x)
        assert (high - low < 1e-13).all()
        assert ((low - 1e-12 < expected) & (expected < high + 1e-12)).all()
    return net


class Attention(nn.Module):  # type: ignore[misc, unused-ignore]
    """As in timm."""

    def __init__(self, heads: int = 2, mask: Any = None) -> None:
        super().__init__()
        self.heads, self.scale, self.mask = heads, (WIDTH // heads) ** -0.5, mask
        self.qkv, self.proj = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Any) -> Any:
        b, n, c = x.shape
        qkv = self.qkv(x).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        scores = (q * self.scale) @ k.transpose(-2, -1)
        if self.mask is not None:
            scores = self.mask(scores)
        scores = self.drop(scores.softmax(dim=-1))
        return self.drop(self.proj((scores @ v).transpose(1, 2).reshape(b, n, c)))


class Block(nn.Module):  # type: ignore[misc, unused-ignore]
    """A block of a vision transformer."""

    def __init__(self, act: Any, norm: Any = nn.LayerNorm) -> None:
        super().__init__()
        self.norm1, self.norm2, self.attn = norm(WIDTH), norm(WIDTH), Attention()
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 6), act, nn.Dropout(0.1), nn.Linear(6, WIDTH))

    def forward(self, x: Any) -> Any:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class MixerBlock(nn.Module):  # type: ignore[misc, unused-ignore]
    """A block of a Mixer as in timm."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(WIDTH, eps=1e-6) for _ in range(2))
        self.mlp_tokens = nn.Sequential(nn.Linear(TOKENS, 3), nn.GELU(), nn.Linear(3, TOKENS))
        self.mlp_channels = nn.Sequential(nn.Linear(WIDTH, 5), nn.GELU(), nn.Linear(5, WIDTH))

    def forward(self, x: Any) -> Any:
        x = x + self.mlp_tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.mlp_channels(self.norm2(x))


class WrittenRms(nn.Module):  # type: ignore[misc, unused-ignore]
    """RMS normalisation as LLaMA has it in transformers."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight, self.variance_epsilon = nn.Parameter(torch.rand(width)), 1e-6

    def forward(self, hidden_states: Any) -> Any:
        input_dtype = hidden_states.dtype
        hidden_states = hidden_states.to(torch.float64)
        variance = hidden_states.pow(2).mean(-1, keepdim=True)
        hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
        return self.weight * hidden_states.to(input_dtype)


class SwiGlu(nn.Module):  # type: ignore[misc, unused-ignore]
    def __init__(self, act: Any = fn.silu, bias: bool = False) -> None:
        super().__init__()
        self.gate, self.up = nn.Linear(WIDTH, 6, bias=bias), nn.Linear(WIDTH, 6, bias=bias)
        self.down, self.act = nn.Linear(6, WIDTH, bias=bias), act

    def forward(self, x: Any) -> Any:
        return self.down(self.act(self.gate(x)) * self.up(x))


class Packed(nn.Module):  # type: ignore[misc, unused-ignore]
    """SwiGLU as in timm, its two maps in one."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.norm, self.fc2 = nn.Linear(WIDTH, 10), nn.Identity(), nn.Linear(5, WIDTH)

    def forward(self, x: Any) -> Any:
        x1, x2 = self.fc1(x).chunk(2, dim=-1)
        return self.fc2(self.norm(x1 * fn.silu(x2)))


class Function(nn.Module):  # type: ignore[misc, unused-ignore]
    def __init__(self, function: Any) -> None:
        super().__init__()
        self.map, self.back = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.norm, self.function = nn.LayerNorm(WIDTH), function

    def forward(self, x: Any) -> Any:
        return self.function(self, x)


ACTIVATIONS = [
    *(nn.GELU(), nn.GELU(approximate="tanh"), nn.ReLU(), nn.SiLU(), nn.Sigmoid(), nn.Tanh()),
    *(nn.Sequential(nn.Identity(), nn.GELU()),),
]


@pytest.mark.parametrize("act", ACTIVATIONS, ids=str)
def test_blocks(act: Any) -> None:
    net = agrees(nn.Sequential(Block(act), Block(act, WrittenRms)))
    assert not net.is_polynomial
    rank = net.rank(points=5)
    assert (rank.at_least, rank.value, rank.method) == (5, None, "enclosure")


def test_a_block_is_that_of_a_network_file() -> None:
    torch.manual_seed(0)
    module = Block(nn.GELU())
    net = seprank.from_torch(module, torch.zeros(X), real=True, left=[0, 1])
    state = {name: tensor.detach().double().numpy() for name, tensor in module.state_dict().items()}
    layers = [
        {
            "type": "residual",
            "layers": [
                {"type": "norm", "epsilon": 1e-5},
                {"type": "attention", "heads": 2, "bias": True, "softmax": True},
            ],
        },
        {
            "type": "residual",
            "layers": [
                {"type": "norm", "epsilon": 1e-5},
                {"type": "channel-mixing", "hidden": 6, "activation": "gelu", "bias": True},
            ],
        },
    ]
    weights = {f"{i}.inner0.{name}": state[f"norm{i + 1}.{old}"][None] for i in range(2) for name, old in NORM}
    q, k, v = np.split(state["attn.qkv.weight"], 3)
    bq, bk, bv = np.split(state["attn.qkv.bias"], 3)
    for head, own in enumerate((slice(0, 2), slice(2, 4))):
        prefix = f"0.inner1.head{head}."
        named = {"query": q[own].T, "key": k[own].T, "value": v[own].T, "out": state["attn.proj.weight"][:, own]}
        named |= {"query-bias": bq[None, own], "key-bias": bk[None, own], "value-bias": bv[None, own]}
        weights |= {prefix + name: matrix for name, matrix in named.items()}
    weights["0.inner1.bias"] = state["attn.proj.bias"][None]
    weights |= {"1.inner1.w3": state["mlp.0.weight"].T, "1.inner1.b3": state["mlp.0.bias"][:, None]}
    weights |= {"1.inner1.w4": state["mlp.3.weight"].T, "1.inner1.b4": state["mlp.3.bias"][:, None]}
    by_hand = Network.from_layers(layers, tokens=TOKENS, width=WIDTH, weights=weights, left=[0, 1])
    x = np.random.default_rng(0).normal(size=(TOKENS, WIDTH))
    # The module's own factor is 2^-0.5 as a double, by which its queries are multiplied.
    assert np.abs(net.evaluate(x) - by_hand.evaluate(x)).max() < 1e-14
    ranks = net.rank(points=8), by_hand.rank(points=8)
    assert [rank.at_least for rank in ranks] == [8, 8]
    assert seprank.check(ranks[0].certificate())
    spectra = net.spectrum(points=8), by_hand.spectrum(points=8)
    assert np.allclose(spectra[0].values, spectra[1].values, rtol=1e-9, atol=1e-12)


NORM = (("gain", "weight"), ("bias", "bias"))


def test_a_mixer_as_in_timm() -> None:
    net = agrees(nn.Sequential(MixerBlock(), MixerBlock(), nn.LayerNorm(WIDTH)))
    assert net.rank(points=4).at_least == 4
    config = {
        "architecture": "mixer_s16_224",
        "model_args": {"img_size": 32, "embed_dim": WIDTH, "num_blocks": 1, "mlp_ratio": 1.25},
    }
    torch.manual_seed(0)
    block = MixerBlock()
    block.mlp_tokens = nn.Sequential(nn.Linear(TOKENS, 5), nn.GELU(), nn.Linear(5, TOKENS))
    last = nn.LayerNorm(WIDTH, eps=1e-6)
    by_module = seprank.from_torch(nn.Sequential(block, last), torch.zeros(X), real=True)
    # The same by its configuration and state, whose names are timm's.
    names = {"mlp_tokens.0": "mlp_tokens.fc1", "mlp_tokens.2": "mlp_tokens.fc2"}
    names |= {"mlp_channels.0": "mlp_channels.fc1", "mlp_channels.2": "mlp_channels.fc2"}
    state = {}
    for name, tensor in block.state_dict().items():
        module, _, kind = name.rpartition(".")
        state[f"blocks.0.{names.get(module, module)}.{kind}"] = tensor
    state |= {f"norm.{name}": tensor for name, tensor in last.state_dict().items()}
    by_config = Network.from_config(config, real=True).with_weights(state)
    x = np.random.default_rng(0).normal(size=(TOKENS, WIDTH))
    assert np.array_equal(by_module.evaluate(x), by_config.evaluate(x))
    # In the number of bits that the tensors have.
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        typed = {name: tensor.to(dtype) for name, tensor in state.items()}
        found = by_config.with_weights(typed).weights()["1.inner1.w3"]
        assert found.astype(float).tolist() == typed["blocks.0.mlp_channels.fc1.weight"].T.double().tolist()
    with pytest.raises(InvalidProblem, match=r"mlp_channels\.fc1\.bias"):
        by_config.with_weights({**state, "blocks.0.mlp_channels.fc1.bias": torch.zeros(3)})


GATES = [
    *(SwiGlu(), SwiGlu(fn.gelu, True), SwiGlu(torch.sigmoid), Packed()),
    Function(lambda m, x: m.back(fn.silu(m.map(x)) * x)),
    Function(lambda m, x: m.back(x * torch.tanh(m.map(x)) * 2)),
    Function(lambda m, x: m.back(m.map(x) * torch.sigmoid(m.map(x)))),
    Function(lambda m, x: x + fn.relu(m.map(x)) * (1 - m.back(x))),
]


@pytest.mark.parametrize("module", GATES)
def test_gates(module: Any) -> None:
    net = agrees(module)
    assert "gated-mlp" in repr(net) or "residual" in repr(net)


def test_polynomial_gates_are_exact() -> None:
    torch.manual_seed(0)
    module = SwiGlu(lambda z: z * z + z, bias=True)
    net = seprank.from_torch(module, torch.zeros(X))
    assert net.is_polynomial and net.degree == 3
    x = torch.randn(X)
    with torch.no_grad():
        expected = module.double()(x.double()).numpy()[0]
    np.testing.assert_allclose(net.evaluate(x.double().numpy()[0]), expected, rtol=1e-12, atol=1e-12)
    layer = {"type": "gated-mlp", "hidden": 6, "activation": [0, 1, 1], "bias": True}
    assert net.weight_shapes == Network.from_layers([layer], tokens=TOKENS, width=WIDTH).weight_shapes
    assert net.rank().exact


CAUSAL = torch.ones(TOKENS, TOKENS).tril()
MASKS = [
    lambda scores: scores.masked_fill(CAUSAL == 0, float("-inf")),
    lambda scores: scores + torch.zeros(TOKENS, TOKENS).masked_fill(CAUSAL == 0, -math.inf),
    lambda scores: scores.masked_fill(torch.eye(TOKENS).roll(1, 0).bool()[None, None], -math.inf),
]


@pytest.mark.parametrize("mask", MASKS)
def test_masks(mask: Any) -> None:
    agrees(Attention(mask=mask))


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("mask", [None, CAUSAL == 0, torch.zeros(4, 4).masked_fill(CAUSAL == 0, -math.inf).double()])
def test_multihead_attention(batch_first: bool, mask: Any) -> None:
    class Module(nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.attn = nn.MultiheadAttention(WIDTH, 2, batch_first=batch_first)

        def forward(self, x: Any) -> Any:
            x = x if batch_first else x.transpose(0, 1)
            y = x + self.attn(x, x, x, need_weights=False, attn_mask=mask)[0]
            return y if batch_first else y.transpose(0, 1)

    agrees(Module())


def test_rms_normalisation_as_in_newer_torch() -> None:
    class RMSNorm(nn.Module):  # type: ignore[misc, unused-ignore]
        """The attributes of torch.nn.RMSNorm, which older versions do not have."""

        def __init__(self) -> None:
            super().__init__()
            self.normalized_shape, self.eps, self.weight = (WIDTH,), None, nn.Parameter(torch.rand(WIDTH))

        def forward(self, x: Any) -> Any:
            eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
            return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + eps) * self.weight

    # What is of torch.nn is not traced into.
    RMSNorm.__module__ = "torch.nn.modules.normalization"
    agrees(nn.Sequential(RMSNorm()))


def test_functions() -> None:
    functions = [
        lambda m, x: m.back(fn.gelu(m.map(x), approximate="tanh")),
        lambda m, x: fn.layer_norm(m.map(x), (WIDTH,)),
        lambda m, x: fn.layer_norm(m.map(x), (WIDTH,), m.back.weight[0], None, 1e-3),
        lambda m, x: m.norm(x) * m.back.weight[1],
        lambda m, x: x / torch.sqrt(x.square().mean(-1, keepdim=True) + 0.5),
        lambda m, x: m.map(fn.relu(x.transpose(1, 2)).transpose(1, 2)),
        lambda m, x: fn.gelu(fn.silu(m.map(x))) - 0.5 * fn.relu(x),
        lambda m, x: torch.softmax(x @ m.map(x).transpose(1, 2), 2) @ x,
        lambda m, x: fn.relu(m.map(x)) ** 2,
        lambda m, x: 3 * (torch.softmax(x @ x.mT / 2, -1) @ m.map(x)),
    ]
    for function in functions:
        agrees(Function(function))


REFUSED: list[tuple[str, Any, str]] = [
    ("softmax of channels", lambda m, x: torch.softmax(m.map(x), -1), "not over the scores of a token"),
    ("softmax of queries", lambda m, x: torch.softmax(x @ x.mT, 1) @ x, "not over the scores of a token"),
    ("softmax turned", lambda m, x: torch.softmax((x @ x.mT).mT, -1) @ x, "not over the scores of a token"),
    ("softmax over no axis", lambda m, x: torch.softmax(x @ x.mT, 0) @ x, "not over the scores of a token"),
    ("softmax twice", lambda m, x: torch.softmax(torch.softmax(x @ x.mT, -1), -1) @ x, "not over the scores"),
    ("softmax alone", lambda m, x: torch.softmax(x @ x.mT, -1), "scores that are not applied"),
    ("a factor after softmax", lambda m, x: (2 * torch.softmax(x @ x.mT, -1)) @ x, "after their mask or softmax"),
    ("a mask alone", lambda m, x: (x @ x.mT).masked_fill(CAUSAL == 0, -math.inf) @ x, "without a softmax"),
    ("a mask of numbers", lambda m, x: torch.softmax(x @ x.mT + CAUSAL, -1) @ x, "other than 0 and -inf"),
    (
        "a mask that hides a token",
        lambda m, x: torch.softmax((x @ x.mT).masked_fill(torch.ones(4, 4).bool(), -math.inf), -1) @ x,
        "sees no token",
    ),
    (
        "a filling with a number",
        lambda m, x: torch.softmax((x @ x.mT).masked_fill(CAUSAL == 0, -1e9), -1) @ x,
        "other than -inf",
    ),
    ("a norm of tokens", lambda m, x: fn.layer_norm(x.transpose(1, 2), (TOKENS,)).transpose(1, 2), "of a token"),
    ("a norm of all", lambda m, x: fn.layer_norm(x, (TOKENS, WIDTH)), "of a token"),
    ("another size", lambda m, x: m.map(x) * torch.rsqrt(x.pow(2).mean(-1, keepdim=True)), "own mean square"),
    ("a size and no root", lambda m, x: x * x.pow(2).mean(-1, keepdim=True), "own mean square"),
    ("a size alone", lambda m, x: x.pow(2).mean(-1, keepdim=True), "the size of a token"),
    ("a root", lambda m, x: torch.sqrt(x), "other than a mean square"),
    ("two functions", lambda m, x: m.back(fn.relu(m.map(x)) * fn.silu(x)), "not linear"),
    ("a quotient", lambda m, x: x / (1 + x.square()), "quotient"),
    ("a function without a name", lambda m, x: torch.exp(m.map(x)), r"exp.*no layer"),
    ("a batch norm", nn.BatchNorm1d(TOKENS), r"BatchNorm1d.*no layer"),
]


@pytest.mark.parametrize(("function", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refusals(function: Any, words: str) -> None:
    module = nn.Sequential(function) if isinstance(function, nn.Module) else Function(function)
    with pytest.raises(InvalidProblem, match=words):
        seprank.from_torch(module, torch.zeros(X), real=True)


def test_real_and_relaxed_are_two_things() -> None:
    module = nn.Sequential(Block(nn.GELU()))
    with pytest.raises(InvalidProblem, match=r"relax 'levine': real=True keeps"):
        seprank.from_torch(module, torch.zeros(X), real=True, relax="levine")
    with pytest.raises(InvalidProblem, match=r"0\.norm1: LayerNorm: it is no polynomial; .* real=True keeps it"):
        seprank.from_torch(module, torch.zeros(X))
    relaxed = seprank.from_torch(module, torch.zeros(X), relax="levine")
    assert relaxed.is_polynomial and len(relaxed.dropped) == 4
    # Without a function of real numbers there is nothing to keep.
    plain = nn.Sequential(nn.Linear(WIDTH, WIDTH))
    assert seprank.from_torch(plain, torch.zeros(X), real=True) == seprank.from_torch(plain, torch.zeros(X))
    masked = Attention(mask=MASKS[0])
    causal = seprank.from_torch(masked, torch.zeros(X), relax="levine")
    # The first token sees itself alone, so the others do not change it.
    x = np.random.default_rng(0).normal(size=(2, TOKENS, WIDTH))
    x[1, 0] = x[0, 0]
    first, second = causal.evaluate(x)
    assert causal.is_polynomial and np.array_equal(first[0], second[0]) and not np.allclose(first[1], second[1])

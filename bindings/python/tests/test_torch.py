"""Networks from PyTorch, against network files of the same layers and against PyTorch's own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import seprank
from seprank import InvalidProblem, Network

pytest.importorskip("torch", reason="PyTorch is not installed: from_torch is not tested")
import torch
from torch import nn

TOKENS, WIDTH = 4, 4


def agrees(module: Any, net: Network, x: Any = None) -> None:
    """The values of the network are those of the module, up to its rounding."""
    torch.manual_seed(1)
    x = torch.randn(TOKENS, WIDTH) if x is None else x
    with torch.no_grad():
        expected = module.double()(x.double())
    found = net.evaluate(x.double().numpy())
    np.testing.assert_allclose(found, expected.numpy().reshape(found.shape), rtol=1e-5, atol=1e-6)


class TwoHeads(nn.Module):  # type: ignore[misc, unused-ignore]
    """Attention of two heads, without softmax."""

    def __init__(self, bias: bool = False) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=bias)
        self.proj = nn.Linear(WIDTH, WIDTH, bias=bias)

    def forward(self, x: Any) -> Any:
        qkv = self.qkv(x).reshape(-1, TOKENS, 3, 2, WIDTH // 2).permute(2, 0, 3, 1, 4)
        q, k, v = qkv[0], qkv[1], qkv[2]
        scores = q @ k.transpose(-2, -1) * 0.5
        return self.proj((scores @ v).transpose(1, 2).reshape(-1, TOKENS, WIDTH))


def test_two_heads_are_those_of_a_network_file() -> None:
    torch.manual_seed(0)
    module = TwoHeads()
    net = seprank.from_torch(module, torch.zeros(1, TOKENS, WIDTH), left=[0, 1])
    agrees(module, net, torch.randn(1, TOKENS, WIDTH))
    # The same, with the weights cut by hand, K halved for the factor of the scores.
    q, k, v = (w.detach().double().numpy() for w in module.qkv.weight.chunk(3))
    u = module.proj.weight.detach().double().numpy()
    weights = {}
    for head, own in enumerate((slice(0, 2), slice(2, 4))):
        named = {"query": q[own].T, "key": 0.5 * k[own].T, "value": v[own].T, "out": u[:, own]}
        weights.update({f"0.head{head}.{name}": matrix for name, matrix in named.items()})
    by_hand = Network.from_layers([{"type": "attention", "heads": 2}], tokens=TOKENS, width=WIDTH, weights=weights)
    assert net == by_hand
    rank = net.rank()
    assert (rank.value, rank.exact) == (by_hand.rank().value, True)
    assert rank.value == seprank.attention(depth=1, width=4, heads=2, tokens=4).rank().value


def test_biases_and_einsum() -> None:
    module = TwoHeads(bias=True)
    agrees(module, seprank.from_torch(module, torch.zeros(1, TOKENS, WIDTH)), torch.randn(1, TOKENS, WIDTH))

    class ByLetters(nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k, self.v = (nn.Parameter(torch.randn(2, WIDTH, 2)) for _ in range(3))
            self.u = nn.Parameter(torch.randn(4, WIDTH))

        def forward(self, x: Any) -> Any:
            q, k, v = (
                torch.einsum("nd,dm->nm", x, w.permute(1, 0, 2).reshape(WIDTH, 4)) for w in (self.q, self.k, self.v)
            )
            q, k, v = (m.reshape(TOKENS, 2, 2) for m in (q, k, v))
            scores = torch.einsum("ihe,jhe->hij", q, k)
            mixed = torch.einsum("hij,jhe->ihe", scores, v)
            return mixed.reshape(TOKENS, 4) @ self.u

    module = ByLetters()
    net = seprank.from_torch(module, torch.zeros(TOKENS, WIDTH))
    agrees(module, net)
    assert net.degree == 3


class Block(nn.Module):  # type: ignore[misc, unused-ignore]
    """A block of a Mixer as in timm."""

    def __init__(self, act: Any, norm: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = (nn.LayerNorm(WIDTH) if norm else nn.Identity() for _ in range(2))
        self.mlp_tokens = nn.Sequential(nn.Linear(TOKENS, 3), act, nn.Dropout(0.0), nn.Linear(3, TOKENS))
        self.mlp_channels = nn.Sequential(nn.Linear(WIDTH, 5), act, nn.Linear(5, WIDTH))

    def forward(self, x: Any) -> Any:
        x = x + self.mlp_tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.mlp_channels(self.norm2(x))


class Square(nn.Module):  # type: ignore[misc, unused-ignore]
    def forward(self, x: Any) -> Any:
        return x * x


def test_a_mixer_as_in_timm() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(Block(Square(), False), Block(Square(), False))
    net = seprank.from_torch(module, torch.zeros(2, TOKENS, WIDTH))
    agrees(module, net, torch.randn(1, TOKENS, WIDTH))
    mixer = seprank.mixer(
        depth=2, width=4, tokens=4, token_hidden=3, channel_hidden=5, channel_degree=2, bias=True, residual=True
    )
    assert net.with_weights(mixer.weights()) == mixer.with_weights(mixer.weights())


def test_what_is_relaxed_is_named() -> None:
    module = nn.Sequential(Block(nn.GELU(), True), Block(nn.GELU(), True))
    with pytest.raises(InvalidProblem, match=r"0\.norm1: LayerNorm.*no polynomial"):
        seprank.from_torch(module, torch.zeros(1, TOKENS, WIDTH))
    net = seprank.from_torch(module, torch.zeros(1, TOKENS, WIDTH), relax="levine")
    assert net.dropped[0] == "0.norm1: LayerNorm, left out"
    assert net.dropped[1] == "0.mlp_tokens.1: GELU, the square in its place"
    assert len(net.dropped) == 8
    # The same weights in a module that is that polynomial network.
    plain = nn.Sequential(Block(Square(), False), Block(Square(), False))
    plain.load_state_dict(module.state_dict(), strict=False)
    assert net == seprank.from_torch(plain, torch.zeros(1, TOKENS, WIDTH))


@pytest.mark.parametrize("batch_first", [True, False])
def test_multihead_attention(batch_first: bool) -> None:
    class Module(nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.attn = nn.MultiheadAttention(WIDTH, 2, batch_first=batch_first)

        def forward(self, x: Any) -> Any:
            x = x if batch_first else x.transpose(0, 1)
            y = x + self.attn(x, x, x, need_weights=False)[0]
            return y if batch_first else y.transpose(0, 1)

    torch.manual_seed(0)
    module = Module()
    net = seprank.from_torch(module, torch.zeros(1, TOKENS, WIDTH), relax="levine")
    assert net.dropped == ("attn: MultiheadAttention, its softmax and the factor of its scores left out",)
    # By NumPy, from the weights of the module.
    state = {name: w.detach().double().numpy() for name, w in module.state_dict().items()}
    x = np.random.default_rng(0).normal(size=(TOKENS, WIDTH))
    q, k, v = np.split(x @ state["attn.in_proj_weight"].T + state["attn.in_proj_bias"], 3, axis=1)
    heads = [(q[:, s] @ k[:, s].T) @ v[:, s] for s in (slice(0, 2), slice(2, 4))]
    y = np.hstack(heads) @ state["attn.out_proj.weight"].T + state["attn.out_proj.bias"]
    np.testing.assert_allclose(net.evaluate(x), x + y, rtol=1e-9)


class Function(nn.Module):  # type: ignore[misc, unused-ignore]
    """A function of the state with one linear map."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.map = nn.Linear(WIDTH, WIDTH)
        self.position = nn.Parameter(torch.ones(TOKENS, WIDTH))
        self.function = function

    def forward(self, x: Any) -> Any:
        return self.function(self, x)


def test_polynomials_and_other_layers() -> None:
    functions = [
        lambda m, x: m.map(m.map(x) ** 3),
        lambda m, x: (lambda z: z + 0.5 * z.pow(2) - 1)(m.map(x)),
        lambda m, x: m.map(x + m.position),
        lambda m, x: x - 2 * m.map(x),
        lambda m, x: m.map(x) + x.square(),
        lambda m, x: (m.map(x) / 4).mean(0, keepdim=True),
        lambda m, x: m.position @ x,
        lambda m, x: m.map((m.position @ x) ** 2),
        lambda m, x: 1 - m.map(torch.flatten(x, 0).view(TOKENS, WIDTH)),
        lambda m, x: m.map(m.map(x) * x),
        lambda m, x: x + m.map(m.map(x) ** 2 * (1 - x)),
        lambda m, x: (lambda z: m.map((m.map(x) + 2) * (z**3 + z) * 0.5))(m.map(x)),
        lambda m, x: m.map(x) * m.map.weight[0],
    ]
    torch.manual_seed(0)
    for function in functions:
        module = Function(function)
        agrees(module, seprank.from_torch(module, torch.zeros(TOKENS, WIDTH)))


REFUSED: list[tuple[str, Any, str]] = [
    ("an activation", lambda m, x: torch.tanh(m.map(x)), r"tanh.*no layer"),
    ("softmax", lambda m, x: torch.softmax(x @ x.transpose(-1, -2), -1) @ x, r"softmax.*no polynomial"),
    ("a product of two functions", lambda m, x: m.map(x) ** 2 * x**2, r"mul.*not linear, of different maps"),
    ("a product over two axes", lambda m, x: m.map(x) * (m.position @ x), r"mul.*tokens x channels"),
    ("a product of two states", lambda m, x: m.map(m.map(x) ** 2) * x, r"mul.*different values"),
    ("a factor of every entry", lambda m, x: m.map(x) * m.position, r"mul.*one for each channel"),
    ("a factor of every token", lambda m, x: m.map(x.transpose(0, 1) * m.position[0]), r"mul.*the channels of a token"),
    ("scores alone", lambda m, x: x @ x.transpose(-1, -2), "scores"),
    ("a mask", lambda m, x: ((x @ x.transpose(-1, -2)) + torch.ones(4, 4)) @ x, "0 and -inf as in a mask"),
    ("a concatenation", lambda m, x: torch.cat([x, x]), r"cat.*no layer"),
    ("the input", lambda m, x: x, "the output is the input"),
    ("transposed", lambda m, x: m.map(x).transpose(-1, -2), "laid out"),
    ("a tuple", lambda m, x: (m.map(x), x), "tuple"),
    ("a branch on values", lambda m, x: x if x.sum() > 0 else m.map(x), "cannot trace"),
    ("a fractional power", lambda m, x: m.map(x) ** 0.5, "the power 0.5"),
]


@pytest.mark.parametrize(("function", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refusals(function: Any, words: str) -> None:
    with pytest.raises(InvalidProblem, match=words):
        seprank.from_torch(Function(function), torch.zeros(TOKENS, WIDTH))


def test_refusals_name_the_path() -> None:
    module = nn.Sequential(nn.Identity(), nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Conv1d(TOKENS, TOKENS, 1)))
    with pytest.raises(InvalidProblem, match=r"module 1\.1: Conv1d: there is no layer for it"):
        seprank.from_torch(module, torch.zeros(1, TOKENS, WIDTH), relax="levine")
    with pytest.raises(InvalidProblem, match="example_input of shape"):
        seprank.from_torch(module, torch.zeros(4))
    with pytest.raises(InvalidProblem, match="relax"):
        seprank.from_torch(module, torch.zeros(4, 4), relax="all")
    with pytest.raises(TypeError, match="module"):
        seprank.from_torch("module", torch.zeros(4, 4))
    nan = nn.Linear(WIDTH, WIDTH)
    nan.weight.data.fill_(float("nan"))
    with pytest.raises(InvalidProblem, match="NaN"):
        seprank.from_torch(nn.Sequential(nan), torch.zeros(TOKENS, WIDTH))

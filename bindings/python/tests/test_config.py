"""Published models by their configuration and tensors: as published, against their definitions in NumPy; as polynomial
networks, against the command line."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import seprank
from conftest import Command
from seprank import InvalidProblem, Network

Tensors = dict[str, Any]
N, D, HIDDEN, HEADS = 4, 4, 6, 2
RNG = np.random.default_rng(11)
HF = {"hidden_size": D, "num_attention_heads": HEADS, "num_hidden_layers": 2, "intermediate_size": HIDDEN}
HF |= {"max_position_embeddings": 8}
CONFIGS: dict[str, dict[str, Any]] = {
    "bert": {"model_type": "bert", **HF},
    "albert": {"model_type": "albert", **HF, "embedding_size": 3, "hidden_act": "gelu_new"},
    "gpt2": {"model_type": "gpt2", "n_embd": D, "n_head": HEADS, "n_layer": 2, "n_positions": 8, "n_inner": HIDDEN},
    "llama": {"model_type": "llama", **HF, "num_key_value_heads": 1, "rms_norm_eps": 1e-5},
    "vit": {
        "architecture": "vit_tiny_patch16_224",
        "model_args": {"img_size": 32, "embed_dim": D, "depth": 2, "num_heads": HEADS, "mlp_ratio": 1.5},
    },
    "mixer": {
        "architecture": "mixer_s16_224",
        "model_args": {"img_size": 32, "embed_dim": D, "num_blocks": 2, "mlp_ratio": 1.5},
    },
}
TOKENS = {"vit": 5}


def gelu(x: Any) -> Any:
    return x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2


def gelu_new(x: Any) -> Any:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class Model:
    """Definitions of modules, whose tensors are drawn when they are first used."""

    def __init__(self) -> None:
        self.tensors: Tensors = {}

    def get(self, name: str, *shape: int) -> Any:
        if name not in self.tensors:
            self.tensors[name] = RNG.normal(size=shape).astype(np.float32)
        return self.tensors[name].astype(float)

    def linear(self, x: Any, name: str, out: int, bias: bool = True) -> Any:
        y = x @ self.get(f"{name}.weight", out, x.shape[-1]).T
        return y + self.get(f"{name}.bias", out) if bias else y

    def conv(self, x: Any, name: str, out: int) -> Any:
        return x @ self.get(f"{name}.weight", x.shape[-1], out) + self.get(f"{name}.bias", out)

    def norm(self, x: Any, name: str, eps: float) -> Any:
        c = x - x.mean(-1, keepdims=True)
        y = c / np.sqrt((c**2).mean(-1, keepdims=True) + eps)
        return y * self.get(f"{name}.weight", x.shape[-1]) + self.get(f"{name}.bias", x.shape[-1])

    def rms(self, x: Any, name: str, eps: float) -> Any:
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + eps) * self.get(f"{name}.weight", x.shape[-1])


def heads_of(x: Any, count: int) -> Any:
    return x.reshape(len(x), count, -1).transpose(1, 0, 2)


def attend(q: Any, k: Any, v: Any, causal: bool = False) -> Any:
    q, k, v = (heads_of(part, HEADS) for part in (q, k, v))
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tri(scores.shape[-1], dtype=bool), scores, -np.inf)
    return (softmax(scores) @ v).transpose(1, 0, 2).reshape(q.shape[1], -1)


def bert(m: Model, x: Any) -> Any:
    x = x + m.get("embeddings.position_embeddings.weight", 8, D)[:N]
    x = x + m.get("embeddings.token_type_embeddings.weight", 2, D)[0]
    x = m.norm(x, "embeddings.LayerNorm", 1e-12)
    for i in range(2):
        b = f"encoder.layer.{i}"
        q, k, v = (m.linear(x, f"{b}.attention.self.{name}", D) for name in ("query", "key", "value"))
        y = m.linear(attend(q, k, v), f"{b}.attention.output.dense", D)
        x = m.norm(x + y, f"{b}.attention.output.LayerNorm", 1e-12)
        y = m.linear(gelu(m.linear(x, f"{b}.intermediate.dense", HIDDEN)), f"{b}.output.dense", D)
        x = m.norm(x + y, f"{b}.output.LayerNorm", 1e-12)
    return x


def albert(m: Model, x: Any) -> Any:
    x = x + m.get("embeddings.position_embeddings.weight", 8, 3)[:N]
    x = x + m.get("embeddings.token_type_embeddings.weight", 2, 3)[0]
    x = m.norm(x, "embeddings.LayerNorm", 1e-12)
    x = m.linear(x, "encoder.embedding_hidden_mapping_in", D)
    b = "encoder.albert_layer_groups.0.albert_layers.0"
    for _ in range(2):
        q, k, v = (m.linear(x, f"{b}.attention.{name}", D) for name in ("query", "key", "value"))
        y = m.linear(attend(q, k, v), f"{b}.attention.dense", D)
        x = m.norm(x + y, f"{b}.attention.LayerNorm", 1e-12)
        y = m.linear(gelu_new(m.linear(x, f"{b}.ffn", HIDDEN)), f"{b}.ffn_output", D)
        x = m.norm(x + y, f"{b}.full_layer_layer_norm", 1e-12)
    return x


def gpt2(m: Model, x: Any) -> Any:
    x = x + m.get("wpe.weight", 8, D)[:N]
    for i in range(2):
        b = f"h.{i}"
        q, k, v = np.split(m.conv(m.norm(x, f"{b}.ln_1", 1e-5), f"{b}.attn.c_attn", 3 * D), 3, axis=1)
        x = x + m.conv(attend(q, k, v, causal=True), f"{b}.attn.c_proj", D)
        y = gelu_new(m.conv(m.norm(x, f"{b}.ln_2", 1e-5), f"{b}.mlp.c_fc", HIDDEN))
        x = x + m.conv(y, f"{b}.mlp.c_proj", D)
    return m.norm(x, "ln_f", 1e-5)


def llama(m: Model, x: Any) -> Any:
    def turned(y: Any) -> Any:
        """Of a head width of two the only plane turns by one radian a token, up to a part of 10^-4."""
        angles = np.arange(len(y)) * 1.0
        c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
        a, b = y[:, 0::2], y[:, 1::2]
        return np.stack([a * c - b * s, a * s + b * c], axis=2).reshape(y.shape)

    for i in range(2):
        b = f"layers.{i}"
        y = m.rms(x, f"{b}.input_layernorm", 1e-5)
        q = m.linear(y, f"{b}.self_attn.q_proj", D, bias=False)
        k, v = (m.linear(y, f"{b}.self_attn.{name}_proj", 2, bias=False) for name in "kv")
        k, v = (np.hstack([part, part]) for part in (k, v))
        x = x + m.linear(attend(turned(q), turned(k), v, causal=True), f"{b}.self_attn.o_proj", D, bias=False)
        y = m.rms(x, f"{b}.post_attention_layernorm", 1e-5)
        gate = m.linear(y, f"{b}.mlp.gate_proj", HIDDEN, bias=False)
        y = gate / (1 + np.exp(-gate)) * m.linear(y, f"{b}.mlp.up_proj", HIDDEN, bias=False)
        x = x + m.linear(y, f"{b}.mlp.down_proj", D, bias=False)
    return m.rms(x, "norm", 1e-5)


def vit(m: Model, x: Any) -> Any:
    x = x + m.get("pos_embed", 1, 5, D)[0]
    for i in range(2):
        b = f"blocks.{i}"
        q, k, v = np.split(m.linear(m.norm(x, f"{b}.norm1", 1e-6), f"{b}.attn.qkv", 3 * D), 3, axis=1)
        x = x + m.linear(attend(q, k, v), f"{b}.attn.proj", D)
        y = gelu(m.linear(m.norm(x, f"{b}.norm2", 1e-6), f"{b}.mlp.fc1", HIDDEN))
        x = x + m.linear(y, f"{b}.mlp.fc2", D)
    return m.norm(x, "norm", 1e-6)


def mixer(m: Model, x: Any) -> Any:
    # The hidden widths are 1.5 times the width, of tokens and of channels.
    for i in range(2):
        b = f"blocks.{i}"
        y = gelu(m.linear(m.norm(x, f"{b}.norm1", 1e-6).T, f"{b}.mlp_tokens.fc1", HIDDEN))
        x = x + m.linear(y, f"{b}.mlp_tokens.fc2", N).T
        y = gelu(m.linear(m.norm(x, f"{b}.norm2", 1e-6), f"{b}.mlp_channels.fc1", HIDDEN))
        x = x + m.linear(y, f"{b}.mlp_channels.fc2", D)
    return m.norm(x, "norm", 1e-6)


MODELS: dict[str, Callable[[Model, Any], Any]] = {
    "bert": bert,
    "albert": albert,
    "gpt2": gpt2,
    "llama": llama,
    "vit": vit,
    "mixer": mixer,
}


def drawn(name: str) -> tuple[Model, Any, Any]:
    model = Model()
    x = RNG.normal(size=(TOKENS.get(name, N), 3 if name == "albert" else D))
    return model, x, MODELS[name](model, x)


@pytest.mark.parametrize("name", MODELS)
def test_as_published(name: str) -> None:
    model, x, expected = drawn(name)
    net = Network.from_config(CONFIGS[name], tokens=len(x), real=True).with_weights(model.tensors)
    found = net.evaluate(x)
    # The angles of LLaMA's positions are those of rational points of the circle.
    allowed = 1e-2 if name == "llama" else 1e-11
    assert np.abs(found - expected).max() < allowed * max(1.0, np.abs(expected).max())
    assert not any("dropped" in note for note in net.dropped)
    if name == "llama":
        assert any("Pythagorean" in note for note in net.dropped)
    low, high = net.enclose(x)
    assert ((low - 1e-12 <= found) & (found <= high + 1e-12)).all() and np.abs(high - low).max() < 1e-9
    # Every tensor counts, but for what softmax and normalisation do not see.
    unseen = ("key.bias", "mlp_tokens.fc2.bias")
    for tensor, values in model.tensors.items():
        changed = net.with_weights({**model.tensors, tensor: values + RNG.normal(size=values.shape)}).evaluate(x)
        assert np.allclose(changed, found, rtol=1e-9, atol=1e-9) == tensor.endswith(unseen), tensor


@pytest.mark.parametrize("name", MODELS)
def test_as_a_polynomial_and_as_the_command_line(name: str, tmp_path: Path, command: Command) -> None:
    model, x, _ = drawn(name)
    config, weights, inputs = tmp_path / "config.json", tmp_path / "model.npz", tmp_path / "x.npy"
    config.write_text(json.dumps(CONFIGS[name]))
    np.savez(weights, **model.tensors)
    np.save(inputs, x)
    net = Network.from_config(config, tokens=len(x))
    notes = [note for note in net.dropped if "dropped" in note or "polynomial" in note]
    assert net.is_polynomial and len(notes) >= 2
    by_file, by_name = net.with_weights(weights), net.with_weights(model.tensors)
    assert by_file == by_name
    # The weights by their own names are told from the tensors.
    assert net.with_weights(by_name.weights()) == by_name
    words = ["-m", "seprank", "networks", "--from-config", str(config), "--tokens", str(len(x))]
    text = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True).stdout
    (tmp_path / "net.toml").write_text(text)
    assert all(f"# - {note}\n" in text for note in net.dropped)
    assert Network.read(tmp_path / "net.toml").with_weights(weights) == by_file
    code, values = command("eval", "--network", tmp_path / "net.toml", "--weights", weights, "--inputs", inputs)
    assert code == 0 and np.array_equal(values[0], by_file.evaluate(x))


def test_ranks_of_published_models() -> None:
    model, x, _ = drawn("vit")
    net = Network.from_config(CONFIGS["vit"], tokens=len(x), real=True, left=[0, 1], output=(1, 2))
    assert (net.left, net.output) == ((0, 1), (1, 2))
    rank = net.with_weights(model.tensors).rank(points=5)
    assert (rank.at_least, rank.exact) == (5, False) and seprank.check(rank.certificate())


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int8", "int64", "uint16", ">f4", "fortran"])
def test_numbers_of_every_type_are_exact(kind: str) -> None:
    net = Network.from_config(CONFIGS["mixer"], tokens=N)
    model = drawn("mixer")[0]
    if kind == "fortran":
        tensors = {name: np.asfortranarray(tensor) for name, tensor in model.tensors.items()}
    else:
        tensors = {name: (8 * np.abs(tensor)).astype(kind) for name, tensor in model.tensors.items()}
    found = net.with_weights(tensors).weights()
    expected = tensors["blocks.1.mlp_channels.fc1.weight"].T
    assert [[float(q) for q in row] for row in found["3.inner0.w3"]] == expected.astype(float).tolist()
    assert found["3.inner0.w3"][0, 0] == expected[0, 0].item()


def test_wrong_tensors_are_named() -> None:
    net = Network.from_config(CONFIGS["mixer"], tokens=N)
    tensors = drawn("mixer")[0].tensors
    name = "blocks.1.mlp_tokens.fc2.bias"
    wrong: list[tuple[Any, type[Exception], str]] = [
        ({k: v for k, v in tensors.items() if k != name}, InvalidProblem, name),
        ({**tensors, name: np.zeros(3)}, InvalidProblem, name),
        ({**tensors, name: np.full(N, np.nan)}, InvalidProblem, name),
        ({**tensors, name: np.zeros(N, dtype=bool)}, InvalidProblem, name),
        ({**tensors, name: np.zeros(N, dtype=complex)}, TypeError, name),
        ({**tensors, name: [0.0] * N}, TypeError, name),
        ({**tensors, name: "0"}, TypeError, name),
    ]
    for given, error, words in wrong:
        with pytest.raises(error, match=words):
            net.with_weights(given)
    # What the network does not ask for may be anything that has a type there.
    assert net.with_weights({**tensors, "head.bias": np.array(np.nan)}) == net.with_weights(tensors)


def test_wrong_configurations(tmp_path: Path) -> None:
    wrong: list[tuple[Any, dict[str, Any], str]] = [
        ({}, {}, "model_type"),
        ({"model_type": "mamba"}, {}, "bert, gpt2"),
        ({"model_type": {1}}, {}, "no JSON"),
        ({**CONFIGS["bert"], "hidden_size": 0}, {}, "hidden_size"),
        (CONFIGS["bert"], {"tokens": 9}, "tokens = 9"),
        (CONFIGS["bert"], {"style": "keras"}, "hf, timm"),
        (CONFIGS["bert"], {"prefix": "a b"}, "prefix"),
        ({**CONFIGS["bert"], "hidden_act": "quick_gelu"}, {"real": True}, "in a real network"),
        ({**CONFIGS["gpt2"], "scale_attn_weights": False}, {"real": True}, "scale_attn_weights"),
        ({"architecture": "gmlp_s16_224"}, {"real": True}, "normalisation of one half"),
    ]
    for config, options, words in wrong:
        with pytest.raises(InvalidProblem, match=words):
            Network.from_config(config, **options)
    with pytest.raises(OSError, match="config"):
        Network.from_config(tmp_path / "config.json")
    assert Network.from_config({"architecture": "resmlp_12_224"}, real=True).tokens == 196

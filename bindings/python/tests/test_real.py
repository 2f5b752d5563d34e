"""Networks that are no polynomials: ranks and spectra proved by interval arithmetic, against NumPy and the command
line."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import seprank
from conftest import Command
from seprank import InvalidProblem, Network

BLOCK: list[dict[str, Any]] = [
    {
        "type": "residual",
        "layers": [
            {"type": "norm", "epsilon": Fraction(1, 10**5)},
            {"type": "attention", "heads": 2, "softmax": True, "bias": True},
        ],
    },
    {
        "type": "residual",
        "layers": [
            {"type": "norm", "norm": "rms", "epsilon": Fraction(1, 10**6)},
            {"type": "channel-mixing", "hidden": 6, "activation": "gelu", "bias": True},
        ],
    },
]
FILE = """tokens = 4
width = 4
[[layer]]
type = "residual"
layers = [{ type = "norm", epsilon = 1e-5 }, { type = "attention", heads = 2, softmax = true, bias = true }]
[[layer]]
type = "residual"
layers = [
  { type = "norm", norm = "rms", epsilon = 1e-6 },
  { type = "channel-mixing", hidden = 6, activation = "gelu", bias = true },
]
"""
NET = Network.from_layers(BLOCK, tokens=4, width=4)

erf = np.vectorize(math.erf)


def block_by_hand(x: Any, w: dict[str, Any]) -> Any:
    """The block by its definition."""
    centred = x - x.mean(1, keepdims=True)
    y = centred / np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5) * w["0.inner0.gain"] + w["0.inner0.bias"]
    total = x + w["0.inner1.bias"]
    for head in ("0.inner1.head0.", "0.inner1.head1."):
        q, k, v = (y @ w[head + name] + w[f"{head}{name}-bias"] for name in ("query", "key", "value"))
        scores = q @ k.T / math.sqrt(2)
        exponentials = np.exp(scores - scores.max(1, keepdims=True))
        total = total + exponentials / exponentials.sum(1, keepdims=True) @ v @ w[head + "out"].T
    y = total / np.sqrt((total**2).mean(1, keepdims=True) + 1e-6) * w["1.inner0.gain"]
    hidden = y @ w["1.inner1.w3"] + w["1.inner1.b3"].T
    hidden = hidden * (1 + erf(hidden / math.sqrt(2))) / 2
    return total + hidden @ w["1.inner1.w4"] + w["1.inner1.b4"].T


def test_values_are_numpys_and_in_the_intervals() -> None:
    rng = np.random.default_rng(0)
    weights = {name: rng.normal(size=size) for name, size in NET.weight_shapes.items()}
    net, x = NET.with_weights(weights), rng.normal(size=(3, 4, 4))
    expected = np.stack([block_by_hand(one, weights) for one in x])
    found = net.evaluate(x)
    assert found.dtype == float and np.abs(found - expected).max() < 1e-12
    low, high = net.enclose(x)
    assert ((low <= high) & (high - low < 1e-14) & (low - 1e-12 < expected) & (expected < high + 1e-12)).all()
    # At few bits the intervals are wide enough for what both round.
    low, high = net.enclose(x[0], bits=64)
    wider = net.enclose(x[0], bits=256)
    assert low.shape == (4, 4) and ((low <= wider[0]) & (wider[1] <= high)).all()
    # Whole numbers are taken as such.
    assert np.array_equal(net.evaluate([[1, 0, 2, 3]] * 4), net.evaluate(np.array([[1.0, 0, 2, 3]] * 4)))


def test_a_rank_is_a_proved_lower_bound(tmp_path: Path, command: Command) -> None:
    file, certificate = tmp_path / "net.toml", tmp_path / "rank.json"
    file.write_text(FILE)
    net = Network.read(file)
    assert net == NET and not net.is_polynomial and seprank.attention(depth=1, width=2, tokens=2).is_polynomial
    rank = net.rank(points=6, seed=3)
    assert (rank.value, rank.exact, bool(rank), rank.at_least, rank.at_most) == (None, False, False, 6, None)
    code, document = command("rank", "--network", file, "--points", 6, "--seed", 3)
    assert code == 0
    assert (rank.at_least, rank.method, rank.basis) == (document["rank"], document["method"], document["basis"])
    assert (rank.network, rank.points, rank.precision) == (document["network"], 6, document["precision"])
    assert document["status"] == "lower" and rank.bounds == () and rank.prime is None
    assert repr(rank).startswith("<Rank >= 6 (lower, by enclosure) of layers d=4") and r"\ge 6" in rank._repr_latex_()
    assert "these weights" in rank._repr_html_() and str(rank).startswith("separation rank >= 6")
    rank.certificate().write(certificate)
    verdict = seprank.check(certificate)
    assert verdict.kind == "valid" and verdict.claim is not None and ">= 6" in verdict.claim
    # One more than is proved.
    text = certificate.read_text()
    assert text.count('"6"') == 1
    assert not seprank.check(text.replace('"6"', '"7"'))
    # Other weights are other networks; the same are the same.
    assert net.with_weights(net.weights(seed=3)).rank(points=6, weights="random", seed=3) == rank
    cuts = net.profile().rows
    assert [row.rank.exact for row in cuts] == [False] * 3 and all((row.rank.at_least or 0) > 1 for row in cuts)


def test_a_spectrum_is_enclosed(tmp_path: Path, command: Command) -> None:
    file = tmp_path / "net.toml"
    file.write_text(FILE)
    found = Network.read(file).spectrum(points=8, seed=1)
    document = command("spectrum", "--proved", "--network", file, "--points", 8, "--seed", 1)[1]
    assert [list(pair) for pair in found.values] == document["singular_values"]
    assert list(found.root_mean_square) == document["root_mean_square"]
    assert (found.points, found.precision, found.network) == (8, document["precision"], document["network"])
    for row in document["rank_within"]:
        assert found.rank_within(row["epsilon"]) == (row["at_least"], row["at_most"])
    assert all(0 <= low <= high for low, high in found.values)
    # The Frobenius norm, from both sides.
    squares = [sum(pair[end] ** 2 for pair in found.values) for end in (0, 1)]
    low, high = (64 * end**2 for end in found.root_mean_square)
    assert squares[0] <= high * (1 + 1e-12) and low <= squares[1] * (1 + 1e-12)
    assert (found.rank_within(2), found.rank_within(0)[1]) == ((0, 0), 8)
    normal = Network.read(file).spectrum(points=3, seed=1, inputs="gaussian")
    arguments = ("--proved", "--network", file, "--points", 3, "--seed", 1, "--inputs", "gaussian")
    assert [list(pair) for pair in normal.values] == command("spectrum", *arguments)[1]["singular_values"]
    assert normal.values != Network.read(file).spectrum(points=3, seed=1).values
    with pytest.raises(InvalidProblem, match='inputs "words": allowed are "uniform" and "gaussian"'):
        Network.read(file).spectrum(points=3, inputs="words")


def test_a_spectrum_is_seen() -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib").use("Agg")
    found = NET.spectrum(points=5)
    frame = found.to_frame()
    assert list(frame.columns) == ["number", "at_least", "at_most"] and len(frame) == 5
    axes = found.plot(label="block")
    assert axes.get_yscale() == "log" and axes.get_legend() is not None
    assert repr(found).startswith("<Spectrum of 5 x 5 points, rank ") and found._repr_html_().count("<table>") == 2


def test_a_polynomial_has_a_spectrum_too() -> None:
    net = seprank.attention(depth=1, width=2, tokens=2)
    weights = {name: np.eye(*size) for name, size in net.weight_shapes.items()}
    net = net.with_weights(weights)
    assert net.rank().value == net.spectrum(points=8).rank_within(1e-12)[0]
    low, high = net.enclose([[1, 2], [3, 4]])
    exact = net.evaluate([[1, 2], [3, 4]]).astype(float)
    assert np.array_equal(low, exact) and np.array_equal(high, exact)


def test_what_needs_a_polynomial_refuses() -> None:
    refused: list[Any] = [
        lambda: NET.bounds(),
        lambda: NET.tensor(),
        lambda: NET.matricize(),
        lambda: NET.dimension(),
        lambda: NET.degree,
        lambda: NET.evaluate(np.zeros((4, 4)), exact=True),
        lambda: NET.evaluate(np.zeros((4, 4)), modulo=7),
        lambda: seprank.gap(NET, "mixer-b-16"),
    ]
    for call in refused:
        with pytest.raises(InvalidProblem, match=r"layer 0 \(residual\): the function .* is no polynomial"):
            call()
    for wish in ({"draws": 2}, {"method": "grid"}, {"inputs": "theorem"}, {"weights": "theorem"}):
        with pytest.raises(InvalidProblem, match=f"{next(iter(wish))} .*the network is no polynomial"):
            NET.rank(**wish)


def test_values_that_are_not_bounded() -> None:
    constant = Network.from_layers([{"type": "norm", "epsilon": 0, "affine": False}], tokens=2, width=2)
    with pytest.raises(InvalidProblem, match="not known to be finite"):
        constant.enclose([[1, 1], [1, 2]])
    assert np.isnan(constant.evaluate([[1, 1], [1, 2]])[0]).all()
    # Of exponentials nothing overflows.
    net = Network.from_layers([{"type": "attention", "softmax": True, "scale": False}], tokens=2, width=1)
    big = net.with_weights({name: [[10**6]] for name in net.weight_shapes})
    low, high = big.enclose([[1], [2]])
    assert np.isfinite([low, high]).all() and (low <= 2e12).all() and (high >= 2e12).all()


def test_limits() -> None:
    big = Network.from_layers(BLOCK * 3, tokens=16, width=16)
    rank = big.rank(points=400, time=0.5)
    assert rank.ended_by == "time"
    with pytest.raises(InvalidProblem, match="ended by the limit on time"):
        big.spectrum(points=200, time=0.2)
    with pytest.raises(seprank.TooLarge):
        big.rank(points=10**6)
    seen: list[tuple[int, int]] = []
    NET.spectrum(points=12, progress=lambda done, planned: seen.append((done, planned)))
    assert all(0 <= done <= planned for done, planned in seen)


def test_a_comparison_is_that_of_the_command_line(command: Command) -> None:
    names = ["attention", "mixer", "s4d", "fnet", "gmlp"]
    found = seprank.compare(tokens=4, width=2, depth=1, families=names, seed=2)
    words = ["--tokens", 4, "--width", 2, "--depth", 1, "--families", ",".join(names), "--seed", 2]
    document = command("compare", *words)[1]
    assert [row.family for row in found.rows] == [row["family"] for row in document["rows"]]
    for row, line in zip(found.rows, document["rows"], strict=True):
        assert (row.degree, row.weights, row.missing) == (line["degree"], line["weights"], line["missing"])
        assert row.to_attention == line["to_attention"] and row.title == line["network"]
        assert row.cuts == (None if line["cuts"] is None else tuple(line["cuts"]))
        assert (row.rank is None) == (line["rank"] is None)
        if row.rank is not None:
            assert (row.rank.at_least, row.rank.exact) == (line["rank"], line["status"] == "exact")
            assert seprank.check(row.rank.certificate())
        assert (row.upper and row.upper.value) == line["at_most"]
    assert found["attention"].to_attention == "equal, proved"
    with pytest.raises(InvalidProblem, match="allowed are"):
        found["mamba"]
    assert len(found.to_frame()) == len(names) and "<table>" in found._repr_html_()
    assert repr(found) == "<Comparison of 5 families at N=4 d=2 L=1>"

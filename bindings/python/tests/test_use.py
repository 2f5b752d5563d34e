"""How the package behaves: wrong calls, limits, threads, memory, notebooks."""

from __future__ import annotations

import gc
import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import seprank
from seprank import InvalidProblem, Network, TooLarge

NET = seprank.attention(depth=1, width=2, tokens=2)
REAL_LAYERS: list[dict[str, Any]] = [{"type": "attention", "softmax": True}, {"type": "norm"}]
REAL = Network.from_layers(REAL_LAYERS, tokens=2, width=2)
GPT2 = {"model_type": "gpt2", "n_embd": 2, "n_head": 1, "n_layer": 1, "n_positions": 2}


def closed() -> Any:
    file = open(os.devnull)  # noqa: SIM115
    file.close()
    return file


def untyped(function: Any) -> Any:
    """A function that is called wrongly on purpose."""
    return function


WRONG: list[tuple[str, Callable[[], object], type[Exception], str]] = [
    (
        "a str for an int",
        lambda: untyped(seprank.attention)(depth="2", width=3, tokens=4),
        TypeError,
        "depth: a whole number",
    ),
    (
        "a float for an int",
        lambda: untyped(seprank.attention)(depth=2.5, width=3, tokens=4),
        TypeError,
        "depth: a whole number",
    ),
    ("no keyword", lambda: untyped(seprank.attention)(2, 3, 4), TypeError, "positional"),
    ("a size of 0", lambda: seprank.attention(depth=0, width=3, tokens=4), InvalidProblem, "depth 0"),
    ("a negative size", lambda: seprank.mixer(depth=1, width=-1, tokens=4, token_hidden=1), InvalidProblem, "width -1"),
    ("a size past words", lambda: seprank.attention(depth=1, width=10**30, tokens=4), InvalidProblem, "width 1"),
    ("a huge size", lambda: seprank.attention(depth=1, width=2**40, tokens=4), InvalidProblem, "width"),
    (
        "heads that do not divide",
        lambda: seprank.attention(depth=1, width=3, tokens=4, heads=2),
        InvalidProblem,
        "heads 2",
    ),
    ("an empty side", lambda: NET.with_left([]), InvalidProblem, "left"),
    ("a position twice", lambda: NET.with_left([0, 0]), InvalidProblem, "repeated"),
    ("a str for positions", lambda: untyped(NET.with_left)("01"), TypeError, "list of positions"),
    (
        "an output outside",
        lambda: seprank.attention(depth=1, width=2, tokens=2, output=(2, 0)),
        InvalidProblem,
        "output 2,0",
    ),
    ("an unknown layer", lambda: Network.from_layers([{"type": "conv"}], tokens=2, width=2), InvalidProblem, "conv"),
    (
        "an unknown key",
        lambda: Network.from_layers([{"type": "attention", "head": 2}], tokens=2, width=2),
        InvalidProblem,
        "head",
    ),
    ("an unknown preset", lambda: Network.preset("vit-b-17"), InvalidProblem, "vit-b-16"),
    ("no file", lambda: Network.read("no-such-file.toml"), InvalidProblem, "no-such-file.toml"),
    ("weights that are missing", lambda: NET.with_weights({}), InvalidProblem, "0.head0.query"),
    (
        "a weight of another size",
        lambda: NET.with_weights({n: [[1]] for n in NET.weight_shapes}),
        InvalidProblem,
        "2 rows of 2",
    ),
    (
        "NaN in a weight",
        lambda: NET.with_weights({n: np.full((2, 2), np.nan) for n in NET.weight_shapes}),
        InvalidProblem,
        "NaN",
    ),
    ("an input of another shape", lambda: NET.evaluate(np.zeros((3, 2))), InvalidProblem, "3 x 2"),
    ("NaN in an input", lambda: NET.evaluate([[1.0, float("nan")], [0, 0]]), InvalidProblem, "NaN"),
    ("a str in an input", lambda: NET.evaluate([["1", 2], [3, 4]]), TypeError, "an int, a Fraction or a float"),
    (
        "a modulus that is no prime",
        lambda: NET.evaluate([[1, 2], [3, 4]], modulo=6),
        InvalidProblem,
        "6 is not a prime",
    ),
    ("rows of different length", lambda: seprank.matrix_rank([[1, 2], [3]]), InvalidProblem, "row 1"),
    ("a float in a matrix", lambda: seprank.matrix_rank([[1, 2.5]]), InvalidProblem, "2.5"),
    ("infinity in a matrix", lambda: seprank.matrix_rank(np.array([[np.inf]])), InvalidProblem, "inf"),
    ("a vector for a matrix", lambda: seprank.matrix_rank(np.arange(3)), InvalidProblem, "two axes"),
    ("a str for a matrix", lambda: untyped(seprank.matrix_rank)("12"), TypeError, "rows of numbers"),
    ("a method that there is not", lambda: NET.rank(method="magic"), InvalidProblem, "magic"),
    ("no draws", lambda: NET.rank(draws=0), InvalidProblem, "draws"),
    ("a dimension of nothing", lambda: NET.dimension(of="all"), InvalidProblem, "state, token, entry"),
    ("no memory", lambda: NET.tensor(memory=0), TooLarge, "limit"),
    ("a tensor that is too large", lambda: Network.preset("vit-b-16").tensor(), TooLarge, "limit"),
    ("a str for a time", lambda: untyped(NET.rank)(time="1m"), InvalidProblem, "seconds"),
    ("a closed file", lambda: seprank.check(closed()), ValueError, "closed file"),
    ("an int for a path", lambda: untyped(seprank.check)(7), TypeError, "int"),
    ("a folder to write to", lambda: NET.rank().certificate().write("."), OSError, ""),
    (
        "a gap across",
        lambda: seprank.gap(NET, seprank.mixer(depth=2, width=2, tokens=2, token_hidden=1)),
        InvalidProblem,
        "across=True",
    ),
    ("a change", lambda: setattr(NET, "left", (1,)), AttributeError, "does not change"),
    ("a pickle", lambda: pickle.dumps(NET), TypeError, "network file"),
    ("a tensor of no polynomial", lambda: REAL.tensor(), InvalidProblem, "no polynomial"),
    ("a degree of no polynomial", lambda: REAL.degree, InvalidProblem, "softmax is no polynomial"),
    ("exact values of no polynomial", lambda: REAL.evaluate(np.eye(2), exact=True), InvalidProblem, "no polynomial"),
    ("draws of a lower bound", lambda: REAL.rank(draws=3), InvalidProblem, "draws 3"),
    ("a method for polynomials", lambda: REAL.rank(method="grid"), InvalidProblem, 'method "grid"'),
    ("no points", lambda: REAL.rank(points=0), InvalidProblem, "points 0"),
    ("no points of a spectrum", lambda: REAL.spectrum(points=0), InvalidProblem, "points 0"),
    ("too many points", lambda: REAL.spectrum(points=2**62), TooLarge, "limit"),
    ("a str for points", lambda: untyped(REAL.spectrum)(points="8"), TypeError, "points: a whole number"),
    ("an epsilon below zero", lambda: REAL.spectrum(points=2).rank_within(-1), InvalidProblem, "epsilon"),
    ("an epsilon that is NaN", lambda: REAL.spectrum(points=2).rank_within(float("nan")), InvalidProblem, "epsilon"),
    ("a str for an epsilon", lambda: untyped(REAL.spectrum(points=2).rank_within)("1"), TypeError, "epsilon: a number"),
    ("an int for a style", lambda: untyped(Network.from_config)(GPT2, style=1), TypeError, "style: a str"),
    (
        "a comparison without points",
        lambda: seprank.compare(tokens=4, width=2, depth=1, points=0),
        InvalidProblem,
        "points 0",
    ),
    ("few bits", lambda: REAL.enclose(np.eye(2), bits=10), InvalidProblem, "bits 10: allowed are 64 to 4096"),
    ("very many bits", lambda: REAL.enclose(np.eye(2), bits=2**40), InvalidProblem, "bits"),
    ("infinity to enclose", lambda: REAL.enclose([[np.inf, 0], [0, 0]]), InvalidProblem, "inf"),
    ("a configuration of nothing", lambda: Network.from_config({}), InvalidProblem, "model_type"),
    ("a list for a configuration", lambda: untyped(Network.from_config)([1]), TypeError, "list"),
    ("no configuration", lambda: Network.from_config("no-such-config.json"), OSError, "no-such-config.json"),
    ("no tensors", lambda: Network.from_config(GPT2).with_weights({"h": np.eye(2)}), InvalidProblem, "h.0.attn"),
    ("a tensor of text", lambda: Network.from_config(GPT2).with_weights({"h": "x"}), TypeError, "'h'"),
    (
        "no family",
        lambda: seprank.compare(tokens=4, width=2, depth=1, families=["vit"]),
        InvalidProblem,
        "families vit",
    ),
    ("a str for families", lambda: seprank.compare(tokens=4, width=2, depth=1, families="vit"), TypeError, "names"),
    ("no depth", lambda: seprank.compare(tokens=4, width=2, depth=0), InvalidProblem, "depth 0"),
    ("a comparison too large", lambda: seprank.compare(tokens=4, width=10**9, depth=1), InvalidProblem, "width"),
]


@pytest.mark.parametrize(("call", "error", "words"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_calls(call: Callable[[], object], error: type[Exception], words: str) -> None:
    with pytest.raises(error) as found:
        call()
    assert words in str(found.value)
    if isinstance(found.value, seprank.SeprankError):
        assert all(isinstance(part, str) for part in (found.value.field, found.value.value, found.value.allowed))
        copy = pickle.loads(pickle.dumps(found.value))
        assert (type(copy), str(copy), copy.field) == (error, str(found.value), found.value.field)


def test_results_do_not_change() -> None:
    rank = NET.rank()
    with pytest.raises(AttributeError):
        untyped(rank).value = 3
    with pytest.raises(TypeError):
        untyped(NET.tensor().terms)[()] = 1


SHAPES: dict[str, tuple[int, int]] = {
    "attn.c_attn": (2, 6),
    "attn.c_proj": (2, 2),
    "mlp.c_fc": (2, 8),
    "mlp.c_proj": (8, 2),
}
STATE: dict[str, Any] = {"wpe.weight": np.eye(2)}
STATE |= {f"{name}.{part}": np.ones(2) for name in ("ln_f", "h.0.ln_1", "h.0.ln_2") for part in ("weight", "bias")}
STATE |= {f"h.0.{name}.weight": np.ones(size) for name, size in SHAPES.items()}
STATE |= {f"h.0.{name}.bias": np.ones(size[1]) for name, size in SHAPES.items()}


def memory() -> int:
    """KiB of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc: the memory of a process is not known")
def test_a_thousand_calls_do_not_grow() -> None:
    def calls(count: int) -> None:
        for number in range(count):
            net = seprank.attention(depth=1, width=2, tokens=2, left=[number % 2])
            assert seprank.check(net.rank().certificate())
            net.tensor(), net.matricize(), net.bounds(), net.evaluate([[1, 2], [3, 4]])
            seprank.matrix_rank([[number, 10**40], [Fraction(1, 3), 1]])
            REAL.rank(points=2), REAL.spectrum(points=2), REAL.enclose(np.eye(2)), REAL.evaluate(np.eye(2))
            Network.from_config(GPT2, tokens=2, real=True).with_weights(STATE)
            with pytest.raises(InvalidProblem):
                net.with_left([])

    calls(200)
    gc.collect()
    before = memory()
    calls(1000)
    gc.collect()
    assert memory() - before < 4096


def test_four_threads() -> None:
    nets = [seprank.attention(depth=2, width=2, tokens=t, left=[0]) for t in (2, 3, 4, 5)] * 4
    alone = [net.rank() for net in nets]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda net: net.rank(), nets)) == alone
    real = [Network.from_layers(REAL_LAYERS, tokens=t, width=2) for t in (2, 3, 4, 5)]
    calls: list[Callable[[Network], object]] = [
        lambda net: net.rank(points=4),
        lambda net: net.spectrum(points=4),
        lambda net: net.enclose(np.ones((net.tokens, 2)))[0].tolist(),
        lambda net: seprank.compare(tokens=net.tokens + 1, width=1, depth=1, families=["attention", "mixer"]),
    ]
    for call in calls:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(call, real)) == [call(net) for net in real]


# No theorem decides its rank, of which a minute is not enough.
LONG = seprank.attention(depth=3, width=4, tokens=6, heads=2)


def test_others_run_meanwhile() -> None:
    """The interpreter is free while a rank is computed."""
    count, done = 0, threading.Event()

    def compute() -> None:
        LONG.rank(method="grid", time=1)
        done.set()

    threading.Thread(target=compute).start()
    while not done.wait(0.01):
        count += 1
    assert count >= 20


def test_time_ends_a_rank() -> None:
    begin = time.monotonic()
    rank = LONG.rank(method="grid", time=0.5)
    assert time.monotonic() - begin < 20
    assert rank.ended_by == "time" and not rank and rank.value is None
    assert rank.at_least is not None and rank.at_least > 0
    assert seprank.check(rank.certificate())


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    LONG.rank(method="grid", time=1, progress=lambda done, planned: seen.append((done, planned)))
    assert seen and all(done >= 0 and planned > 0 for done, planned in seen)
    assert seen == sorted(seen, key=lambda pair: pair[0])

    def stop(done: int, planned: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        LONG.rank(method="grid", progress=stop)


INTERRUPTED = """
import seprank, sys
net = seprank.attention(depth=3, width=4, tokens=6, heads=2)
print("begin", flush=True)
try:
    net.rank(method="grid", progress=True)
except seprank.Interrupted as stopped:
    assert isinstance(stopped, KeyboardInterrupt)
    answer = stopped.answer
    assert answer.ended_by == "interrupt" and answer.at_least > 0 and seprank.check(answer.certificate())
    print("proved", answer.at_least)
"""


def test_interrupt() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "begin\n"
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0 and out.startswith("proved "), errors
    assert "rank " in errors


def test_certificates(tmp_path: Path) -> None:
    rank = seprank.attention(depth=2, width=3, tokens=4).rank()
    file = tmp_path / "rank.json"
    rank.certificate().write(file)
    verdicts = [
        seprank.check(file),
        seprank.check(str(file)),
        seprank.check(file.read_text()),
        seprank.check(file.read_bytes()),
        seprank.check(rank.certificate()),
    ]
    with file.open() as opened:
        verdicts.append(seprank.check(opened))
    assert set(verdicts) == {verdicts[0]} and verdicts[0] and verdicts[0].kind == "valid"
    again = seprank.Certificate.read(file)
    assert again.to_json() == rank.certificate().to_json() and again.claim == verdicts[0].claim
    # One more than is proved.
    text = file.read_text()
    false = text.replace('"49"', '"50"', 1)
    assert false != text
    assert not seprank.check(json.loads(false)) and seprank.check(false).finding
    assert seprank.check(tmp_path / "missing.json").kind == "incomplete"
    assert seprank.check("{").kind == "invalid"
    with pytest.raises(OSError, match=r"missing\.json"):
        seprank.Certificate.read(tmp_path / "missing.json")
    with pytest.raises(InvalidProblem):
        (tmp_path / "wrong.json").write_text("{}")
        seprank.Certificate.read(tmp_path / "wrong.json")


def test_certificates_of_matrices(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    small, large = tmp_path / "small.json", tmp_path / "large.json"
    assert seprank.matrix_rank([[1, 2], [2, 4]]).certificate().write(small) is None
    assert seprank.check(small)
    matrix = rng.integers(-(10**6), 10**6, (400, 30)) @ rng.integers(-9, 9, (30, 400))
    found = seprank.matrix_rank(matrix)
    assert found.value == 30
    beside = found.certificate().write(large)
    assert beside is not None and seprank.check(large, matrix=beside)
    assert seprank.check(large).kind == "incomplete"


def test_a_gap_has_a_certificate() -> None:
    small = (
        seprank.attention(depth=2, width=2, heads=2, tokens=4),
        seprank.mixer(depth=2, width=2, tokens=4, token_hidden=1),
    )
    found = seprank.gap(*small)
    assert found.verdict == "certified" and found.lower is not None and found.lower.id == "computed"
    assert seprank.check(found.certificate())
    open_gap = seprank.gap(
        seprank.attention(depth=1, width=2, tokens=2), seprank.mixer(depth=1, width=2, tokens=2, token_hidden=2)
    )
    assert not open_gap
    if open_gap.verdict == "open":
        with pytest.raises(InvalidProblem):
            open_gap.certificate()


def test_numbers_of_any_size() -> None:
    big = 3**5000
    assert seprank.matrix_rank([[big, 2 * big], [1, 2]]).value == 1
    weights = {name: [[big]] for name in ("0.head0.query", "0.head0.key", "0.head0.value", "0.head0.out")}
    net = seprank.attention(depth=1, width=1, tokens=2)
    assert net.evaluate([[1], [0]], weights=weights)[0, 0] == big**4
    assert (net.with_weights(weights).weights()["0.head0.key"] == big).all()
    half = {name: [[0.5]] for name in weights}
    assert net.evaluate([[1], [0]], weights=half).tolist() == [[Fraction(1, 16)], [0]]
    text = Network.from_layers(
        [{"type": "channel-mixing", "activation": [0, Fraction(1, 3), big % 10**60]}], tokens=2, width=1
    )
    assert text.degree == 2


def test_layers_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "net.toml"
    file.write_text(
        'tokens = 3\nwidth = 2\nleft = [1]\n[[layer]]\ntype = "residual"\nlayers = [{ type = "attention" }]\n'
    )
    made = Network.from_layers([{"type": "residual", "layers": [{"type": "attention"}]}], tokens=3, width=2, left=[1])
    assert made == Network.read(file) and hash(made) == hash(Network.read(file))
    assert made != made.with_left([0]) and made != 3
    assert Network.read(file, tokens=4, left=[0, 3]).left == (0, 3)


def test_notebooks_see_something() -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("matplotlib").use("Agg")
    net = seprank.attention(depth=2, width=2, tokens=4)
    rank, profile, gap = net.rank(), net.profile(), seprank.gap("vit-b-16", "mixer-b-16")
    assert rank._repr_latex_() == rf"$\operatorname{{sep}}(f; A, B) = {rank.value}$"
    assert "attention-graded" in rank._repr_html_() and "<table>" in profile._repr_html_()
    assert "scope" not in gap._repr_html_() and "mixer" in gap._repr_html_()
    assert len(rank.to_frame()) == len(rank.bounds) and len(profile.to_frame()) == 3
    assert len(net.tensor().to_frame()) == len(net.tensor().terms)
    axes = profile.plot()
    assert axes.get_xlabel() == "tokens in A"
    assert repr(gap).startswith("<Gap certified: attention L=12")
    assert str(rank).startswith("separation rank = ")


def test_ranks_too_large_to_compute() -> None:
    rank = seprank.attention(depth=2, width=768, tokens=196).rank()
    assert (rank.value, rank.method, rank.prime) == (43_827_094_849, "theorem", None)
    assert seprank.check(rank.certificate()).kind in ("valid", "incomplete")
    rank = Network.preset("vit-b-16").rank()
    assert not rank.exact and rank.not_computed and rank.log10 is not None
    assert "10^" in repr(rank)
    bounds = Network.preset("vit-b-16").bounds(digits=10)
    assert all(b.value is None or b.value < 10**12 for b in bounds)

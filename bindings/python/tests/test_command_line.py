"""What Python says is what the command line says."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import seprank
from conftest import Command
from seprank import Bound, Network, Rank

REQUESTS = 200


def some_network(rng: random.Random) -> tuple[list[object], Network]:
    """A small network, by options and in Python."""
    tokens, width = rng.randint(2, 5), rng.randint(1, 3)
    # Of more variables the tensor of two layers has a million terms.
    depth = rng.randint(1, 2) if tokens * width <= 6 else 1
    left = sorted(rng.sample(range(tokens), rng.randint(1, tokens - 1)))
    output = rng.randrange(tokens), rng.randrange(width)
    place = ["--tokens", tokens, "--left", ",".join(map(str, left)), "--output", f"{output[0]},{output[1]}"]
    if rng.random() < 0.5:
        heads = rng.choice([h for h in range(1, width + 1) if width % h == 0])
        words = ["attention", "--depth", depth, "--width", width, "--heads", heads, *place]
        return words, seprank.attention(depth=depth, width=width, heads=heads, tokens=tokens, left=left, output=output)
    hidden, bias, residual = rng.randint(1, 3), rng.random() < 0.3, rng.random() < 0.3
    degree = rng.choice([1, 2, 2, 3]) if depth == 1 else 2
    words = ["mixer", "--depth", depth, "--width", width, "--token-hidden", hidden, "--token-degree", degree, *place]
    words += ["--bias"] * bias + ["--residual"] * residual
    return words, seprank.mixer(
        depth=depth,
        width=width,
        tokens=tokens,
        token_hidden=hidden,
        token_degree=degree,
        bias=bias,
        residual=residual,
        left=left,
        output=output,
    )


def same_bounds(bounds: tuple[Bound, ...], rows: list[dict[str, Any]]) -> None:
    """The same bounds, with the same values."""
    assert [(b.id, b.side) for b in bounds] == [(row["id"], row["side"]) for row in rows]
    for bound, row in zip(bounds, rows, strict=True):
        assert row["value"] is None or int(row["value"]) == bound.value


def same_rank(rank: Rank, document: dict[str, Any]) -> None:
    """The same rank, and what it rests on."""
    assert rank.at_least == int(document["rank"])
    assert rank.exact == (document["status"] == "exact")
    assert rank.value == (rank.at_least if rank.exact else None)
    assert (rank.basis, rank.method) == (document["basis"], document["method"])
    assert (rank.scope, rank.network) == (document["scope"], document["network"])
    assert rank.prime == (int(document["prime"]) if "prime" in document else None)
    assert rank.ended_by == document.get("ended_by")
    same_bounds(rank.bounds, document["bounds"])


@pytest.mark.parametrize("number", range(REQUESTS))
def test_requests(number: int, command: Command) -> None:
    rng = random.Random(number)
    words, net = some_network(rng)
    what = rng.choice(["rank", "rank", "rank", "bounds", "tensor", "profile", "dimension"])
    seed = rng.randrange(5)
    if what == "bounds":
        same_bounds(net.bounds(), command("bounds", *words)[1])
    elif what == "rank":
        method = rng.choice(["auto", "auto", "grid", "coefficients"])
        draws = rng.randint(1, 3)
        code, document = command("rank", *words, "--seed", seed, "--method", method, "--draws", draws)
        assert code == 0
        rank = net.rank(seed=seed, method=method, draws=draws)
        same_rank(rank, document)
        assert rank.draws == document.get("draws")
    elif what == "dimension":
        of = rng.choice(["state", "token", "entry"])
        code, document = command("dimension", *words, "--seed", seed, "--of", of)
        dimension = net.dimension(seed=seed, of=of)
        assert (code, dimension.at_least) == (0, int(document["dimension"]))
        assert (dimension.exact, dimension.basis) == (document["status"] == "exact", document["basis"])
        assert [(name, str(value)) for name, value in dimension.upper] == [
            (bound["name"], bound["value"]) for bound in document["bounds"]
        ]
    elif what == "tensor":
        document = command("tensor", *words, "--seed", seed)[1]
        tensor, matrix = net.tensor(seed=seed), net.matricize(seed=seed)
        assert [f"X[{t},{k}]" for t, k in tensor.variables] == document["variables"]
        terms = {tuple(term["exponents"]): term["coefficient"] for term in document["terms"]}
        assert {key: str(value) for key, value in tensor.terms.items()} == terms
        assert matrix.shape == (document["matricization"]["rows"], document["matricization"]["cols"])
        assert tensor.left_variables == document["left_variables"]
    else:
        at = words.index("--left")
        document = command("profile", *words[:at], *words[at + 2 :], "--seed", seed)[1]
        found = net.profile(partitions="all", seed=seed)
        rows = [(r.kind, " ".join(map(str, r.left)), r.rank.at_least, r.rank.exact) for r in found.rows]
        assert rows == [(r["kind"], r["left"], r["rank"], r["status"] == "exact") for r in document["rows"]]


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_gap(depth: int, across: bool, command: Command) -> None:
    sizes: dict[str, Any] = {"depth": depth, "width": 4, "tokens": 6}
    more = 1 if across else 0
    found = seprank.gap(
        seprank.attention(**sizes, heads=2),
        seprank.mixer(**{**sizes, "depth": depth + more}, token_hidden=2),
        across=across,
    )
    words = ["--depth", depth, "--mixer-depth", depth + more, "--width", 4, "--tokens", 6, "--heads", 2]
    document = command("gap", *words, "--token-hidden", 2, *["--across"] * across)[1]
    assert (found.verdict, found.reason) == (document["verdict"], document["reason"])
    assert list(found.scope) == document["scope"] and list(found.across) == document["across"]
    for name in ("lower", "upper", "other_lower", "attention_upper"):
        half, row = getattr(found, name), document[name]
        assert (half is None) == (row is None)
        assert half is None or half.id == row["id"]
        assert half is None or row["value"] is None or half.value == int(row["value"])


def test_gap_of_published_models(command: Command) -> None:
    document = command("gap", "--attention", "vit-b-16", "--mixer", "mixer-b-16")[1]
    found = seprank.gap("vit-b-16", "mixer-b-16")
    assert found and list(found.scope) == document["scope"]
    assert found.lower is not None and found.lower.log10 == tuple(document["lower"]["log10"])


def test_matrix(tmp_path: Path, command: Command) -> None:
    rng = np.random.default_rng(1)
    for number in range(10):
        rows, cols, rank = rng.integers(1, 12, 3)
        matrix = rng.integers(-9, 9, (rows, rank)) @ rng.integers(-9, 9, (rank, cols))
        file = tmp_path / f"{number}.npy"
        np.save(file, matrix)
        for modulo in (None, 2, 65537):
            words = ["matrix", "rank", file, *([] if modulo is None else ["--modulo", modulo])]
            document = command(*words)[1]
            found = seprank.matrix_rank(matrix, modulo=modulo)
            assert (found.at_least, found.exact) == (document["rank"], document["relation"] == "equal")
            assert found.prime == int(document["prime"])


def test_exit_codes_and_help() -> None:
    def run(*words: str) -> int:
        return subprocess.run([sys.executable, "-m", "seprank", *words], capture_output=True, check=False).returncode

    assert (run("--help"), run("no-such-command"), run("check", "no-such-file.json")) == (0, 2, 2)

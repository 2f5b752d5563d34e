"""Values of small networks by PyTorch's definitions: nn.LayerNorm, nn.RMSNorm, nn.GELU, nn.SiLU, scaled dot-product attention.

Reads a JSON object {case, x, weights} (weights by name) and writes the last state.
"""

import json
import math
import sys


def product(a, b):
    return [[math.fsum(x * y for x, y in zip(row, col)) for col in zip(*b)] for row in a]


def transposed(a):
    return [list(row) for row in zip(*a)]


def plus(a, b):
    return [[x + y for x, y in zip(r, s)] for r, s in zip(a, b)]


def each(f, a):
    return [[f(x) for x in row] for row in a]


def row_added(a, row):
    return [[x + y for x, y in zip(r, row)] for r in a]


def gelu(x):
    return 0.5 * x * (1 + math.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def silu(x):
    return x / (1 + math.exp(-x))


def layer_norm(a, gain, bias, epsilon=1e-5):
    rows = []
    for row in a:
        mean = math.fsum(row) / len(row)
        variance = math.fsum((x - mean) ** 2 for x in row) / len(row)
        rows.append([(x - mean) / math.sqrt(variance + epsilon) * g + b for x, g, b in zip(row, gain, bias)])
    return rows


def rms_norm(a, gain, epsilon=1e-5):
    rows = []
    for row in a:
        size = math.sqrt(math.fsum(x * x for x in row) / len(row) + epsilon)
        rows.append([x / size * g for x, g in zip(row, gain)])
    return rows


def softmax(row):
    terms = [math.exp(x - max(row)) if x != -math.inf else 0.0 for x in row]
    return [x / math.fsum(terms) for x in terms]


def attention(y, w, heads, causal=False, bias=False):
    """MultiheadAttention, its projections given head by head."""
    total = [[0.0] * len(y[0]) for _ in y]
    for h in range(heads):
        part = {}
        for name in ["query", "key", "value"]:
            part[name] = product(y, w[f"head{h}.{name}"])
            if bias:
                part[name] = row_added(part[name], w[f"head{h}.{name}-bias"][0])
        scores = product(part["query"], transposed(part["key"]))
        scale = math.sqrt(len(part["query"][0]))
        scores = each(lambda x: x / scale, scores)
        if causal:
            scores = [[x if j <= i else -math.inf for j, x in enumerate(row)] for i, row in enumerate(scores)]
        values = product([softmax(row) for row in scores], part["value"])
        total = plus(total, product(values, transposed(w[f"head{h}.out"])))
    return row_added(total, w["bias"][0]) if bias else total


def perceptron(y, w, f):
    hidden = each(f, row_added(product(y, w["w3"]), [b[0] for b in w["b3"]]))
    return row_added(product(hidden, w["w4"]), [b[0] for b in w["b4"]])


def inner(w, i):
    start = f"inner{i}."
    return {name[len(start):]: value for name, value in w.items() if name.startswith(start)}


def vit(y, layers):
    first, second, last = layers
    norm = inner(first, 0)
    y = plus(y, attention(layer_norm(y, norm["gain"][0], norm["bias"][0]), inner(first, 1), 2, bias=True))
    norm = inner(second, 0)
    y = plus(y, perceptron(layer_norm(y, norm["gain"][0], norm["bias"][0]), inner(second, 1), gelu))
    return layer_norm(y, last["gain"][0], last["bias"][0])


def llama(y, layers):
    first, norm, gated = layers
    y = rms_norm(attention(y, first, 1, causal=True), norm["gain"][0])
    gate = each(silu, product(y, gated["gate"]))
    up = product(y, gated["up"])
    return product([[a * b for a, b in zip(r, s)] for r, s in zip(gate, up)], gated["down"])


def mixer(y, layers):
    first, second = layers
    w = inner(first, 0)
    hidden = [[gelu_tanh(x + b[0]) for x in row] for row, b in zip(product(w["w1"], y), w["b1"])]
    mixed = [[x + b[0] for x in row] for row, b in zip(product(w["w2"], hidden), w["b2"])]
    y = plus(y, mixed)
    return product(each(lambda x: max(x, 0.0), product(y, second["w3"])), second["w4"])


data = json.load(sys.stdin)
case = {"vit": vit, "llama": llama, "mixer": mixer}[data["case"]]
json.dump(case(data["x"], data["weights"]), sys.stdout)

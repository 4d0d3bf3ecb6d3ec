"""A language model computed number by number, as an oracle for the one in arrays."""

import math

import numpy as np

from attention_core import llama

Cells = tuple[tuple[int, ...], ...]


def read_in_loops(
    model: llama.Llama, ids: list[int], off: Cells = (), cut: Cells = ()
) -> tuple[np.ndarray, np.ndarray]:
    """The maps (n_layers, n_heads, n, n) and the last logits, number by number."""
    c, d_k, n = model.config, model.config.d_k, len(ids)

    def norm(row: list[float], g: np.ndarray) -> list[float]:
        root = math.sqrt(math.fsum(v * v for v in row) / len(row) + c.eps)
        return [v / root * float(gi) for v, gi in zip(row, g, strict=True)]

    def times(row: list[float], w: np.ndarray) -> list[float]:
        return [math.fsum(v * float(w[a, b]) for a, v in enumerate(row)) for b in range(w.shape[1])]

    def head_of(row: list[float], head: int, position: int | None) -> list[float]:
        part = row[head * d_k : (head + 1) * d_k]
        if position is None:
            return part
        turned = []
        for j in range(d_k // 2):
            angle, (a, b) = position * c.rope_base ** (-2 * j / d_k), part[2 * j : 2 * j + 2]
            turned += [a * math.cos(angle) - b * math.sin(angle), a * math.sin(angle) + b * math.cos(angle)]
        return turned

    x, maps = [[float(v) for v in model.weights["words"][:, i]] for i in ids], np.zeros((c.n_layers, c.n_heads, n, n))
    for l, weights in enumerate(model.weights["layers"]):
        w, ffn = weights["attention"], weights["ffn"]
        normed = [norm(row, w["norm"]) for row in x]
        q, k, v = ([times(row, w[name]) for row in normed] for name in ("W_Q", "W_K", "W_V"))
        after = []
        for i in range(n):
            joined = []
            for head in range(c.n_heads):
                shared, seen = head // (c.n_heads // c.n_kv_heads), []
                for j in range(i + 1):
                    products = zip(head_of(q[i], head, i), head_of(k[j], shared, j), strict=True)
                    hidden = (l, head, i, j) in cut
                    seen.append(0.0 if hidden else math.exp(math.fsum(a * b for a, b in products) / math.sqrt(d_k)))
                maps[l, head, i, : i + 1] = [e / math.fsum(seen) for e in seen]
                values = [head_of(v[j], shared, None) for j in range(i + 1)]
                found = [math.fsum(maps[l, head, i, j] * values[j][a] for j in range(i + 1)) for a in range(d_k)]
                joined += [0.0] * d_k if (l, head) in off else found
            a = [old + new for old, new in zip(x[i], times(joined, w["W_O"]), strict=True)]
            y = norm(a, ffn["norm"])
            gated = [
                z / (1 + math.exp(-z)) * u for z, u in zip(times(y, ffn["gate"]), times(y, ffn["up"]), strict=True)
            ]
            after.append([old + new for old, new in zip(a, times(gated, ffn["down"]), strict=True)])
        x = after
    return maps, np.array(times(norm(x[-1], model.weights["norm"]), model.weights["unembed"]))

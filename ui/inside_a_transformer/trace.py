"""One head traced from x to what it adds, each matrix a picture of its real numbers."""

import html
import math

import numpy as np

from attention_core import inside
from ui.inside_a_transformer.body import ONE, Inside, head_name
from ui.kit import components, figures
from ui.kit.palette import along
from ui.kit.wording import number, percent
from ui.models import loaders

MOST_ROWS = 128  # tokens; of a longer text, the matrices are not drawn


def trace(shown: Inside) -> None:
    """x → x W_Q, x W_K → q, k → scores → ÷ √d_k → softmax → · V → W_O, computed here and now."""
    n = len(shown.view.labels)
    done = inside.retrace(loaders.minilm(), shown.reading, shown.layer, shown.head)
    if shown.of != ONE:
        components.text("The map above is a blend of several heads. This is one of them:", "small")
    if n > MOST_ROWS:
        components.text(f"The matrices are drawn for up to {MOST_ROWS} tokens; this text has {n}.", "small")
        verdict(done, shown)
        return
    query, key = shown.view.query, shown.view.key
    looking, seen = (html.escape(shown.view.labels[place]) for place in (query, key))
    tall = max(3, min(14, 280 // n))
    side = min(230, max(160, 14 * n))
    scores, scaled, weights = (getattr(done.attention, name) for name in ("scores", "scaled", "weights"))
    share = html.escape(percent(float(weights[query, key]), 1))
    d_model, d_k = done.own.W_Q.shape
    cell = {"query": (query, n), "key": (key, n)}
    both, looks, is_seen = [("query", query), ("key", key)], [("query", query)], [("key", key)]

    components.show_html(
        f"<p>{head_name(shown.layer, shown.head)}. A pixel is a number: orange above zero, blue below. Rows are "
        f"tokens; those of <b class=query>{looking}</b> and <b class=key>{seen}</b> are framed.</p>"
        + step(
            f"1. Layer {shown.layer + 1} is given x, {d_model} numbers a token. The head has learned three matrices.",
            matrix("x", done.x, 400, tall * n, rows=both),
            matrix("W<sub>Q</sub>", done.own.W_Q, 80, 230, role="query"),
            matrix("W<sub>K</sub>", done.own.W_K, 80, 230, role="key"),
            matrix("W<sub>V</sub>", done.own.W_V, 80, 230, role="value"),
        )
        + step(
            f"2. x times each matrix, plus a learned constant, gives queries, keys and values: {d_k} numbers a token.",
            matrix("q = x W<sub>Q</sub> + b<sub>Q</sub>", done.q, 256, tall * n, rows=looks, role="query"),
            matrix("k = x W<sub>K</sub> + b<sub>K</sub>", done.k, 256, tall * n, rows=is_seen, role="key"),
            matrix("v = x W<sub>V</sub> + b<sub>V</sub>", done.v, 256, tall * n, rows=is_seen, role="value"),
        )
        + step(
            f"3. Each query meets each key: {looking} · {seen} = {number(float(scores[query, key]))}. "
            f"Divided by √{d_k} = {math.sqrt(d_k):.3f}: {number(float(scaled[query, key]))}. "
            f"Softmax over the row: {share}.",
            matrix("scores = q kᵀ", scores, side, side, cell=cell),
            matrix(f"scaled = scores ÷ √{d_k}", scaled, side, side, cell=cell),
            matrix("weights: the softmax", weights, side, side, cell=cell, signed=False),
        )
        + step(
            f"4. The weights blend the values: {looking} takes {share} of the v of "
            f"{seen}. W<sub>O</sub> turns the blend into {d_model} numbers that are added to x.",
            matrix("output = weights v", done.attention.output, 256, tall * n, rows=looks, role="output"),
            matrix("W<sub>O</sub>, the rows of this head", done.own.W_O, 400, 64, role="output"),
            matrix("output W<sub>O</sub>, added to x", done.added, 400, tall * n, rows=looks, role="output"),
        )
    )
    verdict(done, shown)


def verdict(done: inside.Trace, shown: Inside) -> None:
    """How near the recomputed numbers are to the model's own."""
    components.text(
        f"All this was computed again for this page. The largest difference from the model’s own weights is "
        f"{number(done.difference)}. Together with the other 11 heads, each computed alone, it makes up what the layer "
        f"adds to x; there the largest difference is {number(done.sum_difference)}.",
    )
    if shown.taming.hides or shown.taming.share < 1:
        components.text("Nothing is hidden in this part.", "small")


def step(title: str, *matrices: str) -> str:
    """A line and the matrices it speaks of."""
    return f"<p>{title}</p><div class=row>{''.join(matrices)}</div>"


def matrix(
    name: str,
    values: np.ndarray,
    width: int,
    height: int,
    *,
    role: str = "",
    rows: list[tuple[str, int]] | None = None,
    cell: dict[str, tuple[int, int]] | None = None,
    signed: bool = True,
) -> str:
    """A matrix as a picture, a pixel a number.

    Args:
        name: HTML, ours.
        width, height: in CSS pixels.
        role: the colour of the name.
        rows: rows to frame, each with a role.
        cell: the row and the column of a cell to frame, each with how many there are.
        signed: blue, zero, orange; else the scale of weights.
    """
    colors = components.palette()
    if signed:
        end = end_of(values)
        pixels = np.round((np.clip(values / end, -1, 1) + 1) * 127.5).astype(np.uint8)
        ramp, said = colors.signed, f"colours end at ±{end:g}"
    else:
        pixels = np.round(np.sqrt(values) * 255).astype(np.uint8)
        ramp, said = colors.weights, f"colours end at 100{chr(0x202F)}%"
    address = figures.address_of(pixels, [along(ramp, i / 255) for i in range(256)])
    tall, wide = values.shape
    frames = "".join(
        f'<b class="frame {kind}" style="top:{100 * row / tall:.3f}%;height:{100 / tall:.3f}%"></b>'
        for kind, row in rows or []
    )
    if cell:
        (row, n_rows), (column, n_columns) = cell["query"], cell["key"]
        frames += (
            f'<b class="frame key" style="top:{100 * row / n_rows:.3f}%;height:{100 / n_rows:.3f}%;'
            f'left:{100 * column / n_columns:.3f}%;width:{100 / n_columns:.3f}%"></b>'
        )
    plain = name.replace("<sub>", "_").replace("</sub>", "")
    alt = f"{plain}: {tall} rows of {wide} numbers, from {number(float(values.min()))} to {number(float(values.max()))}"
    return (
        f'<figure style="width:{width}px"><figcaption class="{role}">{name}</figcaption>'
        f'<div class=sheet style="height:{height}px"><img src="{address}" alt="{alt}">{frames}</div>'
        f"<small>{tall} × {wide}; {said}</small></figure>"
    )


def end_of(values: np.ndarray) -> float:
    """Where the colours of a matrix end: few numbers lie beyond, and a few giants should not turn all others white."""
    return float(f"{np.quantile(np.abs(values), 0.995) or 1:.2g}")

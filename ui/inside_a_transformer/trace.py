"""One head traced from x to what it adds, each matrix a picture of its real numbers."""

import math

from markupsafe import Markup

from attention_core import inside
from ui.inside_a_transformer.selection import Selection
from ui.kit import components
from ui.kit.matrices import matrix, step
from ui.kit.wording import number, percent
from ui.map.view import head_name
from ui.models import loaders
from ui.state.table import ONE

MAX_ROWS = 128  # tokens; of a longer text, the matrices are not drawn


def draw_trace(shown: Selection) -> None:
    """Draw x → x W_Q, x W_K → q, k → scores → ÷ √d_k → softmax → · V → W_O, computed here and now."""
    n = len(shown.reading.tokens.pieces)
    trace = inside.recompute_head(loaders.minilm(), shown.reading, shown.layer, shown.head)
    if shown.kind != ONE:
        components.text("The map above is a blend of several heads. This is one of them:", "small")
    if n > MAX_ROWS:
        components.text(f"The matrices are drawn for up to {MAX_ROWS} tokens; this text has {n}.", "small")
        draw_difference(trace, shown)
        return
    components.show_html(steps_of(trace, shown))
    draw_difference(trace, shown)


def steps_of(trace: inside.Trace, shown: Selection) -> Markup:
    """The steps of a head as pictures, each with a sentence; query and key are framed."""
    n = len(shown.reading.tokens.pieces)
    query, key = shown.tokens
    query_label, key_label = (shown.view.labels[place] for place in shown.choice)
    tall = max(3, min(14, 280 // n))
    side = min(230, max(160, 14 * n))
    scores, scaled, weights = (getattr(trace.attention, name) for name in ("scores", "scaled", "weights"))
    share = percent(float(weights[query, key]), 1)
    d_model, d_k = trace.projections.W_Q.shape
    cell = {"query": (query, n), "key": (key, n)}
    both, looks, is_seen = [("query", query), ("key", key)], [("query", query)], [("key", key)]

    return (
        Markup(
            "<p>{}. A pixel is a number: orange above zero, blue below. Rows are tokens; those of "
            "<b class=query>{}</b> and <b class=key>{}</b> are framed.</p>"
        ).format(head_name(shown.layer, shown.head), query_label, key_label)
        + step(
            f"1. Layer {shown.layer + 1} is given x, {d_model} numbers a token. The head has learned three matrices.",
            matrix("x", trace.x, 400, tall * n, rows=both),
            matrix(Markup("W<sub>Q</sub>"), trace.projections.W_Q, 80, 230, role="query"),
            matrix(Markup("W<sub>K</sub>"), trace.projections.W_K, 80, 230, role="key"),
            matrix(Markup("W<sub>V</sub>"), trace.projections.W_V, 80, 230, role="value"),
        )
        + step(
            f"2. x times each matrix, plus a learned constant, gives queries, keys and values: {d_k} numbers a token.",
            matrix(Markup("q = x W<sub>Q</sub> + b<sub>Q</sub>"), trace.q, 256, tall * n, rows=looks, role="query"),
            matrix(Markup("k = x W<sub>K</sub> + b<sub>K</sub>"), trace.k, 256, tall * n, rows=is_seen, role="key"),
            matrix(Markup("v = x W<sub>V</sub> + b<sub>V</sub>"), trace.v, 256, tall * n, rows=is_seen, role="value"),
        )
        + step(
            f"3. Each query meets each key: {query_label} · {key_label} = {number(float(scores[query, key]))}. "
            f"Divided by √{d_k} = {math.sqrt(d_k):.3f}: {number(float(scaled[query, key]))}. "
            f"Softmax over the row: {share}.",
            matrix("scores = q kᵀ", scores, side, side, cell=cell),
            matrix(f"scaled = scores ÷ √{d_k}", scaled, side, side, cell=cell),
            matrix("weights: the softmax", weights, side, side, cell=cell, signed=False),
        )
        + step(
            Markup(
                "4. The weights blend the values: {} takes {} of the v of {}. W<sub>O</sub> turns the blend into {} "
                "numbers that are added to x."
            ).format(query_label, share, key_label, d_model),
            matrix("output = weights v", trace.attention.output, 256, tall * n, rows=looks, role="output"),
            matrix(Markup("W<sub>O</sub>, the rows of this head"), trace.projections.W_O, 400, 64, role="output"),
            matrix(Markup("output W<sub>O</sub>, added to x"), trace.added, 400, tall * n, rows=looks, role="output"),
        )
    )


def draw_difference(trace: inside.Trace, shown: Selection) -> None:
    """Draw how near the recomputed numbers are to the model's own."""
    components.text(
        f"All this was computed again for this page. The largest difference from the model’s own weights is "
        f"{number(trace.max_weight_difference)}. Together with the other 11 heads, each computed alone, it "
        f"makes up what the layer adds to x; there the largest difference is {number(trace.max_sum_difference)}.",
    )
    if not shown.map_filter.marks:
        components.text("The first and the last token, [CLS] and [SEP], are shown in this part.", "small")

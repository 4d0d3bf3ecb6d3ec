"""Heads: the same vectors, cut into pieces that look each for itself."""

import math

import numpy as np
import pandas as pd
import streamlit as st
from markupsafe import Markup

from attention_core.steps import divisors, shared_among_heads
from ui.kit import components, figures, html
from ui.kit.glossary import tip
from ui.kit.wording import largest, listed, percent
from ui.models import lessons
from ui.shell import links
from ui.state import controls
from ui.step_by_step import charts
from ui.step_by_step.pictures import first_numbers
from ui.step_by_step.selection import Selection


def draw(selection: Selection) -> None:
    """How many heads, the weights of each, and how their outputs are joined."""
    walk = selection.walk
    d_model = len(walk.query)
    h = _choose_number(d_model)
    d_k = d_model // h
    st.latex(rf"d_k=\frac{{d_{{\text{{model}}}}}}{{h}}=\frac{{{d_model}}}{{{h}}}={d_k}")
    if walk.weights is None:
        components.text("Nothing is left to look at, for any head.", "notice")
        return
    scaled = selection.by_root
    found, joined = shared_among_heads(walk, h, scaled)
    weights = found.weights[:, 0]
    division = f", divided by √{d_k} = {math.sqrt(d_k):.3f}," if scaled else ""
    components.text(
        f"Each vector of {d_model} numbers is cut into {h} {'pieces' if h > 1 else 'piece'} of {d_k}. Each head has "
        f"dot products{division} and weights of its own:",
        "plain",
    )
    shown = selection.shown
    head, key = np.indices((h, len(shown)), dtype=np.int16)
    frame = pd.DataFrame(
        {"head": head.ravel() + 1, "key": key.ravel(), "weight": weights[:, shown].ravel().astype(np.float32)}
    )
    labels = [selection.labels[place] for place in shown]
    firsts = "; ".join(
        f"head {i + 1} looks most at {listed([selection.name(place) for place in largest(row)])} "
        f"({percent(float(row.max()))}{' each' if len(largest(row)) > 1 else ''})"
        for i, row in enumerate(weights[:8])
    ) + (f"; and so on for {h - 8} more" if h > 8 else "")
    picture = figures.Picture(
        charts.head_rows, frame, f"Weights of {h} heads: {firsts}.", 340, {"labels": labels, "heads": h}
    )
    figures.draw(picture, "heads-map")
    spans = [f"{i * d_k + 1} to {(i + 1) * d_k}" if d_k > 1 else str(i + 1) for i in range(h)]
    pieces = [
        (str(i + 1), span, (first_numbers(joined[i * d_k : (i + 1) * d_k]), "output")) for i, span in enumerate(spans)
    ]
    components.text(f"The heads’ outputs are laid side by side again, {h} × {d_k} = {d_model} numbers:", "plain")
    components.show_html(html.wide(html.table(("head", "dimensions", "its piece of the output"), pieces, "chain")))
    taught = {"task": lessons.BY_TASK["negation"].title}
    components.show_html(
        Markup(
            "<p>Here nothing is learned, so the heads differ by chance only. Trained heads have matrices of their own "
            "and come to look for different things: {}, {}.</p>"
        ).format(
            links.text_link("two heads that read “not happy” together", "teach_it", taught),
            links.text_link("72 heads of a transformer", "inside_a_transformer"),
        )
    )


def _choose_number(d_model: int) -> int:
    """The number of heads, a divisor of d_model: the largest that is not above what was asked for."""
    choices = divisors(d_model)
    return controls.select_slider("heads", "Heads h", choices, help=tip("head")) if len(choices) > 1 else 1

"""The article's example: a perfect key and one that is 80 % as good, in d dimensions, with and without the division."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from attention_core import scaling
from attention_core.attention import Attention, softmax
from ui import state
from ui.kit import charts, components, figures, latex
from ui.kit.glossary import tip, with_terms
from ui.kit.latex import tex
from ui.kit.palette import THIN
from ui.kit.wording import percent, rounded
from ui.shell import guess
from ui.state import controls
from ui.state.table import D_CHOICES, TINY_WEIGHT

TITLE = "Two keys, one of them perfect"
QUESTION = "At d = 100, which weight does the 80 % key get without the division?"
OFFERED = tuple(
    d for d in D_CHOICES if d <= 256
)  # beyond, these two keys lie apart even when divided; a head's d_k is 64 to 128
KEY_NAMES = ("perfect key", "80 % key")


def draw() -> None:
    """The two keys, a guess, and the weights in both cases."""
    st.header(f"1. {TITLE}", anchor=False)
    text = (
        "The query is 1, 1, …, 1: d numbers (dₖ in “Attention Is All You Need”). So is one key, a perfect match; the "
        "other is 0.8, 0.8, …, 0.8, a match 80 % as good whatever d is. But a score is a sum of d products, so the gap "
        "between the scores grows with d."
    )
    components.text(with_terms(text, "dₖ", "score"), "plain")
    d = int(controls.select_slider("sd", "Dimensions d", OFFERED, help=tip("d and dₖ")))
    without, divided = scaling.two_keys(d, 1.0), scaling.two_keys(d)
    st.latex(score_formula(d, without))
    answered = bool(state.get("figure")) or guess.draw("g1", QUESTION, TINY_WEIGHT)
    opened = answered or d != state.default("sd")
    left, right = st.columns(2, gap="medium")
    with left:
        components.text("Scores as they are", "heading")
        if opened:
            st.latex(softmax_formula(without))
            figures.draw(bars(without, "Scores as they are"), "example-plain")
        else:
            where = {"vertical_alignment": "center", "horizontal_alignment": "center"}
            with st.container(height=192, key="unanswered", **where):
                components.text("?", "question")
    with right:
        components.text(f"Divided by √{d} = {math.sqrt(d):.4g}", "heading")
        st.latex(softmax_formula(divided))
        figures.draw(bars(divided, f"Divided by √{d}"), "example-scaled")
    components.text(headline(d, opened), "headline")


def score_formula(d: int, stages: Attention) -> str:
    """Both dot products as sums of d products, as LaTeX."""
    dots = r"\underbrace{1\times %s+\cdots+1\times %s}_{%d}" if d > 2 else "+".join([r"1\times %s"] * d)
    return latex.lines(
        rf"{latex.in_role('q', 'query')}\cdot {latex.in_role(f'k_{place + 1}', 'key')}&="
        + dots % ((each, each, d) if d > 2 else (each,) * d)
        + f"={tex(stages.scores[0, place])}"
        for place, each in enumerate(("1", "0.8"))
    )


def softmax_formula(stages: Attention) -> str:
    """softmax([10, 8]) ≈ [0.88, 0.12], as LaTeX."""
    scores, weights = stages.scaled[0], stages.weights[0]
    shown = ",\\;".join(f"{weight:.2f}" for weight in weights)
    return rf"\operatorname{{softmax}}([{tex(scores[0])},\;{tex(scores[1])}])\approx[{shown}]"


def bars(attention: Attention, title: str) -> figures.Picture:
    """The two weights as bars."""
    weights = attention.weights[0]
    texts = [weight_text(weight) for weight in weights]
    frame = pd.DataFrame({"key": np.arange(2, dtype=np.int16), "value": weights, "shown": texts})
    alt = ", ".join(f"{name} {text}" for name, text in zip(KEY_NAMES, texts, strict=True))
    return figures.Picture(
        charts.stage_bars, frame, f"{title}: {alt}.", 84, {"labels": list(KEY_NAMES)}, {"fixed": True}
    )


def four_bars(d: int) -> figures.Picture:
    """The two weights in both cases, as one picture to take away."""
    cases = (("as they are", scaling.two_keys(d, 1.0)), (f"divided by √{d}", scaling.two_keys(d)))
    weights = np.concatenate([stages.weights[0] for _, stages in cases])
    labels = [f"{name}, {case}" for case, _ in cases for name in KEY_NAMES]
    texts = [weight_text(weight) for weight in weights]
    frame = pd.DataFrame({"key": np.arange(len(weights), dtype=np.int16), "value": weights, "shown": texts})
    alt = ", ".join(f"{label} {text}" for label, text in zip(labels, texts, strict=True))
    about = {
        "experiment": f"two keys of {d} numbers, one of them perfect; the scores as they are, and divided by √{d}",
        **dict.fromkeys(("draws", "seed", "queries", "keys")),
    }
    return figures.Picture(
        charts.stage_bars, frame, f"Weights: {alt}.", 168, {"labels": labels}, {"fixed": True}, about
    )


def weight_text(weight: float) -> str:
    """A weight in percent; a very small one is <0.001 %."""
    return rounded(weight) if weight >= 0.0005 or weight == 0 else percent(weight, 3)


def headline(d: int, opened: bool) -> str:
    """What the division by √d does for the 80 % key, once the answer may be shown."""
    plain, divided = (float(scaling.two_keys(d, scale).weights[0, 1]) for scale in (1.0, None))
    if not opened:
        return f"Divided by {math.sqrt(d):.4g}, the 80 % key keeps {weight_text(divided)}. And without the division?"
    if d == 1:
        return f"At d = 1 there is nothing to divide: √1 = 1, and the 80 % key keeps {weight_text(divided)} either way."
    keeps = (
        f"The 80 % key keeps {weight_text(divided)} with the division and "
        f"{weight_text(plain) if plain >= 0.0005 else f'less than 0.001{THIN}%'} without it"
    )
    return f"{keeps}: few dimensions, little change." if plain > 0.3 else f"{keeps}, though it is still a good match."


def nudged(d: int, scale: float | None) -> tuple[float, float]:
    """The 80 % key's weight, and its weight after its score in softmax is raised by 1."""
    stages = scaling.two_keys(d, scale)
    return float(stages.weights[0, 1]), float(softmax(stages.scaled[0] + np.array([0.0, 1.0]))[1])

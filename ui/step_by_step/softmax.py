"""Steps 6 and 7, together softmax: the exponential of every score, and the division by their sum."""

import numpy as np
import streamlit as st
from markupsafe import Markup

from attention_core.steps import Walk
from ui.kit import components, html
from ui.kit.glossary import with_terms
from ui.kit.latex import column, tex
from ui.kit.wording import counted, largest, listed, number, percent
from ui.map import cell
from ui.step_by_step import pictures, strip, typed
from ui.step_by_step.selection import Selection


def exponentials(walk: Walk) -> np.ndarray:
    """(n,) e to the power of each score; where that would overflow or vanish, of each score minus the largest."""
    return walk.unshifted if walk.calculable else walk.exponentials


def draw_exponentials(selection: Selection) -> None:
    """The exponential of every score, or why there is nothing left."""
    walk, j = selection.walk, selection.key
    if walk.weights is None:
        _nothing_left(selection)
        return
    powers, masked = exponentials(walk), pictures.in_formula(selection, walk.masked)
    shifted = powers is walk.exponentials
    minus = f"-{tex(walk.largest)}" if shifted and walk.largest >= 0 else f"+{tex(-walk.largest)}" if shifted else ""
    if selection.word:
        formula = [rf"e^{{{masked[j]}{minus}}}\approx {tex(powers[j])}"]
    else:
        symbols = [rf"e^{{{x}{minus}}}" if x != r"-\infty" else r"e^{-\infty}" for x in masked]
        formula = [rf"{column(symbols)}\approx {column(powers)}"]
    text = "e to the power of a score is positive: a score larger by 1 gives 2.7 times as much, and −∞ gives 0."
    if shifted:
        text += f" The largest score, {number(walk.largest)}, is subtracted from all first; the last fold says why."
    strip.draw(selection, powers, "Exponentials", formula, text, key="exponentials", same_decimals=False)


def _nothing_left(selection: Selection) -> None:
    st.latex(r"\frac{e^{-\infty}}{e^{-\infty}+\cdots+e^{-\infty}}=\frac{0}{0}")
    components.text(
        "Nothing is left to look at. Every exponential is 0, so their sum is 0, and 0 divided by 0 has no answer. "
        + ("Let words look at themselves." if selection.word else "Give at least one key its tick back."),
        "notice",
    )


def draw_weights(selection: Selection) -> None:
    """Every exponential divided by their sum."""
    j, weights = selection.key, selection.walk.blend.weights
    powers = exponentials(selection.walk)
    total = tex(float(powers.sum()))
    if selection.word:
        formula = [
            rf"\frac{{{tex(powers[j])}}}{{{total}}}={tex(weights[j])}",
            rf"{total}=\text{{sum of {counted(len(weights), 'exponential')}}}",
        ]
    else:
        formula = [rf"\frac{{1}}{{{total}}}{column(powers)}={column(weights)}"]
    best = largest(weights)
    weight = float(weights[best[0]])
    gets = "practically everything" if 0.9995 <= weight < 1 else percent(weight, 1)
    who = listed([selection.name(place) for place in best])
    text = (
        f"{who} {'gets' if len(best) == 1 else 'get'} {gets}{'' if len(best) == 1 else ' each'}; all weights add up to "
        f"{percent(float(weights.sum()))}. Steps 6 and 7 together are called softmax."
    )
    strip.draw(selection, weights, "Weights", formula, with_terms(text, "softmax"), key="weights", weights=True)
    if selection.word:
        if remark := cell.asymmetry_in_words(*selection.word):
            components.text(remark, "plain")
    else:
        typed.draw_what_if_buttons("weights")


def draw_overflow(selection: Selection) -> None:
    """Why the largest score is subtracted, with the numbers of the walk."""
    walk = selection.walk
    components.text(
        "A computer’s numbers end: those of 64 bits at e⁷⁰⁹, those of 32 bits at e⁸⁸. So the code subtracts the "
        "largest score from all first. That divides every exponential by the same number, which cancels in step 7: no "
        "weight changes.",
        "plain",
    )
    rows = [
        (
            (selection.labels[j], "key"),
            number(float(walk.masked[j])),
            "overflow" if np.isinf(walk.unshifted[j]) else number(walk.unshifted[j]),
            number(float(walk.masked[j] - walk.largest)) if walk.weights is not None else "no number",
            number(walk.exponentials[j]),
        )
        for j in selection.shown
    ]
    head = ("key", "score x", Markup("e<sup>x</sup>"), "x − largest", Markup("e<sup>x − largest</sup>"))
    components.show_html(html.wide(html.table(head, rows)))

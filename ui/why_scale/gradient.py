"""What one weight of 100 % costs: nothing can be learned from it. In words, and measured as gradient and entropy."""

from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st
from markupsafe import Markup

from attention_core import scaling
from ui import state
from ui.kit import components, figures
from ui.kit.glossary import with_terms
from ui.kit.palette import THIN
from ui.kit.wording import number
from ui.why_scale import charts, two_keys

N_KEYS = 16
QUERIES = 100
COSTS = (
    ("largest weight", "largest", 0.0, 1.05, False),
    ("entropy, in bits", "bits", 0.0, 4.2, False),
    ("gradient: norm of the Jacobian", "gradient", 1e-10, 1.0, True),
)


@lru_cache(maxsize=64)
def measure(seed: int) -> tuple[scaling.Saturation, scaling.Saturation]:
    """What softmax loses, without and with scaling."""
    return scaling.saturation(N_KEYS, QUERIES, np.random.default_rng(seed))


def draw() -> None:
    """What a nudge of a score does to a weight, for the keys of part 1."""
    st.header("3. What is lost? Learning", anchor=False)
    d = int(state.get("sd"))
    (without, without_after), (divided, divided_after) = (two_keys.nudged(d, scale) for scale in (1.0, None))
    components.text(
        "Learning nudges a score and watches the weights. Where one weight is 100 % and the others 0 %, a nudge "
        "changes nothing, so there is nothing to learn from.",
        "plain",
    )
    kept, risen = two_keys.weight_text(divided), two_keys.weight_text(divided_after)
    if d == 1:
        change = f"its weight rises from {kept} to {risen}, with or without the division"
    else:
        alone = _change_in_words(without, without_after)
        change = f"with the division its weight rises from {kept} to {risen}, without it {alone}"
    text = f"At d = {d:,}, raise the 80{THIN}% key’s score by 1 just before softmax: {change}."
    components.text(with_terms(text, "softmax"), "headline")


def _change_in_words(before: float, after: float) -> str:
    """How a weight changes, in words."""
    if after >= 0.0005:
        return f"rises from {two_keys.weight_text(before)} to {two_keys.weight_text(after)}"
    return f"stays below {'0.001' if after < 1e-5 else '0.05'}{THIN}%"


def picture(place: int, pair: tuple[scaling.Saturation, scaling.Saturation], d: int) -> figures.Picture:
    """One measure of what softmax loses, against d."""
    title, name, low, high, log = COSTS[place]
    plain, scaled = (getattr(measured, name) for measured in pair)
    frame = pd.DataFrame({"d": pair[0].dims.astype(np.int32), "without": plain, "scaled": scaled})
    alt = (
        f"{title.capitalize()} against d. Without scaling from {number(float(plain[0]))} at d = 1 to "
        f"{number(float(plain[-1]))} at d = 4,096; with scaling from {number(float(scaled[0]))} to "
        f"{number(float(scaled[-1]))}."
    )
    options = {"title": title, "low": low, "high": high, "log": log}
    marks = f"dots: scores as they are; squares: divided by √d; dashed line: d = {d:,}"
    about = {"shows": title, "marks": marks, "draws": None}
    return figures.Picture(charts.cost, frame, alt, 250, {"at": d}, options, about)


def draw_gradient() -> None:
    """The derivative of softmax, and what is left of weights, entropy and gradient as d grows."""
    st.latex(r"\frac{\partial w_i}{\partial x_j}=w_i\,(\delta_{ij}-w_j)")
    components.text(
        "How a weight w answers to a nudge of a score x: δ is 1 where i = j, else 0. All these derivatives are the "
        "Jacobian. If one w is 1 and the others are 0, all are 0, and no error flows back through softmax.",
        "plain",
    )
    pair = measure(int(state.get("seed")))
    for place, column in enumerate(st.columns(3, gap="small")):
        with column:
            figures.draw(picture(place, pair, int(state.get("sd"))), f"cost-{place}")
    at = int(np.flatnonzero(pair[0].dims == 1024)[0])
    components.show_html(
        Markup(
            "<p><b>Dots</b>: scores as they are. <b class=with>Squares</b>: divided by √d. Medians of {} random "
            "queries with {} keys each; the dashed line is the d of part 1. Entropy says how evenly the weight is "
            "shared: 4 bits if all 16 keys get the same, 0 if one gets all.</p>"
        ).format(QUERIES, N_KEYS)
    )
    components.text(
        f"At d = 1,024 the gradient’s norm is {norm_in_words(pair[0].gradient[at])} as it is and "
        f"{norm_in_words(pair[1].gradient[at])} with the division.",
        "plain",
    )


def norm_in_words(norm: float) -> str:
    """The norm of a gradient; one from which nothing can be learned is practically 0."""
    return number(float(norm)) if norm >= 0.001 else "practically 0"

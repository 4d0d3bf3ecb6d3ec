"""Why the root: the spread of the dot products of random vectors, measured and in theory."""

from functools import lru_cache

import numpy as np
import pandas as pd
import streamlit as st

from attention_core import scaling
from ui import state
from ui.kit import components, figures, latex
from ui.state import controls
from ui.state.table import MAX_SEED
from ui.why_scale import charts

TITLE = "Why the root, and not d itself?"
SYMBOLS = (("q", "query"), ("k", "key"), ("q_i", "query"), ("k_i", "key"))


@lru_cache(maxsize=64)
def measure(seed: int, draws: int) -> scaling.Spread:
    """The experiment, once for each seed and number of draws."""
    return scaling.spread(draws, np.random.default_rng(seed))


def chosen_experiment() -> tuple[scaling.Spread, int]:
    """The experiment with the chosen seed and number of draws, and that number."""
    seed, draws = int(state.get("seed")), int(state.get("draws"))
    return measure(seed, draws), draws


def draw() -> None:
    """The spread against d."""
    st.header(f"2. {TITLE}", anchor=False)
    components.text(
        "Those two keys were a special case, all numbers alike. Before anything is learned, queries and keys are as "
        "good as random: plus and minus mostly cancel, and a sum of d products lies about √d from 0. That is its "
        "spread.",
        "plain",
    )
    measured, draws = chosen_experiment()
    figures.draw(picture(measured, draws), "spread")
    components.text(
        "Four times the dimensions, twice the spread. Divided by √d, the spread stays at 1 whatever d is.", "headline"
    )


def picture(measured: scaling.Spread, draws: int) -> figures.Picture:
    """Measured spread against theory."""
    frame = pd.DataFrame(
        {
            "d": measured.dims.astype(np.int32),
            "measured": measured.measured,
            "theory": measured.theory,
            "low": measured.theory - 2 * measured.error,
            "high": measured.theory + 2 * measured.error,
            "scaled": measured.scaled,
        }
    )
    alt = (
        f"Standard deviation of {draws:,} dot products for d from 1 to 4,096, both axes logarithmic. Unscaled it grows "
        f"along √d, from {measured.measured[0]:.2f} to {measured.measured[-1]:.1f}; divided by √d it stays between "
        f"{measured.scaled.min():.2f} and {measured.scaled.max():.2f}."
    )
    about = {"shows": "standard deviation", "queries": None, "keys": None}
    return figures.Picture(charts.spread, frame, alt, 330, about=about)


def draw_method() -> None:
    """Draw how the spread was measured, the controls of the experiment, and why it is √d in theory."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        controls.select_slider(
            "draws", "Pairs drawn for each d", width=260, help="The more, the less is left to chance."
        )
        seed = int(controls.number_field("seed", "Seed", width=130, help="The same seed draws the same vectors."))
        st.button("Draw again", on_click=lambda: state.set_values({"seed": seed % MAX_SEED + 1}), key="again")
    measured, draws = chosen_experiment()
    place = int(np.flatnonzero(measured.dims == 64)[0])
    components.text(
        "Queries and keys have independent numbers with mean 0 and variance 1, as in footnote 4 of “Attention Is All "
        f"You Need”. Dots: the standard deviation of {draws:,} dot products for each d. Squares: the same, divided by "
        f"√d. Line: √d. At d = 64, the paper’s dₖ: {measured.measured[place]:.2f} measured, 8 in theory, "
        f"{measured.scaled[place]:.2f} after the division.",
        "plain",
    )
    q, k, q_i, k_i = (latex.in_role(name, role) for name, role in SYMBOLS)
    st.latex(
        rf"\operatorname{{Var}}({q}\cdot {k})=\sum_{{i=1}}^{{d}}\operatorname{{Var}}({q_i}\,{k_i})=d,"
        r"\quad\sigma=\sqrt{d}"
    )
    components.text(
        "The product of two such numbers has variance 1 again, and variances of independent terms add up. The spread "
        "is the root of the variance.",
        "plain",
    )

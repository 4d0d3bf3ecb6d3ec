"""Step 5: the mask, its switches, and why anybody masks a word."""

import streamlit as st

from ui import state
from ui.kit import components
from ui.kit.latex import column
from ui.kit.wording import listed
from ui.shell import switches
from ui.state.table import NUMBERS
from ui.step_by_step import pictures, strip, typed
from ui.step_by_step.selection import Selection

NUMBER = 5


def draw_switches() -> None:
    """Which keys the query may look at."""
    if state.get("on") == NUMBERS:
        typed.draw_mask_ticks()
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="switches-mask"):
        switches.draw_self()
        switches.draw_causal()


def draw(selection: Selection) -> None:
    """Scores before and after the mask, and why later words are masked."""
    walk = selection.walk
    scaled, masked = (pictures.in_formula(selection, values) for values in (walk.scaled, walk.masked))
    if selection.word:
        place = selection.key if walk.visible.all() else int((~walk.visible).argmax())
        formula = [rf"{scaled[place]}\;\longrightarrow\;{masked[place]}"]
    else:
        formula = [rf"{column(scaled)}\;\longrightarrow\;{column(masked)}"]
    if not selection.masked:
        text = "Nothing is masked: all scores go on."
    elif walk.weights is None:
        text = "Every key is masked: all scores are −∞."
    else:
        text = (
            f"Masked: {listed(selection.masked, 8)}. A masked score becomes −∞, and its weight exactly 0; a score of 0 "
            "would still get some weight."
        )
    strip.draw(selection, walk.masked, "Scores, masked", formula, text, key="masked", same_scale=walk.scores)
    components.text(
        "Why mask? A word’s best match is often itself. And a model that learns to write must not look at later "
        "words: they are the answer it has to guess.",
        "plain",
    )

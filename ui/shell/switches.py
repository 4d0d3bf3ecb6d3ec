"""The switches that say how raw vectors attend, and what they do in words."""

import math
from typing import Literal

import streamlit as st

from ui import state
from ui.kit import components
from ui.models import loaders
from ui.state import controls
from ui.state.table import MAX_DIVISOR, MIN_DIVISOR

SELF_LABEL = "Self-attention: a word may look at itself"
SCALING_HELP = "Softens the scores before they become weights, so that more than one word gets some."
DIVISOR_HELP = (
    "What the scores are divided by. Small: one word takes nearly all. Large: all words get nearly the same. The paper "
    "takes √d."
)
DIMENSIONS_HELP = "Keep only the most telling of a word’s numbers. Fewer: words get harder to tell apart."
CAUSAL_HELP = "A word may look only at itself and the words before it, as a model must that writes the next word."
SELF_HELP = (
    "The article “May I Have Your Attention?” calls it self-attention when a word may look at itself. Textbooks mean "
    "something else by the word: that the words of one sentence look at each other."
)


def draw(setting: str = "") -> None:
    """Draw the switches and a sentence on what they do; setting "2" draws those of a second setting to compare with."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key=f"switches{setting}"):
        draw_scaling(setting)
        draw_self(setting)
        draw_causal(setting)
        draw_dimensions(setting)
    components.text(in_words(state.switches(setting)), "small")


def draw_scaling(setting: str = "", width: int | Literal["stretch"] = 260) -> None:
    """The toggle that divides the scores by √d or leaves them as they are, and the slider for any other divisor.

    Args:
        width: of the slider, in pixels.
    """
    name, divisor = f"divisor{setting}", state.switches(setting).divisor
    root = math.sqrt(shown_dimensions(setting))
    key = f"scaled{setting}-shown"
    st.session_state[key] = round(divisor or root, 2) == round(root, 2)

    def set_divisor(value: float) -> None:
        state.set_values({name: 0.0 if value == round(root, 2) else value})

    def toggled() -> None:
        state.set_values({name: 0.0 if st.session_state[key] else 1.0})

    st.toggle("Scaling: divide by √d", key=key, on_change=toggled, help=SCALING_HELP)
    shown, low, high = round(divisor or root, 2), MIN_DIVISOR, MAX_DIVISOR
    controls.slider_for_hidden_control(name, "Divisor", low, high, shown, set_divisor, width=width, help=DIVISOR_HELP)
    with st.container(horizontal=True, gap="small", key=f"divisors{setting}"):
        for label, value in (("1", 1.0), ("√d", 0.0)):
            how = {"on_click": state.set_values, "args": ({name: value},), "disabled": divisor == value}
            st.button(label, key=f"{name}-{label}", **how)


def draw_self(setting: str = "") -> None:
    """The toggle that lets a word look at itself; under the causal mask the first word needs it."""
    see_self, causal = f"self{setting}", f"causal{setting}"

    def toggled() -> None:
        if not st.session_state[see_self]:
            state.set_values({causal: False})

    controls.toggle(see_self, SELF_LABEL, help=SELF_HELP, on_change=toggled)


def draw_causal(setting: str = "") -> None:
    """The toggle of the causal mask; the first word can look at nothing but itself then, so it lets words do that."""
    causal, see_self = f"causal{setting}", f"self{setting}"

    def toggled() -> None:
        if st.session_state[causal]:
            state.set_values({see_self: True})

    controls.toggle(causal, "Causal mask", help=CAUSAL_HELP, on_change=toggled)


def draw_dimensions(setting: str = "", width: int | Literal["stretch"] = 260) -> None:
    """How many of the vectors' dimensions are kept; all of them is written as 0. Arguments as in `draw_scaling`."""
    d_model, name = loaders.glove().d_model, f"d{setting}"

    def moved(value: int) -> None:
        state.set_values({name: 0 if value == d_model else value})

    if d_model > 1:
        shown = shown_dimensions(setting)
        controls.slider_for_hidden_control(
            name, "Dimensions d", 1, d_model, shown, moved, width=width, help=DIMENSIONS_HELP
        )


def shown_dimensions(setting: str = "") -> int:
    """How many dimensions the switches keep of the vectors that are loaded."""
    d_model = loaders.glove().d_model
    return min(int(state.get(f"d{setting}")) or d_model, d_model)


def in_words(switches: state.Switches) -> str:
    """What the switches do, for the values they have."""
    d_model = loaders.glove().d_model
    dim = min(switches.dim or d_model, d_model)
    divided = {
        0.0: f"Scores are divided by √{dim} = {math.sqrt(dim):.2f}",
        1.0: "Scores are not divided by √d",
    }.get(switches.divisor, f"Scores are divided by {switches.divisor:.2f}")
    others = "itself and the words before it" if switches.causal else "all words, itself included"
    if not switches.see_self:
        others = "the words before it only" if switches.causal else "all words but itself"
    cut = f"the {dim} along which words differ most are" if dim > 1 else "the one along which words differ most is"
    kept = (
        f"Of {d_model} directions, {cut} kept."
        if dim < d_model
        else f"All {d_model} dimensions: the raw GloVe vectors."
    )
    return f"{divided}. A word may look at {others}. {kept}"

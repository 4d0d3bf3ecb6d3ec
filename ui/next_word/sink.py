"""Why everything looks at the first token, measured on the visitor's text."""

import numpy as np
import streamlit as st

from attention_core.next_word import attention_sink
from ui import state
from ui.kit import components, figures
from ui.kit.wording import percent, quoted
from ui.next_word import charts
from ui.next_word.readable import two_decimals
from ui.next_word.selection import Selection


def draw_sink(shown: Selection) -> None:
    """Draw how much weight the first token gets, and how short its values are."""
    found = attention_sink(shown.reading)
    if found is None:
        components.text("The text has one token, which can look at nothing but itself: type more.")
        return
    first = quoted(shown.view.labels[0])
    gets_more, gives_less = found.share > found.even, found.value < found.values
    layers = shown.reading.layers
    components.text(
        f"In this text {percent(found.share)} of all weight goes to {first}, the first token; if every token looked "
        f"at all that it may in equal parts, it would be {percent(found.even)}."
        + ("" if gets_more else " So this text does not show what most texts do: that the first token gets far more.")
    )
    frame = {
        "layer": np.arange(1, len(layers) + 1, dtype=np.int16),
        "value": found.layers.astype(np.float32),
        "about": np.full(len(layers), ""),
    }
    components.text("Share of the weight that goes to the first token, layer by layer", "heading")
    options = {"share_name": "to the first token"}
    described = f"Line: the share of the weight that goes to the first token in each of {len(layers)} layers."
    figures.draw(figures.Picture(charts.shares_by_layer, frame, described, 190, {}, options), "sink")
    components.text(
        f"The value of {first} has a length of {two_decimals(found.value)} on average over all heads, those of the "
        f"other tokens {two_decimals(found.values)}"
        + (
            ", so little of it comes back." if gives_less else ": this text does not show that little of it comes back."
        ),
        "plain",
    )
    if gets_more and gives_less:
        st.markdown(
            "Weights must sum to 1, so a head with nothing to find parks its weight where it does least: on a token "
            "that all others can see and whose value is small. It is not the word: put another one in front, and that "
            "one gets the weight ([Xiao et al. 2024](https://arxiv.org/abs/2309.17453), “attention sinks”)."
        )
    st.button(
        "Show the map with the first token" if state.get("nofirst") else "Show the map without the first token",
        on_click=lambda: state.set_values({"nofirst": not state.get("nofirst")}),
        key="toggle-first",
    )

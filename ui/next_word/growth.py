"""How a token's vector grows layer by layer until it names the next word."""

import numpy as np
import streamlit as st

from ui import state
from ui.kit import components, figures
from ui.kit.wording import counted, percent
from ui.models import language_model
from ui.models.language_model import Growth
from ui.next_word import charts
from ui.next_word.readable import two_decimals
from ui.next_word.selection import Selection
from ui.next_word.waiting import wait_for
from ui.state import controls

PARTS = ("heads", "feed-forward")


def draw_word_choice(shown: Selection, key: str) -> None:
    """Draw the choice of one of the ten likeliest next words, which the folds follow.

    Args:
        key: of the widget, which stands in two folds.
    """

    def choose(place: int) -> None:
        state.set_values({"word": place + 1})

    words = [shown.readable(piece) for piece in shown.likely.pieces]
    controls.derived_select("The next word to follow", words, shown.place, choose, key=key)


def draw_growth(shown: Selection) -> None:
    """Draw the followed word's probability and place after each layer, and what each layer adds to its score."""
    draw_word_choice(shown, "follow-growth")
    text, word = shown.text.text, shown.followed
    grown = wait_for(
        ("growth", text, word), lambda: language_model.growth(text, word), "Reading the scores off after every layer"
    )
    draw_after_each_layer(shown, grown)
    draw_added_by_layer(shown.followed_name, grown)
    st.markdown(
        "This is the *logit lens* ([nostalgebraist "
        "2020](https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens)). What it does not "
        "show: middle layers were never trained to be read like this. They may hold the answer in a form that only "
        "later layers can read, so a low place does not mean that the model does not know yet."
    )


def draw_after_each_layer(shown: Selection, grown: Growth) -> None:
    """Draw the followed word's probability and place after each layer."""
    name, places = shown.followed_name, [int(place) for place in grown.places]
    first = next((layer for layer, place in enumerate(places) if all(p == 1 for p in places[layer:])), None)
    components.text(
        "A layer only adds to the last token’s vector x. Read the scores off after each layer as if it were the last: "
        f"{name} starts at place {places[0]:,} of {len(shown.reading.logits):,}"
        + (f", and from layer {first} on it is first." if first else f", and ends at place {places[-1]:,}.")
    )
    layers = np.arange(len(places), dtype=np.int16)
    about = np.array([f"; first is {shown.piece_name(best)}" for best in grown.best])
    left, right = st.columns(2, gap="medium")
    with left:
        components.text(f"Probability of {name} after each layer", "heading")
        frame = {"layer": layers, "value": grown.probabilities.astype(np.float32), "about": about}
        described = (
            f"Line: the probability of {name} after each layer, {percent(grown.probabilities[-1], 1)} at the end."
        )
        options = {"share_name": "probability"}
        lens = figures.Picture(charts.shares_by_layer, frame, described, 200, {}, options)
        figures.draw(lens, "lens")
    with right:
        components.text(f"Its place among {len(shown.reading.logits):,} pieces", "heading")
        frame = {"layer": layers, "value": grown.places.astype(np.int32), "about": about}
        described = f"Line: the place of {name} after each layer, from {places[0]:,} to {places[-1]:,}."
        figures.draw(figures.Picture(charts.places_by_layer, frame, described, 200), "places")
    components.text(
        "0 is the bare word, before the first layer. Point at a dot to see what comes first there.", "small"
    )


def draw_added_by_layer(name: str, grown: Growth) -> None:
    """Draw what each layer adds to the score of the word with this name."""
    n_layers = len(grown.heads)
    components.text(f"What each layer adds to the score of {name}", "heading")
    values = np.stack([grown.heads, grown.feed_forward], axis=1).ravel().astype(np.float32)
    frame = {
        "layer": np.repeat(np.arange(1, n_layers + 1, dtype=np.int16), 2),
        "part": np.tile(np.array([0, 1], np.int16), n_layers),
        "value": values,
        "shown": np.array([two_decimals(float(value)) for value in values]),
    }
    total = grown.embedding + float(values.sum())
    described = (
        f"Bars: what heads and feed-forward network of each layer add to the score, {two_decimals(total)} in all."
    )
    figures.draw(figures.Picture(charts.added_by_layer, frame, described, 230, {}, {"names": PARTS}), "added")
    components.text(
        f"With the last norm’s divisor as it is, the score {two_decimals(total)} is a sum: "
        f"{two_decimals(grown.embedding)} from the bare word, and the bars of {counted(n_layers, 'layer')}.",
        "small",
    )

"""Where the map stands on the page: its words above, settings and a note beside it."""

from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.map import panel
from ui.map.view import Choice
from ui.playground import settings, who
from ui.shell import presentation
from ui.state.table import VECTORS


class Places(NamedTuple):
    """The containers of a map: for its words, its pictures, and a note; None where no map has a note."""

    words: DeltaGenerator
    pictures: DeltaGenerator
    note: DeltaGenerator | None


def draw_places(model: str) -> Places:
    """Draw the settings and the empty containers of the map of a model."""
    words = presentation.figure_container("map", "words")
    left, right = st.columns([10, 3], gap="medium")
    with right:
        settings.draw(who.model_shown(model))
        note = None if model == VECTORS else st.container()
    with left:
        return Places(words, presentation.figure_container("map"), note)


def draw_map(shown: who.MapOnPage, choice: Choice, places: Places) -> None:
    """Draw a map, its words and what to see in it."""
    view = shown.view
    with places.words:
        panel.draw_words(view, choice, "raw")
        if view.is_grey(choice.query) or not presentation.is_alone("map"):
            settings.draw_headline(shown)
    if places.note:
        with places.note:
            settings.draw_note(shown)
    with places.pictures:
        panel.draw_pictures(view, choice, "raw", "cell" if view.walk else "", narrow=True)

"""The folds below the map, and its comparison with a second setting."""

from collections.abc import Mapping

import streamlit as st

from ui import state
from ui.kit import components
from ui.kit.figures import Picture
from ui.map import cell, compare, downloads
from ui.map.view import Choice, View, raw_view
from ui.playground import settings
from ui.playground.who import MapOnPage
from ui.shell import errors, links, switches
from ui.state import controls, scrolling
from ui.state.table import VECTORS


def draw(shown: MapOnPage, choice: Choice) -> None:
    """Draw the folds below the map."""
    view, compared = shown.view, None
    if shown.model == VECTORS:
        controls.fold("cell", "One cell’s arithmetic", cell.draw, view, choice, "raw")
        controls.fold("out", "The word before and after attention", cell.draw_output, view, choice)
        if state.get("cmp"):
            compared = draw_comparison(view, choice)
    controls.fold("take", "Take it away", draw_downloads, view, choice, compared)


def draw_comparison(view: View, choice: Choice) -> dict[str, Picture] | None:
    """Draw the same sentence under a second setting, beside the first; return its pictures, to take away."""
    if scrolling.first_visit("playground"):
        scrolling.scroll_to(settings.COMPARISON_KEY)
    with st.container(key=settings.COMPARISON_KEY), errors.show_errors():
        components.text(settings.COMPARISON_TITLE, "heading")
        switches.draw(setting="2")
        return compare.compare(view, raw_view(state.switches("2")), choice, "raw")


def draw_downloads(view: View, choice: Choice, compared: Mapping[str, Picture] | None) -> None:
    """Draw what a visitor can take away."""
    downloads.draw_downloads(view, choice, links.source_of("playground"), "raw", compared)

"""Two other ways to see a page: one figure alone, for a frame in another page, and large, for a lecture hall."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import controls, state
from ui.kit import components
from ui.kit.wording import listed

ALONE = """
.stMainBlockContainer {{ padding: 0.5rem 1rem !important; max-width: none; }}
.stSidebar, .stAppHeader, .stMainBlockContainer footer {{ display: none !important; }}
.stMain :is(.stElementContainer, .stLayoutWrapper):not(:has({figure}, .notice)):not({figure} *) {{ display: none; }}
"""


def figure(name: str) -> DeltaGenerator:
    """The container of a figure that has an address of its own: its picture, and the line that reads it."""
    return st.container(key=f"figure-{name}")


def draw_lecture_toggle() -> None:
    """Draw the switch of the lecture view: in the sidebar, or on the page, since a lecture has no sidebar."""
    if state.get("lecture"):
        controls.toggle("lecture", "Lecture view")
    else:
        with st.sidebar:
            controls.toggle("lecture", "Lecture view", help="Large, without this bar: for a projector.")


def draw_view(figures: Sequence[str]) -> None:
    """Leave only the figure that the link asks for, or make everything large, if the link says so.

    Args:
        figures: those of the page.
    """
    if state.get("lecture"):
        components.style("lecture.css")
    if name := str(state.get("figure")):
        if name not in figures:
            has = f"It has {listed([f'“{name}”' for name in figures], 9)}." if figures else "It has none."
            components.text(f"This page has no figure called “{name[:40]}”. {has}", "notice")
        st.html(f"<style>{ALONE.format(figure=f'.st-key-figure-{name}' if name in figures else '.no-figure')}</style>")
        components.report_height()

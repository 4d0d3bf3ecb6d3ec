"""Two other ways to see a page: one figure alone, for a frame elsewhere; one after the other, large, for a hall."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import state
from ui.kit import components
from ui.kit.wording import listed
from ui.shell import scripts

ALONE = """
.stMainBlockContainer {{ padding: 0.5rem 1rem !important; max-width: none !important; }}
.stSidebar, .stAppHeader, .stMainBlockContainer footer {{ display: none !important; }}
.stMain :is(.stElementContainer, [data-testid=stLayoutWrapper], .stColumn, .stPopover, .stExpander) {{
  &:not(:has({kept})):not({kept}, {kept} *) {{ display: none; }}
}}
"""


def figure(name: str, part: str = "whole") -> DeltaGenerator:
    """The container of a figure that has an address of its own: its picture, and the line that reads it.

    Args:
        part: of a figure that stands in several places of the page.
    """
    return st.container(key=f"{name}-{part}")


def lecture_button() -> None:
    """Draw the way into the lecture view."""
    about = "One figure a screen, large, for a projector. N goes on, B goes back."
    st.button("Lecture view", on_click=_show, args=(1,), key="lecture-view", icon=":material/slideshow:", help=about)


def draw_view(figures: Sequence[str]) -> None:
    """Leave only the figure that the link asks for, or the one that a lecture has come to.

    Args:
        figures: those of the page.
    """
    name, number = str(state.get("figure")), int(state.get("lecture"))
    if number:
        number = min(number, len(figures))
        components.style("kit/browser/lecture.css")
        _lecture_bar(number, len(figures))
        _leave_only(figures[number - 1])
    elif name:
        if name not in figures:
            has = listed([f"“{known}”" for known in figures], 9)
            components.text(f"This page has no figure called “{name[:40]}”. It has {has}.", "notice")
        _leave_only(name if name in figures else "no-figure")
        scripts.report_height()


def _leave_only(name: str) -> None:
    """Hide all but a figure, notices, and what leads through a lecture. The name is one of ours, nothing of a link."""
    kept = f":is(.st-key-{name}, [class*='st-key-{name}-'], .notice, .st-key-lecture-bar)"
    st.html(f"<style>{ALONE.format(kept=kept)}</style>")


def _lecture_bar(number: int, count: int) -> None:
    with st.container(key="lecture-bar", horizontal=True, vertical_alignment="center"):
        st.button("Back", on_click=_show, args=(number - 1,), disabled=number == 1, key="lecture-back", shortcut="B")
        st.button(
            "Next", on_click=_show, args=(number + 1,), disabled=number == count, key="lecture-next", shortcut="N"
        )
        st.button("Leave the lecture view", on_click=_show, args=(0,), key="lecture-leave")
        components.text(f"Figure {number} of {count}", "small")


def _show(number: int) -> None:
    state.set_values({"lecture": number})

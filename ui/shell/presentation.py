"""Two other ways to see a page: one figure alone, for a frame elsewhere; one after the other, large, for a hall."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from ui import state
from ui.kit import components
from ui.kit.wording import listed
from ui.shell import scripts, sharing
from ui.shell.pages import Page, Screen

HIDE_OTHERS = """
.stMainBlockContainer {{ padding: 0.5rem 1rem !important; max-width: none !important; }}
.stSidebar, .stAppHeader, .stMainBlockContainer footer {{ display: none !important; }}
.stMain :is(.stElementContainer, [data-testid=stLayoutWrapper], .stColumn, .stPopover, .stExpander) {{
  &:not(:has({kept})):not({kept}, {kept} *) {{ display: none; }}
}}
"""


def figure_container(name: str, part: str = "whole") -> DeltaGenerator:
    """The container of a figure that has an address of its own: its picture, and the line that reads it.

    Args:
        part: of a figure that stands in several places of the page.
    """
    return st.container(key=f"{name}-{part}")


def is_alone(name: str) -> bool:
    """Whether the link asks for this figure alone; a map then has one line of text, the one that reads it."""
    return bool(state.get("figure") == name)


def lecture_button() -> None:
    """Draw the way into the lecture view."""
    about = "One figure a screen, large, for a projector. N or Page Down goes on, B or Page Up goes back."
    st.button(
        "Lecture view", on_click=_go_to_screen, args=(1,), key="lecture-view", icon=":material/slideshow:", help=about
    )


def draw_view(page: Page) -> None:
    """Hide all of a page but one figure, where the link asks for it or a lecture has come to it."""
    screens = page.screens
    name, number = str(state.get("figure")), min(int(state.get("lecture")), len(screens))
    names = list(dict.fromkeys(screen.figure for screen in screens))
    _set_values(screens, number)
    if number:
        components.style("shell/browser/one_figure.css", "shell/browser/lecture.css")
        _lecture_bar(page, number)
        _hide_all_but(*_places(screens[number - 1].figure), ".notice", ".st-key-lecture-bar")
    elif name in names:
        components.style("shell/browser/one_figure.css", "shell/browser/frame.css")
        beside = next(screen.beside for screen in screens if screen.figure == name)
        _hide_all_but(*_places(name), ".notice", *(f".st-key-{key}" for key in beside))
        scripts.report_height()
    elif name:
        has = listed([f"“{known}”" for known in names], 9)
        with figure_container("no-figure"):
            components.text(f"This page has no figure called “{name[:40]}”. It has {has}.", "notice")
        _hide_all_but(*_places("no-figure"))
        scripts.report_height()


def _set_values(screens: Sequence[Screen], number: int) -> None:
    """Set the controls for a screen of the lecture; those of other screens are again as before the lecture.

    A control that the link of a first visit holds stays as it is there.

    Args:
        number: of the screen, from 1; 0 outside of the lecture.
    """
    first_run, previous = "screen" not in st.session_state, st.session_state.get("screen")
    here = st.session_state["screen"] = (screens, number) if number else None
    if here is None or here == previous:
        return
    if previous is None or previous[0] != screens:
        names = {name for screen in screens for name in screen.values}
        st.session_state["before-lecture"] = {name: state.get(name) for name in names}
    values = {**st.session_state["before-lecture"], **screens[number - 1].values}
    in_link = set(st.query_params) if first_run else ()
    state.set_in_run({name: value for name, value in values.items() if name not in in_link})


def _places(name: str) -> tuple[str, str]:
    """The containers of a figure. The name is one of ours, nothing of a link."""
    return f".st-key-{name}", f"[class*='st-key-{name}-']"


def _hide_all_but(*kept: str) -> None:
    """Hide all elements of the page but those that these selectors name."""
    rules = HIDE_OTHERS.format(kept=f":is({', '.join(kept)})")
    st.html(Markup("<style>{}</style>").format(Markup(rules)))


def _lecture_bar(page: Page, number: int) -> None:
    count, title = len(page.screens), page.screens[number - 1].title
    with st.container(key="lecture-bar", horizontal=True, vertical_alignment="center"):
        st.button(
            "Back", on_click=_go_to_screen, args=(number - 1,), disabled=number == 1, key="lecture-back", shortcut="B"
        )
        st.button(
            "Next",
            on_click=_go_to_screen,
            args=(number + 1,),
            disabled=number == count,
            key="lecture-next",
            shortcut="N",
        )
        st.button("Leave the lecture view", on_click=_go_to_screen, args=(0,), key="lecture-leave")
        sharing.qr_button(page.name, "lecture-qr")
        components.text(f"{number} of {count}" + (f": {title}" if title else ""), "small")


def _go_to_screen(number: int) -> None:
    state.set_values({"lecture": number})

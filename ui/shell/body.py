"""The body of a page, and the part of it that follows the chosen word: what a click runs, without the rest.

Both are fragments of Streamlit's. A click in the part runs the part; one elsewhere in the body runs the body with its
part; navigation, heading, sidebar and footer are neither run nor sent again. The part sends the
link to the browser.
"""

import threading
from collections.abc import Callable

import streamlit as st

from ui import log, state
from ui.shell import errors, links, pages, scripts
from ui.state import run_lock, scrolling
from ui.state.table import CONTROLS


class _Body(threading.local):
    """The body that is being drawn in this thread.

    Attributes:
        page: its name; "" while none is.
        ended: whether its part has been drawn.
    """

    page = ""
    ended = False


_body = _Body()


def draw(page: str, body: Callable[[], None]) -> None:
    """Draw the body of a page; it may leave out any of its controls, shared ones included, and the link keeps them.

    A visitor's errors are shown as a notice.

    Args:
        page: its name.
        body: draws it.
    """

    def whole() -> None:
        with run_lock.acquired(), log.run(page):
            _body.page, _body.ended = page, False
            try:
                if not pages.in_frame():
                    state.begin_run(page)
                with st.container(key="page"), errors.show_errors():
                    body()
                if not _body.ended:
                    _end(page)
            finally:
                _body.page = ""

    st.fragment(whole)()


def draw_part(part: Callable[[], None]) -> None:
    """Draw the last part of a body, which runs alone when a control in it has changed; errors as in `draw`.

    Where that changes a control above the part, the whole page runs.
    """
    page, above = _body.page, state.drawn()
    now = state.page_values(page)
    hidden = [name for name in state.names_of(page) if CONTROLS[name].hidden and not CONTROLS[name].in_part]
    values = {name: now[name] for name in (*above, *hidden)}

    def finish() -> None:
        with errors.show_errors():
            part()
        _end(page)

    def alone() -> None:
        if _body.page:
            _body.ended = True
            finish()
        else:
            with run_lock.acquired(), log.run(page):
                now = state.begin_run(page, above)
                if any(now[name] != value for name, value in values.items()):
                    st.rerun()
                finish()

    st.fragment(alone)()


def draw_again(seconds: float) -> None:
    """Run the page once more, some seconds after it has been drawn.

    A busy browser may ask before it has taken in what a callback has just set, and would set it back. The run
    comes from a timer and not from the visitor, so the controls stay as they were drawn.
    """
    values = {name: st.session_state[name] for name in CONTROLS if name in st.session_state}
    st.session_state["timer_drawn"] = False

    def ask() -> None:
        if st.session_state["timer_drawn"]:
            state.set_values({name: value for name, value in values.items() if st.session_state.get(name) != value})
            st.rerun()
        st.session_state["timer_drawn"] = True

    st.fragment(ask, run_every=seconds)()


def _end(page: str) -> None:
    values = state.page_values(page)
    scripts.end_run(links.link_to(page, values.__getitem__), scrolling.place_to_scroll_to(page))
    state.write_address(page, values.__getitem__)

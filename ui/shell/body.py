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


def draw_part(part: Callable[[], None], every: float = 0, work: Callable[[], bool] | None = None) -> None:
    """Draw the last part of a body, which runs alone when a control in it has changed; errors as in `draw`.

    Where that changes a control above the part, the whole page runs.

    Args:
        part: draws it.
        every: seconds after which the part is drawn again, 0 for never.
        work: what is done after each drawing; the whole page runs when it returns False.
    """
    page, above = _body.page, state.drawn_controls()
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

    def again() -> None:
        if not _body.page:
            # A busy browser may ask before it has taken in what a callback has set, and would set it back.
            state.restore(values)
        st.fragment(alone)()
        if work and not work():
            st.rerun()

    st.fragment(again, run_every=every)() if every else st.fragment(alone)()


def _end(page: str) -> None:
    values = state.page_values(page)
    scripts.end_run(links.link_to(page, values.__getitem__), scrolling.place_to_scroll_to(page))
    state.write_address(page, values.__getitem__)

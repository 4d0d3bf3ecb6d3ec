"""The body of a page, and the part of it that follows the chosen word: what a click runs, without the rest.

Both are fragments of Streamlit's. A click in the part runs the part; one elsewhere in the body runs the body with its
part; navigation, heading, sidebar and footer are neither run nor sent again. The part sends the
link to the browser.
"""

from collections.abc import Callable

import streamlit as st

from ui import log, state
from ui.shell import errors, links, scripts
from ui.state import run_lock, scrolling
from ui.state.table import CONTROLS
from ui.state.this_run import run


def draw(page: str, body: Callable[[], None]) -> None:
    """Draw the body of a page; it may leave out any of its controls, shared ones included, and the link keeps them.

    A visitor's errors are shown as a notice.

    Args:
        page: its name.
        body: draws it.
    """

    def whole() -> None:
        with run_lock.acquired(), log.run(page):
            run.body, run.part_drawn = page, False
            try:
                if not run.in_frame:
                    state.begin_run(page)
                with st.container(key="page"), errors.show_errors():
                    body()
                if not run.part_drawn:
                    _end(page)
            finally:
                run.body = ""

    st.fragment(whole)()


def draw_part(part: Callable[[], None], every: float = 0, work: Callable[[], bool] | None = None) -> None:
    """Draw the last part of a body, which runs alone when a control in it has changed; errors as in `draw`.

    Where that changes a control above the part, the whole page runs.

    Args:
        part: draws it. Into a place of the body it has to write each time, be it an empty container: alone it can
            write only where it did in the last run of the body.
        every: seconds after which the part is drawn again, 0 for never.
        work: called after each drawing; when it returns False, the whole page runs.
    """
    page, above = run.body, state.drawn_controls()
    now = state.page_values(page)
    hidden = [name for name in state.names_of(page) if CONTROLS[name].hidden and not CONTROLS[name].in_part]
    values = {name: now[name] for name in (*above, *hidden)}

    def draw_once() -> None:
        with errors.show_errors():
            part()
        _end(page)

    def run_part_alone() -> None:
        if run.body:
            run.part_drawn = True
            draw_once()
        else:
            with run_lock.acquired(), log.run(page):
                now = state.begin_run(page, above)
                if any(now[name] != value for name, value in values.items()):
                    st.rerun()
                draw_once()

    def run_repeatedly() -> None:
        if not run.body:
            # A busy browser may ask before it has taken in what a callback has set, and would set it back.
            state.restore(values)
            run_lock.let_clicks_first()
        st.fragment(run_part_alone)()
        if work and not work():
            run_lock.let_clicks_first()
            st.rerun()

    st.fragment(run_repeatedly, run_every=every)() if every else st.fragment(run_part_alone)()


def _end(page: str) -> None:
    values = state.page_values(page)
    scripts.send_link_and_target(links.link_to(page, values.__getitem__), scrolling.place_to_scroll_to(page))
    state.write_address(page, values.__getitem__)

"""The body of a page, and the part of it that follows the chosen word: what a click runs, without the rest.

Both are fragments of Streamlit's. A click in the part runs the part; one elsewhere in the body runs the body with its
part; navigation, heading, sidebar and footer are neither run nor sent again. The link that these offer is told by the
part, in the browser.

A bound control without a widget loses its place in the address. So those that no widget shows are drawn out of sight,
at the end.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from ui import controls, log, run_lock, scrolling, state
from ui.kit import components
from ui.shell import errors, pages

TEXT_OF_ITS_OWN = ("next_word",)  # the pages that leave the shared sentence and its switches as they are


class _Body(threading.local):
    """The body that is being drawn in this thread.

    Attributes:
        page: its name; "" while none is.
        in_part: the controls without a widget that its part draws.
        ended: whether its part has been drawn.
    """

    page = ""
    in_part: Sequence[str] = ()
    ended = False


_body = _Body()


def draw(page: str, body: Callable[[], None], *, in_part: Sequence[str] = ()) -> None:
    """Draw the body of a page; it may leave out any of its controls, shared ones included, and the link keeps them.

    A visitor's errors are shown as a notice.

    Args:
        page: its name.
        body: draws it.
        in_part: the controls without a widget that only its part changes.
    """

    def whole() -> None:
        with run_lock.turn(), log.run(page):
            _body.page, _body.in_part, _body.ended = page, in_part, False
            try:
                state.begin_run(page)
                with st.container(key="page"), errors.show_errors():
                    errors.ignore_infinite_numbers()
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
    values = {name: state.get(name) for name in (*above, *_hidden(page)) if name not in _body.in_part}

    def finish() -> None:
        with errors.show_errors():
            part()
        _end(page)

    def alone() -> None:
        if _body.page:
            _body.ended = True
            finish()
        else:
            with run_lock.turn(), log.run(page):
                state.begin_run(page, above)
                if any(state.get(name) != value for name, value in values.items()):
                    st.rerun()
                finish()

    st.fragment(alone)()


def draw_again(seconds: float) -> None:
    """Let the browser ask for the page once more, so long after it has been drawn.

    A busy browser may ask before it has taken in what a callback has just set, and would set it back. It is the timer
    that asks and not the visitor, so the controls stay as they were drawn.
    """
    values = {name: st.session_state[name] for name in state.CONTROLS if name in st.session_state}
    st.session_state["timer_drawn"] = False

    def ask() -> None:
        if st.session_state["timer_drawn"]:
            state.set_values({name: value for name, value in values.items() if st.session_state.get(name) != value})
            st.rerun()
        st.session_state["timer_drawn"] = True

    st.fragment(ask, run_every=seconds)()


def _end(page: str) -> None:
    values = {name: state.get(name) for name in state.names_of(page)}  # once: asking takes long
    controls.draw_out_of_sight(_undrawn(page, values), "body")
    link, address = (pages.link(page, values.__getitem__, private=private) for private in (False, True))
    components.tell_link(link, address=address)
    components.scroll_to(scrolling.place_to_scroll_to(page))


def _hidden(page: str) -> list[str]:
    """The controls that no widget of a page shows, though its pictures may set them."""
    return [name for name in state.names_of(page) if state.CONTROLS[name].hidden and name not in state.FRAME]


def _undrawn(page: str, values: Mapping[str, state.Value]) -> list[str]:
    """The controls that this run has drawn no widget for, though the link needs one.

    Args:
        values: of the page's controls.
    """
    drawn = state.drawn()
    return [
        name
        for name, value in values.items()
        if name not in drawn and (_may_change(name, page) or value != state.default(name))
    ]


def _may_change(name: str, page: str) -> bool:
    """Whether a control can change on a page that draws no widget for it."""
    control = state.CONTROLS[name]
    return control.hidden if control.page else page not in TEXT_OF_ITS_OWN

"""The body of a page, and the part of it that follows the chosen word: what a click runs, without the rest.

Both are fragments of Streamlit's. A click in the part runs the part; one elsewhere in the body runs the body with its
part; navigation, heading, sidebar and footer are neither run nor sent again. The link that these offer is told by the
part, in the browser.

A bound control without a widget loses its place in the address. So those that no widget shows are drawn out of sight:
the hidden ones before what they change, for only a drawn control knows what Back has put into the address, the others
at the end.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from ui import controls, log, state
from ui.kit import components
from ui.shell import errors, pages, run

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

    @st.fragment
    def whole() -> None:
        with run.turn(), log.run(page):
            _body.page, _body.in_part, _body.ended = page, in_part, False
            try:
                shown = st.container(key="page")  # above the controls out of sight, which are drawn first
                state.begin_run(page)
                controls.draw_hidden([name for name in _to_draw_first(page) if name not in in_part], "hidden")
                with shown, errors.show_errors():
                    errors.ignore_infinite_numbers()
                    body()
                if not _body.ended:
                    _end(page)
            finally:
                _body.page = ""

    whole()


def draw_part(part: Callable[[], None]) -> None:
    """Draw the last part of a body, which runs alone when a control in it has changed; errors as in `draw`.

    Where that changes a control above the part, the whole page runs.
    """
    page, in_part = _body.page, _body.in_part
    above = state.drawn()
    values = {name: state.get(name) for name in above}

    def finish() -> None:
        controls.draw_hidden(in_part, "part")
        with errors.show_errors():
            part()
        _end(page)

    @st.fragment
    def alone() -> None:
        if _body.page:
            _body.ended = True
            finish()
        else:
            with run.turn(), log.run(page):
                state.begin_run(page, above)
                if any(state.get(name) != value for name, value in values.items()):
                    st.rerun()
                finish()

    alone()


def _end(page: str) -> None:
    values = {name: state.get(name) for name in state.names_of(page)}  # once: asking takes long
    controls.draw_hidden(_undrawn(page, values), "undrawn")
    link, address = (pages.link(page, values.__getitem__, private=private) for private in (False, True))
    components.tell_link(link, address=address)
    pages.scroll()


def _to_draw_first(page: str) -> list[str]:
    """The controls without a widget that a page can change."""
    return [
        name
        for name in state.names_of(page)
        if state.CONTROLS[name].hidden
        and name not in state.FRAME
        and (state.CONTROLS[name].page or _may_change(name, page))
    ]


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
    """Whether a shared control can change on a page that draws no widget for it."""
    return not state.CONTROLS[name].page and page not in TEXT_OF_ITS_OWN

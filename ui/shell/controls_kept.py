"""What the link remembers without showing it.

A bound control without a widget loses its place in the address. So those that no widget shows are drawn out of sight:
the hidden ones before the page, for only a drawn control knows what Back has put into the address, the others after it.
"""

import contextlib
from collections.abc import Iterator

from ui import controls, state
from ui.shell.errors import VISITOR_ERRORS


@contextlib.contextmanager
def controls_kept(page: str) -> Iterator[None]:
    """Within this a page may leave out any of its controls, shared ones included, and the link keeps them."""
    state.begin_run(page)
    controls.draw_hidden([name for name in state.names_of(page) if state.CONTROLS[name].hidden], "hidden")
    try:
        yield
    except VISITOR_ERRORS:
        controls.draw_hidden(state.undrawn(page), "undrawn")
        raise
    controls.draw_hidden(state.undrawn(page), "undrawn")

"""The run of a page that is under way in this thread."""

import threading


class Run(threading.local):
    """The run of a page.

    Attributes:
        in_frame: whether it is a whole page, and not its body or a part of it alone.
        body: the page whose body is being drawn; "" while none is.
        part_drawn: whether the part of that body has been drawn.
        drawn: the controls that have a widget in it.
        first: whether no run of its session has ended yet.
        set: the controls that callbacks have set since the last run began.
    """

    in_frame = False
    body = ""
    part_drawn = False
    drawn: frozenset[str] = frozenset()
    first = False
    set: frozenset[str] = frozenset()


run = Run()

"""The run lock: one run of a page at a time.

Python computes in one thread anyway, and a hundred runs one after the other finish sooner than a hundred that compete:
with 100 visitors the 95th percentile of a rerun fell from 862 to 152 ms when it came (`make load`).

A page that shows a training asks to be drawn again by itself. Of these redraws only one at a time waits beside the
clicks. While 100 visitors watch a training, a reader of another page waits a tenth as long for it
(`benchmarks/training_hall.py`); serving the runs in the order in which they came changed nothing.
"""

import contextlib
import threading
from collections.abc import Iterator

lock = threading.Lock()  # of the run under way
_redraws = threading.Lock()  # of the one redraw that waits for `lock`; the others wait for this
_thread = threading.local()


def held() -> bool:
    """Whether this thread holds the lock."""
    return getattr(_thread, "held", False)


def let_clicks_first() -> None:
    """Say that the next run of this thread is a redraw, for which nobody clicked."""
    _thread.is_redraw = True


@contextlib.contextmanager
def acquired() -> Iterator[None]:
    """Hold the lock during the block; a thread that holds it already runs the block at once."""
    if held():
        yield
        return
    is_redraw, _thread.is_redraw = getattr(_thread, "is_redraw", False), False
    with _redraws if is_redraw else contextlib.nullcontext():
        lock.acquire()
    _thread.held = True
    try:
        yield
    finally:
        _thread.held = False
        lock.release()


@contextlib.contextmanager
def released() -> Iterator[None]:
    """Give the lock up during the block, which computes or waits for long, and acquire it again after it.

    A thread that does not hold the lock gives nothing up.
    """
    if not held():
        yield
        return
    _thread.held = False
    lock.release()
    try:
        yield
    finally:
        lock.acquire()
        _thread.held = True

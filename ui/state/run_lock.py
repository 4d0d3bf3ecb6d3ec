"""The run lock: one run of a page at a time.

Python computes in one thread anyway, and a hundred runs one after the other finish sooner than a hundred that compete:
with 100 visitors the 95th percentile of a rerun fell from 862 to 152 ms when it came (`make load`).

The redraws that pages of a training ask for by themselves queue, so that only one at a time competes with the clicks of
others. While 100 visitors watch one, somebody who reads another page waits a tenth as long for it
(`benchmarks/training_hall.py`); a lock given in the order of the requests changed nothing.
"""

import contextlib
import threading
from collections.abc import Iterator

lock = threading.Lock()  # of the run under way
_redraws = threading.Lock()  # of the only redraw that waits for `lock`
_thread = threading.local()


def held() -> bool:
    """Whether this thread holds the lock."""
    return getattr(_thread, "held", False)


def let_clicks_first() -> None:
    """Make the next run of this thread, for which nobody clicked, queue with others of its kind."""
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

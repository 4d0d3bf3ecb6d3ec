"""The run lock: one run of a page at a time.

Python computes in one thread anyway, and a hundred runs one after the other finish sooner than a hundred that compete:
with 100 visitors the 95th percentile of a rerun fell from 862 to 152 ms when it came (`make load`).

A click goes before the redraws that the pages of a training ask for by themselves. While 100 visitors watch one,
somebody who reads another page waits a tenth as long for it (`benchmarks/training_hall.py`); a lock given in the order
of the requests changed nothing.
"""

import contextlib
import threading
from collections.abc import Iterator

lock = threading.Lock()  # of the run under way
_giving_way = threading.Lock()  # held by the only one of the runs that give way which waits for the lock itself
_thread = threading.local()


def held() -> bool:
    """Whether this thread holds the lock."""
    return getattr(_thread, "held", False)


def give_way() -> None:
    """Let clicks go before the next run of this thread, for which nobody clicked."""
    _thread.gives_way = True


@contextlib.contextmanager
def acquired() -> Iterator[None]:
    """Hold the lock during the block; a thread that holds it already runs the block at once."""
    if held():
        yield
        return
    gives_way, _thread.gives_way = getattr(_thread, "gives_way", False), False
    with _giving_way if gives_way else contextlib.nullcontext():
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

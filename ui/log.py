"""What the server says of itself: one JSON object a line, never with a word of a visitor's.

Whoever logs, a page, Streamlit or the web server, its record is written anew when it is made: of a message only the
template is kept, without what was to be filled in, and of an exception its kind and the lines it came through. Where
nothing was to be filled in, a sentence may have been put together already, so only its place in the source is kept.
"""

import json
import logging
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

_ours = logging.getLogger("attention_playground")
_make = logging.LogRecord


class Event(dict[str, Any]):
    """What happened, in fields that hold nobody's text."""


def event(name: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log that something happened.

    Args:
        fields: numbers, and names from the source; never what a visitor sent.
    """
    _ours.log(level, Event(event=name, **fields))


@contextmanager
def run(page: str) -> Iterator[None]:
    """Log a run of a page and the milliseconds it took; a run that a newer one overtook is `cut`."""
    start = time.perf_counter()
    more = {"cut": True}
    try:
        yield
        more = {}
    finally:
        event("run", page=page, milliseconds=round(1000 * (time.perf_counter() - start), 1), **more)


def line(name: str, level: int, path: str, number: int, message: object, filled: object, error: Any) -> str:
    """A record as one line of JSON."""
    said: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": logging.getLevelName(level).lower(),
    }
    if isinstance(message, Event):
        return json.dumps(said | message, ensure_ascii=False)
    said |= {"event": name, "at": f"{path.rpartition('/')[2]}:{number}"}
    if filled and isinstance(message, str):
        said["template"] = message
    exception = error[1] if isinstance(error, tuple) else error
    if isinstance(exception, BaseException):
        frames = traceback.extract_tb(exception.__traceback__)
        said["exception"] = type(exception).__qualname__
        said["through"] = [f"{frame.filename}:{frame.lineno}" for frame in frames]
    return json.dumps(said)


def _record(
    name: str,
    level: int,
    path: str,
    number: int,
    message: object,
    filled: object,
    error: Any,
    func: str | None = None,
    *_: Any,
    **more: Any,
) -> logging.LogRecord:
    text = line(name, level, path, number, message, filled, error)
    return _make(name, level, path, number, text, (), None, func, None, **more)


logging.setLogRecordFactory(_record)
_ours.setLevel(logging.INFO)
if not logging.root.handlers:  # whoever listens already, a test for one, goes on listening
    logging.root.addHandler(logging.StreamHandler())

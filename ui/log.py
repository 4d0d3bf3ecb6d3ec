"""The log of the server: one JSON object a line, never with a word of a visitor's.

Every record, whether a page, Streamlit or the web server makes it, is written anew. Of its message only the template is
kept, without the values to fill in; of an exception its class and the lines that it came through. A message without
values may have been put together already, so only its place in the source is kept.

Where a line cannot be written, because the disk is full, the line is lost and the server goes on.
"""

import contextlib
import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TextIO, cast

_logger = logging.getLogger("attention_playground")
_make_record = logging.LogRecord


class LossyStream:
    """A text stream that loses what it cannot write. Streamlit prints “Stopping...” first and stops only after that."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text if that is possible."""
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered if that is possible."""
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Event(dict[str, Any]):
    """A message as fields, none of which holds a visitor's text."""


def event(name: str, level: int = logging.INFO, **fields: Any) -> None:
    """Log that something happened.

    Args:
        fields: numbers, and names from the source; never what a visitor sent.
    """
    _logger.log(level, Event(event=name, **fields))


@contextlib.contextmanager
def run(page: str) -> Iterator[None]:
    """Log a run of a page and the milliseconds it took; a run that a newer one has ended early is `cut`."""
    start = time.perf_counter()
    more = {"cut": True}
    try:
        yield
        more = {}
    finally:
        event("run", page=page, milliseconds=round(1000 * (time.perf_counter() - start), 1), **more)


def line(name: str, level: int, path: str, number: int, message: object, filled: object, error: Any) -> str:
    """A record as one line of JSON."""
    fields: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": logging.getLevelName(level).lower(),
    }
    if isinstance(message, Event):
        return json.dumps(fields | message, ensure_ascii=False)
    fields |= {"event": name, "at": f"{path.rpartition('/')[2]}:{number}"}
    if filled and isinstance(message, str):
        fields["template"] = message
    exception = error[1] if isinstance(error, tuple) else error
    if isinstance(exception, BaseException):
        frames = traceback.extract_tb(exception.__traceback__)
        fields["exception"] = type(exception).__qualname__
        fields["through"] = [f"{frame.filename}:{frame.lineno}" for frame in frames]
    return json.dumps(fields)


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
    return _make_record(name, level, path, number, text, (), None, func, None, **more)


logging.setLogRecordFactory(_record)
sys.stdout = cast(TextIO, LossyStream(sys.stdout))
_logger.setLevel(logging.INFO)
if not logging.root.handlers:  # a test has handlers of its own
    logging.root.addHandler(logging.StreamHandler())

"""Charts as pictures, drawn by vl-convert in a process of its own, which ends when nobody has wanted one for a while.

In the server's process it would fill 180 MB from then on, and end the server where it fails. It takes half a second to
start and a tenth of one for a picture. It grows with each picture, so after some of them a new process takes its place.
"""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

IDLE_SECONDS = 30.0  # after the last request the process ends; a picture that takes longer is given up
PROGRAM = """
import itertools, json, sys
import vl_convert
for line in itertools.islice(sys.stdin, 25):
    form, chart, options = json.loads(line)
    picture = getattr(vl_convert, "vegalite_to_" + form)(chart, allowed_base_urls=[], **options)
    data = picture if isinstance(picture, bytes) else picture.encode()
    sys.stdout.buffer.write(b"%d\\n" % len(data) + data)
    sys.stdout.flush()
"""


class CannotDraw(RuntimeError):
    """The process that draws could not be started, or ended without a picture."""


class Renderer:
    """A process that draws one picture after the other, started when one is wanted.

    Args:
        new_timer: makes the timer that ends the process; with the arguments of `threading.Timer`.
    """

    def __init__(self, new_timer: Callable[..., threading.Timer] = threading.Timer) -> None:
        self._new_timer = new_timer
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._timer: threading.Timer | None = None

    def draw(self, form: str, chart: Mapping[str, Any], **options: Any) -> bytes:
        """A chart as a picture; nothing is fetched from anywhere.

        Args:
            form: "svg" or "png".
            options: of vl-convert's function for this form.

        Raises:
            CannotDraw: it cannot be drawn.
        """
        request = json.dumps([form, chart, options]).encode() + b"\n"
        with self._lock:
            for _ in range(2):  # the process of the last picture may have ended
                try:
                    return self._ask(request)
                except (OSError, ValueError):
                    self.stop()
        raise CannotDraw("this picture cannot be drawn")

    def _ask(self, request: bytes) -> bytes:
        """Send a request to the process, and read the picture.

        Raises:
            OSError: the process cannot be started, or has ended.
            ValueError: it ends before the picture is whole.
        """
        if self._timer:
            self._timer.cancel()
        process: Any = self._process or subprocess.Popen(
            [sys.executable, "-I", "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # its messages may hold a visitor's words
        )
        self._process, self._timer = process, self._new_timer(IDLE_SECONDS, _end, [process])
        self._timer.daemon = True
        self._timer.start()
        process.stdin.write(request)
        process.stdin.flush()
        length = int(process.stdout.readline())
        picture: bytes = process.stdout.read(length)
        if len(picture) < length:
            raise ValueError(f"the picture has {length} bytes, and {len(picture)} came")
        return picture

    def stop(self) -> None:
        """End the process; the next picture starts another."""
        process, self._process = self._process, None
        if process:
            with contextlib.suppress(OSError), process:  # which waits for its end; what it did not read is lost
                process.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, and wait until it has."""
    process.kill()
    process.wait()


renderer = Renderer()

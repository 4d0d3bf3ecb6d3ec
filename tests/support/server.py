"""The app, served on this machine."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.support import ROOT


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, seconds: float = 60) -> None:
    """Wait until the app at this address answers.

    Raises:
        TimeoutError: it does not.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
            return
        time.sleep(0.05)
    raise TimeoutError(f"{url} does not answer")


class Server:
    """The app served on this machine, in a `with` or until `stop`; can be started again on the same port.

    Args:
        program: the module that serves; "streamlit" is Streamlit's own.
    """

    def __init__(self, log: Path, folder: Path = ROOT, environment: dict[str, str] | None = None, program: str = "ui"):
        self.log, self.folder, self.environment, self.program = log, folder, environment or {}, program
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self) -> "Server":
        """Serve, and wait until it answers."""
        command = [sys.executable, "-m", self.program, "run", "app.py"]
        options = ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command + options, cwd=self.folder, stdout=log, stderr=log, env={**os.environ, **self.environment}
            )
        try:
            wait_for(self.url)
        except TimeoutError:
            with self.log.open() as log:
                raise TimeoutError(log.read(10_000)) from None  # of /dev/full there is no end
        return self

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process as an operator does.

        Raises:
            TimeoutExpired: it does not end.
        """
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()

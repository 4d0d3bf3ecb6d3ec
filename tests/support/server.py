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
    """The app served on this machine, in a `with` or until `stop`; can be started again on the same port."""

    def __init__(self, log: Path, folder: Path = ROOT, environment: dict[str, str] | None = None):
        self.log, self.folder, self.environment = log, folder, environment or {}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self) -> "Server":
        """Serve, and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        options = ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command + options, cwd=self.folder, stdout=log, stderr=log, env={**os.environ, **self.environment}
            )
        try:
            wait_for(self.url)
        except TimeoutError:
            raise TimeoutError(self.log.read_text()) from None
        return self

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(20)

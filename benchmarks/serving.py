"""Serve an app on this machine for as long as it is measured."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

CONFIG = Path(__file__).resolve().parent.parent / ".streamlit" / "config.toml"


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


class Served:
    """The app of a folder, with the settings of this project, on a free port of this machine."""

    def __init__(self, folder: Path, port: int | None = None):
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        self.process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1", *settings()],
            cwd=folder,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self.url)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


def settings() -> list[str]:
    """This project's settings as options, so that a page in another folder runs under the same."""
    options = []
    for section, values in tomllib.loads(CONFIG.read_text(encoding="utf-8")).items():
        for name, value in values.items():
            if not isinstance(value, dict):
                options += [f"--{section}.{name}", str(value).lower() if isinstance(value, bool) else str(value)]
    return options

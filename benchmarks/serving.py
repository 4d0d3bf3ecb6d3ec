"""Serve an app on this machine for as long as it is measured."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tests.support.server import free_port, wait_for

CONFIG = Path(__file__).resolve().parent.parent / ".streamlit" / "config.toml"


class Served:
    """The app of a folder, with the settings of this project, on a free port of this machine.

    Args:
        program: what serves, with its arguments; Streamlit's own command where the folder has none.
    """

    def __init__(self, folder: Path, port: int | None = None, program: Sequence[str] = ()):
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        program = program or ("-m", "ui" if (folder / "ui").exists() else "streamlit")
        command = [sys.executable, *program, "run", "app.py", "--server.port", str(port)]
        self.process = subprocess.Popen(
            [*command, "--server.address", "127.0.0.1", *settings()],
            cwd=folder,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "MALLOC_TOP_PAD_": "16777216"},
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

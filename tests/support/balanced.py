"""Several replicas behind one nginx on this machine, with the configuration of deploy/."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support import ROOT
from tests.support.server import free_port, wait_for

CONFIGURATION = ROOT / "deploy" / "nginx" / "nginx.conf"


class Nginx:
    """nginx before replicas that already serve.

    Attributes:
        url: where visitors go.
        process: nginx itself.
        log: its access log.
    """

    def __init__(self, program: str, folder: Path, replicas: Sequence[str]):
        """Start it.

        Args:
            program: the path of nginx.
            folder: an empty one, for all that it reads and writes.
            replicas: host:port of each.
        """
        address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{address}"
        self.log = folder / "access.log"
        shutil.copy(CONFIGURATION, folder)
        (folder / "listen.conf").write_text(f"listen {address};\n")
        (folder / "replicas.conf").write_text(
            "".join(f"server {replica} max_fails=1 fail_timeout=2s;\n" for replica in replicas)
        )
        # started as root, it would hand its work to a user who may not look into the folder
        only = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        self.errors = folder / "errors"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr", "-g", only],
                stdout=errors,
                stderr=errors,
            )
        try:
            wait_for(self.url, seconds=20)
        except TimeoutError:
            self.stop()
            raise TimeoutError(f"nginx does not answer: {self.errors.read_text()}") from None

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)

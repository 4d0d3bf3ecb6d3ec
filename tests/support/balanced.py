"""Several replicas behind one nginx on this machine, with the configuration of deploy/."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from tests.support import ROOT
from tests.support.server import free_port, wait_for

CONFIGURATION = ROOT / "deploy" / "nginx" / "nginx.conf"
REPLACE = ROOT / "deploy" / "replace.sh"
ASK = """#!/bin/sh
echo "${0##*/}" "$@"
read -r _
"""  # a command that another process carries out


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
            "".join(
                f"server {replica} max_fails=1 fail_timeout=2s;  # playground-{number}\n"
                for number, replica in enumerate(replicas, 1)
            )
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

    def reload(self) -> None:
        """Have it read its configuration anew, and wait until only new workers take connections.

        Raises:
            TimeoutError: it does not.
        """
        before = self._workers()
        self.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while not self._workers() or before & self._workers():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nginx does not reload: {self.errors.read_text()}")
            time.sleep(0.01)

    def _workers(self) -> set[int]:
        """Those that take connections; one that is shutting down says so in its name."""
        workers = set()
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if "".join(child.cmdline()) == "nginx: worker process":
                    workers.add(child.pid)
        return workers

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


def replace(folder: Path, carry_out: Callable[[str], None], *replicas: str) -> None:
    """Run deploy/replace.sh without Docker.

    Args:
        folder: whose folder `nginx` is that of an Nginx.
        carry_out: carries out each `docker …` and `sleep …` of the script.
        replicas: playground-1 and so on; none for all.

    Raises:
        subprocess.CalledProcessError: the script fails.
    """
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    for name in ("docker", "sleep"):
        (programs / name).write_text(ASK)
        (programs / name).chmod(0o755)
    shutil.copy(REPLACE, folder)
    path = {"PATH": f"{programs}:{os.environ['PATH']}"}
    command = ["sh", str(folder / REPLACE.name), *replicas]
    with subprocess.Popen(
        command, env=os.environ | path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as script:
        for line in script.stdout:
            carry_out(line.strip())
            script.stdin.write("\n")
            script.stdin.flush()
    if script.returncode:
        raise subprocess.CalledProcessError(script.returncode, command)

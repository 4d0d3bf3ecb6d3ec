"""Programs that some tests run and that no package of Python brings: nginx and Firefox. `make test` gets them.

A test never installs anything: where a program is missing, the tests that need it are skipped, and say so.
"""

import os
import shutil
import subprocess
import sys

DEBIAN = {"nginx": "nginx-light", "firefox": "firefox-esr"}  # the package that brings each
NAMES = {"nginx": ("nginx", "/usr/sbin/nginx"), "firefox": ("firefox-esr", "firefox")}


def find(program: str) -> str | None:
    """The path of a program, None if there is none."""
    return next(filter(None, map(shutil.which, NAMES[program])), None)


def as_root() -> list[str] | None:
    """What goes before a command that root has to run; None if that cannot be had without a password."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install(package: str) -> None:
    """Get a package from Debian, with one line of notice; nothing happens where that needs a password or no apt-get."""
    root = as_root()
    if root is None or shutil.which("apt-get") is None:
        return
    print(f"Installing {package} with apt-get, for the tests that run it.", flush=True)
    for command in (["update", "-q"], ["install", "-qy", package]):
        subprocess.run([*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *command], check=False)
    if package == DEBIAN["nginx"] and shutil.which("systemctl"):  # Debian starts it at once; only a test shall
        subprocess.run([*root, "systemctl", "disable", "--quiet", "--now", "nginx"], check=False)


if __name__ == "__main__":
    for program, package in DEBIAN.items():
        if find(program) is None:
            install(package)
        if find(program) is None:
            print(
                f"There is no {program}: the tests that need it are skipped. Debian's package is {package}.",
                file=sys.stderr,
            )

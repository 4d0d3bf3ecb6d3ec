"""Programs that some tests run and that no package of Python brings: nginx and Firefox. `make browser` gets them.

Where one is missing and cannot be installed, its tests are skipped, and say so.
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


def install(program: str) -> None:
    """Get it from Debian, which would serve with nginx at once: only a test shall start it."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    commands = [
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "update", "-q"],
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-qy", DEBIAN[program]],
    ]
    if program == "nginx" and shutil.which("systemctl"):
        commands.append(["systemctl", "disable", "--quiet", "--now", "nginx"])
    for command in commands:
        try:
            subprocess.run([*root, *command], check=False)
        except OSError:
            return


if __name__ == "__main__":
    for wanted in DEBIAN:
        if find(wanted) is None:
            install(wanted)
        if find(wanted) is None:
            print(
                f"No {wanted} found and none could be installed: the tests that need it will be skipped.",
                file=sys.stderr,
            )

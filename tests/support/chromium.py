"""Find a Chromium for the browser tests, and get one where there is none: `make browser`.

In this order: the one that CHROMIUM names, one on the PATH, Playwright's own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The path of a Chromium, None if there is none."""
    if named := os.environ.get("CHROMIUM"):
        return named
    if on_path := next(filter(None, map(shutil.which, NAMES)), None):
        return on_path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def install() -> None:
    """Try Playwright's own download, then Debian's package."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    attempts = (
        [[sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]],
        [[*root, "apt-get", "update", "-q"], [*root, "apt-get", "install", "-qy", "chromium"]],
    )
    for commands in attempts:
        if all(subprocess.run(command, check=False).returncode == 0 for command in commands) and find():
            return


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit("No Chromium found and none could be installed: install one, or name it in CHROMIUM.")

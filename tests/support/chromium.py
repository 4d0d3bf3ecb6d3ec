"""Find a Chromium for the browser tests, and get one where there is none: `make test`.

In this order: the one that CHROMIUM names, one on the PATH, Playwright's own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support import programs

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A page opens with a third less processor time where one process serves all tabs of a site, keeps the scripts that it
# has compiled, and spends nothing on making faster what runs for seconds only. Benchmarks measure without these.
FOR_MANY_PAGES = ("--process-per-site", "--js-flags=--no-flush-bytecode --no-opt")


def find() -> str | None:
    """The path of a Chromium, None if there is none."""
    if named := os.environ.get("CHROMIUM"):
        return named
    if on_path := next(filter(None, map(shutil.which, NAMES)), None):
        return on_path
    try:
        with sync_playwright() as playwright:
            own = playwright.chromium.executable_path
    except Exception:  # its driver lacks a library of the system, which Debian's Chromium brings
        return None
    return own if Path(own).exists() else None


def install() -> None:
    """Try Debian's packages, the one without windows first, then Playwright's own download."""
    for package in ("chromium-headless-shell", "chromium"):
        if find() is None:
            programs.install(package)
    if find() is None:
        print("Downloading Chromium with Playwright, for the tests in a browser.", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if find() is None:
        install()
    if find() is None:
        sys.exit("There is no Chromium for the tests in a browser: install one, or name its path in CHROMIUM.")

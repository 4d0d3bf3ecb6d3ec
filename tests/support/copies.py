"""Copies of folders that a test may damage."""

import os
import shutil
from pathlib import Path


def copy_with_links(source: Path, target: Path) -> None:
    """Copy a folder; its large files only as links."""
    shutil.copytree(
        source,
        target,
        copy_function=lambda a, b: os.symlink(a, b) if Path(a).stat().st_size > 100_000 else shutil.copy2(a, b),
        ignore=shutil.ignore_patterns("__pycache__", ".*"),
    )

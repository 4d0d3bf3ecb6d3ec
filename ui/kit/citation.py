"""How to cite what the app shows."""

import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def version() -> str:
    """The version that pyproject.toml gives."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def citation(link: str) -> str:
    """A line for a list of sources, with the day of today.

    Args:
        link: to the view that is cited.
    """
    today = datetime.now(UTC).date().isoformat()
    return f"The authors of Attention Playground: Attention Playground, version {version()}. {link} ({today})"

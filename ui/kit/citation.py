"""How to cite what the app shows."""

import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Source(NamedTuple):
    """What is cited.

    Attributes:
        link: to the view.
        title: of its page.
    """

    link: str
    title: str


@cache
def version() -> str:
    """The version that pyproject.toml gives."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def today() -> str:
    """The day of today, as a list of sources gives it."""
    return datetime.now(UTC).date().isoformat()


def citation(source: Source, figure: str = "") -> str:
    """A line for a list of sources, with the day of today.

    Args:
        figure: the title of the one figure that is cited; "" for the whole page.
    """
    cited = f"“{figure}” in “{source.title}”" if figure else f"“{source.title}”"
    work = f"Attention Playground, version {version()}"
    return f"The authors of Attention Playground: {cited}. {work}. {source.link} ({today()})"
